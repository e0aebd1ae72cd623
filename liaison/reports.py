"""The last report of each laptop and the bundle in force: what "ready" is decided from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from core.db import Connections, Migration, database_errors, transaction
from liaison.answer import Finding, Outcome

FRESH = timedelta(hours=24)
"""A report older than this says nothing about now."""


@dataclass(frozen=True)
class Report:
    """An outcome and when it was taken (UTC)."""

    time: datetime
    outcome: Outcome

    def ready(self, bundle: str, now: datetime) -> bool:
        """Ready of the current bundle, by a report that is fresh and not from the future."""
        age = now - self.time
        return self.outcome.ready and self.outcome.bundle == bundle != "" and timedelta(0) <= age <= FRESH


class Reports:
    """One row a laptop in ``liaison.db``."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, [Migration(1, "reports and bundles", _create)])

    def put(self, outcome: Outcome, time: datetime) -> None:
        with transaction(self._connections.get()) as database:
            database.conn.execute(
                "INSERT OR REPLACE INTO reports VALUES (?, ?, ?)",
                (outcome.tag, time.isoformat(), json.dumps(asdict(outcome), ensure_ascii=False)),
            )

    def forget(self, tag: str) -> None:
        """The laptop has been out of our hands: what was known of it no longer holds."""
        with transaction(self._connections.get()) as database:
            database.conn.execute("DELETE FROM reports WHERE tag = ?", (tag,))

    def all(self) -> dict[str, Report]:
        with database_errors(self._connections.path):
            rows = self._connections.get().conn.execute("SELECT time, outcome FROM reports").fetchall()
        found = {}
        for time, text in rows:
            values = json.loads(text)
            findings = tuple(Finding(**each) for each in values.pop("findings"))
            outcome = Outcome(**values, findings=findings)
            found[outcome.tag] = Report(datetime.fromisoformat(time).astimezone(UTC), outcome)
        return found

    def set_current(self, profile: str, bundle: str, plan: str) -> None:
        """From now on laptops are measured against this bundle."""
        with transaction(self._connections.get()) as database:
            database.conn.execute("DELETE FROM current")
            database.conn.execute("INSERT INTO current VALUES (?, ?, ?)", (profile, bundle, plan))

    def current(self) -> tuple[str, str, str]:
        """(profile, bundle, plan) in force; empty before the first build."""
        with database_errors(self._connections.path):
            row = self._connections.get().conn.execute("SELECT profile, bundle, plan FROM current").fetchone()
        return row or ("", "", "")


def _create(database: Database) -> None:
    database.conn.execute(
        "CREATE TABLE reports (tag TEXT PRIMARY KEY, time TEXT NOT NULL, outcome TEXT NOT NULL) STRICT"
    )
    database.conn.execute(
        "CREATE TABLE current (profile TEXT NOT NULL, bundle TEXT NOT NULL, plan TEXT NOT NULL) STRICT"
    )
