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
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.adding import Adding
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.at_hand import AtHand
from desktop.pages.sharefolder.crumbs import Crumbs
from desktop.pages.sharefolder.details import Details
from desktop.pages.sharefolder.drops import Drops
from desktop.pages.sharefolder.edits import Edits
from desktop.pages.sharefolder.following import Following
from desktop.pages.sharefolder.foot import Foot
from desktop.pages.sharefolder.found import Found
from desktop.pages.sharefolder.instead import Instead
from desktop.pages.sharefolder.links_out import LinksOut
from desktop.pages.sharefolder.listing import Listing
from desktop.pages.sharefolder.looking import Looking
from desktop.pages.sharefolder.moving import Moving
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.outward import Outward
from desktop.pages.sharefolder.reading import Reading
from desktop.pages.sharefolder.remembering import Remembering
from desktop.pages.sharefolder.row_menu import RowMenu
from desktop.pages.sharefolder.ruled import Ruled
from desktop.pages.sharefolder.sends import Sends
from desktop.pages.sharefolder.thumbnails import Thumbnails
from desktop.pages.sharefolder.tree import Tree
from desktop.pages.sharefolder.undoing import Undoing
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.beside import Beside
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
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
        self.undoing = Undoing(services)
        self._sends, self._edits = Sends(self, services), Edits(self, services)
        self.choose_files, self.save = self._sends.choose_files, self._sends.save
        self.rename, self.trash = self._edits.rename, self._edits.trash
        self.new_folder = self._edits.new_folder
        self.moving, self.adding = Moving(self, services), Adding(self, services)
        self.links = LinksOut(self, services)
        self.looking = Looking(self, services)
        self._reading = Reading(self, services)
        self.read, self.say_count = self._reading.read, self._reading.say_count
        self._tree_asked: bool | None = None  # until then by the room there is
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
        self.list.picked.connect(self.picked)
        self.remembering = Remembering(self, services)
        self.list.up.connect(self._up)
        self.outward, self.thumbnails = Outward(self, services), Thumbnails(self, services)
        self.list.dragged.connect(self.outward.drag)
        self.list.on_screen.connect(self._pictures)
        self.list.picture_by(lambda entry: self.thumbnails.of(self.place, entry))
        self.thumbnails.came.connect(self.list.repaint_entry)
        self.found = Found()
        self.found.setMinimumHeight(theme.em(12))
        self.found.opened.connect(self._enter)
        self.found.picked.connect(self.picked)
        self.menu = RowMenu(self)
        for rows in (self.list, self.found):
            rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            rows.customContextMenuRequested.connect(
                lambda at, rows=rows: self.menu.open(rows.viewport().mapToGlobal(at))
            )
        instead = Instead(self, services)
        self.history, self.bin = instead.history, instead.bin
        self.show_history, self.show_bin = instead.show_history, instead.show_bin
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
        self.foot = Foot(self.list, self.found, self._reading.narrow)
        self.count, self.filter = self.foot.count, self.foot.filter
        whole.addWidget(self.foot)
        self.stack.chosen.connect(self.foot.fit)
        self._shortcut("Ctrl+F", self._look_here)
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
            ("Ctrl+Z", self.undoing.undo),
        ):
            self._shortcut(keys, act)
        self._shortcut("Alt+Up", self._up)
        for keys in ("Shift+F10", "Menu"):
            self._shortcut(keys, self.menu.open_by_key)
        services.bridge.subscribe(services.events, ShareChanged, self, self._changed)

    def _head(self) -> QWidget:
        head = QWidget()
        layout = page.column(head, 0.6)
        line = self._where = page.Across(40, 0.6)
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
        new = button(_("新しいフォルダ"), self.new_folder, icon="plus")
        layout.addWidget(Flow(self.send, new, *self.spare, self.more))
        layout.addWidget(self.looking.narrow())
        return head

    def _look_here(self) -> None:
        """In the list; where that is not shown, in the whole share."""
        field = self.filter if self.stack.current() is self.list else self.finder
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        self.places.setVisible(len(names) > 1)  # the first step of the way says it too
        self._where.narrow(40 if len(names) > 1 else 30)
        if not names:
            self._nowhere()
            return
        share = self._services.share
        place = self.place if self.place in names else names[0]
        folder = self.folder if place == self.place else ""
        if not self.place:
            place, folder = self.remembering.last(names) or (place, folder)
        self.places.setCurrentText(place)
        self.go(place, folder)
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
        self.remembering.stand(place, folder)

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
            self.details.open_outside(self.place, entry)

    def open_entry(self, entry: Entry) -> None:
        """Into a folder; a file by the system's program."""
        if entry.folder:
            self.go(self.place, entry.path)
        else:
            self.details.open_outside(self.place, entry)

    def picked(self) -> None:
        """Something else is chosen, or nothing: the details and the count follow."""
        focus, shown = QApplication.focusWidget(), self.stack.current()
        inside = focus is not None and self.details.isAncestorOf(focus)
        self.details.show_entry(self.place, self.chosen())
        if inside and self.details.isHidden():
            shown.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.stack.current() is self.list and self.place:
            self._reading.say_count()

    def choose_first(self, words: str) -> None:
        """There is nothing chosen that could be meant."""
        self._services.notices.info(words)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_made(self, place: str, path: str) -> None:
        """What has just got this path: chosen, where its folder is shown, so that the keyboard goes on."""
        if (place, path.rpartition("/")[0]) != (
            self.place,
            self.folder,
        ) or self.stack.current() is not self.list:
            self.again()
            return
        self.read(path)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

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
