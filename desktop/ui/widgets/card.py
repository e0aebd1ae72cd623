"""A card that scrolls where there is no room for all of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.ui import page
from desktop.ui.buttons import button


class ScrolledCard(QFrame):
    """Round ``content``."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setProperty("card", True)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for each in (area.viewport(), content):
            each.setAutoFillBackground(False)
        page.column(self, 0).addWidget(area)


class CardToLeave(ScrolledCard):
    """Instead of a list for a while: ``column`` begins with ``name`` and with what leads back, as Escape and
    Backspace do."""

    def __init__(self, leave: str, back: Callable[[], object]) -> None:
        inside = QWidget()
        super().__init__(inside)
        self._back = back
        self.column = page.column(inside, 0.6, 1.0)
        head = page.row(None, 0.6)
        self.name = page.label("", "section", wrap=True)
        head.addWidget(self.name, 1)
        self.close_button = button(leave, back, icon="arrow-left")
        head.addWidget(self.close_button)
        self.column.addLayout(head)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self._back()
        else:
            super().keyPressEvent(event)
