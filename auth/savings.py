"""Hours that signing in by face gives back, against the plan's figures, by month.

Each session that a face opens leaves a line at its terminal, and one more in the office's count at the
matcher: the month, how many seconds from the first usable look, whether tickets opened the services as well.
Neither says who, the office's not even where; a PIN typed counts for nothing. The old way's seconds are a
setting, shown beside the result: the figure is worth as much as that setting.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auth.lockout import Clock
from core.clock import TOKYO
from core.errors import SuiteError
from core.sql import Sql

PLANNED_HOURS = (700, 2300)
"""A month, for the whole prefecture: the plan's figures for 2020-21 and from 2022 on (its measure 1.1.3)."""
LONGEST_S = 600.0
MOST_BYTES = 20_000_000  # some three hundred thousand sign-ins at one terminal
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Month:
    """``seconds``: the median of its sign-ins. ``replaced``: old prompts not shown. ``hours``: saved."""

    name: str
    sign_ins: int
    seconds: float
    replaced: int
    hours: float


def months(
    rows: Iterable[tuple[str, float, bool, int]], old_sign_in_s: float, old_services_s: float
) -> list[Month]:
    """By month, newest first, of (month, seconds, tickets, how often)."""
    found: dict[str, list[tuple[float, bool, int]]] = defaultdict(list)
    for name, seconds, tickets, times in rows:
        found[name].append((seconds, tickets, times))
    return [_month(n, found[n], old_sign_in_s, old_services_s) for n in sorted(found, reverse=True)]


def _month(
    name: str, rows: list[tuple[float, bool, int]], old_sign_in_s: float, old_services_s: float
) -> Month:
    return Month(
        name,
        sum(times for _seconds, _tickets, times in rows),
        _median(rows),
        sum((4 if tickets else 2) * times for _seconds, tickets, times in rows),
        sum(
            times * max(0.0, old_sign_in_s + (old_services_s if tickets else 0) - seconds)
            for seconds, tickets, times in rows
        )
        / 3600,
    )


def _median(rows: list[tuple[float, bool, int]]) -> float:
    ordered, left = sorted(rows), (sum(times for *_row, times in rows) + 1) // 2
    for seconds, _tickets, times in ordered:
        left -= times
        if left <= 0:
            return seconds
    return 0.0


class OfficeTimes:
    """The count of a whole office, in the register's database: so many sign-ins of so many tenths of a second
    in a month. Nothing in it tells one person, terminal or day from another."""

    def __init__(self, sql: Sql, clock: Clock) -> None:
        self._sql = sql
        self._clock = clock

    def count(self, seconds: float, tickets: bool) -> None:
        """One sign-in more; ``seconds`` beyond ten minutes count as ten minutes."""
        month = f"{datetime.fromtimestamp(self._clock.now(), TOKYO):%Y-%m}"
        tenths = round(min(max(seconds, 0.0), LONGEST_S) * 10)
        with self._sql.write() as change:
            change.run(
                "INSERT INTO sign_in_times (month, tenths, tickets, times) VALUES (?, ?, ?, 1)"
                " ON CONFLICT (month, tenths, tickets) DO UPDATE SET times = sign_in_times.times + 1",
                month,
                tenths,
                int(tickets),
            )

    def by_month(self, old_sign_in_s: float, old_services_s: float) -> list[Month]:
        """As ``SignInTimes.by_month``."""
        rows = self._sql.rows("SELECT month, tenths, tickets, times FROM sign_in_times")
        counted = ((r["month"], r["tenths"] / 10, bool(r["tickets"]), r["times"]) for r in rows)
        return months(counted, old_sign_in_s, old_services_s)


def told_to(times: SignInTimes, tell: Callable[[float, bool, str], object]) -> Callable[..., None]:
    """What hears of each sign-in (seconds, tickets, access): kept at this terminal, and told to the matcher.
    A matcher that does not hear it is a missing figure, not a failed sign-in."""

    def took(seconds: float, tickets: bool, access: str) -> None:
        times.record(seconds, tickets)
        try:
            tell(seconds, tickets, access)
        except SuiteError as error:
            log.warning("the office's count did not hear of a sign-in: %s", error.code)

    return took


class SignInTimes:
    """Lines in ``path`` (0600). A line that cannot be written is a missing figure, not a failed sign-in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, seconds: float, tickets: bool) -> None:
        line = json.dumps({"time": int(time.time()), "seconds": round(seconds, 2), "tickets": tickets})
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line.encode() + b"\n")
            finally:
                os.close(descriptor)
        except OSError:
            log.warning("a sign-in's seconds were not kept")

    def by_month(self, old_sign_in_s: float, old_services_s: float) -> list[Month]:
        """Newest first. ``old_sign_in_s``: device password and one-time code (two prompts);
        ``old_services_s``: passwords of proxy and applications (two more), where tickets replaced them."""
        counted = Counter(self._lines())
        rows = ((*row, times) for row, times in counted.items())
        return months(rows, old_sign_in_s, old_services_s)

    def _lines(self) -> list[tuple[str, float, bool]]:
        try:
            with self._path.open("rb") as file:
                content = file.read(MOST_BYTES)
        except FileNotFoundError:
            return []
        rows = []
        for line in content.splitlines():
            try:
                row = json.loads(line)
                when = datetime.fromtimestamp(int(row["time"]), TOKYO)
                rows.append((f"{when:%Y-%m}", float(row["seconds"]), row["tickets"] is True))
            except (ValueError, TypeError, KeyError, OverflowError, OSError):
                continue  # a line that a full disk has cut
        return rows
