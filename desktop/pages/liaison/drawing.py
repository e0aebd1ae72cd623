"""Drawing on paper with Qt: millimetres, text that fits or wraps, QR codes, a PDF with its fonts embedded.

Runs off the UI thread. The QR code is drawn module by module from segno's matrix, so that it is as sharp as
the printer; error correction M, four modules of quiet zone (ISO/IEC 18004).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import segno
from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPageSize, QPainter, QPdfWriter, QTextOption

from desktop.ui.theme import NOTO

_DPI = 600
MM = _DPI / 25.4
_DOTS = 4  # a module is a multiple of this: it falls on whole dots of a 150-dpi printer too


def draw_code(painter: QPainter, text: str, box: QRectF) -> None:
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


def _font(height: float, bold: bool = False) -> QFont:
    """A font of ``height`` millimetres."""
    font = QFont(NOTO)
    font.setPixelSize(max(1, round(height * MM)))
    font.setBold(bold)
    return font


def fit(painter: QPainter, text: str, box: QRectF, height: float, bold: bool = False) -> None:
    """One line, made smaller until it fits the width (not below a third; then it is cut with …)."""
    size = height
    while size > height / 3 and QFontMetricsF(_font(size, bold)).horizontalAdvance(text) > box.width():
        size *= 0.92
    font = _font(size, bold)
    painter.setFont(font)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


def wrapped(painter: QPainter, text: str, box: QRectF, height: float) -> float:
    """Text over as many lines as it needs; the height that it took."""
    painter.setFont(_font(height))
    option = QTextOption(Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    room = QRectF(box.x(), box.y(), box.width(), 200 * MM)
    taken = painter.boundingRect(room, text, option)
    painter.drawText(room, text, option)
    return taken.height() + 1.5 * MM


def pdf(draw: Callable[[QPainter, QPdfWriter], None], title: str) -> bytes:
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
