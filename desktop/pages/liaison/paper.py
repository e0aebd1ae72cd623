"""On paper: labels with QR codes, and the sheet that a borrower signs – drawn by Qt, fonts embedded.

Runs off the UI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPdfWriter

from core.i18n import _
from core.wareki import format_date
from desktop.pages.liaison.drawing import MM, draw_code, fit, pdf, wrapped
from liaison import network
from liaison.borrowers import Borrower
from liaison.history import Loan
from liaison.network import Form

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
            x = (left + place % _WIDE * width) * MM
            y = (top + place // _WIDE * height) * MM
            _draw_label(painter, label, QRectF(x, y, width * MM, height * MM))

    return pdf(draw, _("端末のラベル"))


def hand_out_sheet(loan: Loan, borrower: Borrower, office: str) -> bytes:
    """The sheet that stays with the counter: whose, which, until when, the consent; a page each language."""

    def draw(painter: QPainter, writer: QPdfWriter) -> None:
        _draw_sheet(painter, _japanese(loan, borrower, office))
        writer.newPage()
        _draw_sheet(painter, _english(loan, borrower, office))

    return pdf(draw, _("貸出票"))


def report_sheet(title: str, table: Sequence[Sequence[str]]) -> bytes:
    """One page with a title and a table, columns of equal width; the first row is its head."""

    def draw(painter: QPainter, _writer: QPdfWriter) -> None:
        left, width, y = 20 * MM, 170 * MM, 22 * MM
        fit(painter, title, QRectF(left, y, width, 12 * MM), 7, bold=True)
        y += 18 * MM
        for number, cells in enumerate(table):
            column = width / len(cells)
            for index, cell in enumerate(cells):
                box = QRectF(left + index * column, y, column - 2 * MM, 7 * MM)
                fit(painter, cell, box, 3.4, bold=not number)
            y += 9 * MM
            painter.fillRect(QRectF(left, y - 1 * MM, width, 0.15 * MM), QColor("#888888"))

    return pdf(draw, title)


def wifi_sheet(form: Form) -> bytes:
    """For the wall: a QR code that a phone joins by, the same in words, the contacts; in two languages."""

    def draw(painter: QPainter, _writer: QPdfWriter) -> None:
        left, width = 20 * MM, 170 * MM
        fit(painter, form.name, QRectF(left, 18 * MM, width, 16 * MM), 11, bold=True)
        wrapped(
            painter,
            "災害対応のための Wi-Fi です。 / Wi-Fi for disaster response.",
            QRectF(left, 38 * MM, width, 0),
            5,
        )
        draw_code(painter, network.wifi_code(form), QRectF(left, 52 * MM, 110 * MM, 110 * MM))
        wrapped(
            painter,
            "カメラで読むと\nつながります\n\nScan to join",
            QRectF(left + 116 * MM, 80 * MM, 54 * MM, 0),
            7,
        )
        y = 172 * MM
        rows = [("SSID", form.ssid), ("パスワード / Password", form.password)]
        for name, value in [*rows, *((contact.label, contact.phone) for contact in form.contacts[:5])]:
            fit(painter, name, QRectF(left, y, 55 * MM, 10 * MM), 4.5)
            fit(painter, value, QRectF(left + 58 * MM, y, width - 58 * MM, 10 * MM), 7, bold=True)
            y += 14 * MM

    return pdf(draw, _("Wi-Fi の掲示"))


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
    margin = 2 * MM
    size = box.height() - 2 * margin
    draw_code(painter, label.code, QRectF(box.x() + margin, box.y() + margin, size, size))
    x = box.x() + size + 2 * margin
    room = QRectF(x, box.y() + margin, box.right() - x - margin / 2, size)
    fit(painter, label.tag, QRectF(room.x(), room.y(), room.width(), size * 0.5), 7.5, bold=True)
    fit(painter, label.owner, QRectF(room.x(), room.y() + size * 0.55, room.width(), size * 0.4), 2.6)


def _draw_sheet(painter: QPainter, sheet: _Sheet) -> None:
    left, width, y = 20 * MM, 170 * MM, 22 * MM
    fit(painter, sheet.title, QRectF(left, y, width, 12 * MM), 7, bold=True)
    y += 18 * MM
    for name, value in sheet.rows:
        fit(painter, name, QRectF(left, y, 34 * MM, 8 * MM), 3.6)
        y += max(9 * MM, wrapped(painter, value, QRectF(left + 36 * MM, y, width - 36 * MM, 0), 4.2))
        painter.fillRect(QRectF(left, y - 1 * MM, width, 0.15 * MM), QColor("#888888"))
    y += 8 * MM
    for sentence in sheet.consent:
        y += wrapped(painter, sentence, QRectF(left, y, width, 0), 4) + 2 * MM
    y += 14 * MM
    fit(painter, sheet.sign, QRectF(left, y, 30 * MM, 8 * MM), 4)
    painter.fillRect(QRectF(left + 32 * MM, y + 9 * MM, width - 32 * MM, 0.3 * MM), QColor("black"))
