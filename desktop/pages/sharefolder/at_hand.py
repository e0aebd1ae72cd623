"""What is at hand: favourites, files opened lately, links, another place. One menu, also by the keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.i18n import _
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.buttons import button
from sharefolder.marks import Mark

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class AtHand(QWidget):
    """The button and its menu, made anew each time it opens."""

    def __init__(self, services: Services, view: Files) -> None:
        super().__init__()
        self._services, self._view = services, view
        self._here = Mark("", "")
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill)
        self._button = button(_("お気に入り・その他"), self._open, icon="caret-down")
        page.column(self, 0).addWidget(self._button)

    def _open(self) -> None:
        """Not the button's own menu: a screen reader could not press it then."""
        self.menu.popup(self._button.mapToGlobal(self._button.rect().bottomLeft()))

    def show_place(self, place: str, folder: str) -> None:
        """What is shown now: what "keep this folder" is about."""
        self._here = Mark(place, folder)

    def _fill(self) -> None:
        self.menu.clear()
        marks = self._services.share.marks
        favourites = marks.favourites()
        kept = self._here in favourites
        words = _("このフォルダをお気に入りから外す") if kept else _("このフォルダをお気に入りに入れる")
        self._add(words, lambda: marks.keep(self._here, not kept))
        self._list(_("お気に入り"), favourites)
        self._list(_("最近開いたもの"), marks.recent())
        self.menu.addSeparator()
        self._add(_("リンクを写す"), self._view.links.copy)
        self._add(_("リンクをメールで送る"), self._view.links.mail)
        self.menu.addSeparator()
        self._add(_("場所を追加"), self._view.adding.add_place)
        if place := self._here.place:
            words = _("場所「{place}」を外す").format(place=place)
            self._add(words.replace("&", "&&"), partial(self._view.adding.remove_place, place))
        self._add(_("中身を探せない文書"), self._view.looking.show_unread)
        self._add(_("変更の記録と前の版"), self._view.show_history)
        self._add(_("ごみ箱"), self._view.show_bin)
        for each in self._view.spare:  # last: what is always here keeps its place
            if each.isHidden():  # a narrow page has no room for them
                self._add(each.text(), each.click)

    def _list(self, title: str, marks: list[Mark]) -> None:
        if marks:
            self.menu.addSection(title)
        for mark in marks:
            name = mark.path.rpartition("/")[2] or mark.place
            self._add(name.replace("&", "&&"), partial(self._go, mark))

    def _go(self, mark: Mark) -> None:
        """A folder is opened; a file is chosen in its folder."""
        if mark.file:
            self._view.go(mark.place, mark.path.rpartition("/")[0], mark.path)
        else:
            self._view.go(mark.place, mark.path)

    def _add(self, words: str, act: object) -> None:
        made = QAction(words, self.menu)
        made.triggered.connect(lambda _checked: act())  # type: ignore[operator]
        self.menu.addAction(made)
