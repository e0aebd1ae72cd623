"""The organisation's list as the office's server keeps it: ``organisation.csv`` in its folder.

Without a list nobody may write into a section's or a room's calendar: there is nobody who could be one of
its people.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from calendar_sync import organisation
from calendar_sync.organisation import Unit
from calendar_sync.rights import May, may
from core.clock import TOKYO
from core.files import write_atomically

NAME = "organisation.csv"


class OfficeList:
    """Read again when the file has changed, or the day has. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, date] | None = None
        self._units: Sequence[Unit] = ()

    def may(self, user: str, owner: str) -> May:
        return may(user, owner, self.today())

    def today(self) -> Sequence[Unit]:
        """Everybody and everything as it is today; nothing where there is no list."""
        day = datetime.now(TOKYO).date()
        with self._lock:
            try:
                seen = (self._path.stat().st_mtime_ns, day)
            except FileNotFoundError:
                self._seen, self._units = None, ()
                return self._units
            if seen != self._seen:
                self._units = organisation.on(organisation.read(self._path.read_bytes(), []), day)
                self._seen = seen
            return self._units


def put(folder: Path, raw: bytes) -> tuple[int, list[str]]:
    """Make ``raw`` the list of the server in ``folder``: how many rows, and what could not be read of it.
    SuiteError CAL-032 for what is no list; the one that is there then stays."""
    problems: list[str] = []
    units = organisation.read(raw, problems)
    write_atomically(folder / NAME, raw)
    return len(units), problems
