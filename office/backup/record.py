"""When the office was last backed up, and a backup last put back to try it: kept where the console looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from core.sql import Sql

DAY_S = 86_400


class Act(Enum):
    TAKEN, VERIFIED, REHEARSED, RESTORED = "taken", "verified", "rehearsed", "restored"


@dataclass(frozen=True)
class Done:
    """The last time that it went well: seconds since the epoch, and which backup."""

    time: float
    name: str


class Record:
    """Of each act the last time that it went well."""

    def __init__(self, sql: Sql, clock: Callable[[], float] = time.time) -> None:
        self._sql, self._clock = sql, clock

    def note(self, act: Act, name: str) -> None:
        """SuiteError DB-00x."""
        with self._sql.write() as change:
            change.run(
                "INSERT INTO backups (act, time, name) VALUES (?, ?, ?)"
                " ON CONFLICT (act) DO UPDATE SET time = excluded.time, name = excluded.name",
                act.value, self._clock(), name[:200],
            )  # fmt: skip

    def last(self) -> dict[Act, Done]:
        rows = self._sql.rows("SELECT act, time, name FROM backups")
        return {Act(row["act"]): Done(row["time"], row["name"]) for row in rows}

    def days_since(self, done: Done) -> int:
        return max(0, int((self._clock() - done.time) // DAY_S))
