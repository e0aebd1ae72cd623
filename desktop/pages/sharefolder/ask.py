"""A line that asks for one thing above the table: a name, an address, or what to do with a taken name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QWidget
from shiboken6 import isValid

from core.i18n import _
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow

_NARROW = 44  # em: one below the other


class Ask(QFrame):
    """Hidden until it asks; Escape and やめる end it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._layout = page.row(self, 0.6, 0.6)
        self._line = page.Across(_NARROW)
        self._before: QWidget | None = None  # had the keyboard, and gets it back
        self.stays = False
        """What it asks is about no folder."""
        self.hide()

    def text(
        self,
        question: str,
        value: str,
        done: Callable[[str], object],
        secret: bool = False,
        limit: int = 255,
    ) -> None:
        """Ask for a line of text, of at most ``limit`` characters; a ``secret`` one is not shown."""
        field = line_edit(question, limit=limit)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setText(value)

        def finish() -> None:
            if written := (field.text() if secret else field.text().strip()):
                self.end()
                done(written)

        field.returnPressed.connect(finish)
        self._begin(question)
        self._line.add(field, 1)
        self._line.add(Flow(button(_("決定"), finish), button(_("やめる"), self.end)))
        page.in_order(self)
        self.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        stem = value.rpartition(".")[0]
        field.setSelection(0, len(stem) if stem else len(value))

    def choice(
        self,
        question: str,
        ways: Sequence[tuple[str, Callable[[], object]]],
        stays: bool = False,
        risky: bool = False,
    ) -> None:
        """Ask which of ``ways``; Enter takes the first, or, where that is ``risky``, やめる. One that
        ``stays`` is about no folder."""
        self._begin(question, stays)
        every = (*ways, (_("やめる"), lambda: None))
        made = [button(words, partial(self._take, way)) for words, way in every]
        self._line.add(Flow(*made))
        page.in_order(self)
        self.show()
        made[-1 if risky else 0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, way: Callable[[], object]) -> None:
        self.end()
        way()

    def end(self) -> None:
        """Ask no more."""
        self.stays = False
        focused = QApplication.focusWidget()
        inside = focused is not None and self.isAncestorOf(focused)
        page.clear(self._layout)
        self.hide()
        if inside and self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Another folder is shown: whoever would answer now would think of that one."""
        if not self.stays:
            self.end()

    def _begin(self, question: str, stays: bool = False) -> None:
        self.stays = stays
        focused = QApplication.focusWidget()
        if focused is not None and not self.isAncestorOf(focused):
            self._before = focused
        page.clear(self._layout)
        self._line = page.Across(_NARROW, 0.6)
        self._line.add(page.label(question, "strong", wrap=True), 1)
        self._layout.addWidget(self._line)
        announce(self, question)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)
