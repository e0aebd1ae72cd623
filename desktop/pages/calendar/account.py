"""予定のサーバー: an address, and the session's ticket or a user and a password; or back on this machine."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from calendar_sync.discovery import Account
from core.errors import SuiteError
from core.i18n import _, bracketed
from desktop.pages.calendar.card import SideCard
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit


class AccountCard(SideCard):
    """``wanted`` brings address, user and password; ``left`` when the person wants their own server back."""

    wanted = Signal(str, str, str)
    left = Signal()

    def __init__(self, account: Account | None) -> None:
        super().__init__(_("予定のサーバー"))
        self._now = self.say("", "strong")
        form = QWidget()
        rows = page.column(form, 0.6)
        self.url = line_edit(_("サーバーの宛先"), "https://calendar.pref.example.jp/", limit=300)
        self.user = line_edit(_("利用者名"), limit=100)
        self.password = line_edit(_("アプリパスワード"), limit=200)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        hint = _("空のままなら、サインインのチケットでつなぎます")
        rows.addWidget(labelled(_("サーバーの宛先"), self.url))
        rows.addWidget(labelled(_("利用者名"), self.user))
        rows.addWidget(labelled(_("アプリパスワード"), self.password, hint))
        self.connect_ = button(_("つなぐ"), self._ask, "primary", "cloud-check", main=True)
        rows.addWidget(self.connect_)
        self.inside.addWidget(form)
        self._said = self.say("", "danger")
        self._said.hide()
        self.back = button(_("この端末のサーバーに戻す"), self._leave)
        self.inside.addWidget(self.back)
        self.say(_("つなぐと、いまの予定をそのサーバーへ送ります。"))
        self.inside.addStretch(1)
        self.password.returnPressed.connect(self._ask)
        self.put(account)

    def put(self, account: Account | None) -> None:
        """Say which server it is now."""
        here = _("いまは、この端末のサーバーを使っています。")
        self._now.setText(
            here if account is None else _("いまは {url} に {user} でつないでいます。").format(
                url=account.url, user=account.user
            )
        )  # fmt: skip
        self.back.setVisible(account is not None)
        self.password.clear()
        self._is_busy(False)
        self._said.hide()
        announce(self, self._now.text())

    def failed(self, error: SuiteError) -> None:
        """Why it is still the old server, and what to do."""
        self._is_busy(False)
        self._said.setText(f"{error.why}\n{error.next_step}{bracketed(error.code)}")
        self._said.show()
        announce(self, self._said.text(), True)
        self.url.setFocus()

    def _ask(self) -> None:
        self._is_busy(True)
        self.wanted.emit(self.url.text(), self.user.text(), self.password.text())

    def _leave(self) -> None:
        self._is_busy(True)
        self.left.emit()

    def _is_busy(self, busy: bool) -> None:
        self.connect_.setEnabled(not busy)
        self.back.setEnabled(not busy)
        self.connect_.setText(_("さがしています…") if busy else _("つなぐ"))
