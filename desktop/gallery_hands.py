"""Hands and eyes of whoever leads through the window: controls found by their words, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QScrollArea, QWidget

from desktop.ui.job_card import JobCard
from desktop.ui.widgets.camera_preview import CameraPreview

if TYPE_CHECKING:
    from desktop.pages.services import Services
    from desktop.pages.window import Window

PATIENCE_S = 90.0
W = TypeVar("W", bound=QWidget)


class Hands:
    """In one window."""

    def __init__(self, services: Services, window: Window) -> None:
        self._services, self._window = services, window
        self._stays = ExitStack()

    def close(self) -> None:
        """End what was started for a scene."""
        self._stays.close()

    def _asked(self) -> bool:
        """The camera sees somebody and the screen asks for a turn."""
        return any(p.asking for p in self._window.findChildren(CameraPreview) if p.isVisible())

    def _view(self, kind: type[W]) -> W:
        found = self._window.findChild(kind)
        assert isinstance(found, kind)  # noqa: S101 - the page is open
        return found

    def _press(self, words: str) -> None:
        self._button(words).click()

    def _button(self, words: str) -> QAbstractButton:
        every = self._window.findChildren(QAbstractButton)
        return next(b for b in every if b.isVisible() and b.text() == words)

    def _enabled(self, words: str) -> bool:
        return self._button(words).isEnabled()

    def _type(self, name: str, text: str) -> None:
        every = self._window.findChildren(QLineEdit)
        next(f for f in every if f.isVisible() and f.accessibleName() == name).setText(text)

    def _scan(self, text: str) -> None:
        self._type("端末のラベルを読み取る", text)
        every = self._window.findChildren(QLineEdit)
        next(f for f in every if f.isVisible() and f.text() == text).returnPressed.emit()
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _menu(self, words: str) -> None:
        actions = (a for menu in self._window.findChildren(QMenu) for a in menu.actions())
        next(a for a in actions if a.text().rstrip("…") == words).trigger()
        self._settle()

    def _go(self, key: str, tab: str = "", scroll: int = 0) -> None:
        self._services.go(key)
        self._settle()
        if tab:
            self._press(tab)
        for area in self._window.findChildren(QScrollArea):
            if area.isVisible():
                area.verticalScrollBar().setValue(scroll)

    def _put_cards_away(self) -> None:
        for card in self._window.findChildren(JobCard):
            card.close_button.click()

    def _settle(self) -> None:
        self.settle(self._services, live=False)

    @staticmethod
    def settle(services: Services, live: bool) -> None:
        """Until what was asked has been answered and drawn; a running camera does not count."""
        if not live:
            wait(lambda: services.bridge.idle, 20)
            wait(lambda: False, 0.3)


def wait(come: Callable[[], bool], longest: float) -> None:
    """Let the window live until ``come``, at most ``longest`` seconds."""
    end = time.monotonic() + longest
    while not come() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
