"""On paper: labels with QR codes, and the sheet that a borrower signs – drawn by Qt, fonts embedded.

Runs off the UI thread. The QR code is drawn module by module from segno's matrix, so that it is as sharp as
the printer; error correction M, four modules of quiet zone (ISO/IEC 18004).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageSize, QPainter, QPdfWriter, QTextOption

from core.i18n import _
from core.wareki import format_date
from desktop.ui.theme import NOTO
from liaison.ledger import Borrower, Loan

_DPI = 600
_MM = _DPI / 25.4
_DOTS = 4  # a module is a multiple of this: it falls on whole dots of a 150-dpi printer too
_WIDE, _HIGH = 4, 11  # labels on a sheet of A4, 48.3 mm by 25.4 mm


@dataclass(frozen=True)
class Label:
    """``code``: what the QR code says; ``tag``: what a person reads."""

    tag: str
    code: str
    owner: str


def labels(wanted: Sequence[Label]) -> bytes:
    """A PDF of A4 sheets with a label for each."""
    width, height = 48.3, 25.4
    left, top = (210 - _WIDE * width) / 2, (297 - _HIGH * height) / 2

    def draw(painter: QPainter, writer: QPdfWriter) -> None:
        for number, label in enumerate(wanted):
            place = number % (_WIDE * _HIGH)
            if number and not place:
                writer.newPage()
            x = (left + place % _WIDE * width) * _MM
            y = (top + place // _WIDE * height) * _MM
            _draw_label(painter, label, QRectF(x, y, width * _MM, height * _MM))

    return _pdf(draw, _("端末のラベル"))


def hand_out_sheet(loan: Loan, borrower: Borrower, office: str) -> bytes:
    """The sheet that stays with the counter: whose, which, until when, the consent; a page each language."""

    def draw(painter: QPainter, writer: QPdfWriter) -> None:
        _draw_sheet(painter, _japanese(loan, borrower, office))
        writer.newPage()
        _draw_sheet(painter, _english(loan, borrower, office))

    return _pdf(draw, _("貸出票"))


def report_sheet(title: str, table: Sequence[Sequence[str]]) -> bytes:
    """One page with a title and a table, columns of equal width; the first row is its head."""

    def draw(painter: QPainter, _writer: QPdfWriter) -> None:
        left, width, y = 20 * _MM, 170 * _MM, 22 * _MM
        _fit(painter, title, QRectF(left, y, width, 12 * _MM), 7, bold=True)
        y += 18 * _MM
        for number, cells in enumerate(table):
            column = width / len(cells)
            for index, cell in enumerate(cells):
                box = QRectF(left + index * column, y, column - 2 * _MM, 7 * _MM)
                _fit(painter, cell, box, 3.4, bold=not number)
            y += 9 * _MM
            painter.fillRect(QRectF(left, y - 1 * _MM, width, 0.15 * _MM), QColor("#888888"))

    return _pdf(draw, title)


@dataclass(frozen=True)
class _Sheet:
    title: str
    rows: tuple[tuple[str, str], ...]
    consent: tuple[str, ...]
    sign: str


def _japanese(loan: Loan, borrower: Borrower, office: str) -> _Sheet:
    rows = (
        ("端末番号", loan.tag),
        ("氏名", borrower.name),
        ("所属", borrower.organisation),
        ("目的", borrower.purpose or "―"),
        ("返却予定日", format_date(loan.due)),
        ("付属品", "、".join(loan.accessories) or "なし"),
        ("貸出元", office),
        ("貸出番号", loan.id),
    )
    consent = (
        "1. この端末は災害対応の業務だけに使います。",
        "2. 返却のとき、端末に残ったデータはすべて消去されます。必要なものは返却前に移します。",
        "3. 氏名と所属は、端末の管理のために貸出元が記録し、返却後に消去を求めることができます。",
        "4. 紛失や故障のときは、すぐに貸出元へ連絡します。",
    )
    return _Sheet("連絡員端末 貸出票", rows, consent, "署名")


def _english(loan: Loan, borrower: Borrower, office: str) -> _Sheet:
    rows = (
        ("Laptop", loan.tag),
        ("Name", borrower.name),
        ("Organisation", borrower.organisation),
        ("Purpose", borrower.purpose or "–"),
        ("Return by", loan.due.isoformat()),
        ("Accessories", ", ".join(loan.accessories) or "none"),
        ("Lent by", office),
        ("Loan number", loan.id),
    )
    consent = (
        "1. I use this laptop for disaster response only.",
        "2. All data left on it is wiped on its return; I move what I need beforehand.",
        "3. The lender records my name and organisation to keep track of the laptop;"
        " after its return I may ask for their deletion.",
        "4. I report loss or damage at once.",
    )
    return _Sheet("Liaison laptop: loan sheet", rows, consent, "Signature")


def _draw_label(painter: QPainter, label: Label, box: QRectF) -> None:
    margin = 2 * _MM
    size = box.height() - 2 * margin
    _draw_code(painter, label.code, QRectF(box.x() + margin, box.y() + margin, size, size))
    x = box.x() + size + 2 * margin
    room = QRectF(x, box.y() + margin, box.right() - x - margin / 2, size)
    _fit(painter, label.tag, QRectF(room.x(), room.y(), room.width(), size * 0.5), 7.5, bold=True)
    _fit(painter, label.owner, QRectF(room.x(), room.y() + size * 0.55, room.width(), size * 0.4), 2.6)


def _draw_code(painter: QPainter, text: str, box: QRectF) -> None:
    matrix = [list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix]
    quiet, count = 4, len(matrix)
    module = int(box.width() / (count + 2 * quiet)) // _DOTS * _DOTS
    left, top = (int(edge) // _DOTS * _DOTS + quiet * module for edge in (box.x(), box.y()))
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                painter.fillRect(
                    left + column * module, top + row * module, module, module, Qt.GlobalColor.black
                )


def _draw_sheet(painter: QPainter, sheet: _Sheet) -> None:
    left, width, y = 20 * _MM, 170 * _MM, 22 * _MM
    _fit(painter, sheet.title, QRectF(left, y, width, 12 * _MM), 7, bold=True)
    y += 18 * _MM
    for name, value in sheet.rows:
        _fit(painter, name, QRectF(left, y, 34 * _MM, 8 * _MM), 3.6)
        y += max(9 * _MM, _wrapped(painter, value, QRectF(left + 36 * _MM, y, width - 36 * _MM, 0), 4.2))
        painter.fillRect(QRectF(left, y - 1 * _MM, width, 0.15 * _MM), QColor("#888888"))
    y += 8 * _MM
    for sentence in sheet.consent:
        y += _wrapped(painter, sentence, QRectF(left, y, width, 0), 4) + 2 * _MM
    y += 14 * _MM
    _fit(painter, sheet.sign, QRectF(left, y, 30 * _MM, 8 * _MM), 4)
    painter.fillRect(QRectF(left + 32 * _MM, y + 9 * _MM, width - 32 * _MM, 0.3 * _MM), QColor("black"))


def _font(height: float, bold: bool = False) -> QFont:
    """A font of ``height`` millimetres."""
    font = QFont(NOTO)
    font.setPixelSize(max(1, round(height * _MM)))
    font.setBold(bold)
    return font


def _fit(painter: QPainter, text: str, box: QRectF, height: float, bold: bool = False) -> None:
    """One line, made smaller until it fits the width (not below a third; then it is cut with …)."""
    size = height
    while size > height / 3 and QFontMetricsF(_font(size, bold)).horizontalAdvance(text) > box.width():
        size *= 0.92
    font = _font(size, bold)
    painter.setFont(font)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


def _wrapped(painter: QPainter, text: str, box: QRectF, height: float) -> float:
    """Text over as many lines as it needs; the height that it took."""
    painter.setFont(_font(height))
    option = QTextOption(Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    room = QRectF(box.x(), box.y(), box.width(), 200 * _MM)
    taken = painter.boundingRect(room, text, option)
    painter.drawText(room, text, option)
    return taken.height() + 1.5 * _MM


def _pdf(draw: Callable[[QPainter, QPdfWriter], None], title: str) -> bytes:
    """What ``draw(painter, writer)`` paints, as the bytes of a PDF file."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-paper-") as folder:
        path = Path(folder) / "paper.pdf"
        writer = QPdfWriter(str(path))
        writer.setResolution(_DPI)
        writer.setTitle(title)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        painter = QPainter(writer)
        try:
            draw(painter, writer)
        finally:
            painter.end()
        return path.read_bytes()
