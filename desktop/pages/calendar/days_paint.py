"""Days side by side as they are painted: hours, events, now, the cursor, what is being dragged."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from calendar_sync.holidays import holiday
from calendar_sync.model import Occurrence
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import blocks, words
from desktop.pages.calendar.days import CLOSE, DAY, OPEN, STEP, Days, Placed
from desktop.pages.calendar.sheet import ink
from desktop.ui import theme


class PaintedDays(Days):
    """Paints only what is in view."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current().tokens
        painter.fillRect(self.viewport().rect(), QColor(tokens.surface))
        if not self._days:
            return
        fonts = blocks.Fonts.now()
        self._paint_hours(painter)
        painter.setClipRect(QRectF(0, self._header, self.viewport().width(), self.viewport().height()))
        for placed in self._placed:
            if placed.rect.bottom() > self._header and placed.rect.top() < self.viewport().height():
                self._paint_one(painter, placed, fonts)
        self._paint_now(painter)
        self._paint_cursor(painter)
        self._paint_drag(painter, fonts)
        painter.setClipping(False)
        self._paint_header(painter, fonts)

    def _paint_one(self, painter: QPainter, placed: Placed, fonts: blocks.Fonts) -> None:
        o = placed.occurrence
        dragged = self._drag is not None and self._drag.moving and self._drag.occurrence is o
        blocks.paint(
            painter, placed.rect, o, self._collections.get(o.collection), fonts,
            selected=self._selected == (o.event, o.recurrence), faint=dragged,
        )  # fmt: skip

    def _paint_hours(self, painter: QPainter) -> None:
        tokens = theme.current().tokens
        width = self.viewport().width()
        outside = QColor(tokens.canvas)
        for first, last in ((0, OPEN), (CLOSE, DAY)):
            painter.fillRect(
                QRectF(self._gutter, self._y(first), width, (last - first) / 60 * self._hour), outside
            )
        for column, day in enumerate(self._days):
            if day.weekday() >= 5 or holiday(day):
                left = self._gutter + column * self._width
                painter.fillRect(QRectF(left, self._header, self._width, self.viewport().height()), outside)
        painter.setFont(theme.current().font(0.8))
        for hour in range(24):
            y = self._y(hour * 60)
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(self._gutter, y), QPointF(width, y))
            if hour:
                painter.setPen(QColor(tokens.muted))
                box = QRectF(0, y - theme.em(0.7), self._gutter - theme.em(0.5), theme.em(1.4))
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{hour}:00"
                )
        painter.setPen(QPen(QColor(tokens.line), 1))
        for column in range(len(self._days) + 1):
            x = self._gutter + column * self._width
            painter.drawLine(QPointF(x, 0), QPointF(x, self.viewport().height()))

    def _paint_now(self, painter: QPainter) -> None:
        now = datetime.now(TOKYO).replace(tzinfo=None)
        if now.date() not in self._days:
            return
        left = self._gutter + self._days.index(now.date()) * self._width
        y = self._y(now.hour * 60 + now.minute)
        colour = QColor(theme.current().tokens.danger)
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(left, y), QPointF(left + self._width, y))
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(left, y), theme.em(0.25), theme.em(0.25))

    def _paint_cursor(self, painter: QPainter) -> None:
        if not self.hasFocus() or self._cursor.date() not in self._days:
            return
        left = self._gutter + self._days.index(self._cursor.date()) * self._width
        y = self._y(self._cursor.hour * 60 + self._cursor.minute)
        painter.setPen(QPen(QColor(theme.current().tokens.primary), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(left + 2, y + 1, self._width - 4, self._hour * STEP / 60 - 2), 4, 4)

    def _paint_drag(self, painter: QPainter, fonts: blocks.Fonts) -> None:
        drag = self._drag
        if drag is None or not drag.moving or drag.start.date() not in self._days:
            return
        left = self._gutter + self._days.index(drag.start.date()) * self._width
        begin = drag.start.hour * 60 + drag.start.minute
        length = (drag.end - drag.start).total_seconds() / 60
        rect = QRectF(
            left + 2, self._y(begin) + 1, self._width - theme.em(0.45), length / 60 * self._hour - 2
        )
        shown = drag.occurrence
        if shown is None:
            shown = Occurrence(0, "", 0, drag.start, drag.end, False, _("新しい予定"), "")
        else:
            shown = shown._replace(start=drag.start, end=drag.end)
        blocks.paint(painter, rect, shown, self._collections.get(shown.collection), fonts, selected=True)

    def _paint_header(self, painter: QPainter, fonts: blocks.Fonts) -> None:
        tokens = theme.current().tokens
        width = self.viewport().width()
        painter.fillRect(QRectF(0, 0, width, self._header), QColor(tokens.surface))
        today = datetime.now(TOKYO).date()
        for column, day in enumerate(self._days):
            self._paint_day_name(painter, column, day, day == today)
        for placed in self._bars:
            self._paint_one(painter, placed, fonts)
        painter.setPen(QPen(QColor(tokens.line), 1))
        for column in range(len(self._days) + 1):
            x = self._gutter + column * self._width
            painter.drawLine(QPointF(x, theme.em(0.6)), QPointF(x, self._header))
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(QPointF(0, self._header), QPointF(width, self._header))

    def _paint_day_name(self, painter: QPainter, column: int, day: date, today: bool) -> None:
        tokens = theme.current().tokens
        left = self._gutter + column * self._width
        free = holiday(day)
        colour = ink(day)
        number = QRectF(left + theme.em(0.45), theme.em(0.35), theme.em(2), theme.em(2))
        if today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.primary))
            painter.drawEllipse(number)
        painter.setPen(QColor(tokens.on_primary if today else colour))
        painter.setFont(theme.current().font(1.15, bold=True))
        painter.drawText(number, Qt.AlignmentFlag.AlignCenter, str(day.day))
        painter.setPen(QColor(colour))
        painter.setFont(theme.current().font(0.87))
        beside = QRectF(
            number.right() + theme.em(0.35), theme.em(0.35), self._width - theme.em(3), theme.em(2)
        )
        if painter.fontMetrics().horizontalAdvance(words.weekday(day)) <= beside.width():
            painter.drawText(beside, blocks.LEFT, words.weekday(day))
        if free:
            painter.setFont(theme.current().font(0.75))
            below = QRectF(left + theme.em(0.6), theme.em(2.25), self._width - theme.em(0.8), theme.em(1.1))
            metrics = painter.fontMetrics()
            painter.drawText(
                below,
                blocks.LEFT,
                metrics.elidedText(free, Qt.TextElideMode.ElideRight, round(below.width())),
            )
