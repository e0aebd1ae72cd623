"""Days laid out as on a calendar sheet and walked by the keys: what the month and the year have in common."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from calendar_sync.holidays import holiday
from desktop.ui import theme


class Sheet(QWidget):
    """Arrows move the cursor by days and weeks, Enter opens one."""

    day_opened = Signal(object)
    picked = Signal(object)
    turned = Signal(int)

    def __init__(self, name: str, cursor: date) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self._cursor = cursor
        theme.current().changed.connect(self.update)

    @property
    def chosen(self) -> date:
        """The day on which the keyboard is."""
        return self._cursor

    def place_of(self, day: date) -> QRectF | None:
        """Where ``day`` is drawn; None where it is not."""
        raise NotImplementedError

    def _go(self, day: date) -> None:
        """The keyboard has moved to ``day``."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}.get(
            Qt.Key(event.key()), 0
        )
        if step:
            self._go(self._cursor + timedelta(days=step))
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.day_opened.emit(self._cursor)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def ink(day: date) -> str:
    """The colour of a day's number: holidays and Sundays, Saturdays, the others."""
    tokens = theme.current().tokens
    if holiday(day) or day.weekday() == 6:
        return tokens.danger
    return tokens.link if day.weekday() == 5 else tokens.text
