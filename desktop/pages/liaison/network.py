"""臨時ネットワーク: a short form, its files, the sheet for the wall with a QR code, and its state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _, sentences
from desktop.pages.files import ask_folder, ask_save, save
from desktop.pages.liaison.paper import wifi_sheet
from desktop.pages.liaison.words import state_words
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import abreast, line_edit
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table
from liaison import network, network_status
from liaison.network import Form
from liaison.network_status import Look

T = TypeVar("T")
LEASES = Path("/var/lib/misc/mahoroba.leases")


class Network(QWidget):
    """Left to right: who may use what; then the files, the sheet, and the state on this machine."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        whole = page.column(self, 1.0)
        frame, layout = page.card(margin=1.0)
        self.name = line_edit(_("ネットワークの名前"), limit=60)
        self.ssid = line_edit("SSID", limit=32)
        self.password = line_edit(_("Wi-Fi のパスワード"), _("英数字 8 字以上"), limit=63)
        self.subnet = line_edit(_("使う番号"), limit=40)
        self.avoid = line_edit(_("使ってはいけない番号"), _("例 10.0.0.0/8, 172.16.0.0/12"), limit=400)
        self.wifi = line_edit(_("Wi-Fi の装置"), limit=15)
        self.uplink = line_edit(_("外への回線の装置"), limit=15)
        self.contact = line_edit(_("案内に出す連絡先"), _("例 本部 受援班 内線 2710"), limit=100)
        rows = (
            (self.name, self.ssid, self.password),
            (self.subnet, self.avoid),
            (self.wifi, self.uplink, self.contact),
        )
        for fields in rows:
            layout.addWidget(abreast([(field.accessibleName(), field, 1) for field in fields]))
        for field, text in (
            (self.name, _("県 災害対策本部")),
            (self.ssid, "KEN-OUEN"),
            (self.subnet, "192.168.77.0/24"),
            (self.wifi, "wlan0"),
            (self.uplink, "eth0"),
        ):
            field.setText(text)
        whole.addWidget(frame)
        self.said = page.label("", "lead", wrap=True)
        whole.addWidget(self.said)
        look = button(_("いまの状態を調べる"), self._look, icon="magnifying-glass", main=True)
        sheet = button(_("Wi-Fi の掲示を保存"), self._sheet, icon="printer", main=True)
        files = button(_("設定ファイルを作る"), self._files, "primary", "check", main=True)
        whole.addWidget(Flow(look, sheet, files))
        titles = [_("項目"), _("結果"), _("見えたもの")]
        self.table = Table(_("臨時ネットワークの状態"), titles, (12, 6, 24))
        self.table.setMinimumHeight(theme.em(9))
        whole.addWidget(self.table, 1)

    def form(self) -> Form:
        """What was typed. SuiteError LIAISON-009."""
        contact = self.contact.text().split(maxsplit=2)
        label, phone = (" ".join(contact[:-1]), contact[-1]) if len(contact) > 1 else ("", "")
        values = {
            "name": self.name.text().strip(),
            "ssid": self.ssid.text().strip(),
            "password": self.password.text(),
            "subnet": self.subnet.text().strip(),
            "avoid": [each.strip() for each in self.avoid.text().split(",") if each.strip()],
            "wifi": self.wifi.text().strip(),
            "uplink": self.uplink.text().strip(),
            "contacts": [{"label": label, "phone": phone}] if phone else [],
        }
        try:
            made = Form.model_validate(values)
        except ValidationError as error:
            names = {
                "name": self.name, "ssid": self.ssid, "password": self.password, "wifi": self.wifi,
                "uplink": self.uplink, "contacts": self.contact,
            }  # fmt: skip
            field = names.get(str(error.errors()[0]["loc"][0]), self.name)
            field.setFocus()
            wrong = _("「{name}」の値が正しくありません。").format(name=field.accessibleName())
            raise network.refused(wrong) from error
        network.plan(made)
        return made

    def _files(self) -> None:
        made = self._valid()
        folder = ask_folder(self) if made is not None else None
        if made is None or folder is None:
            return
        plan = network.plan(made)
        words = _(
            "{count} 個の設定ファイルを作りました。ルーターは {router}、配る番号は {first} から {last} です。"
        )

        def done(written: list[Path]) -> None:
            self._say(words.format(count=len(written), router=plan.router, first=plan.first, last=plan.last))

        self._run(_("臨時ネットワーク"), lambda _r: network.write(made, folder), done)

    def _sheet(self) -> None:
        made = self._valid()
        path = ask_save(self, "wifi.pdf", "PDF (*.pdf)") if made is not None else None
        if made is not None and path is not None:
            saved = _("「{name}」に保存しました。").format(name=path.name)
            self._run(_("Wi-Fi の掲示"), lambda _r: save(path, wifi_sheet(made)), lambda _n: self._say(saved))

    def _look(self) -> None:
        made = self._valid()
        if made is not None:
            self._say(_("調べています（数秒かかります）。"))
            self._run(_("臨時ネットワーク"), lambda _r: network_status.looks(made, LEASES), self._show)

    def _show(self, found: list[Look]) -> None:
        rows = [(each.title, state_words(each.state), each.evidence) for each in found]
        self.table.put(list(enumerate(rows)))
        wrong = sum(each.state != "ok" for each in found)
        words = _("{count} 項目がよい状態ではないか、わかりません。").format(count=wrong)
        self._say(words if wrong else _("すべてよい状態です。"))

    def _valid(self) -> Form | None:
        try:
            return self.form()
        except SuiteError as error:
            self._say(sentences(error.what, error.why))
            return None

    def _say(self, words: str) -> None:
        self.said.setText(words)
        announce(self, words)

    def _run(self, title: str, work: Callable[[Any], T], done: Callable[[T], object]) -> None:
        self._services.bridge.run(self, title, work, done, lane="liaison-network")
