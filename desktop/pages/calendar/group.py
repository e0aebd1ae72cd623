"""グループ週: people and rooms down, days across. Only what is on the screen is painted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractScrollArea

from calendar_sync.holidays import holiday
from calendar_sync.model import Collection, Occurrence
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.blocks import LEFT
from desktop.pages.calendar.colours import block
from desktop.pages.calendar.month import days_of
from desktop.ui import theme
from desktop.ui.announce import announce

_BRIEF = 5  # em
LINES = 3  # events a cell shows before it says that there are more


class GroupWeek(QAbstractScrollArea):
    """``put`` gives rows and events; a cell's own events are opened, an empty one asks for a new event."""

    opened = Signal(object)
    wanted = Signal(object, object, bool, QRect)
    turned = Signal(int)
    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("グループの週の予定"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._days: list[date] = []
        self._rows: list[Collection] = []
        self._cells: dict[tuple[int, date], list[Occurrence]] = {}
        self._texts: dict[tuple[str, int], str] = {}
        self._cursor = (0, 0)
        theme.current().changed.connect(self._layout)

    def put(self, days: Sequence[date], found: Sequence[Occurrence], rows: Sequence[Collection]) -> None:
        """Show ``found`` of the calendars ``rows`` on ``days``."""
        self._days, self._rows, self._texts = list(days), list(rows), {}
        self._cells = {}
        first, last = self._days[0], self._days[-1] + timedelta(days=1)
        for o in found:
            for day in days_of(o, first, last):
                self._cells.setdefault((o.collection, day), []).append(o)
        self._layout()

    @property
    def shown(self) -> set[int]:
        """The calendars that have a row."""
        return {collection.id for collection in self._rows}

    def stand_on(self, day: date) -> None:
        """The cursor on ``day``, in the row it is in."""
        if day in self._days:
            self._cursor = (min(self._cursor[0], max(0, len(self._rows) - 1)), self._days.index(day))
            self.viewport().update()

    def _layout(self) -> None:
        self._texts = {}
        bar = self.verticalScrollBar()
        bar.setPageStep(max(1, round(self.viewport().height() - self._head)))
        bar.setRange(0, max(0, round(len(self._rows) * self._height) - bar.pageStep()))
        bar.setSingleStep(round(self._height))
        self.viewport().update()

    def resizeEvent(self, _event: object) -> None:
        self._layout()

    @property
    def _head(self) -> float:
        return float(theme.em(2.2))

    @property
    def _names(self) -> float:
        return float(theme.em(9 if self.viewport().width() >= theme.em(40) else 6))

    @property
    def _height(self) -> float:
        return theme.em(1.3) * LINES + theme.em(0.5)

    @property
    def _width(self) -> float:
        return (self.viewport().width() - self._names) / max(1, len(self._days))

    def _cell(self, row: int, column: int) -> QRectF:
        top = self._head + row * self._height - self.verticalScrollBar().value()
        return QRectF(self._names + column * self._width, top, self._width, self._height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        tokens = theme.current().tokens
        painter.fillRect(self.viewport().rect(), QColor(tokens.surface))
        if not self._days:
            return
        value = self.verticalScrollBar().value()
        first = int(value // self._height)
        last = min(len(self._rows), int((value + self.viewport().height()) // self._height) + 1)
        painter.setClipRect(QRectF(0, self._head, self.viewport().width(), self.viewport().height()))
        for column, day in enumerate(self._days):
            if day.weekday() >= 5 or holiday(day):
                left = self._names + column * self._width
                painter.fillRect(
                    QRectF(left, 0, self._width, self.viewport().height()), QColor(tokens.canvas)
                )
        for row in range(first, last):
            self._paint_row(painter, row)
        self._paint_cursor(painter)
        painter.setClipping(False)
        self._paint_head(painter)

    def _paint_row(self, painter: QPainter, row: int) -> None:
        tokens, collection = theme.current().tokens, self._rows[row]
        top = self._cell(row, 0).top()
        edge = QColor(block(collection.colour, tokens)[1])
        painter.fillRect(QRectF(0, top + 4, theme.em(0.25), self._height - 8), edge)
        painter.setPen(QColor(tokens.text))
        painter.setFont(theme.current().font(0.92, bold=True))
        name = QRectF(theme.em(0.7), top, self._names - theme.em(0.9), self._height)
        painter.drawText(name, LEFT, self._short(painter, collection.name, name.width()))
        painter.setFont(theme.current().font(0.8))
        for column, day in enumerate(self._days):
            found = self._cells.get((collection.id, day))
            if found:
                self._paint_cell(painter, self._cell(row, column), found, collection, edge)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(0, top + self._height), QPointF(self.viewport().width(), top + self._height))

    def _paint_cell(
        self, painter: QPainter, cell: QRectF, found: list[Occurrence], collection: Collection, edge: QColor
    ) -> None:
        tokens, line = theme.current().tokens, theme.em(1.3)
        shown = found if len(found) <= LINES else found[: LINES - 1]
        back = QColor(block(collection.colour, tokens)[0])
        top = cell.top() + theme.em(0.25)
        for o in shown:
            place = QRectF(cell.left() + 3, top, cell.width() - 6, line - 2)
            painter.fillRect(place, back)
            painter.fillRect(QRectF(place.left(), place.top(), 3, place.height()), edge)
            brief = self._width < theme.em(_BRIEF)  # the hour alone would be all that one sees
            when = "" if o.all_day or brief else f"{words.clock(o.start)} "
            text = when + words.title(o, collection)
            painter.setPen(QColor(tokens.text))
            inside = place.adjusted(7, 0, -2, 0)
            painter.drawText(inside, LEFT, self._short(painter, text, inside.width()))
            top += line
        if len(shown) < len(found):
            painter.setPen(QColor(tokens.muted))
            more = _("ほか {count} 件").format(count=len(found) - len(shown))
            painter.drawText(QRectF(cell.left() + 10, top, cell.width(), line), LEFT, more)

    def _short(self, painter: QPainter, text: str, width: float) -> str:
        """``text`` cut to ``width``; measured once, because measuring costs more than drawing."""
        key = (text, round(width))
        if key not in self._texts:
            metrics = QFontMetricsF(painter.font())
            self._texts[key] = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return self._texts[key]

    def _paint_head(self, painter: QPainter) -> None:
        tokens, today = theme.current().tokens, datetime.now(TOKYO).date()
        painter.fillRect(QRectF(0, 0, self.viewport().width(), self._head), QColor(tokens.surface))
        for column, day in enumerate(self._days):
            box = QRectF(self._names + column * self._width, 0, self._width, self._head)
            if day == today:
                painter.fillRect(box, QColor(tokens.selected))
            free = holiday(day) or day.weekday() == 6
            colour = tokens.danger if free else tokens.link if day.weekday() == 5 else tokens.text
            painter.setPen(QColor(tokens.on_selected if day == today else colour))
            painter.setFont(theme.current().font(0.92, bold=True))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._day_words(painter, day))
        painter.setPen(QPen(QColor(tokens.line), 1))
        for column in range(len(self._days)):
            x = self._names + column * self._width
            painter.drawLine(QPointF(x, 0), QPointF(x, self.viewport().height()))
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(QPointF(0, self._head), QPointF(self.viewport().width(), self._head))

    def _day_words(self, painter: QPainter, day: date) -> str:
        """As much of the day as there is room for."""
        every = (words.short_day(day), f"{day.day} {words.weekday(day)}", str(day.day))
        room, metrics = self._width - theme.em(0.3), QFontMetricsF(painter.font())
        return next((text for text in every if metrics.horizontalAdvance(text) <= room), every[-1])

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.hasFocus() and self._rows:
            painter.setPen(QPen(QColor(theme.current().tokens.primary), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._cell(*self._cursor).adjusted(2, 2, -2, -2))

    # using it

    def _found(self) -> list[Occurrence]:
        row, column = self._cursor
        return self._cells.get((self._rows[row].id, self._days[column]), []) if self._rows else []

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x, y = event.position().x(), event.position().y()
        row = int((y - self._head + self.verticalScrollBar().value()) // self._height)
        column = int((x - self._names) // self._width)
        if y < self._head or not (0 <= row < len(self._rows) and 0 <= column < len(self._days)):
            return
        self._cursor = (row, column)
        self.picked.emit(self._days[column])
        inside = int((y - self._cell(row, column).top() - theme.em(0.25)) // theme.em(1.3))
        found = self._found()
        if 0 <= inside < min(len(found), LINES):
            self.opened.emit(found[inside])
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down:
            (1, 0), }.get(Qt.Key(event.key()))  # fmt: skip
        if step is not None and self._rows:
            self._go(self._cursor[0] + step[0], self._cursor[1] + step[1])
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._rows:
            self._enter()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        found = self._found()
        if found:
            self.opened.emit(found[0])
            return
        day = self._days[self._cursor[1]]
        start = datetime(day.year, day.month, day.day, 10)
        self.wanted.emit(start, start + timedelta(hours=1), False, self._cell(*self._cursor).toRect())

    def _go(self, row: int, column: int) -> None:
        if not 0 <= column < len(self._days):
            self.turned.emit(1 if column > 0 else -1)
            return
        self._cursor = (min(max(0, row), len(self._rows) - 1), column)
        cell, bar = self._cell(*self._cursor), self.verticalScrollBar()
        if cell.top() < self._head:
            bar.setValue(round(bar.value() - (self._head - cell.top())))
        elif cell.bottom() > self.viewport().height():
            bar.setValue(round(bar.value() + cell.bottom() - self.viewport().height()))
        collection, day = self._rows[self._cursor[0]], self._days[column]
        said = _("、").join(words.time_words(o) + words.title(o, collection) for o in self._found())
        announce(self, f"{collection.name} {words.short_day(day)} {said or _('予定なし')}")
        self.picked.emit(day)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
