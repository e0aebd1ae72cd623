"""The list under the bell: every note with its actions, by keyboard and by screen reader; Esc closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QWidget

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_date
from desktop.ui import page, theme
from desktop.ui.buttons import Button, button, icon_button
from desktop.ui.centre import Centre, Note
from desktop.ui.icons import set_icon
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.flow import Flow

_WIDTH, _HEIGHT = 26, 32  # em, at most


class CentrePanel(QFrame):
    """``words``: the sentence about the quiet hours. Opens below ``bell`` in the bell's window."""

    def __init__(self, bell: QWidget, centre: Centre, words: Callable[[], str]) -> None:
        super().__init__(bell.window())
        self._bell, self._centre, self._words = bell, centre, words
        self.setProperty("panel", True)
        self.setAccessibleName(_("お知らせの一覧"))
        whole = page.column(self, 0.4, 0.8)
        head = page.row(spacing=0.5)
        head.addWidget(page.label(_("お知らせ"), "section"), 1)
        self.close_button = icon_button(_("お知らせの一覧を閉じる"), "x", self.leave)
        head.addWidget(self.close_button)
        whole.addLayout(head)
        self.quiet = page.label("", "caption", wrap=True)
        whole.addWidget(self.quiet)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        whole.addWidget(self._area, 1)
        centre.changed.connect(self._changed)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]
        self.hide()

    def open(self) -> None:
        """Show the list as it is now, with the focus in it."""
        unread = {note.key for note in self._centre.notes if self._centre.is_unread(note)}
        self._fill(unread)
        self._centre.see()
        self.quiet.setText(self._words())
        self.quiet.setVisible(bool(self.quiet.text()))
        self._place()
        self.show()
        self.raise_()
        first = next(iter(self._area.findChildren(Button)), self.close_button)
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Close, and give the focus back to the bell."""
        self.hide()
        self._bell.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _place(self) -> None:
        window = self.window().size()
        width = min(theme.em(_WIDTH), window.width() - theme.em(1))
        corner = self._bell.mapTo(self.window(), QPoint(self._bell.width(), self._bell.height() + 6))
        room = window.height() - corner.y() - theme.em(0.5)
        self.setFixedSize(width, max(theme.em(10), min(theme.em(_HEIGHT), room)))
        self.move(max(theme.em(0.5), corner.x() - width), corner.y())

    def _fill(self, unread: set[str]) -> None:
        inside = QWidget()
        inside.setObjectName("page")
        layout = page.column(inside, 0)
        for number, note in enumerate(self._centre.notes):
            if number:
                layout.addWidget(page.line())
            layout.addWidget(self._row(note, note.key in unread))
        if not self._centre.notes:
            layout.addWidget(Empty("bell", _("お知らせはありません。")))
        layout.addStretch(1)
        self._area.setWidget(inside)

    def _row(self, note: Note, unread: bool) -> QFrame:
        frame = QFrame()
        row = page.row(frame, 0.6)
        row.setContentsMargins(0, theme.em(0.6), theme.em(0.4), theme.em(0.6))
        mark = QLabel()
        set_icon(mark, note.icon, "danger" if note.urgent else "primary" if unread else "muted", 1.4)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = page.column(spacing=0.3)
        words.addWidget(page.label(note.title, "strong", wrap=True))
        if note.sentence:
            words.addWidget(page.label(note.sentence, wrap=True))
        words.addWidget(page.label(_when(note, unread), "caption"))
        made = [self._action(note, *each) for each in (note.action, note.more) if each is not None]
        if made:
            words.addWidget(Flow(*made))
        row.addLayout(words, 1)
        return frame

    def _action(self, note: Note, text: str, act: Callable[[], object]) -> Button:
        def press() -> None:
            self.leave()
            act()

        made = button(text, press)
        made.setAccessibleName(f"{note.title}: {text}")
        return made

    def _changed(self) -> None:
        if self.isVisible():
            held = self._area.isAncestorOf(QApplication.focusWidget() or self)
            self._fill(set())
            if held:
                self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and new is not self and not self.isAncestorOf(new):
            self.hide()


def _when(note: Note, unread: bool) -> str:
    moment = datetime.fromtimestamp(note.time, TOKYO)
    day = "" if moment.date() == datetime.now(TOKYO).date() else format_date(moment.date()) + " "
    words = f"{day}{moment.hour}:{moment.minute:02}"
    if note.urgent:
        words += "　" + _("急ぎ")
    return words + "　" + _("未読") if unread else words
