"""Days side by side, hours from top to bottom: one painted widget for day and week.

Drag an event to move it, its lower edge to lengthen it, an empty place to make one. Everything works from the
keyboard: arrows move the cursor, Enter opens or creates, Alt+arrows move the event under the cursor.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from calendar_sync.model import Occurrence
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.days import SLOT, STEP, Drag, is_long
from desktop.pages.calendar.days_paint import PaintedDays
from desktop.ui import theme
from desktop.ui.announce import announce
from desktop.ui.tips import plain


class DayGrid(PaintedDays):
    """The signals say what the person wants."""

    wanted = Signal(object, object, bool, QRect)  # start, end, all day, where
    opened = Signal(object)
    moved = Signal(object, object, object)  # occurrence, start, end
    turned = Signal(int)  # pages forward (1) or back (-1)
    picked = Signal(object)  # the date the cursor is on
    deleted = Signal(object)

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
            if not is_long(occurrence) and self._may_edit(occurrence):
                self._drag = Drag(kind, moment, occurrence, occurrence.start, occurrence.end)
            else:
                self._drag = Drag("open", moment, occurrence, occurrence.start, occurrence.end)
        elif event.position().y() >= self._header:
            self._drag = Drag("create", moment, None, moment, moment + timedelta(minutes=60))
        else:
            midnight = datetime(self._cursor.year, self._cursor.month, self._cursor.day)
            self._drag = Drag("day", midnight, None, midnight, midnight + timedelta(days=1))

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
            resizable = edge and not is_long(occurrence) and self._may_edit(occurrence)
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

    def point_at(self, occurrence: Occurrence) -> None:
        """Put the cursor on ``occurrence``, so that Enter opens it."""
        start = occurrence.start
        self._cursor = start.replace(minute=start.minute // STEP * STEP, second=0)
        self.select(occurrence)
        self._reveal()

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
                self.picked.emit(to.date())
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
        if found is None or is_long(found) or not self._may_edit(found):
            return
        start = found.start if length else found.start + by
        end = max(start + timedelta(minutes=SLOT), found.end + by)
        if not length:
            self._cursor += by
            if self._cursor.date() in self._days:
                self.picked.emit(self._cursor.date())
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
                text = plain(words.spoken(found, self._collections.get(found.collection)))
                QToolTip.showText(event.globalPos(), text, self.viewport())  # type: ignore[attr-defined]
                return True
        return super().viewportEvent(event)
