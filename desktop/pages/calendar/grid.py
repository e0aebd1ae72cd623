"""Days side by side, hours from top to bottom: one painted widget for day and week.

Drag an event to move it, its lower edge to lengthen it, an empty place to make one. Everything works from the
keyboard: arrows move the cursor, Enter opens or creates, Alt+arrows move the event under the cursor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from calendar_sync.holidays import holiday
from calendar_sync.model import Collection, Occurrence
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import blocks, words
from desktop.pages.calendar.columns import columns, lanes
from desktop.ui import theme
from desktop.ui.announce import announce

SLOT = 15  # minutes: what a drag snaps to
STEP = 30  # minutes: what the keyboard's cursor moves by
OPEN, CLOSE = 8 * 60 + 30, 17 * 60 + 15  # the office's hours
_DAY = 24 * 60


@dataclass
class _Placed:
    rect: QRectF
    occurrence: Occurrence


@dataclass
class _Drag:
    kind: str  # move | resize | create
    origin: datetime
    occurrence: Occurrence | None
    start: datetime
    end: datetime
    moving: bool = False


class DayGrid(QAbstractScrollArea):
    """``put`` gives what to show; the signals say what the person wants."""

    wanted = Signal(object, object, bool, QRect)  # start, end, all day, where
    opened = Signal(object)
    moved = Signal(object, object, object)  # occurrence, start, end
    turned = Signal(int)  # pages forward (1) or back (-1)
    picked = Signal(object)  # the date the cursor is on
    deleted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("予定の表"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self._days: list[date] = []
        self._occurrences: list[Occurrence] = []
        self._collections: Mapping[int, Collection] = {}
        self._placed: list[_Placed] = []
        self._bars: list[_Placed] = []
        self._bar_rows = 0
        self._drag: _Drag | None = None
        self._cursor = datetime(2000, 1, 1)
        self._selected: tuple[int, str] | None = None
        self._scrolled = False
        theme.current().changed.connect(self._arrange)

    # what is shown

    def put(
        self, days: Sequence[date], found: Sequence[Occurrence], collections: Mapping[int, Collection]
    ) -> None:
        """Show ``found`` on ``days``."""
        if list(days) != self._days and self._cursor.date() not in days:
            now = datetime.now(TOKYO).replace(tzinfo=None)
            day = now.date() if now.date() in days else days[0]
            self._cursor = datetime(day.year, day.month, day.day, 9)
        self._days, self._occurrences, self._collections = list(days), list(found), collections
        self._drag = None
        self._arrange()
        if not self._scrolled and self.isVisible():
            self._scrolled = True
            self.verticalScrollBar().setValue(round(self._hour * 7.8))

    def select(self, occurrence: Occurrence | None) -> None:
        self._selected = (occurrence.event, occurrence.recurrence) if occurrence is not None else None
        self.viewport().update()

    def point_at(self, occurrence: Occurrence) -> None:
        """Put the cursor on ``occurrence``, so that Enter opens it."""
        start = occurrence.start
        self._cursor = start.replace(minute=start.minute // STEP * STEP, second=0)
        self.select(occurrence)
        self._reveal()

    # geometry

    @property
    def _hour(self) -> float:
        return float(theme.em(3.2))

    @property
    def _gutter(self) -> float:
        return float(theme.em(3.4))

    @property
    def _header(self) -> float:
        rows = min(self._bar_rows, 4)
        return theme.em(3.4) + rows * theme.em(1.55) + (theme.em(0.3) if rows else 0)

    @property
    def _width(self) -> float:
        return (self.viewport().width() - self._gutter) / max(1, len(self._days))

    def _y(self, minute: float) -> float:
        return self._header + minute / 60 * self._hour - self.verticalScrollBar().value()

    def _moment(self, point: QPointF, snap: int = SLOT) -> datetime:
        column = int((point.x() - self._gutter) // self._width)
        day = self._days[min(max(0, column), len(self._days) - 1)]
        minute = (point.y() - self._header + self.verticalScrollBar().value()) / self._hour * 60
        minute = min(max(0, int(minute // snap) * snap), _DAY)
        return datetime(day.year, day.month, day.day) + timedelta(minutes=minute)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Where each event stands; computed once a change, not once a paint."""
        if not self._days:
            return
        long = [o for o in self._occurrences if _is_long(o)]
        spans = [self._day_span(o) for o in long]
        rows = lanes(spans)
        self._bar_rows = max(rows, default=-1) + 1
        height = theme.em(1.45)
        self._bars = [
            _Placed(
                QRectF(
                    self._gutter + first * self._width + 2,
                    theme.em(3.4) + row * theme.em(1.55),
                    (last - first) * self._width - 5,
                    height,
                ),
                o,
            )
            for o, (first, last), row in zip(long, spans, rows, strict=True)
            if row < 4
        ]
        self._placed = []
        for column, day in enumerate(self._days):
            self._arrange_day(column, day)
        bar = self.verticalScrollBar()
        bar.setPageStep(max(1, round(self.viewport().height() - self._header)))
        bar.setRange(0, max(0, round(24 * self._hour) - bar.pageStep()))
        bar.setSingleStep(round(self._hour / 2))
        self.viewport().update()

    def _day_span(self, o: Occurrence) -> tuple[int, int]:
        first = (o.start.date() - self._days[0]).days
        end = o.end - timedelta(seconds=1) if o.end > o.start else o.end
        last = (end.date() - self._days[0]).days + 1
        return max(0, first), min(max(last, first + 1), len(self._days))

    def _arrange_day(self, column: int, day: date) -> None:
        midnight = datetime(day.year, day.month, day.day)
        mine, spans = [], []
        for o in self._occurrences:
            if _is_long(o):
                continue
            start = int((o.start - midnight).total_seconds() // 60)
            end = int((o.end - midnight).total_seconds() // 60)
            if start < _DAY and (end > 0 or start >= 0):
                mine.append(o)
                start = max(0, start)
                spans.append((start, min(_DAY, max(end, start + 20))))
        room = self._width - theme.em(0.45)
        for o, (start, end), (at, count) in zip(mine, spans, columns(spans), strict=True):
            left = self._gutter + column * self._width + 2 + room * at / count
            rect = QRectF(left, self._y(start) + 1, room / count - 2, (end - start) / 60 * self._hour - 2)
            self._placed.append(_Placed(rect, o))

    # painting

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

    def _paint_one(self, painter: QPainter, placed: _Placed, fonts: blocks.Fonts) -> None:
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
        for first, last in ((0, OPEN), (CLOSE, _DAY)):
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
            shown = _at(shown, drag.start, drag.end)
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
        colour = (
            tokens.danger
            if free or day.weekday() == 6
            else tokens.link
            if day.weekday() == 5
            else tokens.text
        )
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

    # the mouse

    def _under(self, point: QPointF) -> tuple[Occurrence | None, bool]:
        """The event at ``point`` and whether it is its lower edge."""
        if point.y() < self._header:
            for placed in reversed(self._bars):
                if placed.rect.contains(point):
                    return placed.occurrence, False
            return None, False
        for placed in reversed(self._placed):
            if placed.rect.contains(point):
                edge = min(theme.em(0.5), placed.rect.height() / 3)
                return placed.occurrence, point.y() > placed.rect.bottom() - edge
        return None, False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (
            event.button() != Qt.MouseButton.LeftButton
            or not self._days
            or event.position().x() < self._gutter
        ):
            return
        occurrence, edge = self._under(event.position())
        moment = self._moment(event.position())
        self._cursor = (
            moment.replace(minute=moment.minute // STEP * STEP)
            if moment.date() in self._days
            else self._cursor
        )
        self.picked.emit(self._cursor.date())
        if occurrence is not None:
            self.select(occurrence)
            kind = "resize" if edge else "move"
            if not _is_long(occurrence) and self._may_edit(occurrence):
                self._drag = _Drag(kind, moment, occurrence, occurrence.start, occurrence.end)
            else:
                self._drag = _Drag("open", moment, occurrence, occurrence.start, occurrence.end)
        elif event.position().y() >= self._header:
            self._drag = _Drag("create", moment, None, moment, moment + timedelta(minutes=60))
        else:
            midnight = datetime(self._cursor.year, self._cursor.month, self._cursor.day)
            self._drag = _Drag("day", midnight, None, midnight, midnight + timedelta(days=1))

    def _may_edit(self, occurrence: Occurrence) -> bool:
        collection = self._collections.get(occurrence.collection)
        return collection is not None and collection.writable

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is None:
            self._show_shape(event.position())
            return
        now = self._moment(event.position())
        if drag.kind in ("open", "day"):
            return
        if not drag.moving and abs((now - drag.origin).total_seconds()) < SLOT * 60:
            return
        drag.moving = True
        if drag.kind == "move" and drag.occurrence is not None:
            by = now - drag.origin
            drag.start, drag.end = drag.occurrence.start + by, drag.occurrence.end + by
        elif drag.kind == "resize":
            drag.end = max(drag.start + timedelta(minutes=SLOT), now + timedelta(minutes=SLOT))
        else:
            drag.start, drag.end = min(drag.origin, now), max(drag.origin, now) + timedelta(minutes=SLOT)
        self.viewport().update()

    def _show_shape(self, point: QPointF) -> None:
        occurrence, edge = self._under(point)
        shape = Qt.CursorShape.ArrowCursor
        if occurrence is not None:
            resizable = edge and not _is_long(occurrence) and self._may_edit(occurrence)
            shape = Qt.CursorShape.SizeVerCursor if resizable else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        self.viewport().update()
        if drag is None:
            return
        if drag.occurrence is not None and drag.moving:
            self.moved.emit(drag.occurrence, drag.start, drag.end)
        elif drag.occurrence is not None:
            self.opened.emit(drag.occurrence)
        elif drag.kind == "day":
            self.wanted.emit(drag.start, drag.end, True, self._place(drag.start))
        else:
            start = drag.start if drag.moving else drag.start.replace(minute=drag.start.minute // STEP * STEP)
            end = drag.end if drag.moving else start + timedelta(minutes=60)
            self.wanted.emit(start, end, False, self._place(start))

    def _place(self, start: datetime) -> QRect:
        column = self._days.index(start.date()) if start.date() in self._days else 0
        y = max(self._header, self._y(start.hour * 60 + start.minute))
        return QRectF(self._gutter + column * self._width, y, self._width, self._hour).toRect()

    # the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        steps = {
            Qt.Key.Key_Left: timedelta(days=-1), Qt.Key.Key_Right: timedelta(days=1),
            Qt.Key.Key_Up: timedelta(minutes=-STEP), Qt.Key.Key_Down: timedelta(minutes=STEP),
        }  # fmt: skip
        if key in steps and alt:
            self._shift(steps[Qt.Key(key)], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in steps:
            self._go(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            found = self._at_cursor()
            if found is not None:
                self.opened.emit(found)
            else:
                self.wanted.emit(
                    self._cursor, self._cursor + timedelta(minutes=60), False, self._place(self._cursor)
                )
        elif key == Qt.Key.Key_Delete and (found := self._at_cursor()) is not None:
            self.deleted.emit(found)
        else:
            super().keyPressEvent(event)

    def _go(self, by: timedelta) -> None:
        to = self._cursor + by
        if to.date() not in self._days:
            if abs(by) >= timedelta(days=1):
                self._cursor = to
                self.turned.emit(1 if by > timedelta() else -1)
            return
        self._cursor = to
        self._reveal()
        found = self._at_cursor()
        self.select(found)
        self.picked.emit(to.date())
        if found is not None:
            announce(self, words.spoken(found, self._collections.get(found.collection)))
        else:
            announce(self, f"{words.short_day(to.date())} {words.clock(to)} {_('空き')}")

    def _shift(self, by: timedelta, length: bool) -> None:
        found = self._at_cursor()
        if found is None or _is_long(found) or not self._may_edit(found):
            return
        start = found.start if length else found.start + by
        end = max(start + timedelta(minutes=SLOT), found.end + by)
        if not length:
            self._cursor += by
        self.moved.emit(found, start, end)

    def _at_cursor(self) -> Occurrence | None:
        end = self._cursor + timedelta(minutes=STEP)
        inside = [
            p.occurrence for p in self._placed if p.occurrence.start < end and p.occurrence.end > self._cursor
        ]
        starts = [o for o in inside if o.start >= self._cursor]
        return next(iter(starts or inside), None)

    def _reveal(self) -> None:
        minute = self._cursor.hour * 60 + self._cursor.minute
        bar = self.verticalScrollBar()
        top, bottom = minute / 60 * self._hour, (minute + STEP) / 60 * self._hour
        if top < bar.value():
            bar.setValue(round(top))
        elif bottom > bar.value() + bar.pageStep():
            bar.setValue(round(bottom - bar.pageStep()))
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self._drag is None:
            point = self.viewport().mapFromGlobal(event.globalPos())  # type: ignore[attr-defined]
            found, _edge = self._under(QPointF(point))
            if found is not None:
                text = words.spoken(found, self._collections.get(found.collection))
                QToolTip.showText(event.globalPos(), text, self.viewport())  # type: ignore[attr-defined]
                return True
        return super().viewportEvent(event)


def _is_long(o: Occurrence) -> bool:
    return o.all_day or o.end - o.start >= timedelta(hours=24)


def _at(o: Occurrence, start: datetime, end: datetime) -> Occurrence:
    return o._replace(start=start, end=end)
