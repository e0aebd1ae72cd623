"""A result of the plan that people enter: the year, the value, from where, of which day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QComboBox, QWidget

from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date, format_fiscal_year, parse_date
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from office.plan import FIRST_YEAR

_NUMBER = re.compile(r"-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")


class ResultForm(QWidget):
    """``save`` and ``withdraw`` are called when the person asks for it."""

    def __init__(
        self, save: Callable[[], None], withdraw: Callable[[], None], today: date, last_year: int
    ) -> None:
        super().__init__()
        layout = page.column(self, 0.6)
        self.year = QComboBox()
        self.value = line_edit(_("実績"), _("例 82.5"), limit=20)
        self.source = line_edit(_("出典"), _("例 業務システム調査（令和8年10月）"), limit=200)
        self.taken = line_edit(_("時点"), _("例 R8.10.31"), limit=40)
        self._offered = ""
        self.turn(today, last_year)
        first = page.Across(14, 0.6)
        first.add(labelled(_("年度"), self.year), 1)
        first.add(labelled(_("実績"), self.value), 1)
        layout.addWidget(first)
        layout.addWidget(labelled(_("出典"), self.source))
        layout.addWidget(labelled(_("時点"), self.taken))
        self.save = button(_("実績を保存"), save, "primary")
        self.withdraw = button(_("入力した実績を取り下げる"), withdraw)
        layout.addWidget(self.save)
        layout.addWidget(self.withdraw)
        for field in (self.value, self.source, self.taken):
            field.returnPressed.connect(save)

    def turn(self, today: date, last_year: int) -> None:
        """A day, or a year, may have begun since. What was chosen or typed stays."""
        if self.year.itemData(0) != last_year:
            chosen = self.year.currentData()
            self.year.clear()
            for year in range(last_year, FIRST_YEAR - 1, -1):
                self.year.addItem(format_fiscal_year(year), year)
            self.year.setCurrentIndex(max(0, self.year.findData(chosen)))
        if self.taken.text() == self._offered:
            self._offered = format_date(today)
            self.taken.setText(self._offered)

    def filled(self) -> tuple[int, float, str, date]:
        """Year, value, source, day. SuiteError PLAN-002 or DATE-00x."""
        value = number(self.value.text())
        return int(self.year.currentData()), value, self.source.text(), parse_date(self.taken.text())

    def clear(self) -> None:
        self.value.clear()
        self.source.clear()


def number(text: str) -> float:
    """What was typed, in whichever width; a comma stands before three digits only ("82,5" may mean another
    thing to whoever typed it). SuiteError PLAN-002."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _NUMBER.fullmatch(plain):
        raise SuiteError(
            _("実績を保存しませんでした。"),
            _("実績が数ではありません。"),
            _("「82.5」「1,200」のように入力してください。"),
            "PLAN-002",
        )
    return float(plain.replace(",", ""))
