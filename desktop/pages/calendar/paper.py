"""The schedule on paper: a week or a month on A4, a week of a 手帳 on A5 or A6. Drawn by Qt into a PDF.

Drawn straight onto the page in millimetres, black on white whatever the theme, so that it prints as it looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from calendar_sync.holidays import holiday
from calendar_sync.model import Collection, Occurrence
from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_month
from desktop.pages.calendar import words
from desktop.pages.calendar.month import days_of, span

_RESOLUTION = 300  # dots per inch
_RED, _BLUE, _GREY = QColor("#b00020"), QColor("#0017c1"), QColor("#777777")


@dataclass(frozen=True)
class Form:
    """``weeks`` shown on one page of ``size``; ``across`` columns of days (7: a week is a row)."""

    name: str
    size: QPageSize.PageSizeId
    landscape: bool
    monthly: bool


WEEK = Form("week", QPageSize.PageSizeId.A4, True, False)
MONTH = Form("month", QPageSize.PageSizeId.A4, True, True)
DIARY_A5 = Form("a5", QPageSize.PageSizeId.A5, False, False)
DIARY_A6 = Form("a6", QPageSize.PageSizeId.A6, False, False)


def write(
    path: Path, form: Form, day: date, found: Sequence[Occurrence], collections: Mapping[int, Collection]
) -> None:
    """A PDF at ``path``: the week or month of ``day``. Others' private events are only 予定あり."""
    try:
        path.write_bytes(b"")  # so that a place that cannot be written says so
    except OSError as error:
        raise SuiteError(
            _("PDF を作れませんでした。"),
            _("この場所には書き込めません。"),
            _("別のフォルダを選んでください。"),
            "CAL-031",
        ) from error
    writer = QPdfWriter(str(path))
    writer.setResolution(_RESOLUTION)
    orientation = QPageLayout.Orientation.Landscape if form.landscape else QPageLayout.Orientation.Portrait
    margin = 6 if form.size == QPageSize.PageSizeId.A6 else 10
    writer.setPageLayout(
        QPageLayout(
            QPageSize(form.size), orientation, QMarginsF(margin, margin, margin, margin),
            QPageLayout.Unit.Millimeter,
        )
    )  # fmt: skip
    writer.setTitle(_("予定"))
    first, after = span(day) if form.monthly else _week(day)
    sheet = _Sheet(QPainter(writer), QRectF(0, 0, writer.width(), writer.height()), found, collections)
    try:
        sheet.draw(form, day, first, (after - first).days)
    finally:
        sheet.painter.end()


def range_of(form: Form, day: date) -> tuple[date, date]:
    """The days that ``write`` needs: first, and the day after the last."""
    return span(day) if form.monthly else _week(day)


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


class _Sheet:
    def __init__(
        self, painter: QPainter, page: QRectF, found: Sequence[Occurrence], by: Mapping[int, Collection]
    ) -> None:
        self.painter, self._page, self._by = painter, page, by
        self._found = found
        self._mm = _RESOLUTION / 25.4

    def draw(self, form: Form, day: date, first: date, count: int) -> None:
        head = 9 * self._mm
        title = format_month(day) if form.monthly else words.range_words(first, first + timedelta(days=6))
        self._text(QRectF(0, 0, self._page.width(), head), title, 5, bold=True)
        columns = 7 if form.landscape else 1
        rows = -(-count // columns)
        width, height = self._page.width() / columns, (self._page.height() - head) / rows
        for number in range(count):
            cell = QRectF(number % columns * width, head + number // columns * height, width, height)
            each = first + timedelta(days=number)
            self._day(cell, each, faint=form.monthly and each.month != day.month, wide=columns == 1)

    def _day(self, cell: QRectF, day: date, faint: bool, wide: bool) -> None:
        mm, free = self._mm, holiday(day)
        self.painter.setPen(QPen(_GREY, 0.15 * mm))
        self.painter.drawRect(cell)
        colour = _RED if free or day.weekday() == 6 else _BLUE if day.weekday() == 5 else QColor("black")
        name = words.long_day(day) if wide else f"{day.day} {words.weekday(day)}"
        head = QRectF(cell.left() + mm, cell.top() + 0.5 * mm, cell.width() - 2 * mm, 4.5 * mm)
        self._text(
            head, f"{name}　{free}" if free else name, 2.9, bold=True, colour=_GREY if faint else colour
        )
        top = head.bottom() + 0.3 * mm
        mine = [o for o in self._found if day in days_of(o, day, day + timedelta(days=1))]
        line = 3.6 * mm
        fit = int((cell.bottom() - top) // line)
        for number, o in enumerate(sorted(mine, key=lambda o: (not o.all_day, o.start))):
            place = QRectF(cell.left() + mm, top + number * line, cell.width() - 2 * mm, line)
            left = len(mine) - number
            if number == fit - 1 and left > 1:
                self._text(place, _("ほか {count} 件").format(count=left), 2.5, colour=_GREY)
                return
            self._text(place, self._words(o, day), 2.6, strike=o.status == "CANCELLED")

    def _words(self, o: Occurrence, day: date) -> str:
        collection = self._by.get(o.collection)
        when = _("終日") if o.all_day else words.clock(max(o.start, datetime(day.year, day.month, day.day)))
        place = "" if words.hidden(o, collection) or not o.location else f"（{o.location}）"
        mark = _("仮 ") if o.status == "TENTATIVE" else ""
        return f"{when} {mark}{words.title(o, collection)}{place}"

    def _text(
        self, place: QRectF, text: str, size: float, *, bold: bool = False, strike: bool = False,
        colour: QColor | None = None,
    ) -> None:  # fmt: skip
        """``size`` in millimetres of the letters' height."""
        font = QFont(self.painter.font())
        font.setPixelSize(max(1, round(size * self._mm)))
        font.setBold(bold)
        font.setStrikeOut(strike)
        self.painter.setFont(font)
        self.painter.setPen(colour or QColor("black"))
        metrics = QFontMetricsF(font, self.painter.device())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        self.painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
