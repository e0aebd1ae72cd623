"""ファイル: where I am, what is in it, what I look for, and what is on its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QSplitter, QWidget

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.crumbs import Crumbs
from desktop.pages.sharefolder.details import Details
from desktop.pages.sharefolder.found import Found
from desktop.pages.sharefolder.listing import Listing, Order, arranged
from desktop.pages.sharefolder.one_of import OneOf
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from sharefolder.changes import Trashed
from sharefolder.index.snippet import Snippet
from sharefolder.index.store import Hit, Wish
from sharefolder.model import Entry
from sharefolder.places import Place
from sharefolder.sending import Batch
from sharefolder.service import ShareChanged
from sharefolder.transfer import IfExists

_SENTENCES = 20  # of how many results the document is opened for the sentence


class Files(QWidget):
    """One place at a time; the search covers all of it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._place, self._folder = "", ""
        self._entries: list[Entry] = []
        self._order: Order = (0, False)
        self.answered = ""  # the words whose hits are shown
        self._turn = 0  # the newest listing or search: an answer to an older one is dropped
        self.setAcceptDrops(True)
        whole = page.column(self, 0.75)
        whole.addWidget(self._head())
        self.ask = Ask()
        whole.addWidget(self.ask)
        self.list = Listing()
        self.list.setMinimumHeight(theme.em(12))
        self.list.opened.connect(self._enter)
        self.list.picked.connect(self._picked)
        self.list.ordered.connect(self._reorder)
        self.list.up.connect(self._up)
        self.found = Found()
        self.found.setMinimumHeight(theme.em(12))
        self.found.opened.connect(self._enter)
        self.found.picked.connect(self._picked)
        self.stack = OneOf(self.list, self.found)
        self.details = Details(services, self._save)
        self._split = split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # what is left
        split.addWidget(self.stack)
        split.addWidget(self.details)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        whole.addWidget(split, 1)
        self.count = page.label("", "caption")
        whole.addWidget(self.count)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(15)
        self._wait.timeout.connect(self._look)
        self._shortcut("F5", self.read)
        self._shortcut("F2", self._rename)
        self._shortcut("Delete", self._trash)
        self._shortcut("Alt+Up", self._up)
        services.bridge.subscribe(services.events, ShareChanged, self, self._changed)

    def _head(self) -> QWidget:
        head = QWidget()
        layout = page.column(head, 0.6)
        line = page.Across(40, 0.6)
        self.places = QComboBox()
        self.places.setAccessibleName(_("共有フォルダの場所"))
        self.places.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.places.activated.connect(lambda index: self.go(self.places.itemText(index), ""))
        self.crumbs = Crumbs(lambda folder: self.go(self._place, folder))
        self.finder = line_edit(_("この共有を検索"), _("名前と中身を検索"))
        self.finder.setClearButtonEnabled(True)
        self.finder.setMinimumWidth(theme.em(14))
        self.finder.textChanged.connect(lambda _text: self._wait.start())
        line.add(self.places)
        line.add(self.crumbs, 1)
        line.add(self.finder)
        layout.addWidget(line)
        self.send = button(_("ファイルを送る"), self._choose_files, "primary", "upload-simple")
        tools = Flow(
            self.send,
            button(_("新しいフォルダ"), self._new_folder, icon="plus"),
            button(_("名前を変える"), self._rename),
            button(_("削除"), self._trash, icon="trash"),
            button(_("読み直す"), self.read, icon="arrow-counter-clockwise"),
            button(_("場所を追加"), self._add_place, "plain"),
        )
        layout.addWidget(tools)
        return head

    def _shortcut(self, keys: str, act: Callable[[], object]) -> None:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(act)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The details stand beside the list, or below it where there is no room."""
        super().resizeEvent(event)
        wide = event.size().width() >= theme.em(44)
        self._split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

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
            return
        place = self._place if self._place in names else names[0]
        self.places.setCurrentText(place)
        self.go(place, self._folder if place == self._place else "")

    def go(self, place: str, folder: str, choose: str = "") -> None:
        """Show ``folder`` of ``place``; with ``choose`` that path is chosen in it."""
        if (place, folder) != (self._place, self._folder):
            self._entries = []
            self.list.put([], self._order)
        self._place, self._folder = place, folder
        self.crumbs.show_path(place, folder)
        if self.finder.text():
            self.finder.clear()
        self.stack.choose(self.list)
        self.read(choose)

    def read(self, choose: str = "") -> None:
        """List the folder again; the first rows are shown before the last have come."""
        self._turn += 1
        turn, place, folder, order = self._turn, self._place, self._folder, self._order
        share, bridge = self._services.share, self._services.bridge
        if not place:
            return

        def listed(report: Report) -> tuple[list[Entry], list[Entry]]:
            every: list[Entry] = []
            for batch in share.entries(place, folder):
                report(len(every), None)
                every += batch
                if len(every) == len(batch):
                    first = arranged(batch, order, "")
                    bridge.post(partial(self._show, turn, first, first, choose))
            return every, arranged(every, order, "")

        bridge.run(
            self,
            _("一覧"),
            listed,
            lambda both: self._show(turn, *both, choose),
            lambda error: self._cannot_list(turn, error),
            lane="share-list",
        )

    def _show(self, turn: int, every: list[Entry], shown: list[Entry], choose: str) -> None:
        if turn != self._turn:
            return
        self._entries = every
        self.list.put(shown, self._order)
        if choose:
            self.list.choose(choose)
        self.count.setText(_("{count} 件").format(count=f"{len(shown):,}"))

    def _cannot_list(self, turn: int, error: SuiteError) -> None:
        if turn == self._turn:
            self.count.setText(error.what)
            self._services.notices.error(error)

    def _reorder(self, column: int) -> None:
        self._order = (column, self._order == (column, False))
        self._turn += 1
        turn, order, entries = self._turn, self._order, self._entries
        self._services.bridge.run(
            self,
            _("並べ替え"),
            lambda _r: arranged(entries, order, ""),
            lambda shown: self._show(turn, entries, shown, ""),
            lane="share-list",
        )

    def _up(self) -> None:
        if self._folder:
            self.go(self._place, self._folder.rpartition("/")[0], self._folder)

    def _enter(self, entry: Entry) -> None:
        if entry.folder:
            self.go(self._place, entry.path)
        elif self.stack.current() is self.found:
            self.go(self._place, entry.parent, entry.path)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.details.show_entry(self._place, entry)
            self.details.open.setFocus(Qt.FocusReason.OtherFocusReason)

    def _picked(self) -> None:
        in_list = self.stack.current() is self.list
        chosen = self.list.chosen() if in_list else [e for e in (self.found.current(),) if e is not None]
        self.details.show_entry(self._place, chosen[0] if len(chosen) == 1 else None)

    def _changed(self, change: ShareChanged) -> None:
        if change.folder == "" and change.place not in [p.name for p in self._services.share.places()]:
            return
        if self.isVisible() and (change.place, change.folder) == (self._place, self._folder):
            self.read()

    # searching

    def _look(self) -> None:
        words = self.finder.text().strip()
        self._turn += 1
        turn, place, share = self._turn, self._place, self._services.share
        if not words or not place:
            self.stack.choose(self.list)
            self.read()
            return

        def looked(_report: Report) -> list[Hit]:
            return share.search(place, Wish(words)) if turn == self._turn else []

        self._services.bridge.run(
            self, _("検索"), looked, lambda hits: self._show_hits(turn, hits, words), lane="share-search"
        )

    def _show_hits(self, turn: int, hits: list[Hit], words: str) -> None:
        if turn != self._turn:
            return
        self.found.put(hits, words)
        self.answered = words
        self.stack.choose(self.found)
        said = (
            _("「{words}」: {count} 件").format(words=words, count=f"{len(hits):,}")
            if hits
            else _("「{words}」は見つかりませんでした。短い言葉や別の言い方でお試しください。").format(
                words=words
            )
        )
        self.count.setText(said)
        announce(self, said)
        place, share, bridge = self._place, self._services.share, self._services.bridge
        in_text = [hit.entry for hit in hits if hit.in_text][:_SENTENCES]

        def read(_report: Report) -> None:
            for entry in in_text:
                if turn != self._turn:
                    return
                sentence = share.sentence(place, entry, words)
                if sentence is not None:
                    bridge.post(partial(self._tell, turn, entry.path, sentence))

        if in_text:
            bridge.run(self, _("検索"), read, failed=lambda _error: None, lane="share-sentences")

    def _tell(self, turn: int, path: str, sentence: Snippet) -> None:
        if turn == self._turn:
            self.found.tell(path, sentence)

    # changing

    def _new_folder(self) -> None:
        self.ask.text(
            _("新しいフォルダの名前"),
            "",
            lambda name: self._do(_("新しいフォルダ"), "make_folder", self._folder, name),
        )

    def _rename(self) -> None:
        chosen = self.list.chosen()
        if len(chosen) == 1:
            entry = chosen[0]
            self.ask.text(
                _("新しい名前"), entry.name, lambda name: self._do(_("名前を変える"), "rename", entry, name)
            )

    def _do(self, title: str, verb: str, *arguments: object) -> None:
        place, share = self._place, self._services.share
        self._services.bridge.run(
            self,
            title,
            lambda _r: getattr(share.changes, verb)(place, *arguments),
            lambda _n: self.read(),
            lane="share-change",
        )

    def _trash(self, confirmed: bool = False) -> None:
        chosen = self.list.chosen()
        if not chosen:
            return
        place, share = self._place, self._services.share

        def undo(trashed: list[Trashed]) -> None:
            self._do_undo(place, trashed)

        def done(trashed: list[Trashed]) -> None:
            words = _("{count} 件をごみ箱に入れました。").format(count=len(trashed))
            self._services.notices.success(words, (_("元に戻す"), lambda: undo(trashed)))
            self.read()

        def failed(error: SuiteError) -> None:
            if error.code == "SHARE-030":
                again = (_("それでも削除する"), lambda: self._trash(confirmed=True))
                self.ask.choice(error.what + error.why, (again,))
            else:
                self._services.notices.error(error)

        self._services.bridge.run(
            self,
            _("削除"),
            lambda _r: share.changes.trash(place, chosen, confirmed),
            done,
            failed,
            lane="share-change",
        )

    def _do_undo(self, place: str, trashed: list[Trashed]) -> None:
        share = self._services.share
        self._services.bridge.run(
            self,
            _("元に戻す"),
            lambda _r: share.changes.bring_back(place, trashed),
            lambda _n: self.read(),
            lane="share-change",
        )

    def _add_place(self) -> None:
        share = self._services.share

        def add(address: str) -> None:
            self._services.bridge.run(
                self,
                _("場所を追加"),
                lambda _r: share.add_place("", address),
                self._added,
                lane="share-change",
            )

        self.ask.text(_("共有の場所（smb://サーバ/共有 またはフォルダ）"), "", add)

    def _added(self, place: Place) -> None:
        self.show_places()
        self.go(place.name, "")

    # sending

    def _choose_files(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileNames(self, _("送るファイルを選ぶ"))
        if chosen:
            self.send_files([Path(each) for each in chosen])

    def send_files(self, files: Sequence[Path]) -> None:
        """Send into the folder that is shown; asks first where a name is taken."""
        place, folder, share = self._place, self._folder, self._services.share

        def failed(error: SuiteError) -> None:
            if error.code != "SHARE-005":
                self._services.notices.error(error)
                return
            both = (_("両方残す"), lambda: self._send(place, folder, files, IfExists.KEEP_BOTH))
            over = (_("置き換える"), lambda: self._send(place, folder, files, IfExists.REPLACE))
            self.ask.choice(error.why + error.what, (both, over))

        self._services.bridge.run(
            self,
            _("送る"),
            lambda _r: share.check_free(place, folder, files),
            lambda _n: self._send(place, folder, files, IfExists.ASK),
            failed,
            lane="share-change",
        )

    def _send(self, place: str, folder: str, files: Sequence[Path], if_exists: IfExists) -> None:
        share = self._services.share
        self._services.bridge.run(
            self,
            _("「{name}」へ送る").format(name=folder.rpartition("/")[2] or place),
            lambda report: share.upload(place, folder, files, if_exists, report),
            self._sent,
            lane=f"share {place}",
            card=True,
        )

    def _sent(self, batch: Batch) -> None:
        notices = self._services.notices
        for name, why in batch.refused[:3]:
            notices.warning(_("「{name}」は送りませんでした。").format(name=name[:60]), why)
        beside = [each.path.rpartition("/")[2] for each in batch.sent if each.beside]
        if beside:
            words = _("相手が開いているか変えたため、「{name}」として保存しました。").format(name=beside[0])
            notices.warning(words)
        elif batch.sent:
            notices.success(
                _("{count} 件を送り、内容が一致することを確かめました。").format(count=len(batch.sent))
            )
        sent = batch.sent[0].path if batch.sent else ""
        self.read(sent if sent.rpartition("/")[0] == self._folder else "")

    def _save(self) -> None:
        in_list = self.stack.current() is self.list
        current = self.found.current()
        entries = self.list.chosen() if in_list else [current] if current is not None else []
        folder = QFileDialog.getExistingDirectory(self, _("保存するフォルダを選ぶ")) if entries else ""
        if folder:
            place, share = self._place, self._services.share
            self._services.bridge.run(
                self,
                _("この端末に保存"),
                lambda report: share.download(place, entries, Path(folder), IfExists.KEEP_BOTH, report),
                lambda batch: self._services.notices.success(
                    _("{count} 件を保存し、内容が一致することを確かめました。").format(count=len(batch.sent))
                ),
                lane=f"share {place}",
                card=True,
            )

    def offer_pending(self) -> None:
        """Tell what an earlier run began; going on is one press."""
        share, bridge = self._services.share, self._services.bridge
        pending = share.sending.pending()
        if not pending:
            return

        def resume() -> None:
            lane = f"share {pending[0].place}"
            bridge.run(self, _("途中の転送の続き"), share.sending.resume, self._sent, lane=lane, card=True)

        words = _("前回の転送が {count} 件、途中で止まっています。").format(count=len(pending))
        self.ask.choice(words, ((_("続ける"), resume), (_("取り消す"), share.sending.drop_pending)))

    # dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self._place:
            count = len(event.mimeData().urls())
            where = self._folder.rpartition("/")[2] or self._place
            self.count.setText(_("「{where}」に {count} 件をコピーします").format(where=where, count=count))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.count.setText(_("{count} 件").format(count=f"{self.list.shown():,}"))
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.send_files(files)
