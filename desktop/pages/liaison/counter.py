"""The counter: hand out, take back, look up – by scan. The scan field keeps the focus."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QWidget

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_date, format_datetime
from desktop.pages.files import ask_open, ask_save, save
from desktop.pages.liaison.paper import hand_out_sheet
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Table
from liaison.certificate import Certificate
from liaison.ledger import Borrower, Event, Loan
from liaison.merge import MAX_FILE
from liaison.service import LaptopsChanged

T = TypeVar("T")


class Mode(Enum):
    LEND = "lend"
    RETURN = "return"
    LOOK = "look"


class Counter(QWidget):
    """Above: the mode and the scan field. Below: who borrows, then what has happened, newest first."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._last: Loan | None = None
        self._waiting = ""  # scanned to be lent, before it was said to whom
        whole = page.column(self, 1.0)
        top = page.row(spacing=1.0)
        options = [(Mode.LEND, _("貸し出す")), (Mode.RETURN, _("返却を受ける")), (Mode.LOOK, _("調べる"))]
        self.mode = Segmented(_("窓口の作業"), options, Mode.LEND)
        self.mode.chosen.connect(self._mode_changed)
        top.addWidget(self.mode)
        self.scan = line_edit(
            _("端末のラベルを読み取る"), _("ラベルを読み取るか、端末番号を入れて Enter"), main=True
        )
        self.scan.returnPressed.connect(self._scanned)
        top.addWidget(self.scan, 1)
        whole.addLayout(top)
        self.said = page.label("", "lead", wrap=True)
        whole.addWidget(self.said)
        self.form = BorrowerForm(self._lend_waiting)
        whole.addWidget(self.form)
        titles = [_("記録日時"), _("端末"), _("出来事"), _("行った人"), _("くわしく")]
        self.table = Table(_("台帳の記録"), titles, (14, 5, 6, 6, 18))
        whole.addWidget(self.table, 1)
        for taker in (self.table, self.form.days):
            taker.installEventFilter(self)
        foot = page.row()
        self.count = page.label("", "caption")
        foot.addWidget(self.count, 1)
        self.sheet = button(_("貸出票を保存"), self._save_sheet, "plain", "download-simple")
        self.sheet.setEnabled(False)
        foot.addWidget(self.sheet)
        foot.addWidget(button(_("窓口の記録を書き出す"), self._export, "plain", "export"))
        foot.addWidget(button(_("別の窓口の記録を受け取る"), self._merge, "plain", "upload-simple"))
        foot.addWidget(button(_("改ざんを検査"), self._verify, "plain", "shield-check"))
        whole.addLayout(foot)
        services.bridge.subscribe(services.events, LaptopsChanged, self, lambda _event: self.read())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.read()
            QTimer.singleShot(0, self, self.ready)

    def ready(self) -> None:
        """The next scan may come."""
        self.scan.clear()
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a scanner types while a button has the focus goes to the scan field."""
        if not self._to_scan(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A table and a list of choices would take the letters for themselves."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._to_scan(event):
            return True
        return super().eventFilter(watched, event)

    def _to_scan(self, event: QKeyEvent) -> bool:
        text, control = event.text(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not text.isprintable() or not text.strip() or control:
            return False
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)
        self.scan.insert(text)
        return True

    def read(self) -> None:
        if self.isVisible():
            ledger = self._services.liaison.ledger
            self._services.bridge.run(
                self, _("台帳"), lambda _r: ledger.events(), self._show, lane="liaison-read"
            )

    def _show(self, events: list[Event]) -> None:
        self.table.put([((e.counter, e.number), _cells(e)) for e in reversed(events[-500:])])
        self.count.setText(_("{count} 件の記録").format(count=len(events)))

    def _mode_changed(self, mode: object) -> None:
        self.form.setVisible(mode is Mode.LEND)
        self._waiting = ""
        self._say("")
        self.ready()

    def _scanned(self) -> None:
        text = self.scan.text().strip()
        if not text:
            return
        mode = self.mode.value()
        self.scan.clear()
        if mode is Mode.RETURN:
            self._take_back(text)
        elif mode is Mode.LOOK:
            self._look_up(text)
        elif self.form.filled():
            self._lend(text)
        else:
            self._waiting = text
            self._say(_("借りる人の氏名と所属を入れてください。"))
            self.form.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lend_waiting(self) -> None:
        if self._waiting and self.form.filled():
            self._lend(self._waiting)
        elif not self._waiting:
            self._say(_("端末のラベルを読み取ってください。"))
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
        self._say(words.format(tag=loan.tag, date=format_date(loan.due)))
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

        self._run(_("貸出票"), work, lambda _n: self._say(_("貸出票を保存しました。")))

    def _export(self) -> None:
        liaison = self._services.liaison
        path = ask_save(self, f"counter-{liaison.ledger.counter}.json", "JSON (*.json)")
        if path is not None:
            done = _("窓口の記録を書き出しました。もう一つの窓口で受け取ってください。")
            self._run(
                _("窓口の記録"),
                lambda _r: save(path, liaison.export_counter()),
                lambda _n: self._say(done),
            )

    def _merge(self) -> None:
        liaison, path = self._services.liaison, ask_open(self, "JSON (*.json)")
        if path is not None:
            words = _("{count} 件の新しい記録を受け取りました。")
            self._run(
                _("窓口の記録"),
                lambda _r: liaison.take_counter(bounded(path, MAX_FILE)),
                lambda count: self._say(words.format(count=count)),
            )

    def _take_back(self, text: str) -> None:
        liaison = self._services.liaison

        def work(_report: object) -> Certificate:
            loan = liaison.give_back(text)
            return liaison.wipe(loan.tag)

        def done(certificate: Certificate) -> None:
            words = _("{tag} の返却を受け、利用者領域を消去して確かめました。証明書を残しました。")
            left = _("消去していないもの: {things}").format(things="、".join(certificate.wiped.not_destroyed))
            self._say(f"{words.format(tag=certificate.tag)}\n{left}")

        self._run(_("返却と消去"), work, done)

    def _look_up(self, text: str) -> None:
        liaison = self._services.liaison

        def work(_report: object) -> list[Event]:
            return liaison.ledger.history(liaison.scanned(text))

        def done(events: list[Event]) -> None:
            if events:
                self._say(_("{tag} の記録 {count} 件").format(tag=events[0].tag, count=len(events)))
                self.table.narrow(events[0].tag)
            else:
                self._say(_("台帳にない端末です。"))

        self._run(_("台帳"), work, done)

    def _run(self, title: str, work: Callable[[Any], T], done: Callable[[T], object]) -> None:
        self.table.narrow("")
        self._services.bridge.run(self, title, work, done, ended=self.ready, lane="liaison")

    def _say(self, words: str) -> None:
        self.said.setText(words)
        announce(self, words)

    def _verify(self) -> None:
        ledger = self._services.liaison.ledger
        self._services.bridge.run(
            self, _("台帳の検査"), lambda _r: ledger.verify(), lambda r: self._say(r.reason), lane="liaison"
        )


class BorrowerForm(QFrame):
    """Who takes it, until when, with what. Enter in the last field hands out."""

    def __init__(self, enter: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        layout = page.column(self, 0.6, 1.0)
        self.name = line_edit(_("借りる人の氏名"), limit=60)
        self.organisation = line_edit(_("所属先"), _("例 国土交通省 近畿地方整備局"), limit=120)
        self.purpose = line_edit(_("目的"), limit=200)
        self.days = QComboBox()
        for days in (1, 3, 7, 14, 30, 60):
            self.days.addItem(_("{days} 日間").format(days=days), days)
        self.days.setCurrentIndex(2)
        fields = page.row(spacing=0.8)
        for title, field, width in (
            (_("借りる人の氏名"), self.name, 4),
            (_("所属先"), self.organisation, 6),
            (_("目的"), self.purpose, 4),
            (_("期間"), self.days, 2),
        ):
            fields.addWidget(labelled(title, field), width)
        layout.addLayout(fields)
        self._accessories = [QCheckBox(_("電源アダプター")), QCheckBox(_("マウス")), QCheckBox(_("かばん"))]
        self._accessories[0].setChecked(True)
        self.consent = QCheckBox(_("同意書に署名済み"))
        self.keep = QCheckBox(_("同じ人に続けて貸す"))
        choices = page.row(spacing=1.0)
        for box in (*self._accessories, self.consent, self.keep):
            choices.addWidget(box)
        choices.addStretch(1)
        choices.addWidget(button(_("貸し出す"), enter, "primary", main=True))
        layout.addLayout(choices)
        for line in (self.name, self.organisation, self.purpose):
            line.returnPressed.connect(enter)

    def filled(self) -> bool:
        return bool(self.name.text().strip() and self.organisation.text().strip())

    def chosen(self) -> tuple[str, ...]:
        return tuple(box.text() for box in self._accessories if box.isChecked())

    def next_person(self) -> None:
        """Forget the person, keep where they come from: a group arrives together."""
        if not self.keep.isChecked():
            self.name.clear()
            self.consent.setChecked(False)


def bounded(path: Path, most: int) -> bytes:
    """What is in a chosen file; one byte more than ``most`` says that it is too large."""
    with path.open("rb") as file:
        return file.read(most + 1)


def event_words(action: str) -> str:
    return {
        "register": _("登録"),
        "lend": _("貸出"),
        "return": _("返却"),
        "wiped": _("消去"),
        "missing": _("所在不明"),
        "found": _("発見"),
        "repair": _("修理へ"),
        "repaired": _("修理済み"),
        "retire": _("廃棄"),
        "shelf": _("棚卸し"),
        "settled": _("確認済み"),
        "prepared": _("準備"),
        "drill-start": _("訓練開始"),
        "drill-inject": _("訓練の付与"),
        "drill-end": _("訓練終了"),
    }.get(action, action)


def _cells(event: Event) -> tuple[str, ...]:
    from datetime import datetime

    when = format_datetime(datetime.fromisoformat(event.when).astimezone(TOKYO))
    return (when, event.tag, event_words(event.action), event.actor, _detail(event))


def _detail(event: Event) -> str:
    detail = event.detail
    if event.action == "lend":
        return _("返却予定 {due}　{accessories}").format(
            due=detail.get("due", ""), accessories=detail.get("accessories", "")
        )
    if event.action == "return" and detail.get("missing"):
        return _("不足: {things}").format(things=detail["missing"])
    return str(detail.get("certificate") or detail.get("model") or "")
