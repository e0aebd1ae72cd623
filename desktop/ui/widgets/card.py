"""A card that scrolls where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.ui import page


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
