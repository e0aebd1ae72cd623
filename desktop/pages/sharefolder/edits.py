"""Making, renaming, moving, deleting, and links."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.errors import SuiteError
from core.i18n import _, sentences
from core.jobs import Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.mail import write_mail
from sharefolder.changes import Trashed
from sharefolder.model import Entry
from sharefolder.places import Place

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Edits:
    """The verbs of the view that change the share; each can be undone or never overwrites."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self._held: tuple[str, list[Entry], bool] = ("", [], False)  # place, what, whether it moves

    def new_folder(self) -> None:
        self._view.ask.text(
            _("新しいフォルダの名前"),
            "",
            lambda name: self._do(_("新しいフォルダ"), "make_folder", self._view.folder, name),
        )

    def rename(self) -> None:
        chosen = self._view.list.chosen()
        if len(chosen) == 1:
            entry = chosen[0]
            self._view.ask.text(
                _("新しい名前"), entry.name, lambda name: self._do(_("名前を変える"), "rename", entry, name)
            )

    def _do(self, title: str, verb: str, *arguments: object) -> None:
        place, share = self._view.place, self._services.share
        self._services.bridge.run(
            self._view,
            title,
            lambda _r: getattr(share.changes, verb)(place, *arguments),
            lambda _n: self._view.read(),
            lane="share-change",
        )

    def trash(self, confirmed: bool = False) -> None:
        chosen = self._view.list.chosen()
        if not chosen:
            return
        place, share = self._view.place, self._services.share

        def undo(trashed: list[Trashed]) -> None:
            self._do_undo(place, trashed)

        def done(trashed: list[Trashed]) -> None:
            words = _("{count} 件をごみ箱に入れました。").format(count=len(trashed))
            self._services.notices.success(words, (_("元に戻す"), lambda: undo(trashed)))
            self._view.read()

        def failed(error: SuiteError) -> None:
            if error.code == "SHARE-030":
                again = (_("それでも削除する"), lambda: self.trash(confirmed=True))
                self._view.ask.choice(sentences(error.what, error.why), (again,))
            else:
                self._services.notices.error(error)

        self._services.bridge.run(
            self._view,
            _("削除"),
            lambda _r: share.changes.trash(place, chosen, confirmed),
            done,
            failed,
            lane="share-change",
        )

    def _do_undo(self, place: str, trashed: list[Trashed]) -> None:
        share = self._services.share
        self._services.bridge.run(
            self._view,
            _("元に戻す"),
            lambda _r: share.changes.bring_back(place, trashed),
            lambda _n: self._view.read(),
            lane="share-change",
        )

    def add_place(self) -> None:
        """By the session's ticket; where the server does not take it, by an account of the server's own."""
        share, ask = self._services.share, self._view.ask

        def add(address: str, account: str = "", password: str | None = None) -> None:
            def failed(error: SuiteError) -> None:
                if error.code != "SHARE-012" or account:
                    self._services.notices.error(error)
                if error.code == "SHARE-012":
                    ask.text(_("このサーバーの利用者名"), account, partial(with_password, address))

            self._services.bridge.run(
                self._view,
                _("場所を追加"),
                lambda _r: share.add_place("", address, account, password),
                self._added,
                failed,
                lane="share-change",
            )

        def with_password(address: str, account: str) -> None:
            ask.text(_("そのパスワード"), "", lambda word: add(address, account, word), secret=True)

        ask.text(_("共有の場所（smb://サーバ/共有 またはフォルダ）"), "", add)

    def _added(self, place: Place) -> None:
        self._view.show_places()
        self._view.go(place.name, "")
        self._view.list.setFocus(Qt.FocusReason.OtherFocusReason)
        share = self._services.share
        self._services.bridge.run(
            self._view,
            _("共有フォルダの索引"),
            lambda report: share.index_again(place.name, report),
            self._view.indexed,
            lane="share-index",
        )

    def cut(self) -> None:
        """Remember the chosen things, to be moved to where ``paste`` is pressed."""
        self._held = (self._view.place, self._view.list.chosen(), True)
        self._say_held()

    def copy(self) -> None:
        """Remember the chosen files, to be copied to where ``paste`` is pressed."""
        files = [e for e in self._view.list.chosen() if not e.folder]
        self._held = (self._view.place, files, False)
        self._view.outward.copy(files)
        self._say_held()

    def _say_held(self) -> None:
        count = len(self._held[1])
        words = (
            _("{count} 件を移します。移す先で Ctrl+V を押してください。")
            if self._held[2]
            else _("{count} 件を写します。写す先で Ctrl+V を押してください。")
        )
        if count:
            self._services.notices.info(words.format(count=count))

    def paste(self) -> None:
        """Move or copy what is remembered into the shown folder, on the server; files that another program
        has copied since are sent."""
        if files := self._view.outward.pasted():
            self._view.send_files(files)
            return
        place, entries, moves = self._held
        folder, share = self._view.folder, self._services.share
        if not entries or place != self._view.place:
            return

        def work(report: Report) -> None:
            if moves:
                share.changes.move_into(place, entries, folder)
            else:
                share.changes.copy_into(place, entries, folder, report)

        self._services.bridge.run(
            self._view,
            _("移す") if moves else _("写す"),
            work,
            lambda _n: self._view.read(),
            lane=f"share {place}",
            card=not moves,
        )
        if moves:
            self._held = ("", [], False)

    def copy_link(self) -> None:
        """A link to the chosen thing, or to this folder, on the clipboard."""
        QGuiApplication.clipboard().setText(self._link())
        self._services.notices.info(_("リンクを写しました。相手のまほろばの検索の欄に貼ると開きます。"))

    def mail_link(self) -> None:
        """A mail with the link in the system's mail program."""
        name = (self._chosen() or self._view.folder or self._view.place).rpartition("/")[2]
        subject = _("共有フォルダの「{name}」").format(name=name)
        text = f"{self._view.place} › {self._chosen() or self._view.folder}\n{self._link()}"
        write_mail(self._services, subject, text)

    def _chosen(self) -> str:
        chosen = self._view.list.chosen()
        return chosen[0].path if len(chosen) == 1 else ""

    def _link(self) -> str:
        return self._services.share.link(self._view.place, self._chosen() or self._view.folder)
