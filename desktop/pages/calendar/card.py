"""The card that stands beside the grid: a heading, a cross, and what it is about, scrolled if it is long."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QScrollArea, QVBoxLayout, QWidget

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.buttons import icon_button


class SideCard(QFrame):
    """``inside`` takes the card's own widgets; ``closed`` when the person is done with it."""

    closed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(theme.em(21))
        outer = page.column(self, 0)
        content = QWidget()
        content.setObjectName("page")
        self.inside: QVBoxLayout = page.column(content, 0.6, 1)
        head = page.row()
        head.addWidget(page.label(title, "section"), 1)
        head.addWidget(icon_button(_("{title}を閉じる").format(title=title), "x", self.closed.emit))
        self.inside.addLayout(head)
        self._area = area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        outer.addWidget(area)

    def reveal(self, widget: QWidget) -> None:
        """Scroll so that all of ``widget`` is seen, once what has just changed is laid out."""
        QTimer.singleShot(0, widget, lambda: self._area.ensureWidgetVisible(widget, 0, 0))

    def say(self, text: str, role: str = "muted") -> QLabel:
        made = page.label(text, role, wrap=True)
        self.inside.addWidget(made)
        return made


def word_list(name: str, height: float = 12) -> QListWidget:
    """A list whose lines wrap; ``height`` in em at least."""
    made = QListWidget()
    made.setAccessibleName(name)
    made.setWordWrap(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setMinimumHeight(theme.em(height))
    return made
