"""A small port for SQL: the same statements on SQLite (one machine) and on PostgreSQL (an office).

Statements use ``?`` for values and only what both understand (``INSERT … ON CONFLICT``, ``UPDATE … WHERE``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlite_utils import Database

from core.db import Connections, Migration, database_errors, scrub, transaction

Row = dict[str, Any]
SQLITE_TYPES = {"real": "REAL", "bytes": "BLOB", "serial": "INTEGER PRIMARY KEY"}


class Transaction(Protocol):
    """All of it or nothing."""

    def run(self, text: str, *values: object) -> int:
        """Rows changed."""
        ...

    def rows(self, text: str, *values: object) -> list[Row]: ...

    def lock(self, *names: str) -> None:
        """Until the end of the transaction nobody else holds any of these names."""
        ...


class Sql(Protocol):
    """A database. Safe from any thread and several processes. SuiteError DB-00x."""

    def rows(self, text: str, *values: object) -> list[Row]: ...

    def write(self) -> AbstractContextManager[Transaction]: ...

    def scrub(self) -> None:
        """Personal data was deleted: nothing of it is to stay in the files. PostgreSQL sees to it by
        itself (vacuum)."""

    def close(self) -> None:
        """Let go of this thread's connection, or of the idle ones; the next use opens anew."""


@dataclass(frozen=True)
class Tables:
    """A step of a schema, for both databases: ``{real}``, ``{bytes}``, ``{serial}`` stand for their types."""

    number: int
    name: str
    statements: tuple[str, ...]

    def for_sqlite(self) -> Migration:
        def apply(database: Database) -> None:
            for statement in self.statements:
                database.conn.execute(statement.format(**SQLITE_TYPES))

        return Migration(self.number, self.name, apply)


class SqliteSql:
    """``Sql`` over one SQLite file, by ``core.db``."""

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self._connections = Connections(path, migrations)

    def scrub(self) -> None:
        scrub(self._connections.get())

    def close(self) -> None:
        self._connections.close()

    def rows(self, text: str, *values: object) -> list[Row]:
        with database_errors(self._connections.path):
            return _rows(self._connections.get(), text, values)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with transaction(self._connections.get()) as database:
            yield _SqliteTransaction(database)


class _SqliteTransaction:
    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, text: str, *values: object) -> int:
        return int(self._database.execute(text, list(values)).rowcount)

    def rows(self, text: str, *values: object) -> list[Row]:
        return _rows(self._database, text, values)

    def lock(self, *names: str) -> None:
        """Nothing to do: the transaction has the whole file (BEGIN IMMEDIATE)."""


def _rows(database: Database, text: str, values: tuple[object, ...]) -> list[Row]:
    found = database.conn.execute(text, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]
