"""One field for everything (Ctrl+K): what is at hand at once, what must be looked for as it comes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QFocusEvent, QIcon, QInputMethodEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.icons import pixmap, set_icon


@dataclass(frozen=True)
class Command:
    """Something the search field finds. ``words`` are other spellings a person might type."""

    text: str
    icon: str
    run: Callable[[], object]
    words: str = ""
    shortcut: str = ""
    group: str = ""


Show = Callable[[str, Sequence[Command]], None]
Look = Callable[[str, Show], Sequence[str]]
"""Begins to look for a text; the groups in which something may be found. Each is shown once, on the UI
thread, also when it is empty."""


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

    def __init__(
        self, commands: Callable[[str], Sequence[Command]], look: Look = lambda _text, _show: ()
    ) -> None:
        super().__init__()
        self._commands, self._look = commands, look
        self._groups: dict[str, Sequence[Command]] = {}
        self._waiting: set[str] = set()
        self._rows: list[Command | None] = []  # a heading is no command
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
        theme.current().changed.connect(self._redraw)

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

    @property
    def found(self) -> list[Command]:
        """What is listed, in its order."""
        return [each for each in self._rows if each is not None]

    @property
    def settled(self) -> bool:
        """Whether all has come that was looked for."""
        return not self._waiting

    def _refresh(self) -> None:
        if not self.hasFocus():
            return
        if self._panel is None or self._panel.parentWidget() is not self.window():
            self._panel = self._build_panel()
        text = self.text()
        at_hand = matching(self._commands(text), text)
        self._groups = {}
        for each in at_hand:
            self._groups[each.group] = [*self._groups.get(each.group, ()), each]
        self._waiting = set()  # an answer that comes at once finds its group
        groups = self._look(text, partial(self._arrived, text))
        self._waiting |= {group for group in groups if group not in self._groups}
        self._groups = {**self._groups, **{group: self._groups.get(group, ()) for group in groups}}
        self._fill(None)

    def _arrived(self, text: str, group: str, commands: Sequence[Command]) -> None:
        """An answer; to what was typed before, it is none."""
        if text != self.text() or self._panel is None or not self._panel.isVisible():
            return
        self._waiting.discard(group)
        self._groups[group] = commands
        self._fill(self._chosen())

    def _fill(self, keep: Command | None) -> None:
        """``keep`` stays chosen: what comes later moves nothing under the person's finger."""
        self._list.clear()
        self._rows = []
        for group, commands in self._groups.items():
            if group and commands:
                self._heading(group)
            for command in commands:
                extra = f"　{command.shortcut}" if command.shortcut else ""
                self._list.addItem(QListWidgetItem(_icon(command.icon), command.text + extra))
                self._rows.append(command)
        if not self.found:
            words = (
                _("探しています…") if self._waiting else _("見つかりませんでした。別の言葉でお試しください。")
            )
            self._heading(words)
        kept = keep is not None and keep in self._rows
        self._choose(self._rows.index(keep) if kept else self._next(-1, 1))
        if self._panel is not None:
            self._place(self._panel)

    def _redraw(self) -> None:
        """The rows' icons and headings in the new theme's colours, without another key."""
        if self._panel is not None and self._panel.isVisible():
            self._fill(self._chosen())

    def _heading(self, words: str) -> None:
        item = QListWidgetItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setForeground(QColor(theme.current().tokens.muted))
        font = self._list.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 0.85) if font.pointSizeF() > 0 else font.setPixelSize(
            round(font.pixelSize() * 0.85)
        )
        item.setFont(font)
        self._list.addItem(item)
        self._rows.append(None)

    def _place(self, panel: QFrame) -> None:
        """Below the field, and whole: on a small screen it begins further left."""
        whole, edge = self.window().rect(), theme.em(0.5)
        panel.setFixedWidth(min(max(self.width(), theme.em(32)), whole.width() - 2 * edge))
        height = sum(self._list.sizeHintForRow(i) for i in range(len(self._rows))) + theme.em(1)
        corner = self.mapTo(self.window(), QPoint(0, self.height() + 6))
        panel.setFixedHeight(max(theme.em(3), min(height, self.window().height() - corner.y() - theme.em(1))))
        panel.move(max(edge, min(corner.x(), whole.width() - edge - panel.width())), corner.y())
        panel.show()
        panel.raise_()

    def _chosen(self) -> Command | None:
        row = self._list.currentRow()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def _next(self, row: int, step: int) -> int:
        """The next row that can be chosen; -1: there is none."""
        for _each in self._rows:
            row = (row + step) % len(self._rows)
            if self._rows[row] is not None:
                return row
        return -1

    def _choose(self, row: int) -> None:
        self._list.setCurrentRow(row)
        chosen = self._chosen()
        self.setAccessibleDescription(_spoken(chosen) if chosen is not None else "")

    def _run(self) -> None:
        command = self._chosen()
        if self._panel is None or not self._panel.isVisible() or command is None:
            return
        with QSignalBlocker(self):  # an empty field would open the list again
            self.clear()
        self.close_panel()
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
        if step and self.found:
            self._choose(self._next(self._list.currentRow(), step))
            announce(self, self.accessibleDescription())
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


def _spoken(command: Command) -> str:
    return f"{command.group}: {command.text}" if command.group else command.text


def _icon(name: str) -> QIcon:
    """The chosen row has a ground of its own."""
    tokens, size = theme.current().tokens, theme.em(1.25)
    icon = QIcon(pixmap(name, size, tokens.muted))
    icon.addPixmap(pixmap(name, size, tokens.on_selected), QIcon.Mode.Selected)
    return icon
