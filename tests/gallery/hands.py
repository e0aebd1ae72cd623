"""Hands and eyes of whoever leads through the window: controls found by their words, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QScrollArea, QWidget

from desktop.ui.centre_panel import CentrePanel
from desktop.ui.job_card import JobCard

if TYPE_CHECKING:
    from auth.model import Session
    from desktop.pages.services import Services
    from desktop.pages.window import Window

PATIENCE_S = 240.0  # also beside other work
W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True)
class Hands:
    """In one window. ``stays``: what is to be ended with it. ``waits``: whoever is before the camera does."""

    services: Services
    window: Window
    stays: ExitStack
    waits: Event

    @property
    def session(self) -> Session:
        session = self.services.auth.session
        assert session is not None, "an earlier scene signs in"
        return session

    def view(self, kind: type[W]) -> W:
        found = self.window.findChild(kind)
        assert isinstance(found, kind), "the page is open"
        return found

    def visible(self, kind: type[W]) -> W:
        """The first on the screen."""
        return next(each for each in self.window.findChildren(kind) if each.isVisible())

    def press(self, words: str) -> None:
        self.button(words).click()

    def button(self, words: str) -> QAbstractButton:
        every = self.window.findChildren(QAbstractButton)
        return next(b for b in every if b.isVisible() and b.text() == words)

    def write(self, name: str, text: str) -> QLineEdit:
        every = self.window.findChildren(QLineEdit)
        line = next(f for f in every if f.isVisible() and f.accessibleName() == name)
        line.setText(text)
        return line

    def menu(self, words: str) -> None:
        actions = (a for menu in self.window.findChildren(QMenu) for a in menu.actions())
        next(a for a in actions if a.text().rstrip("…") == words).trigger()
        self.settle()

    def go(self, key: str, tab: str = "", scroll: int = 0) -> None:
        self.services.go(key)
        self.settle()
        if tab:
            self.press(tab)
        self.scroll(scroll)

    def scroll(self, down: int) -> None:
        for area in self.window.findChildren(QScrollArea):
            if area.isVisible():
                area.verticalScrollBar().setValue(down)

    def sample(self, feature: str) -> None:
        """A feature's page, filled with its sample office."""
        self.services.trial = True
        self.go(feature)
        self.answered()
        self.services.trial = False
        self.put_cards_away()

    def back(self) -> None:
        """From a sheet to the pages."""
        self.services.back()
        self.window._show_chips()

    def put_cards_away(self) -> None:
        for card in self.window.findChildren(JobCard):
            card.close_button.click()

    def put_bell_away(self) -> None:
        for panel in self.window.findChildren(CentrePanel):
            panel.hide()

    def answered(self) -> None:
        """Until nothing is running any more."""
        wait(lambda: self.services.bridge.idle)

    def settle(self) -> None:
        """Until what was asked has been answered and drawn."""
        self.answered()
        pause(0.3)


def wait(come: Callable[[], bool]) -> None:
    """Let the window live until ``come``. TimeoutError: better no picture than one of something else."""
    end = time.monotonic() + PATIENCE_S
    while not come():
        if time.monotonic() > end:
            raise TimeoutError("the scene has not come")
        QApplication.processEvents()
        time.sleep(0.01)


def pause(seconds: float) -> None:
    """Let the window live so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
