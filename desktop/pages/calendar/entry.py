"""One line for a new event in words; what has been understood stands below it while one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from calendar_sync.words import Understood, understand
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import words
from desktop.ui import page, theme
from desktop.ui.search import LineEdit

EXAMPLE = "来週水 10-11 課内会議 302"


class EntryField(LineEdit):
    """Enter makes the event, Esc takes the words back."""

    made = Signal(object)
    left = Signal()

    def __init__(self, name: str, rooms: Callable[[], Sequence[str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMaxLength(300)
        self._rooms = rooms
        self.at: tuple[datetime, datetime, bool] | None = None  # the place on the grid it belongs to

    def understood(self) -> Understood | None:
        """What the words mean now; None while there are none."""
        if not self.text().strip():
            return None
        start, end, all_day = self.at or (None, None, False)
        minutes = round((end - start).total_seconds() / 60) if start and end and not all_day else 60
        return understand(self.text(), datetime.now(TOKYO).date(), start, self._rooms(), minutes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.composing:
            found = self.understood()
            if found is not None:
                self.made.emit(found)
                self.clear()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Chips(QWidget):
    """When and where, as understood so far."""

    def __init__(self, field: EntryField, hint: str = "") -> None:
        super().__init__()
        self._field, self._hint = field, hint
        self._row = page.row(self, 0.4)
        self._row.addStretch(1)
        self._labels = [page.label("") for _n in range(3)]
        for index, (label, chip) in enumerate(zip(self._labels, ("note", "plain", "plain"), strict=True)):
            label.setProperty("chip", chip)
            self._row.insertWidget(index, label)
        self._say = page.label(hint, "caption")
        self._row.insertWidget(0, self._say)
        field.textChanged.connect(self.show_understood)
        self.show_understood()

    def show_understood(self) -> None:
        found = self._field.understood()
        texts = ("", "", "") if found is None else (
            words.when_words(found.start, found.end, found.all_day), found.location, found.summary,
        )  # fmt: skip
        for label, text in zip(self._labels, texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self._say.setVisible(found is None and bool(self._hint))


class QuickEntry(QWidget):
    """The field at the top of the page."""

    made = Signal(object)

    def __init__(self, rooms: Callable[[], Sequence[str]]) -> None:
        super().__init__()
        layout = page.column(self, 0.3)
        self.field = EntryField(_("予定をことばで入れる"), rooms)
        self.field.setPlaceholderText(_("予定をことばで入れる（例: {example}）").format(example=EXAMPLE))
        self.field.made.connect(self.made)
        layout.addWidget(self.field)
        self._chips = Chips(self.field)
        layout.addWidget(self._chips)
        self._chips.hide()
        self.field.textChanged.connect(lambda text: self._chips.setVisible(bool(text.strip())))


class InlineEntry(QFrame):
    """The field that opens where one has clicked on the grid."""

    made = Signal(object)

    def __init__(self, parent: QWidget, rooms: Callable[[], Sequence[str]]) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        layout = page.column(self, 0.35, 0.6)
        self.field = EntryField(_("この時間の予定"), rooms)
        self.field.setPlaceholderText(_("件名（場所や時刻も書けます）"))
        self.field.made.connect(self._done)
        self.field.left.connect(self.close_entry)
        layout.addWidget(self.field)
        self._chips = Chips(self.field)
        self._when = page.label("", "caption")
        layout.addWidget(self._when)
        layout.addWidget(self._chips)
        self._around, self._back = parent, parent
        self.hide()

    def open_at(self, start: datetime, end: datetime, all_day: bool, place: QRect, back: QWidget) -> None:
        """Ask for the event of ``start`` … ``end``; ``place`` is in the coordinates of ``back``."""
        self._back = back
        self.field.clear()
        self.field.at = (start, end, all_day)
        self._when.setText(words.when_words(start, end, all_day))
        self.setFixedWidth(theme.em(20))
        self.adjustSize()
        parent = self._around
        corner = back.mapTo(parent, place.topLeft())
        x = min(corner.x(), parent.width() - self.width() - theme.em(0.5))
        y = min(corner.y() + theme.em(1.2), parent.height() - theme.em(7))
        self.move(QPoint(max(0, x), max(0, y)))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_entry(self) -> None:
        self.hide()
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self, found: Understood) -> None:
        self.close_entry()
        self.made.emit(found)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.field.text().strip():
            self.hide()
