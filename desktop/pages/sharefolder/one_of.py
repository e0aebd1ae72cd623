"""Several widgets in one place, one shown, perhaps with words over it. Unlike a stacked widget, what is
hidden takes no room at all, also where heights depend on widths."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget


class OneOf(QWidget):
    """The first added is shown until another is chosen; ``chosen`` tells which."""

    chosen = Signal(object)

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._widgets = list(widgets)
        self._words: dict[QWidget, QWidget] = {}
        for number, widget in enumerate(widgets):
            self._layout.addWidget(widget, 0, 0)
            if number:
                widget.hide()

    def say(self, over: QWidget, words: QWidget | None) -> None:
        """Show ``words`` in the middle of ``over``, which keeps the keyboard, whenever that is shown; None:
        nothing any more."""
        if (before := self._words.pop(over, None)) is not None and before is not words:
            before.hide()
        if words is not None:
            self._words[over] = words
            if self._layout.indexOf(words) < 0:
                self._layout.addWidget(words, 0, 0, Qt.AlignmentFlag.AlignVCenter)
            words.raise_()
            words.setVisible(not over.isHidden())

    def choose(self, wanted: QWidget) -> None:
        """Show ``wanted`` and hide the others; the keyboard goes along, not off the page."""
        focus = QApplication.focusWidget()
        along = focus is not None and any(
            each is not wanted and (each is focus or each.isAncestorOf(focus)) for each in self._widgets
        )
        for widget in self._widgets:
            if widget is not wanted:
                widget.hide()
                if widget in self._words:
                    self._words[widget].hide()
        wanted.show()
        if wanted in self._words:
            self._words[wanted].show()
        if along:
            _first(wanted).setFocus(Qt.FocusReason.OtherFocusReason)
        self.chosen.emit(wanted)

    def current(self) -> QWidget:
        """What is shown."""
        return next(widget for widget in self._widgets if not widget.isHidden())


def _first(whole: QWidget) -> QWidget:
    """Where the keyboard begins in ``whole``: itself, or the first of its controls that can be used."""
    tab, each = Qt.FocusPolicy.TabFocus, whole
    while not (each.focusPolicy() & tab and each.isEnabled() and each.isVisibleTo(whole)):
        following = each.nextInFocusChain()
        if following is None or following is whole or not whole.isAncestorOf(following):
            return whole
        each = following
    return each
