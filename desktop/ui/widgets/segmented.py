"""One choice out of a few, all visible: radio buttons that look like one control."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QLayout, QPushButton, QSizePolicy

from desktop.ui import page
from desktop.ui.widgets.flow import Flow


class Segmented(QFrame):
    """``options`` are (value, words). Arrow keys move the choice, as a screen reader's user expects.
    ``wrap``: many of them, in as many lines as they need."""

    chosen = Signal(object)

    def __init__(
        self, name: str, options: Sequence[tuple[object, str]], value: object, wrap: bool = False
    ) -> None:
        super().__init__()
        self.setObjectName("segmented")
        self.setAccessibleName(name)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._values = [option[0] for option in options]
        self._group = QButtonGroup(self)
        layout: QLayout = page.row(self, 0.1, 0.15)
        if wrap:
            flow = Flow(spacing=0.1)
            layout.addWidget(flow)
            layout = flow.flow()
        for index, (_value, words) in enumerate(options):
            segment = _Segment(words)
            segment.setCheckable(True)
            segment.setProperty("kind", "segment")
            segment.setAccessibleName(f"{name}: {words}")
            self._group.addButton(segment, index)
            layout.addWidget(segment)
        self._group.buttonToggled.connect(_reached)
        for each in self._group.buttons():
            _reached(each, False)
        self._group.button(self._values.index(value) if value in self._values else 0).setChecked(True)
        self._group.idClicked.connect(lambda index: self.chosen.emit(self._values[index]))

    def choose(self, value: object) -> None:
        """Show ``value`` as chosen, without a signal."""
        self._group.button(self._values.index(value)).setChecked(True)

    def value(self) -> object:
        return self._values[self._group.checkedId()]


def _reached(segment: QAbstractButton, checked: bool) -> None:
    """Tab stops at the chosen one, the arrow keys go on from there."""
    segment.setFocusPolicy(Qt.FocusPolicy.StrongFocus if checked else Qt.FocusPolicy.ClickFocus)


class _Segment(QPushButton):
    def sizeHint(self) -> QSize:
        """With room for the bold words of the chosen one."""
        bold = QFont(self.font())
        bold.setBold(True)
        text = self.text()
        more = QFontMetrics(bold).horizontalAdvance(text) - self.fontMetrics().horizontalAdvance(text)
        return super().sizeHint() + QSize(max(0, more), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        group = self.group()
        if step and group is not None:
            other = group.button((group.id(self) + step) % len(group.buttons()))
            other.setFocus(Qt.FocusReason.TabFocusReason)
            other.click()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
