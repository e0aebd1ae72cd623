"""Hours that signing in by face gives back, against the plan's figures, by month.

Each session that a face opens leaves a line: when, how many seconds from the first usable look, and whether
tickets opened the services as well. No line says who; a PIN typed counts for nothing. The old way's seconds
are a setting, shown beside the result: the figure is worth as much as that setting.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import TOKYO

PLANNED_HOURS = (700, 2300)
"""A month, for the whole prefecture: the plan's figures for 2020-21 and from 2022 on (its measure 1.1.3)."""
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
        found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for name, seconds, tickets in self._lines():
            found[name].append((seconds, tickets))
        return [
            Month(
                name,
                len(rows),
                statistics.median(seconds for seconds, _tickets in rows),
                sum(4 if tickets else 2 for _seconds, tickets in rows),
                sum(
                    max(0.0, old_sign_in_s + (old_services_s if tickets else 0) - seconds)
                    for seconds, tickets in rows
                )
                / 3600,
            )
            for name, rows in sorted(found.items(), reverse=True)
        ]

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
