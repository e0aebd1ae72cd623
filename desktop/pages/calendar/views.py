"""The ways to look at a schedule, one at a time: which days each shows, and what it is given to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from calendar_sync.model import Collection, Conflict, Occurrence
from core.wareki import format_fiscal_year, format_month
from desktop.pages.calendar import words
from desktop.pages.calendar.agenda import Agenda
from desktop.pages.calendar.beside_meeting import ROWS
from desktop.pages.calendar.conflicts import Conflicts
from desktop.pages.calendar.grid import DayGrid
from desktop.pages.calendar.group import GroupWeek
from desktop.pages.calendar.month import MonthGrid, span
from desktop.pages.calendar.places import Places
from desktop.pages.calendar.tall import Tall
from desktop.pages.calendar.year import YearGrid, fiscal_year
from desktop.ui import page

DAY, WEEK, GROUP, MONTH, YEAR, AGENDA = "day", "week", "group", "month", "year", "agenda"


class Views(QStackedWidget):
    """``kind`` is the one chosen; the signals are those of whichever is shown."""

    opened = Signal(object)
    turned = Signal(int)
    wanted = Signal(object, object, bool, QRect)
    picked = Signal(object)
    day_opened = Signal(object)
    changed = Signal()  # it wants other rows

    def __init__(self) -> None:
        super().__init__()
        self.kind = WEEK
        self.grid, self.month, self.agenda, self.group = DayGrid(), MonthGrid(), Agenda(), GroupWeek()
        self.year, self.conflicts, self.places = YearGrid(), Conflicts(), Places()
        group = QWidget()
        under = page.column(group, 0.3)
        under.addWidget(self.places)
        under.addWidget(self.group, 1)
        group.setFocusProxy(self.group)
        self._pages: dict[str, QWidget] = {
            DAY: self.grid, WEEK: self.grid, GROUP: group, MONTH: Tall(self.month), YEAR: Tall(self.year),
            AGENDA: self.agenda,
        }  # fmt: skip
        for view in (*dict.fromkeys(self._pages.values()), self.conflicts):
            self.addWidget(view)
        for each in (self.grid, self.month, self.group):
            each.opened.connect(self.opened)
            each.turned.connect(self.turned)
            each.wanted.connect(self.wanted)
            each.picked.connect(self.picked)
        for days in (self.month, self.year):
            days.day_opened.connect(self.day_opened)
        self.agenda.opened.connect(self.opened)
        self.year.turned.connect(self.turned)
        self.year.picked.connect(self.picked)
        self.places.chosen.connect(self.changed)
        self.conflicts.closed.connect(self.show_chosen)

    def choose(self, kind: str) -> None:
        self.kind = kind
        self.show_chosen()

    def show_chosen(self) -> None:
        """Away from the conflicts, back to what was chosen."""
        self.setCurrentWidget(self._pages[self.kind])

    def show_conflicts(self) -> None:
        self.setCurrentWidget(self.conflicts)

    def put_conflicts(self, found: list[Conflict]) -> None:
        self.conflicts.put(found)
        if not found and self.currentWidget() is self.conflicts:
            self.show_chosen()

    def range(self, day: date) -> tuple[date, date]:
        """The first day shown and the day after the last, with ``day`` among them."""
        if self.kind == DAY:
            return day, day + timedelta(days=1)
        if self.kind == MONTH:
            return span(day)
        if self.kind == YEAR:
            first = fiscal_year(day)
            return first, first.replace(year=first.year + 1)
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=28 if self.kind == AGENDA else 7)

    def turn(self, day: date, by: int) -> date:
        """The day to show ``by`` pages on."""
        step = {DAY: 1, WEEK: 7, GROUP: 7, AGENDA: 28}.get(self.kind)
        if step is not None:
            return day + timedelta(days=step * by)
        return months_on(day, 12 * by if self.kind == YEAR else by)

    def title(self, day: date) -> str:
        first, after = self.range(day)
        if self.kind == MONTH:
            return format_month(day)
        if self.kind == YEAR:
            return format_fiscal_year(first.year)
        return words.range_words(first, after - timedelta(days=1))

    def put(self, day: date, found: Sequence[Occurrence], collections: Mapping[int, Collection]) -> None:
        """Show ``found``, what there is in ``range(day)``."""
        first, after = self.range(day)
        days = [first + timedelta(days=n) for n in range((after - first).days)]
        if self.kind in (DAY, WEEK):
            self.grid.put(days, found, collections)
            self.grid.stand_on(day)
        elif self.kind == GROUP:
            everybody = list(collections.values())
            self.places.put(everybody)
            rows = [c for c in everybody if self.places.shows(c)]
            self.group.put(days, found, sorted(rows, key=lambda c: (ROWS.index(c.kind), c.place)))
            self.group.stand_on(day)
        elif self.kind == MONTH:
            self.month.put(day, found, collections)
        elif self.kind == YEAR:
            self.year.put(first, found, day)
        else:
            self.agenda.put(found, collections)

    def shown(self, found: Sequence[Occurrence]) -> list[Occurrence]:
        """Those of ``found`` that are painted: in the group, only of those who are in its rows."""
        rows = self.group.shown if self.kind == GROUP else None
        return [o for o in found if rows is None or o.collection in rows]

    def asking(self) -> QWidget:
        """The view in which a new event is written."""
        return {MONTH: self.month, GROUP: self.group}.get(self.kind, self.grid)

    def point_at(self, o: Occurrence) -> None:
        """The cursor on ``o`` in the grid, so that Enter opens it."""
        self.grid.point_at(o)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)


def at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def months_on(day: date, by: int) -> date:
    """The same day ``by`` months on, or the last one that month has."""
    month = day.month - 1 + by
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise ValueError(day)
