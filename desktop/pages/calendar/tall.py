"""A sheet of days that keeps the height its days need: on a low screen it scrolls, none runs into another."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from desktop.pages.calendar.sheet import Sheet
from desktop.ui import theme


class Tall(QScrollArea):
    """Follows the day on which ``sheet`` has its cursor."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.setWidget(sheet)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusProxy(sheet)
        sheet.picked.connect(self._follow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, lambda: self._follow(self._sheet.chosen))  # laid out by then

    def _follow(self, day: date) -> None:
        place = self._sheet.place_of(day)
        if place is not None:
            centre = place.center().toPoint()
            self.ensureVisible(centre.x(), centre.y(), 0, round(place.height() / 2) + theme.em(0.5))
