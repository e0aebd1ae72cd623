"""年度: twelve months from April, each day as dark as it is full; holidays and today by more than colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent

from calendar_sync.holidays import holiday
from calendar_sync.model import Occurrence
from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_month
from desktop.pages.calendar import words
from desktop.pages.calendar.colours import mix
from desktop.pages.calendar.month import days_of, span
from desktop.pages.calendar.sheet import Sheet
from desktop.ui import theme
from desktop.ui.announce import announce

_WIDE, _HIGH = 10.5, 10.0  # em, of a month at least: two figures a day, six weeks
_FULL = 6  # events that make a day as dark as it gets


class YearGrid(Sheet):
    """``put`` gives the year; Enter or a click opens a day."""

    def __init__(self) -> None:
        super().__init__(_("年度の予定"), date(2000, 4, 1))
        self._first = self._cursor
        self._counts: Counter[date] = Counter()
        self._columns = 4

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fewer months beside each other where they would be too narrow to be read."""
        super().resizeEvent(event)
        fit = event.size().width() // theme.em(_WIDE)
        self._columns = next((columns for columns in (4, 3, 2) if columns <= fit), 1)
        self.setMinimumHeight(theme.em(_HIGH) * self._rows)

    @property
    def _rows(self) -> int:
        return 12 // self._columns

    def place_of(self, day: date) -> QRectF | None:
        index = (day.year - self._first.year) * 12 + day.month - self._first.month
        return self._cell(index, day) if 0 <= index < 12 else None

    def put(self, first: date, found: Sequence[Occurrence], day: date) -> None:
        """Show the year that begins on ``first`` with ``day`` chosen."""
        self._first, last = first, first.replace(year=first.year + 1)
        self._counts = Counter(each for o in found for each in days_of(o, first, last))
        self._cursor = day if first <= day < last else first
        self.update()

    def _months(self) -> list[date]:
        return [date(self._first.year + (3 + n) // 12, (3 + n) % 12 + 1, 1) for n in range(12)]

    def _box(self, index: int) -> QRectF:
        width, height = self.width() / self._columns, self.height() / self._rows
        gap = theme.em(0.6)
        place = QRectF(index % self._columns * width, index // self._columns * height, width, height)
        return place.adjusted(gap, gap, -gap, -gap)

    def _cell(self, index: int, day: date) -> QRectF:
        box, head = self._box(index), theme.em(2.6)
        place = (day - span(day)[0]).days
        width, height = box.width() / 7, (box.height() - head) / 6
        return QRectF(box.left() + place % 7 * width, box.top() + head + place // 7 * height, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.current().tokens.surface))
        for index, month in enumerate(self._months()):
            self._paint_head(painter, index, month)
            day = month
            while day.month == month.month:
                self._paint_day(painter, self._cell(index, day), day)
                day += timedelta(days=1)

    def _paint_head(self, painter: QPainter, index: int, month: date) -> None:
        tokens, box = theme.current().tokens, self._box(index)
        painter.setPen(QColor(tokens.text))
        painter.setFont(theme.current().font(1, bold=True))
        title = QRectF(box.left(), box.top(), box.width(), theme.em(1.5))
        text = format_month(month) if month.month in (1, 4) else _("{month}月").format(month=month.month)
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(theme.current().font(0.75))
        painter.setPen(QColor(tokens.muted))
        for column in range(7):
            name = QRectF(
                box.left() + column * box.width() / 7, title.bottom(), box.width() / 7, theme.em(1.1)
            )
            monday = month - timedelta(days=month.weekday())
            painter.drawText(
                name, Qt.AlignmentFlag.AlignCenter, words.weekday(monday + timedelta(days=column))
            )

    def _paint_day(self, painter: QPainter, cell: QRectF, day: date) -> None:
        tokens, count = theme.current().tokens, self._counts[day]
        inner = cell.adjusted(1, 1, -1, -1)
        share = min(count, _FULL) / _FULL * 0.5
        if count:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mix(tokens.surface, tokens.primary, 0.08 + share)))
            painter.drawRoundedRect(inner, 3, 3)
        free = bool(holiday(day)) or day.weekday() == 6
        today = day == datetime.now(TOKYO).date()
        painter.setPen(QColor(tokens.danger if free else tokens.text))
        painter.setFont(theme.current().font(0.8, bold=today or bool(holiday(day))))
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, str(day.day))
        if today or (self.hasFocus() and day == self._cursor):
            painter.setPen(QPen(QColor(tokens.danger if today else tokens.primary), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inner, 3, 3)

    def _day_at(self, point: QPointF) -> date | None:
        for index, month in enumerate(self._months()):
            if self._box(index).contains(point):
                day = month
                while day.month == month.month:
                    if self._cell(index, day).contains(point):
                        return day
                    day += timedelta(days=1)
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position())
        if day is not None:
            self._cursor = day
            self.day_opened.emit(day)

    def _go(self, day: date) -> None:
        if not self._first <= day < self._first.replace(year=self._first.year + 1):
            self.turned.emit(1 if day > self._first else -1)
            return
        self._cursor = day
        self.picked.emit(day)
        said = _("予定 {count} 件").format(count=self._counts[day])
        announce(self, " ".join(filter(None, (words.short_day(day), holiday(day), said))))
        self.update()


def fiscal_year(day: date) -> date:
    """The first of April of the 年度 that ``day`` is in."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)
