"""A month as weeks: each day its number, its holiday and as many events as fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen

from calendar_sync.holidays import holiday
from calendar_sync.model import Collection, Occurrence
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import blocks, words
from desktop.pages.calendar.sheet import Sheet, ink
from desktop.ui import theme
from desktop.ui.announce import announce

_BLOCK = 3.5  # em, of an event beside which the others are counted
_LEAST = 3.6  # em, of a week: the days' numbers and a line of events


class MonthGrid(Sheet):
    """``put`` gives the weeks; Enter or a double click on a day opens it."""

    opened = Signal(object)
    wanted = Signal(object, object, bool, QRect)

    def __init__(self) -> None:
        super().__init__(_("月の予定"), date(2000, 1, 3))
        self._first = self._cursor
        self._weeks = 6
        self._month = 1
        self._by_day: dict[date, list[Occurrence]] = {}
        self._collections: Mapping[int, Collection] = {}
        self._placed: list[tuple[QRectF, Occurrence]] = []

    def put(self, month: date, found: Sequence[Occurrence], collections: Mapping[int, Collection]) -> None:
        """Show the month of the day ``month``, with the cursor on it."""
        self._first, last = span(month)
        self._weeks = (last - self._first).days // 7
        self._month, self._collections = month.month, collections
        self._by_day = {}
        for o in found:
            for day in days_of(o, self._first, last):
                self._by_day.setdefault(day, []).append(o)
        for day_list in self._by_day.values():
            day_list.sort(key=lambda o: (not o.all_day, o.start))
        self._cursor = month
        self.setMinimumHeight(round(self._head + self._weeks * theme.em(_LEAST)))
        self.update()

    def place_of(self, day: date) -> QRectF | None:
        index = (day - self._first).days
        return self._cell(index) if 0 <= index < self._weeks * 7 else None

    @property
    def _head(self) -> float:
        return float(theme.em(2))

    def _cell(self, index: int) -> QRectF:
        width, height = self.width() / 7, (self.height() - self._head) / self._weeks
        return QRectF(index % 7 * width, self._head + index // 7 * height, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current().tokens
        painter.fillRect(self.rect(), QColor(tokens.surface))
        painter.setFont(theme.current().font(0.87))
        for column in range(7):
            day = self._first + timedelta(days=column)
            painter.setPen(
                QColor(tokens.danger if column == 6 else tokens.link if column == 5 else tokens.muted)
            )
            box = QRectF(column * self.width() / 7, 0, self.width() / 7, self._head)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words.weekday(day))
        fonts = blocks.Fonts.now()
        self._placed = []
        for index in range(self._weeks * 7):
            self._paint_day(painter, self._cell(index), self._first + timedelta(days=index), fonts)

    def _paint_day(self, painter: QPainter, cell: QRectF, day: date, fonts: blocks.Fonts) -> None:
        tokens = theme.current().tokens
        free, today = holiday(day), day == datetime.now(TOKYO).date()
        inside = day.month == self._month
        if day.weekday() >= 5 or free or not inside:
            painter.fillRect(cell, QColor(tokens.canvas))
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(cell)
        colour = ink(day)
        number = QRectF(cell.left() + theme.em(0.3), cell.top() + theme.em(0.2), theme.em(1.6), theme.em(1.6))
        if today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.primary))
            painter.drawEllipse(number)
        painter.setPen(QColor(tokens.on_primary if today else colour if inside else tokens.muted))
        painter.setFont(theme.current().font(0.95, bold=inside))
        painter.drawText(number, Qt.AlignmentFlag.AlignCenter, str(day.day))
        if free:
            painter.setPen(QColor(colour))
            painter.setFont(theme.current().font(0.75))
            beside = QRectF(
                number.right() + 3, number.top(), cell.right() - number.right() - 6, number.height()
            )
            painter.drawText(
                beside, blocks.LEFT,
                painter.fontMetrics().elidedText(free, Qt.TextElideMode.ElideRight, round(beside.width())),
            )  # fmt: skip
        self._paint_events(painter, cell, day, fonts, number.bottom() + 2)
        if self.hasFocus() and day == self._cursor:
            painter.setPen(QPen(QColor(tokens.primary), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), 4, 4)

    def _paint_events(
        self, painter: QPainter, cell: QRectF, day: date, fonts: blocks.Fonts, top: float
    ) -> None:
        found = self._by_day.get(day, [])
        height, gap = theme.em(1.35), 2
        fit = max(0, int((cell.bottom() - top - 2) // (height + gap)))
        shown = found if len(found) <= fit else found[: max(min(1, fit), fit - 1)]
        more = _("ほか {count} 件").format(count=len(found) - len(shown))
        aside = fit == 1 < len(found)  # one line is all there is: the rest is counted at its end
        room = QFontMetricsF(fonts.small).horizontalAdvance(more) + theme.em(0.8) if aside else 0.0
        if aside and cell.width() < room + theme.em(_BLOCK):  # no room for both
            shown, more, room = [], _("{count} 件").format(count=len(found)), cell.width() - theme.em(0.5)
            top += height + gap
        for o in shown:
            rect = QRectF(cell.left() + 3, top, cell.width() - 7 - room, height)
            blocks.paint(painter, rect, o, self._collections.get(o.collection), fonts)
            self._placed.append((rect, o))
            top += height + gap
        if len(shown) < len(found):
            painter.setPen(QColor(theme.current().tokens.muted))
            painter.setFont(fonts.small)
            left = cell.right() - room if aside else cell.left() + theme.em(0.5)
            y = top - height - gap if aside else top
            painter.drawText(QRectF(left, y, cell.width(), height), blocks.LEFT, more)

    def _day_at(self, point: QPointF) -> date | None:
        if point.y() < self._head:
            return None
        for index in range(self._weeks * 7):
            if self._cell(index).contains(point):
                return self._first + timedelta(days=index)
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = next((o for rect, o in self._placed if rect.contains(event.position())), None)
        day = self._day_at(event.position())
        if day is not None:
            self._cursor = day
            self.picked.emit(day)
        if found is not None:
            self.opened.emit(found)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position())
        if day is not None and not any(rect.contains(event.position()) for rect, _o in self._placed):
            midnight = datetime(day.year, day.month, day.day)
            place = self._cell((day - self._first).days).toRect()
            self.wanted.emit(midnight, midnight + timedelta(days=1), True, place)

    def _go(self, day: date) -> None:
        before, self._cursor = self._cursor, day
        if day.month != self._month:
            self.turned.emit(1 if day > before else -1)
        self.picked.emit(day)
        found = self._by_day.get(day, [])
        said = _("、").join(words.title(o, self._collections.get(o.collection)) for o in found) or _(
            "予定なし"
        )
        announce(self, f"{words.short_day(day)} {said}")
        self.update()


def span(month: date) -> tuple[date, date]:
    """The Monday on or before the first, and the Monday after the last day's week."""
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    start = first - timedelta(days=first.weekday())
    return start, after + timedelta(days=-after.weekday() % 7)


def days_of(o: Occurrence, first: date, last: date) -> list[date]:
    """The days from ``first`` until before ``last`` on which ``o`` is."""
    end = o.end - timedelta(seconds=1) if o.end > o.start else o.end
    begin = max(o.start.date(), first)
    until = min(end.date(), last - timedelta(days=1))
    return [begin + timedelta(days=n) for n in range(max(0, (until - begin).days + 1))]
