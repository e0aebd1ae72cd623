"""Very many deletions, renames or overwritings at once are a mistake or a malicious program until a person
says otherwise."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from core.errors import SuiteError
from core.i18n import _

MANY, MINUTE = 30, 60.0


class MassGuard:
    """One for all that a terminal changes. Safe from any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, Lock()
        self._times: deque[float] = deque(maxlen=MANY)

    def admit(self, count: int, confirmed: bool = False) -> None:
        """Let ``count`` changes of something that exists through. SHARE-030, and none of them is let through,
        when it would be ``MANY`` within a minute and nobody has ``confirmed``."""
        with self._lock:
            now = self._now()
            recent = sum(now - then < MINUTE for then in self._times)
            if not confirmed and recent + count >= MANY:
                raise SuiteError(
                    _("変更を止めました。"),
                    _("1分間に{count}件以上の削除・改名・置き換えです。").format(count=MANY),
                    _("本当に行うときは、もう一度確かめてから続けてください。"),
                    "SHARE-030",
                )
            if confirmed:
                self._times.clear()  # a person has looked: what comes next is counted from here
            else:
                self._times.extend([now] * min(count, MANY))
