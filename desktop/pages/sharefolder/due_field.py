"""By when an inquiry is answered: what is typed as the day that it means, and whether anybody is in then."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date, parse_date
from desktop.ui import page
from desktop.ui.widgets.fields import labelled, line_edit


class DueField(QWidget):
    """``edit`` takes any way of writing a date; below it stands the day."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = line_edit(_("回答の期限"), _("例: R8.12.4"), limit=40)
        self.words = page.label("", "caption", wrap=True)
        layout = page.column(self, 0.35)
        layout.addWidget(labelled(_("回答の期限"), self.edit))
        layout.addWidget(self.words)
        self.edit.textChanged.connect(self._say)
        self.words.hide()
        self._holidays: frozenset[date] = frozenset()

    def know(self, holidays: frozenset[date]) -> None:
        """Of ``coming_holidays``."""
        self._holidays = holidays
        self._say(self.edit.text())

    def _say(self, text: str) -> None:
        try:
            said = day_words(parse_date(text), self._holidays)
        except SuiteError:  # not yet a date; whether it is one is asked when it is sent
            said = ""
        self.words.setText(said)
        self.words.setVisible(bool(said))
        self.edit.setAccessibleDescription(said)


def coming_holidays(today: date) -> frozenset[date]:
    """Of this year and the next. As a job: to find them takes long."""
    from calendar_sync.holidays import holiday

    first = date(today.year, 1, 1)
    return frozenset(day for n in range(731) if holiday(day := first + timedelta(days=n)))


def day_words(day: date, holidays: frozenset[date]) -> str:
    """The day, and, where the office is closed on it, the last one before on which it is not."""
    if not _closed(day, holidays):
        return format_date(day)
    before = next(d for n in range(1, 30) if not _closed(d := day - timedelta(days=n), holidays))
    return _("{day} は閉庁日です。その前の開庁日は {before} です。").format(
        day=format_date(day), before=format_date(before)
    )


def _closed(day: date, holidays: frozenset[date]) -> bool:
    """地方自治法 4条の2: Saturdays, Sundays, national holidays, and around the new year."""
    around = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() >= 5 or around or day in holidays
