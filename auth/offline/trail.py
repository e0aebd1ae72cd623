"""What is decided while the office is away goes into this terminal's own trail, and waits here for the
office's."""

from __future__ import annotations

import json
import secrets
from typing import Any

from auth.lockout import Clock
from auth.matcher.ports import Trail
from core.audit import Detail
from core.sql import Sql

AT_ONCE = 40  # rows of one delivery: a body of at most 16 KB
_TOLD = ("factors", "reason", "distance")


class OfflineTrail:
    """``append`` as the audit trail's. Each row has a number; the office hears each once."""

    def __init__(self, sql: Sql, audit: Trail, clock: Clock) -> None:
        self._sql, self._audit, self._clock = sql, audit, clock

    @property
    def queue(self) -> str:
        """The name of this queue, made with it: numbers that begin anew are another queue's."""
        rows = self._sql.rows("SELECT name FROM queue")
        if rows:
            return str(rows[0]["name"])
        name = secrets.token_hex(8)
        with self._sql.write() as change:
            change.run("INSERT INTO queue (name) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM queue)", name)
        return self.queue

    def append(self, action: str, *, actor: str, subject: str = "", detail: Detail | None = None) -> int:
        told = {key: value for key, value in (detail or {}).items() if key in _TOLD}
        with self._sql.write() as change:
            change.run(
                "INSERT INTO unsent (time, action, subject, detail) VALUES (?, ?, ?, ?)",
                self._clock.now(),
                action,
                subject,
                json.dumps(told),
            )
        return self._audit.append(f"offline.{action}", actor=actor, subject=subject, detail=detail)

    def waiting(self) -> list[dict[str, Any]]:
        """The next rows for the office, oldest first."""
        rows = self._sql.rows(
            "SELECT id, time, action, subject, detail FROM unsent ORDER BY id LIMIT ?", AT_ONCE
        )
        return [{**row, "detail": json.loads(row["detail"])} for row in rows]

    def heard(self, last: int) -> None:
        """The office has every row up to number ``last``."""
        with self._sql.write() as change:
            change.run("DELETE FROM unsent WHERE id <= ?", last)
