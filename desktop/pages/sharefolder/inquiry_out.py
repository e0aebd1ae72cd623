"""What leaves the board of an inquiry: the collated table, and reminders to those who have not answered."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from core.i18n import _
from core.jobs import Report
from core.wareki import format_date
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.pages.sharefolder.inquiry_words import standing_words, why_words
from desktop.pages.sharefolder.mail import write_mail
from sharefolder.inquiry.model import Inquiry, Reading, State

if TYPE_CHECKING:
    from desktop.pages.sharefolder.inquiries import Inquiries


class InquiryOut:
    """Of the inquiry that ``view`` shows."""

    def __init__(self, view: Inquiries, services: Services) -> None:
        self._view, self._services = view, services

    def collate(self) -> None:
        def made(inquiry: Inquiry, readings: list[Reading]) -> bytes:
            from sharefolder.inquiry import collate  # its library is loaded only where it is needed

            with tempfile.TemporaryDirectory(prefix="mahoroba-collate-") as folder:
                file = Path(folder) / "collated.xlsx"
                told = [replace(each, reason=why_words(inquiry, each)) for each in readings]
                collate.write_workbook(inquiry, told, file, lambda each: standing_words(inquiry, each))
                return file.read_bytes()

        self._collate(_("{title} 集計.xlsx"), "Excel (*.xlsx)", made)

    def collate_csv(self) -> None:
        def made(inquiry: Inquiry, readings: list[Reading]) -> bytes:
            from sharefolder.inquiry import collate

            return collate.write_csv(inquiry, readings)

        self._collate(_("{title} 集計.csv"), "CSV (*.csv)", made)

    def _collate(self, name: str, kind: str, made: Callable[[Inquiry, list[Reading]], bytes]) -> None:
        """What lies in the folders at that moment, not what the board showed last."""
        inquiry, place, share = self._view.inquiry(), self._view.place, self._services.share
        if inquiry is None:
            return
        path = ask_save(self._view, name.format(title=inquiry.title), kind)
        if path is None:
            return

        def work(report: Report) -> list[Reading]:
            office = share.office(place)
            readings = office.board(inquiry, report)
            save(path, made(inquiry, readings))
            office.collated(inquiry)
            return readings

        def done(readings: list[Reading]) -> None:
            self._view.show_board(inquiry, readings)
            doubts = sum(len(reading.doubts) for reading in readings)
            words = _("「{name}」に集計しました。確かめることが {doubts} 件あります。")
            self._services.notices.success(words.format(name=path.name, doubts=doubts))
            if unseen := sum(reading.state is State.UNSEEN for reading in readings):
                lacking = _("{count} 所属の回答は、見る権利がないので入っていません。").format(count=unseen)
                self._services.notices.warning(lacking)

        self._services.bridge.run(self._view, _("集計"), work, done, lane="share-inquiry", card=True)

    def remind(self) -> None:
        """The text for a mail to those who have not answered, on the clipboard."""
        if (reminder := self._reminder()) is not None:
            _subject, text, count = reminder
            QGuiApplication.clipboard().setText(text)
            self._services.notices.info(_("未回答の {count} 所属への文を写しました。").format(count=count))

    def mail(self) -> None:
        """The same in the system's mail program."""
        if (reminder := self._reminder()) is not None:
            subject, text, _count = reminder
            write_mail(self._services, subject, text)

    def _reminder(self) -> tuple[str, str, int] | None:
        """Subject, text, and to how many sections; None, which is said, where all have answered."""
        inquiry = self._view.inquiry()
        if inquiry is None:
            return None
        missing = [r.section for r in self._view.readings if r.awaited]
        if not missing:
            self._services.notices.info(_("未回答の所属はありません。"))
            return None
        text = _(
            "{sections} 御中\n\n「{title}」の回答を {due} までにお願いします。\n回答の場所: {folder}"
        ).format(
            sections="、".join(missing),
            title=inquiry.title,
            due=format_date(inquiry.due),
            folder=f"{self._view.place}/{inquiry.folder}",
        )
        return _("照会「{title}」の回答のお願い").format(title=inquiry.title), text, len(missing)
