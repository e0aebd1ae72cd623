"""The counter: hand out, take back, look up – by scan. The scan field keeps the focus."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from PySide6.QtCore import Qt

from core.files import read_bounded
from core.i18n import _
from core.wareki import format_date
from desktop.pages.files import ask_open, ask_save, save
from desktop.pages.liaison.borrower_form import BorrowerForm, ReturnForm
from desktop.pages.liaison.ledger_words import event_cells
from desktop.pages.liaison.paper import hand_out_sheet
from desktop.pages.liaison.scanning import Scanning
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Table
from liaison.borrowers import Borrower
from liaison.certificate import Certificate
from liaison.history import Event, Loan
from liaison.merge import MAX_FILE
from liaison.service import LaptopsChanged

T = TypeVar("T")


class Mode(Enum):
    LEND = "lend"
    RETURN = "return"
    LOOK = "look"


class Counter(Scanning):
    """Above: the mode and the scan field. Below: who borrows, then what has happened, newest first."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, LaptopsChanged)
        self._last: Loan | None = None
        self._waiting = ""  # scanned to be lent, before it was said to whom
        whole = page.column(self, 1.0)
        top = page.Across(52, 1.0)
        options = [(Mode.LEND, _("貸し出す")), (Mode.RETURN, _("返却を受ける")), (Mode.LOOK, _("調べる"))]
        self.mode = Segmented(_("窓口の作業"), options, Mode.LEND)
        self.mode.chosen.connect(self._mode_changed)
        top.add(self.mode)
        top.add(self.field, 1)
        whole.addWidget(top)
        whole.addWidget(self.said)
        self.form = BorrowerForm(self._lend_waiting)
        whole.addWidget(self.form)
        self.back = ReturnForm()
        self.back.hide()
        whole.addWidget(self.back)
        titles = [_("記録日時"), _("端末"), _("出来事"), _("行った人"), _("くわしく")]
        self.table = Table(_("台帳の記録"), titles, (14, 5, 6, 6, 18))
        self.table.setMinimumHeight(theme.em(9))
        whole.addWidget(self.table, 1)
        self.hears_through(self.table, self.form.days)
        self.count = page.label("", "caption")
        whole.addWidget(self.count)
        self.sheet = button(_("貸出票を保存"), self._save_sheet, "plain", "download-simple")
        self.sheet.setEnabled(False)
        export = button(_("窓口の記録を書き出す"), self._export, "plain", "export")
        merge = button(_("別の窓口の記録を受け取る"), self._merge, "plain", "upload-simple")
        verify = button(_("改ざんを検査"), self._verify, "plain", "shield-check")
        whole.addWidget(Flow(self.sheet, export, merge, verify))

    def read(self) -> None:
        ledger = self._services.liaison.ledger
        self._services.bridge.run(
            self, _("台帳"), lambda _r: ledger.events(), self._show, lane="liaison-read"
        )

    def _show(self, events: list[Event]) -> None:
        self.table.put([((e.counter, e.number), event_cells(e)) for e in reversed(events[-500:])])
        self.count.setText(_("{count} 件の記録").format(count=len(events)))

    def _mode_changed(self, mode: object) -> None:
        self.form.setVisible(mode is Mode.LEND)
        self.back.setVisible(mode is Mode.RETURN)
        self._waiting = ""
        self.say("")
        self.ready()

    def scanned(self, text: str) -> None:
        mode = self.mode.value()
        if mode is Mode.RETURN:
            self._take_back(text)
        elif mode is Mode.LOOK:
            self._look_up(text)
        elif self.form.filled():
            self._lend(text)
        else:
            self._waiting = text
            self.say(_("借りる人の氏名と所属を入れてください。"))
            self.form.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lend_waiting(self) -> None:
        if self._waiting and self.form.filled():
            self._lend(self._waiting)
        elif not self._waiting:
            self.say(_("端末のラベルを読み取ってください。"))
            self.ready()

    def _lend(self, text: str) -> None:
        liaison, form = self._services.liaison, self.form
        name, organisation, purpose = form.name.text(), form.organisation.text(), form.purpose.text()
        days, accessories, consent = int(form.days.currentData()), form.chosen(), form.consent.isChecked()

        def work(_report: object) -> Loan:
            borrower = Borrower(name.strip(), organisation.strip(), purpose.strip())
            return liaison.lend(text, borrower, days, accessories, consent)

        self._waiting = ""
        self._run(_("貸出"), work, self._lent)

    def _lent(self, loan: Loan) -> None:
        words = _("{tag} を貸し出しました。返却は {date} までです。")
        self.say(words.format(tag=loan.tag, date=format_date(loan.due)))
        self.form.next_person()
        self._last = loan
        self.sheet.setEnabled(True)

    def _save_sheet(self) -> None:
        """The sheet of the loan that was just made, in Japanese and English, to be signed."""
        loan, liaison = self._last, self._services.liaison
        if loan is None:
            return
        path = ask_save(self, f"{loan.tag}-{loan.id}.pdf", "PDF (*.pdf)")
        if path is None:
            return

        def work(_report: object) -> None:
            borrower = liaison.ledger.borrower(loan.id)
            if borrower is not None:
                save(path, hand_out_sheet(loan, borrower, liaison.office.code))

        self._run(_("貸出票"), work, lambda _n: self.say(_("貸出票を保存しました。")))

    def _export(self) -> None:
        liaison = self._services.liaison
        path = ask_save(self, f"counter-{liaison.ledger.counter}.json", "JSON (*.json)")
        if path is not None:
            done = _("窓口の記録を書き出しました。もう一つの窓口で受け取ってください。")
            self._run(
                _("窓口の記録"),
                lambda _r: save(path, liaison.export_counter()),
                lambda _n: self.say(done),
            )

    def _merge(self) -> None:
        liaison, path = self._services.liaison, ask_open(self, "JSON (*.json)")
        if path is not None:
            words = _("{count} 件の新しい記録を受け取りました。")
            self._run(
                _("窓口の記録"),
                lambda _r: liaison.take_counter(read_bounded(path, MAX_FILE + 1)),
                lambda count: self.say(words.format(count=count)),
            )

    def _take_back(self, text: str) -> None:
        liaison, missing = self._services.liaison, self.back.missing()

        def done(certificate: Certificate) -> None:
            words = _("{tag} の返却を受け、利用者領域を消去して確かめました。証明書を残しました。")
            things = _("、").join(certificate.wiped.not_destroyed)
            left = _("消去していないもの: {things}").format(things=things)
            self.say(f"{words.format(tag=certificate.tag)}\n{left}")
            self.back.next_person()

        self._run(_("返却と消去"), lambda _r: liaison.take_back(text, missing), done)

    def _look_up(self, text: str) -> None:
        liaison = self._services.liaison

        def work(_report: object) -> list[Event]:
            return liaison.ledger.history(liaison.scanned(text))

        def done(events: list[Event]) -> None:
            if events:
                self.say(_("{tag} の記録 {count} 件").format(tag=events[0].tag, count=len(events)))
                self.table.narrow(events[0].tag)
            else:
                self.say(_("台帳にない端末です。"))

        self._run(_("台帳"), work, done)

    def _run(self, title: str, work: Callable[[Any], T], done: Callable[[T], object]) -> None:
        self.table.narrow("")
        self._services.bridge.run(self, title, work, done, ended=self.ready, lane="liaison")

    def _verify(self) -> None:
        ledger = self._services.liaison.ledger
        self._services.bridge.run(
            self, _("台帳の検査"), lambda _r: ledger.verify(), lambda r: self.say(r.reason), lane="liaison"
        )
