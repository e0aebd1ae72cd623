"""The place beside the grid where one card stands at a time, and what its cards ask of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from calendar_sync.model import Collection
from calendar_sync.service import Schedule, Undo
from core.errors import SuiteError
from desktop.ui import page

T = TypeVar("T")


class Desk(Protocol):
    """What the cards ask of the page."""

    @property
    def collections(self) -> dict[int, Collection]: ...
    def work(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[SuiteError], object] | None = None,
    ) -> None: ...
    def sync(self) -> None: ...
    def edit(self, work: Callable[[], Undo], said: str) -> None: ...
    def refocus(self) -> None: ...


class CardPlace(QObject):
    """``filled``: a card has come or gone."""

    filled = Signal()

    def __init__(self, parent: QWidget, place: QVBoxLayout, schedule: Schedule, desk: Desk) -> None:
        super().__init__(parent)
        self._parent, self._place, self._schedule, self._desk = parent, place, schedule, desk
        self.card: QFrame | None = None

    def close(self) -> None:
        if self.card is None:
            return
        inside = self._has_focus()
        self.card = None
        page.clear(self._place)
        self.filled.emit()
        if inside:
            self._desk.refocus()

    def _put(self, card: QFrame) -> None:
        """``card`` instead of the one before, and the focus with it."""
        inside = self._has_focus()
        page.clear(self._place)
        self.card = card
        self._place.addWidget(card)
        self.filled.emit()
        if inside:
            first = next(w for w in card.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus)
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _has_focus(self) -> bool:
        focus = self._parent.window().focusWidget()
        return self.card is not None and focus is not None and self.card.isAncestorOf(focus)
