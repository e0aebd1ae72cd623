"""One more place: its address, and an account where the server does not take the session's ticket; or one
less."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from sharefolder.places import Place, Removed

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Adding:
    """Asks above the list."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services

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

    def remove_place(self, name: str) -> None:
        """Off this terminal; what is on the share stays as it is."""
        share = self._services.share

        def bring_back(removed: Removed) -> None:
            self._services.bridge.run(
                self._view,
                _("元に戻す"),
                lambda _r: share.bring_place_back(removed),
                lambda _n: self._view.show_places(),
                lane="share-change",
            )

        def done(removed: Removed | None) -> None:
            self._view.show_places()
            if removed is not None:
                words = _("場所「{place}」をこの端末から外しました。共有の中身はそのままです。")
                undo = (_("元に戻す"), lambda: bring_back(removed))
                self._services.notices.success(words.format(place=name), undo)

        self._services.bridge.run(
            self._view, _("場所を外す"), lambda _r: share.remove_place(name), done, lane="share-change"
        )
