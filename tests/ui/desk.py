"""A signed-in person at the page 予定, and what a test does there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from calendar_sync.model import Draft, Occurrence
from calendar_sync.service import Schedule
from desktop.pages.calendar import CalendarPage
from tests.ui.conftest import Office

MONDAY = datetime(2026, 11, 30)
W = TypeVar("W", bound=QWidget)


class Desk:
    """The page of a signed-in person, and what a test does there."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.window = office.signed_in()
        office.services.go("calendar")
        office.settle()
        found = self.window.findChild(CalendarPage)
        assert found is not None
        self.page: CalendarPage = found
        self.page._go(MONDAY.date())
        self.settle()

    @property
    def schedule(self) -> Schedule:
        return self.page._schedule

    def settle(self) -> None:
        for _round in range(3):  # an edit is followed by a read, then by a synchronisation
            self.office.settle()

    def has(self, summary: str, hour: int = 10, hours: int = 1) -> Occurrence:
        start = MONDAY + timedelta(hours=hour)
        self.schedule.create(Draft(1, summary, start, start + timedelta(hours=hours)))
        self.settle()
        return next(o for o in self.page._found if o.summary == summary)

    def card(self, kind: type[W]) -> W:
        """What stands beside the days."""
        card = self.page.beside.card
        assert isinstance(card, kind)
        return card

    def shown(self) -> list[tuple[str, int, int, int]]:
        return [(o.summary, o.start.day, o.start.hour, o.end.hour) for o in self.page._found]

    def place(self, moment: datetime) -> QPoint:
        """Where ``moment`` is on the grid."""
        grid = self.page._views.grid
        x = grid._gutter + (grid._days.index(moment.date()) + 0.5) * grid._width
        return QPointF(x, grid._y(moment.hour * 60 + moment.minute) + 3).toPoint()

    def drag(self, start: datetime, end: datetime, offset: int = 0) -> None:
        view = self.page._views.grid.viewport()
        first, last = self.place(start) + QPoint(0, offset), self.place(end) + QPoint(0, offset)
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
        for step in (0.5, 1.0):
            point = first + (last - first) * step
            QTest.mouseMove(view, point)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=last)
        self.settle()
