"""ファイル: where I am, what is in it, what I look for, and what is on its way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QComboBox, QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.adding import Adding
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.at_hand import AtHand
from desktop.pages.sharefolder.bin import Bin
from desktop.pages.sharefolder.crumbs import Crumbs
from desktop.pages.sharefolder.details import Details
from desktop.pages.sharefolder.drops import Drops
from desktop.pages.sharefolder.edits import Edits
from desktop.pages.sharefolder.following import Following
from desktop.pages.sharefolder.found import Found
from desktop.pages.sharefolder.history import History
from desktop.pages.sharefolder.links_out import LinksOut
from desktop.pages.sharefolder.listing import Listing
from desktop.pages.sharefolder.looking import Looking
from desktop.pages.sharefolder.moving import Moving
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.outward import Outward
from desktop.pages.sharefolder.reading import Reading
from desktop.pages.sharefolder.row_menu import RowMenu
from desktop.pages.sharefolder.ruled import Ruled
from desktop.pages.sharefolder.sends import Sends
from desktop.pages.sharefolder.thumbnails import Thumbnails
from desktop.pages.sharefolder.tree import Tree
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.beside import Beside
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from sharefolder.marks import Mark
from sharefolder.model import Entry
from sharefolder.service import ShareChanged

_FOR_TOOLS = (50, 50, 50, 74)  # em; with less they are in the menu, and the list has their line
_FOR_TREE = 80  # em; with less the list needs the room, unless one asks for the tree


class Files(QWidget):
    """One place at a time; the search covers all of it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.place, self.folder = "", ""
        self.prepared = False  # before it, that there is no place may be about to change
        self.turn = 0  # the newest listing or search: an answer to an older one is dropped
        self._sends, self._edits = Sends(self, services), Edits(self, services)
        self.choose_files, self.save = self._sends.choose_files, self._sends.save
        self.rename, self.trash = self._edits.rename, self._edits.trash
        self.moving, self.adding = Moving(self, services), Adding(self, services)
        self.links = LinksOut(self, services)
        self.looking = Looking(self, services)
        self._reading = Reading(self, services)
        self.read, self.say_count = self._reading.read, self._reading.say_count
        self._tree_asked: bool | None = None  # until then by the room there is
        self._before_history: QWidget | None = None
        self._following = Following(self, services, self._again)
        self.send_files, self.offer_pending = self._sends.send_files, self._sends.offer_pending
        self.tidy = self._sends.tidy
        self._drops = Drops(self)
        self.setAcceptDrops(True)
        whole = page.column(self, 0.75)
        whole.addWidget(self._head())
        self.ask = Ask()
        whole.addWidget(self.ask)
        self.list = Listing()
        self.list.setMinimumHeight(theme.em(12))
        self.list.opened.connect(self._enter)
        self.list.picked.connect(self._picked)
        self.list.up.connect(self._up)
        self.outward, self.thumbnails = Outward(self, services), Thumbnails(self, services)
        self.list.dragged.connect(self.outward.drag)
        self.list.on_screen.connect(self._pictures)
        self.list.picture_by(lambda entry: self.thumbnails.of(self.place, entry))
        self.thumbnails.came.connect(self.list.repaint_entry)
        self.found = Found()
        self.found.setMinimumHeight(theme.em(12))
        self.found.opened.connect(self._enter)
        self.found.picked.connect(self._picked)
        self.menu = RowMenu(self)
        for rows in (self.list, self.found):
            rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            rows.customContextMenuRequested.connect(
                lambda at, rows=rows: self.menu.open(rows.viewport().mapToGlobal(at))
            )
        self.history = History(services, self._leave_history, self._came_back)
        self.bin = Bin(services, self._leave_history, self._came_back)
        self.stack = OneOf(self.list, self.found, self.history, self.bin)
        self.list.ordered.connect(self._reading.reorder)
        self.details = Details(services, lambda: self._sends.save(), self.show_history)
        self.ruled = Ruled(services)
        whole.addWidget(self.ruled)
        self.tree = Tree(services)
        self.tree.chosen.connect(lambda folder: self.go(self.place, folder))
        middle = page.row(spacing=0.6)
        middle.addWidget(self.tree)
        middle.addWidget(Beside(self.stack, self.details), 1)
        whole.addLayout(middle, 1)
        self.foot = self._foot()
        whole.addWidget(self.foot)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(0)  # what a key and its clear button change together is looked for once
        self._wait.timeout.connect(self.looking.look)
        self._shortcut("F5", self.read)
        for keys, act in (
            ("F2", self._edits.rename),
            ("Delete", self._edits.trash),
            ("Ctrl+X", self.moving.cut),
            ("Ctrl+C", self.moving.copy),
            ("Ctrl+V", self.moving.paste),
            ("Ctrl+H", self.show_history),
        ):
            self._shortcut(keys, act)
        self._shortcut("Alt+Up", self._up)
        for keys in ("Shift+F10", "Menu"):
            self._shortcut(keys, self.menu.open_by_key)
        services.bridge.subscribe(services.events, ShareChanged, self, self._changed)

    def _head(self) -> QWidget:
        head = QWidget()
        layout = page.column(head, 0.6)
        line = page.Across(40, 0.6)
        self.places = QComboBox()
        self.places.setAccessibleName(_("共有フォルダの場所"))
        self.places.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.places.activated.connect(lambda index: self.go(self.places.itemText(index), ""))
        self.crumbs = Crumbs(lambda folder: self.go(self.place, folder))
        self.finder = line_edit(_("この共有を検索"), _("名前と中身を検索"), limit=4_000)
        self.finder.setClearButtonEnabled(True)
        self.finder.setMinimumWidth(theme.em(14))
        self.finder.textChanged.connect(lambda _text: self._wait.start())
        line.add(self.places)
        line.add(self.crumbs, 1)
        line.add(self.finder)
        layout.addWidget(line)
        self.send = button(_("ファイルを送る"), self.choose_files, "primary", "upload-simple")
        self.more = AtHand(self._services, self)
        self.spare = (
            button(_("名前を変える"), self._edits.rename),
            button(_("削除"), self._edits.trash, icon="trash"),
            button(_("読み直す"), self.read, icon="arrow-counter-clockwise"),
            button(_("フォルダの木"), self._toggle_tree, icon="folder"),
        )
        new = button(_("新しいフォルダ"), self._edits.new_folder, icon="plus")
        layout.addWidget(Flow(self.send, new, *self.spare, self.more))
        layout.addWidget(self.looking.narrow())
        return head

    def _foot(self) -> QWidget:
        foot = page.Across(36, 0.6)
        self.count = page.label("", "caption")
        self.filter = line_edit(_("この一覧を絞り込む"), _("名前で絞り込む（Ctrl+F）"), limit=200)
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(theme.em(17))
        self.filter.textChanged.connect(self._reading.narrow)
        foot.add(self.count, 1)
        foot.add(self.filter)
        self._shortcut("Ctrl+F", lambda: self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason))
        return foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for each, least in zip(self.spare, _FOR_TOOLS, strict=True):
            each.setVisible(event.size().width() >= theme.em(least))
        if self._tree_asked is None:
            self.tree.setVisible(event.size().width() >= theme.em(_FOR_TREE))

    def _toggle_tree(self) -> None:
        self._tree_asked = self.tree.isHidden()
        self.tree.setVisible(self._tree_asked)
        (self.tree if self._tree_asked else self.list).setFocus(Qt.FocusReason.OtherFocusReason)

    def _shortcut(self, keys: str, act: Callable[[], object]) -> None:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(act)

    # where

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.show_places()

    def show_places(self) -> None:
        """The places of this terminal; the one that was open stays open."""
        names = [place.name for place in self._services.share.places()]
        self.places.clear()
        self.places.addItems(names)
        if not names:
            self._nowhere()
            return
        place = self.place if self.place in names else names[0]
        self.places.setCurrentText(place)
        self.go(place, self.folder if place == self.place else "")
        share = self._services.share
        self._services.bridge.run(
            self,
            _("所属"),
            lambda _r: share.sections(place),
            self.looking.offer_sections,
            lambda _error: None,  # the listing says it already
            lane="share-list",
        )

    def _nowhere(self) -> None:
        """This terminal has no place yet, or the last one has been taken off."""
        self.place, self.folder = "", ""
        self._reading.nowhere()
        self.crumbs.show_path("", "")
        self.tree.clear()
        self.more.show_place("", "")
        self.details.hide()
        self.stack.choose(self.list)

    def go(self, place: str, folder: str, choose: str = "") -> None:
        """Show ``folder`` of ``place``; with ``choose`` that path is chosen in it."""
        self.ask.leave()
        if (place, folder) != (self.place, self.folder):
            self._reading.another()
            self.filter.clear()
        self.place, self.folder = place, folder
        self.places.setCurrentText(place)
        self.crumbs.show_path(place, folder)
        self.tree.show_path(place, folder)
        if self.finder.text():
            self.finder.clear()
        self.stack.choose(self.list)
        self.read(choose)
        self._following.follow(place, folder)
        self.more.show_place(place, folder)
        self.ruled.show_for(place, folder)

    def _pictures(self) -> None:
        """Of what is on the screen now, and of nothing else."""
        if self.place:
            with suppress(SuiteError):  # the place has just been taken off
                self.thumbnails.want(self.place, self.list.visible_entries())

    def _up(self) -> None:
        if self.folder:
            self.go(self.place, self.folder.rpartition("/")[0], self.folder)

    def _enter(self, entry: Entry) -> None:
        if entry.folder:
            self.go(self.place, entry.path)
        elif self.stack.current() is self.found:
            self.go(self.place, entry.parent, entry.path)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._services.share.marks.used(Mark(self.place, entry.path, file=True))
            self.details.show_entry(self.place, entry)
            self.details.open.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_entry(self, entry: Entry) -> None:
        """Into a folder; a file by the system's program."""
        if entry.folder:
            self.go(self.place, entry.path)
        else:
            self.details.open_outside(self.place, entry)

    def _picked(self) -> None:
        self.details.show_entry(self.place, self.chosen())

    def chosen(self) -> Entry | None:
        """The one row that is chosen, in the list or among what was found."""
        if self.stack.current() is self.list and not self.tree.hasFocus():
            return self.list.single()
        chosen = self.chosen_entries()
        return chosen[0] if len(chosen) == 1 else None

    def chosen_entries(self) -> list[Entry]:
        """What every verb is about: the chosen rows of what is on the screen, never of what is hidden."""
        shown = self.stack.current()
        if self.tree.hasFocus():  # Delete there would be meant for its folder
            return []
        if shown is self.list:
            return self.list.chosen()
        current = self.found.current() if shown is self.found else None
        return [current] if current is not None else []

    def again(self) -> None:
        """Ask again for what is shown: something of it has changed."""
        if self.stack.current() is not self.found:
            self.read()
        elif self.finder.text().strip():
            self.looking.look()
        else:
            self.looking.show_unread()

    def show_history(self) -> None:
        """Of the chosen file or folder, or of the folder that is shown."""
        here = Entry(self.folder, self.folder.rpartition("/")[2], True, 0, 0.0)
        entry = self.chosen() or here
        if self.place and self.stack.current() is not self.history:
            self._instead(self.history)
            self.history.show_entry(self.place, entry)

    def show_bin(self) -> None:
        """What was deleted from the folder that is shown, and below it."""
        if self.place:
            self._instead(self.bin)
            self.bin.show_folder(self.place, self.folder)

    def _instead(self, view: History | Bin) -> None:
        """Of the list or the results, until one leaves it."""
        if (before := self.stack.current()) in (self.list, self.found):
            self._before_history = before
        self.stack.choose(view)
        self.details.hide()
        view.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_history(self) -> None:
        before = self._before_history or self.list
        self.stack.choose(before)
        before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._picked()

    def _came_back(self, path: str) -> None:
        """A version has come back: shown in its folder."""
        self.go(self.place, path.rpartition("/")[0], path)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self, change: ShareChanged) -> None:
        if change.folder == "" and change.place not in [p.name for p in self._services.share.places()]:
            return
        if (change.place, change.folder) == (self.place, self.folder):
            self._following.told()

    def _again(self) -> None:
        """Read what is shown, unless nobody looks or the search is shown."""
        if self.isVisible() and self.stack.current() is self.list:
            self.read()

    def indexed(self, _counts: object = None) -> None:
        """The index has come up to date: what was asked before it was, and not found, is asked again."""
        words = self.finder.text().strip()
        if words and (self.looking.answered != words or not self.found.shown()):
            self.looking.look()

    def next_turn(self) -> int:
        """Begin a listing or search: answers to older ones are dropped from now on."""
        self.turn += 1
        return self.turn

    # dropping: see ``drops``

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.say_count()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.drop(event)
