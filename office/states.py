"""Since when a service is as it is: the last state of each, kept, so that a look says more than now, and says
something before the first answer has come."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.sql import Sql


@dataclass(frozen=True)
class Seen:
    """One answer: ``state`` is ok, fail or unknown; empty while nobody has answered yet."""

    key: str
    title: str
    state: str
    what: str
    next_step: str
    code: str


@dataclass(frozen=True)
class Standing:
    """``since``: when this state was first seen, in seconds since the epoch; ``before``: what it was then, or
    empty."""

    seen: Seen
    since: float
    before: str


class States:
    """``read`` raises AUTH-031 for whoever may not look."""

    def __init__(self, sql: Sql, read: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        self._sql, self._read, self._clock = sql, read, clock

    def kept(self, services: Sequence[tuple[str, str]]) -> list[Standing]:
        """Each of ``services`` (key, title) as it was when it was last asked; without words, which come with
        the next answer. Where it has never been asked, the state is empty."""
        self._read()
        rows = {row["key"]: row for row in self._sql.rows("SELECT key, state, since, before FROM states")}
        found = []
        for key, title in services:
            row = rows.get(key, {"state": "", "since": 0.0, "before": ""})
            found.append(Standing(Seen(key, title, row["state"], "", "", ""), row["since"], row["before"]))
        return found

    def note(self, answers: Sequence[Seen]) -> list[Standing]:
        """Keep what was just seen; each with since when it has been so."""
        self._read()
        now = self._clock()
        with self._sql.write() as change:
            change.lock("states")
            kept = {row["key"]: row for row in change.rows("SELECT key, state, since, before FROM states")}
            found = []
            for seen in answers:
                row = kept.get(seen.key)
                if row is not None and row["state"] == seen.state:
                    found.append(Standing(seen, row["since"], row["before"]))
                    continue
                before = row["state"] if row is not None else ""
                change.run(
                    "INSERT INTO states (key, state, since, before) VALUES (?, ?, ?, ?) ON CONFLICT (key)"
                    " DO UPDATE SET state = excluded.state, since = excluded.since, before = excluded.before",
                    seen.key, seen.state, now, before,
                )  # fmt: skip
                found.append(Standing(seen, now, before))
        return found
