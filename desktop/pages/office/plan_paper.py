"""The plan's progress on paper: eight measures an A4 page, each with its chart and its result's source."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter

from core.i18n import _
from core.wareki import format_date, format_fiscal_year
from desktop.pages.office.chart import Ink, draw
from desktop.ui.tokens import LIGHT
from office.measures import figure
from office.plan import Line

_RESOLUTION = 200  # dots per inch
_ROWS, _COLUMNS = 4, 2


def pdf(lines: Sequence[Line], last_year: int, language: str, today: date) -> bytes:
    """The whole document. Runs off the UI thread: a PDF writer is no window."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-plan-") as folder:
        path = Path(folder) / "plan.pdf"
        writer = QPdfWriter(str(path))
        writer.setResolution(_RESOLUTION)
        margins = QMarginsF(12, 12, 12, 12)
        portrait = QPageLayout.Orientation.Portrait
        writer.setPageLayout(
            QPageLayout(QPageSize(QPageSize.PageSizeId.A4), portrait, margins, QPageLayout.Unit.Millimeter)
        )
        writer.setTitle(_("計画の進捗"))
        painter = QPainter(writer)
        try:
            _pages(painter, writer, lines, last_year, language, today)
        finally:
            painter.end()
        return path.read_bytes()


def _pages(
    painter: QPainter, writer: QPdfWriter, lines: Sequence[Line], last_year: int, language: str, today: date
) -> None:
    mm, each = _RESOLUTION / 25.4, _ROWS * _COLUMNS
    head = 10 * mm
    width, height = writer.width() / _COLUMNS, (writer.height() - head) / _ROWS
    pages = -(-len(lines) // each)
    for number, line in enumerate(lines):
        if number and number % each == 0:
            writer.newPage()
        if number % each == 0:
            said = _("計画の進捗　{date} 現在　{page}／{pages}")
            title = said.format(date=format_date(today), page=number // each + 1, pages=pages)
            _text(painter, QRectF(0, 0, writer.width(), head), title, 4.2 * mm, bold=True)
        row, column = divmod(number % each, _COLUMNS)
        cell = QRectF(column * width, head + row * height, width, height).adjusted(0, 0, -4 * mm, -4 * mm)
        _measure(painter, cell, line, last_year, language, mm)


def _measure(painter: QPainter, cell: QRectF, line: Line, last_year: int, language: str, mm: float) -> None:
    measure, latest = line.measure, line.latest()
    title = QRectF(cell.left(), cell.top(), cell.width(), 4.6 * mm)
    _text(painter, title, f"{measure.id}　{measure.title[language]}", 3.2 * mm, bold=True)
    kpi = QRectF(cell.left(), title.bottom(), cell.width(), 4 * mm)
    _text(painter, kpi, f"{measure.kpi[language]}（{measure.unit[language]}）", 2.6 * mm)
    chart = QRectF(cell.left(), kpi.bottom(), cell.width(), cell.bottom() - kpi.bottom() - 4 * mm)
    draw(painter, chart, line, last_year, Ink(LIGHT, QFont(painter.font()), 2.9 * mm, "#ffffff"))
    said = _("実績はまだありません。")
    if latest is not None:
        said = _("{year} {value}（{source}）").format(
            year=format_fiscal_year(latest.year), value=figure(latest.value), source=latest.source
        )
    _text(painter, QRectF(cell.left(), chart.bottom(), cell.width(), 4 * mm), said, 2.4 * mm)


def _text(painter: QPainter, place: QRectF, text: str, pixels: float, bold: bool = False) -> None:
    font = QFont(painter.font())
    font.setPixelSize(max(1, round(pixels)))
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor("black"))
    shown = QFontMetricsF(font, painter.device()).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
