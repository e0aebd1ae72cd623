"""The kinds of button: one primary action a page, the rest quiet, words before icons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

from desktop.ui.icons import set_icon
from desktop.ui.tips import plain


class Button(QPushButton):
    """A push button that Enter presses as well as Space, and that keeps its focus on the keyboard."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class CardButton(Button):
    """A button that holds a layout (an avatar and two lines) and is as high as that needs."""

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def card_button(name: str, kind: str, on_click: Callable[[], Any]) -> CardButton:
    """An empty card button in style ``kind``; ``name`` is what a screen reader says."""
    made = CardButton()
    made.setAutoDefault(False)
    made.setProperty("kind", kind)
    made.setAccessibleName(name)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def button(
    text: str, on_click: Callable[[], Any] | None = None, kind: str = "", icon: str = "", main: bool = False
) -> Button:
    """A button; ``kind`` is primary, danger, plain or empty; ``main`` is 44 px high and more."""
    made = Button(text)
    made.setAutoDefault(False)
    if kind:
        made.setProperty("kind", kind)
    if main:
        made.setProperty("big", True)
    if icon:
        role = {"primary": "on_primary", "danger": "danger", "plain": "link"}.get(kind, "text")
        set_icon(made, icon, role)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


def icon_button(name: str, icon: str, on_click: Callable[[], Any] | None = None) -> Button:
    """A button with a picture only: ``name`` is what a screen reader says and the tool tip shows."""
    made = button("", on_click, "icon")
    set_icon(made, icon)
    made.setAccessibleName(name)
    made.setToolTip(plain(name))
    return made
