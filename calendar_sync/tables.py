"""One person's cache on disk, a SQLite file: connections, transactions, facts (the tables: ``schema``).

Threads: each gets its own connection. Every write re-reads what it depends on inside its own transaction,
because the person edits while a synchronisation runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from calendar_sync.schema import MIGRATIONS
from core.db import Connections, transaction
from core.sqlite import Database


class Tables:
    """The file. ``now`` is the clock of every stamp."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._connections = Connections(path, MIGRATIONS)
        self._now = now

    @property
    def _sql(self) -> sqlite3.Connection:
        return self._connections.get().conn

    def _write(self) -> AbstractContextManager[Database]:
        return transaction(self._connections.get())

    def close(self) -> None:
        """Close this thread's connection."""
        self._connections.close()

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")

    def put_fact(self, name: str, value: str) -> None:
        with self._write():
            self._sql.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def fact(self, name: str) -> str:
        row = self._sql.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""
