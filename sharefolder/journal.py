"""What a person has begun to send and what has not arrived yet: survives a kill, offers them to go on."""

from __future__ import annotations

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


STEPS = [
    Migration(1, "tasks", _create),
    Migration(2, "owner", _own),
    Migration(3, "name", _named),
    Migration(4, "seen", _seen),
]


class Journal:
    """Safe from any thread. SuiteError DB-00x. ``owner``: who is signed in now."""

    def __init__(self, path: Path, owner: Callable[[], str] = lambda: "") -> None:
        self._owner = owner
        self._connections = Connections(path, STEPS)

    def begin(self, tasks: list[Task]) -> list[Task]:
        """Write down ``tasks`` before anything is sent; with their numbers."""
        made = []
        with transaction(self._connections.get()) as database:
            for task in tasks:
                what = (task.place, int(task.up), task.here, task.there)
                how = (task.if_exists.value, task.name, task.seen)
                cursor = database.conn.execute(
                    "INSERT INTO tasks (place, up, here, there, if_exists, name, seen, owner)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*what, *how, self._owner()),
                )
                made.append(replace(task, number=int(cursor.lastrowid or 0)))
        return made

    def end(self, *numbers: int) -> None:
        """They have arrived, or nobody wants them any more."""
        with transaction(self._connections.get()) as database:
            database.conn.executemany("DELETE FROM tasks WHERE number = ?", [(each,) for each in numbers])

    def open(self) -> list[Task]:
        """Everything that this person (or nobody known) has begun and that has not ended."""
        columns, whose = "number, place, up, here, there, if_exists, name, seen", (self._owner(), "")
        query = f"SELECT {columns} FROM tasks WHERE owner IN (?, ?) ORDER BY number"  # noqa: S608
        rows = self._connections.get().conn.execute(query, whose).fetchall()
        return [
            Task(place, bool(up), here, to, IfExists(e), n, name, seen)
            for n, place, up, here, to, e, name, seen in rows
        ]
