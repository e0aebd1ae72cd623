"""A calendar's cache whose process dies at a commit: what the next start finds is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from calendar_sync.store import Store


class Killed(BaseException):
    """The process is gone: nothing after this line has happened."""


class MortalStore(Store):
    """Dies just before or just ``after`` the commit before which ``left`` others come; -1: never."""

    left = -1
    after = False

    @contextmanager
    def _write(self) -> Iterator[Any]:
        dies = self.left == 0
        self.left -= 1
        with super()._write() as database:
            yield database
            if dies and not self.after:
                self.die()
        if dies:
            self.die()

    def die(self) -> None:
        raise Killed
