"""What a person has begun to send and what has not arrived yet: survives a kill, offers them to go on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
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
    name: str = ""  # on the share, where it is not the local file's own
    seen: float | None = None
    """The time of what was in its place when the person decided; None: nothing was, or (in a row of an older
    suite) nobody knows. Whatever else is found there has not been decided about."""
    part: str = ""  # the name of its part, where it goes to
    end: str = ""
    """The path that a try was about to give it when it was cut, where that may be another than asked for."""


def _create(database: Database) -> None:
    database.conn.execute(
        "CREATE TABLE tasks (number INTEGER PRIMARY KEY, place TEXT NOT NULL, up INTEGER NOT NULL,"
        " here TEXT NOT NULL, there TEXT NOT NULL, if_exists TEXT NOT NULL) STRICT"
    )


def _own(database: Database) -> None:
    database.conn.execute("ALTER TABLE tasks ADD COLUMN owner TEXT NOT NULL DEFAULT ''")


def _named(database: Database) -> None:
    database.conn.execute("ALTER TABLE tasks ADD COLUMN name TEXT NOT NULL DEFAULT ''")


def _seen(database: Database) -> None:
    database.conn.execute("ALTER TABLE tasks ADD COLUMN seen REAL")


def _parts(database: Database) -> None:
    database.conn.execute("ALTER TABLE tasks ADD COLUMN part TEXT NOT NULL DEFAULT ''")
    database.conn.execute("ALTER TABLE tasks ADD COLUMN aim TEXT NOT NULL DEFAULT ''")
    database.conn.execute("ALTER TABLE tasks ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0")
    database.conn.execute("CREATE TABLE terminal (mark TEXT NOT NULL) STRICT")
    database.conn.execute("INSERT INTO terminal VALUES (?)", (secrets.token_hex(16),))


STEPS = [
    Migration(1, "tasks", _create),
    Migration(2, "owner", _own),
    Migration(3, "name", _named),
    Migration(4, "seen", _seen),
    Migration(5, "parts", _parts),
]


class Journal:
    """Safe from any thread. SuiteError DB-00x. ``owner``: who is signed in now."""

    def __init__(self, path: Path, owner: Callable[[], str] = lambda: "") -> None:
        self._owner = owner
        self._connections = Connections(path, STEPS)

    @property
    def mark(self) -> str:
        """No other journal has it, and no other person of this terminal."""
        row = self._connections.get().conn.execute("SELECT mark FROM terminal").fetchone()
        return f"{row[0]}\0{self._owner()}"

    def begin(self, tasks: list[Task]) -> list[Task]:
        """Write down ``tasks`` before anything is sent; with their numbers."""
        made = []
        with transaction(self._connections.get()) as database:
            for task in tasks:
                what = (task.place, int(task.up), task.here, task.there)
                how = (task.if_exists.value, task.name, task.seen, task.part)
                cursor = database.conn.execute(
                    "INSERT INTO tasks (place, up, here, there, if_exists, name, seen, part, owner)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*what, *how, self._owner()),
                )
                made.append(replace(task, number=int(cursor.lastrowid or 0)))
        return made

    def aimed(self, number: int, end: str) -> None:
        """It is about to get the name ``end``."""
        with transaction(self._connections.get()) as database:
            database.conn.execute("UPDATE tasks SET aim = ? WHERE number = ?", (end, number))

    def end(self, *numbers: int) -> None:
        """They have arrived, or nothing of them is left."""
        with transaction(self._connections.get()) as database:
            database.conn.executemany("DELETE FROM tasks WHERE number = ?", [(each,) for each in numbers])

    def drop(self, *numbers: int) -> None:
        """Nobody wants them any more; what they have left is still to be taken away."""
        with transaction(self._connections.get()) as database:
            rows = [(each,) for each in numbers]
            database.conn.executemany("UPDATE tasks SET dropped = 1 WHERE number = ?", rows)

    def is_open(self, number: int) -> bool:
        """Whether it is still wanted and has not ended."""
        query = "SELECT 1 FROM tasks WHERE number = ? AND dropped = 0"
        return self._connections.get().conn.execute(query, (number,)).fetchone() is not None

    def open(self) -> list[Task]:
        """Everything that this person (or nobody known) has begun and that has not ended."""
        return self._tasks(dropped=0)

    def dropped(self) -> list[Task]:
        """Everything of theirs that nobody wants and that may have left something."""
        return self._tasks(dropped=1)

    def _tasks(self, dropped: int) -> list[Task]:
        columns = "number, place, up, here, there, if_exists, name, seen, part, aim"
        query = (
            f"SELECT {columns} FROM tasks"  # noqa: S608 - ours
            " WHERE dropped = ? AND owner IN (?, '') ORDER BY number"
        )
        rows = self._connections.get().conn.execute(query, (dropped, self._owner())).fetchall()
        return [
            Task(place, bool(up), here, to, IfExists(e), n, name, seen, part, aim)
            for n, place, up, here, to, e, name, seen, part, aim in rows
        ]
