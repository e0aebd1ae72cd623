"""What a person has begun to send and what has not arrived yet: survives a kill, offers to go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.db import Connections, Migration, transaction
from sharefolder.transfer import IfExists


@dataclass(frozen=True)
class Task:
    """One file on its way. ``up``: from ``here`` (a local file) into ``there`` (a folder of the share);
    otherwise from ``there`` (a file of the share) into ``here`` (a local folder)."""

    place: str
    up: bool
    here: str
    there: str
    if_exists: IfExists
    number: int = 0


def _create(database: Database) -> None:
    database.conn.execute(
        "CREATE TABLE tasks (number INTEGER PRIMARY KEY, place TEXT NOT NULL, up INTEGER NOT NULL,"
        " here TEXT NOT NULL, there TEXT NOT NULL, if_exists TEXT NOT NULL) STRICT"
    )


class Journal:
    """Safe from any thread. SuiteError DB-00x."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, [Migration(1, "tasks", _create)])

    def begin(self, tasks: list[Task]) -> list[Task]:
        """Write down ``tasks`` before anything is sent; with their numbers."""
        made = []
        with transaction(self._connections.get()) as database:
            for task in tasks:
                row = (task.place, int(task.up), task.here, task.there, task.if_exists.value)
                cursor = database.conn.execute(
                    "INSERT INTO tasks (place, up, here, there, if_exists) VALUES (?, ?, ?, ?, ?)", row
                )
                made.append(Task(*row[:1], task.up, *row[2:4], task.if_exists, int(cursor.lastrowid or 0)))
        return made

    def end(self, *numbers: int) -> None:
        """They have arrived, or nobody wants them any more."""
        with transaction(self._connections.get()) as database:
            database.conn.executemany("DELETE FROM tasks WHERE number = ?", [(each,) for each in numbers])

    def open(self) -> list[Task]:
        """Everything begun and not ended."""
        rows = self._connections.get().conn.execute("SELECT * FROM tasks ORDER BY number").fetchall()
        return [Task(place, bool(up), here, there, IfExists(e), n) for n, place, up, here, there, e in rows]
