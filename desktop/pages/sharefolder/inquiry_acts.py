"""What the asking section does with an inquiry: collate, remind, extend, answer questions, close."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from core.i18n import _
from core.jobs import Report
from core.wareki import format_date, parse_date
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.pages.sharefolder.words import state_words
from sharefolder.inquiry.model import MISSING, Inquiry
from sharefolder.inquiry.office import Office

if TYPE_CHECKING:
    from desktop.pages.sharefolder.inquiries import Inquiries


class InquiryActs:
    """The verbs of the board."""

    def __init__(self, view: Inquiries, services: Services) -> None:
        self._view, self._services = view, services

    def answer(self) -> None:
        """On the screen: for the chosen section, else for one's own where it is asked."""
        inquiry, session = self._view.inquiry(), self._services.auth.session
        if inquiry is None:
            return
        own = session.person.section if session is not None else ""
        section = self._view.table.key() or (own if own in inquiry.sections else "")
        if inquiry.closed:
            self._services.notices.warning(_("この照会は終わっています。"))
        elif not section:
            self._services.notices.info(_("一覧で、回答する所属を選んでください。"))
        else:
            self._view.stack.choose(self._view.answer)
            self._view.answer.begin(self._view.place, inquiry, section)

    def extend(self) -> None:
        inquiry = self._view.inquiry()
        if inquiry is not None:
            self._view.ask.text(
                _("新しい期限（例: R8.12.4）"),
                inquiry.due.isoformat(),
                lambda text: self._change(lambda office: office.extend(inquiry, parse_date(text))),
            )

    def question(self) -> None:
        """The question first, then its answer: both are for all sections to read."""
        inquiry = self._view.inquiry()
        if inquiry is None:
            return

        def answered(question: str, answer: str) -> None:
            self._change(lambda office: office.answer_question(inquiry, question, answer))

        self._view.ask.text(
            _("受けた質問"),
            "",
            lambda question: self._view.ask.text(_("回答"), "", lambda answer: answered(question, answer)),
        )

    def close(self) -> None:
        inquiry = self._view.inquiry()
        if inquiry is not None:
            self._change(lambda office: office.close(inquiry))

    def _change(self, act: Callable[[Office], Inquiry]) -> None:
        place, share = self._view.place, self._services.share
        self._services.bridge.run(
            self._view,
            _("照会"),
            lambda _r: act(share.office(place)),
            lambda _i: self._view.read(),
            lane="share-inquiry",
        )

    def collate(self) -> None:
        inquiry, readings = self._view.inquiry(), list(self._view.readings)
        place, share = self._view.place, self._services.share
        if inquiry is None:
            return
        path = ask_save(self._view, _("{title} 集計.xlsx").format(title=inquiry.title), "Excel (*.xlsx)")
        if path is None:
            return

        def work(_report: Report) -> None:
            from sharefolder.inquiry import collate  # its library is loaded only where it is needed

            with tempfile.TemporaryDirectory(prefix="mahoroba-collate-") as folder:
                made = Path(folder) / "collated.xlsx"
                collate.write_workbook(inquiry, readings, made, lambda reading: state_words(reading.state))
                save(path, made.read_bytes())
            share.office(place).collated(inquiry)

        self._run_collate(work, path)

    def collate_csv(self) -> None:
        inquiry, readings = self._view.inquiry(), list(self._view.readings)
        if inquiry is None:
            return
        path = ask_save(self._view, _("{title} 集計.csv").format(title=inquiry.title), "CSV (*.csv)")
        if path is not None:
            from sharefolder.inquiry import collate

            self._run_collate(lambda _r: save(path, collate.write_csv(inquiry, readings)), path)

    def _run_collate(self, work: object, path: Path) -> None:
        doubts = sum(len(reading.doubts) for reading in self._view.readings)
        words = _("「{name}」に集計しました。確かめることが {doubts} 件あります。").format(
            name=path.name, doubts=doubts
        )
        self._services.bridge.run(
            self._view,
            _("集計"),
            work,  # type: ignore[arg-type]
            lambda _n: self._services.notices.success(words),
            lane="share-inquiry",
            card=True,
        )

    def remind(self) -> None:
        """The text for a mail to those who have not answered, on the clipboard."""
        inquiry = self._view.inquiry()
        if inquiry is None:
            return
        missing = [r.section for r in self._view.readings if r.state in MISSING]
        text = _(
            "{sections} 御中\n\n「{title}」の回答を {due} までにお願いします。\n回答の場所: {folder}"
        ).format(
            sections="、".join(missing),
            title=inquiry.title,
            due=format_date(inquiry.due),
            folder=f"{self._view.place}/{inquiry.folder}",
        )
        QGuiApplication.clipboard().setText(text)
        self._services.notices.info(_("未回答の {count} 所属への文を写しました。").format(count=len(missing)))
