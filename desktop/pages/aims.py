"""What a page shall show once it is there: a search result or a matter of today leads into another page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject


class Aims:
    """One aim a page: taken at once where the page is open, else kept until it is."""

    def __init__(self) -> None:
        self._takers: dict[str, Callable[[Any], object]] = {}
        self._kept: dict[str, object] = {}

    def set(self, page: str, aim: object) -> None:
        """``page`` shall show ``aim``: what it is, the page knows."""
        taker = self._takers.get(page)
        if taker is None:
            self._kept[page] = aim
        else:
            taker(aim)

    def taken_by(self, page: str, owner: QObject, taker: Callable[[Any], object]) -> None:
        """``owner`` is ``page``: it takes what waits, and what comes until it is destroyed."""
        self._takers[page] = taker
        owner.destroyed.connect(lambda _gone=None: self._forget(page, taker))
        if page in self._kept:
            taker(self._kept.pop(page))

    def forget(self) -> None:
        """The person has left: nothing waits for the next one."""
        self._kept.clear()

    def _forget(self, page: str, taker: Callable[[Any], object]) -> None:
        if self._takers.get(page) is taker:
            del self._takers[page]
