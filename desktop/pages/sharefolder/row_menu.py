"""The menu on a row, by the mouse, the menu key or Shift+F10: what can be done with what is chosen, and the
order of the list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QMenu

from core.i18n import _

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class RowMenu:
    """Made anew each time; nothing that cannot be done now can be pressed."""

    def __init__(self, view: Files) -> None:
        self._view = view
        self.menu = QMenu(view)

    def open(self, at: QPoint) -> None:
        """At a point of the screen."""
        self.fill()
        self.menu.popup(at)

    def open_by_key(self) -> None:
        """At the current row."""
        shown = self._view.stack.current()
        if isinstance(shown, QAbstractItemView):
            place = (
                shown.visualRect(shown.currentIndex()).bottomLeft()
                if shown.currentIndex().isValid()
                else QPoint()
            )
            self.open(shown.viewport().mapToGlobal(place))

    def fill(self) -> None:
        """The verbs and their keys."""
        view = self._view
        self.menu.clear()
        chosen = view.chosen_entries()
        one = chosen[0] if len(chosen) == 1 else None
        some = bool(chosen)
        self._add(_("開く"), lambda: view.open_entry(one) if one is not None else None, one is not None)
        self._add(_("この端末に保存"), view.save, some)
        self._add(_("履歴"), view.show_history, one is not None)
        self.menu.addSeparator()
        self._add(_("切り取り（移す）"), view.moving.cut, some, "Ctrl+X")
        self._add(_("コピー（写す）"), view.moving.copy, some, "Ctrl+C")
        self._add(_("貼り付け"), view.moving.paste, view.stack.current() is view.list, "Ctrl+V")
        self._add(_("リンクを写す"), view.links.copy, some)
        self.menu.addSeparator()
        self._add(_("名前を変える"), view.rename, one is not None, "F2")
        self._add(_("削除"), view.trash, some, "Delete")
        if view.stack.current() is view.list:
            self.menu.addSeparator()
            self._add(_("新しいフォルダ"), view.new_folder, True)
            self._add(_("すべて選ぶ"), view.list.selectAll, view.list.shown() > 0, "Ctrl+A")
            self._add(_("読み直す"), view.read, True, "F5")
            order = self.menu.addMenu(_("並べ替え"))
            for column, words in enumerate(view.list.titles()):
                act = QAction(words, order)
                act.triggered.connect(partial(self._reorder, column))
                order.addAction(act)

    def _reorder(self, column: int, _checked: bool = False) -> None:
        self._view.list.ordered.emit(column)

    def _add(self, words: str, act: Callable[[], object], possible: bool, keys: str = "") -> None:
        made = QAction(f"{words}\t{keys}" if keys else words, self.menu)
        made.setEnabled(possible)
        made.triggered.connect(lambda _checked: act())
        self.menu.addAction(made)
