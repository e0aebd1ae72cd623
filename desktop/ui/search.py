"""One field for everything (Ctrl+K): pages, actions and, for the IT role, people."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QIcon, QInputMethodEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.icons import pixmap, set_icon


@dataclass(frozen=True)
class Command:
    """Something the search field finds. ``words`` are other spellings a person might type."""

    text: str
    icon: str
    run: Callable[[], object]
    words: str = ""
    shortcut: str = ""


class LineEdit(QLineEdit):
    """A line that never acts on Enter while an input method is composing."""

    composing = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.composing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return
        super().keyPressEvent(event)


def fold(text: str) -> str:
    """``text`` for comparing: width and case folded, katakana as hiragana, spaces gone."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in wide if not c.isspace())


def matching(commands: Sequence[Command], text: str, limit: int = 8) -> list[Command]:
    """Commands whose text or words contain ``text``, those that begin with it first."""
    wanted = fold(text)
    if not wanted:
        return list(commands)[:limit]
    found = [c for c in commands if wanted in fold(c.text + "\n" + c.words)]
    return sorted(found, key=lambda c: not fold(c.text).startswith(wanted))[:limit]


class SearchField(LineEdit):
    """The field of the top line with its list of results below it."""

    def __init__(self, commands: Callable[[str], Sequence[Command]]) -> None:
        super().__init__()
        self._commands = commands
        self._found: list[Command] = []
        self._panel: QFrame | None = None
        self._list = QListWidget()
        self.setObjectName("search")
        self.setAccessibleName(_("検索と操作"))
        self.setPlaceholderText(_("検索・操作（Ctrl+K）"))
        self.setClearButtonEnabled(False)
        self._glass = QLabel(self)  # an action's icon would not grow with the text
        set_icon(self._glass, "magnifying-glass", "muted", 1.1)
        self.setTextMargins(theme.em(1.5), 0, 0, 0)
        self.textChanged.connect(self._refresh)
        self.returnPressed.connect(self._run)

    def open(self) -> None:
        """Take the focus and show what can be done."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._refresh()

    def _build_panel(self) -> QFrame:
        panel = QFrame(self.window())
        panel.setProperty("panel", True)
        box = page.column(panel, 0, 0.35)
        self._list.setAccessibleName(_("見つかったもの"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(lambda _item: self._run())
        box.addWidget(self._list)
        panel.hide()
        return panel

    def _refresh(self) -> None:
        if not self.hasFocus():
            return
        if self._panel is None or self._panel.parentWidget() is not self.window():
            self._panel = self._build_panel()
        self._found = matching(self._commands(self.text()), self.text())
        self._list.clear()
        for command in self._found:
            extra = f"　{command.shortcut}" if command.shortcut else ""
            self._list.addItem(QListWidgetItem(_icon(command.icon), command.text + extra))
        if not self._found:
            nothing = QListWidgetItem(_("見つかりませんでした。別の言葉でお試しください。"))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(nothing)
        self._list.setCurrentRow(0)
        self._place(self._panel)

    def _place(self, panel: QFrame) -> None:
        rows = max(1, len(self._found))
        panel.setFixedWidth(max(self.width(), theme.em(22)))
        height = sum(self._list.sizeHintForRow(i) for i in range(rows)) + theme.em(1)
        panel.setFixedHeight(height)
        panel.move(self.mapTo(self.window(), QPoint(0, self.height() + 6)))
        panel.show()
        panel.raise_()

    def _run(self) -> None:
        index = self._list.currentRow()
        if self._panel is None or not self._panel.isVisible() or not 0 <= index < len(self._found):
            return
        command = self._found[index]
        self.close_panel()
        self.clear()
        command.run()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self._glass.sizeHint()
        self._glass.setGeometry(QRect(QPoint(theme.em(0.6), (self.height() - size.height()) // 2), size))

    def close_panel(self) -> None:
        if self._panel is not None:
            self._panel.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._found:
            self._list.setCurrentRow((self._list.currentRow() + step) % len(self._found))
            self.setAccessibleDescription(self._found[self._list.currentRow()].text)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_panel()
            self.clear()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.close_panel()
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._refresh()


def _icon(name: str) -> QIcon:
    return QIcon(pixmap(name, theme.em(1.25), theme.current().tokens.muted))
