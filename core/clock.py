"""The time of Japan's offices, and a clock that a person cannot set back to undo a lockout."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path

from core.errors import SuiteError
from core.files import exclusive, write_atomically
from core.i18n import _

TOKYO = timezone(timedelta(hours=9), "JST")  # no summer time since 1951; needs no zone database


class GuardedClock:
    """Wall time (seconds since 1970) which never goes back, not even over a restart.

    The last time seen is kept in ``path``. While the system clock stands behind it, time goes on from there
    with the monotonic clock, so that waits of a lockout neither end early nor last for ever. A clock set
    forward is believed: a machine that slept looks the same, and only an administrator can set it.
    """

    def __init__(
        self,
        path: Path,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last = 0.0
        self._ticked = monotonic()
        self.set_back = False  # True from the moment the system clock was seen behind the last time kept

    def now(self) -> float:
        """Seconds since 1970, at least what was returned before by anyone with the same file.

        Durable before it returns. SuiteError CLOCK-001 if it cannot be kept or the file is damaged.
        """
        with self._lock:
            try:
                with exclusive(self._path.with_name(self._path.name + ".lock")):
                    return self._advance()
            except OSError as error:
                raise _unusable() from error

    def _advance(self) -> float:
        tick = self._monotonic()
        expected = max(self._last + max(0.0, tick - self._ticked), self._read())
        now = self._wall()
        self.set_back = now < expected - 1.0  # a second of leave for the clock's own adjustment
        self._last, self._ticked = max(now, expected), tick
        write_atomically(self._path, repr(self._last).encode())
        return self._last

    def _read(self) -> float:
        try:
            seen = float(self._path.read_bytes()[:100])
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError) as error:
            raise _unusable() from error
        if not 0.0 <= seen < 1e11:
            raise _unusable()
        return seen


def _unusable() -> SuiteError:
    return SuiteError(
        _("時刻を確かめられません。"),
        _("最後に確かめた時刻の記録を読み書きできません。"),
        _("情報担当に連絡してください。"),
        "CLOCK-001",
    )
