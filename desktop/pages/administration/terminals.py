"""Terminals: find, hand out an enrolment code, stop a lost one; and the old tokens that still count."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtWidgets import QWidget

from auth.devices import Device
from auth.lists import MOST_CSV_BYTES
from auth.model import ImportReport, OneTimeCode
from core.clock import TOKYO
from core.files import read_bounded
from core.i18n import _
from core.wareki import format_date
from desktop.pages.administration.code_card import CodeCard
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.files import ask_open
from desktop.pages.fresh import Fresh
from desktop.pages.matters import IncidentAim
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.notice import Notice
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.table import Row, Table


class Terminals(Fresh):
    """The list on the left, what can be done on the right."""

    def __init__(self, services: Services, step_up: StepUpCard) -> None:
        super().__init__(services)
        self._step_up = step_up
        whole = page.Across(58, 1.25)
        page.column(self, 0).addWidget(whole)
        left = page.column(spacing=0.75)
        self.finder = line_edit(_("端末を探す"), _("名前・場所"))
        left.addWidget(self.finder)
        titles = [_("名前"), _("場所"), _("状態"), _("証明書の期限")]
        self.table = Table(_("端末の一覧"), titles, (9, 11, 7, 11))
        self.table.setMinimumHeight(theme.em(12))
        self.finder.textChanged.connect(self.table.narrow)
        self.table.picked.connect(self._pick)
        left.addWidget(self.table, 1)
        whole.add(left, 2)
        whole.add(self._build_side(), 1)

    def _build_side(self) -> QWidget:
        side = QWidget()
        layout = page.column(side, 0.6)
        self.name = line_edit(_("端末名"), _("例 T-1F-012"), limit=64)
        self.place = line_edit(_("場所"), _("例 本庁 1 階 税務課"), limit=100)
        layout.addWidget(labelled(_("端末名"), self.name))
        layout.addWidget(labelled(_("場所"), self.place))
        layout.addWidget(button(_("登録コードを発行"), self._issue, "primary", "key"))
        self.code = CodeCard()
        layout.addWidget(self.code)
        self.stop = button(_("この端末の利用を止める"), self._revoke, "danger")
        self.stop.setEnabled(False)
        layout.addWidget(self.stop)
        self.incident = button(_("事案として止める"), self._lead, icon="warning")
        self.incident.setEnabled(False)
        layout.addWidget(self.incident)
        layout.addWidget(page.line())
        layout.addWidget(page.label(_("ワンタイムパスワードのトークン"), "strong"))
        self.tokens = page.label("", wrap=True)
        layout.addWidget(self.tokens)
        layout.addWidget(button(_("トークンの一覧を読み込む"), self._import, icon="upload-simple"))
        layout.addStretch()
        return side

    def read(self) -> None:
        """Ask for the terminals and the tokens again."""
        office = self._services.auth.administration

        def look() -> tuple[list[tuple[str, Row]], list[tuple[str, float]]]:
            days: dict[date, str] = {}  # ten thousand certificates end on a few hundred days
            rows: list[tuple[str, Row]] = [
                (d.name, (d.name, d.place, _state(d), _until(d, days))) for d in office.devices()
            ]
            return rows, office.tokens_left()

        self.bring(_("端末の一覧"), look, lambda found: self._show(*found))

    def _show(self, rows: list[tuple[str, Row]], left: list[tuple[str, float]]) -> None:
        self.table.put(rows)
        self._show_tokens(left)

    def _show_tokens(self, left: list[tuple[str, float]]) -> None:
        if not left:
            self.tokens.setText(_("使っている人はいません。"))
            return
        last = format_date(datetime.fromtimestamp(left[-1][1] - 1, TOKYO).date())
        words = _("残り {count} 人。最後の期限は {day} です。期限の翌日に自動で消えます。")
        self.tokens.setText(words.format(count=len(left), day=last))

    def _pick(self, key: str | None) -> None:
        self.stop.setEnabled(key is not None)
        self.incident.setEnabled(key is not None)
        if key is not None:
            self.name.setText(key)

    def _issue(self) -> None:
        office = self._services.auth.administration
        name, place = self.name.text().strip(), self.place.text().strip()

        def show(issued: OneTimeCode) -> None:
            self.code.show_code(_("「{name}」の登録コード").format(name=name), issued)
            self.read()

        self._step_up.run(self, _("登録コード"), lambda: office.issue_device_code(name, place), show)

    def _revoke(self) -> None:
        office, name = self._services.auth.administration, self.table.key()
        if name is None:
            return
        words = _("「{name}」の利用を止めました。使うには、新しい登録コードで登録し直します。")
        words = words.format(name=name)

        def done(_nothing: object) -> None:
            self._services.notices.success(words)
            self.read()

        self._services.bridge.run(self, words, lambda _r: office.revoke_device(name), done)

    def _lead(self) -> None:
        """To the incidents, with this terminal to be stopped."""
        if (name := self.table.key()) is not None:
            self._services.show("administration", IncidentAim("terminal", name))

    def _import(self) -> None:
        path = ask_open(self, "CSV (*.csv)")
        if path is None:
            return
        office = self._services.auth.administration

        def read() -> ImportReport:
            return office.import_tokens(read_bounded(path, MOST_CSV_BYTES + 1))

        self._step_up.run(self, _("トークンの読み込み"), read, self._imported, card=True)

    def _imported(self, report: ImportReport) -> None:
        words = _("{count} 人のトークンを読み込みました。").format(count=report.added)
        if report.problems:
            self._services.notices.show_notice(Notice("warning", words, " ".join(report.problems[:3])))
        else:
            self._services.notices.success(words)
        self.read()


def _state(device: Device) -> str:
    if device.revoked is not None:
        return _("停止")
    return _("利用中") if device.enrolled else _("登録待ち")


def _until(device: Device, days: dict[date, str]) -> str:
    """``days``: those that have been put into words already."""
    if not device.expires:
        return ""
    day = datetime.fromtimestamp(device.expires, TOKYO).date()
    if day not in days:
        days[day] = format_date(day)
    return days[day]
