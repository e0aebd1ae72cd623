"""Labels and sheets: every QR code decodes from a 150-dpi picture, long names and 外字 stay whole."""

from __future__ import annotations

import unicodedata
from datetime import date

import cv2
import numpy as np
import pypdfium2
from PySide6.QtWidgets import QApplication

from desktop.pages.liaison.paper import Label, hand_out_sheet, labels
from liaison.borrowers import Borrower
from liaison.history import Loan
from liaison.tags import Office


def pages(pdf: bytes, dpi: int) -> list[np.ndarray]:
    document = pypdfium2.PdfDocument(pdf)
    return [np.ascontiguousarray(page.render(scale=dpi / 72).to_numpy()[:, :, :3]) for page in document]


def decoded(picture: np.ndarray) -> set[str]:
    """Each label's place is cut out and read by itself, as a scanner held over it does."""
    height, width = picture.shape[:2]
    found = set()
    for row in range(11):
        for column in range(4):
            y, x = (8.8 + row * 25.4) / 297 * height, (8.4 + column * 48.3) / 210 * width
            cut = picture[int(y) : int(y + 0.0855 * height), int(x) : int(x + 0.13 * width)]
            text, _box, _code = cv2.QRCodeDetector().detectAndDecode(cv2.resize(cut, None, fx=3, fy=3))
            found.add(text)
    return found - {""}


def test_all_fifty_labels_decode_at_150_dpi(qapp: QApplication) -> None:
    office = Office("KEN")
    codes = [office.label(f"K{n:02d}") for n in range(1, 51)]
    pdf = labels([Label(f"K{n + 1:02d}", code, "県 情報政策課") for n, code in enumerate(codes)])
    read = set().union(*(decoded(picture) for picture in pages(pdf, 150)))
    assert read == set(codes)


def test_names_survive_on_the_sheet(qapp: QApplication) -> None:
    loan = Loan("abc123", "K01", "", date(2026, 11, 30), ("電源アダプター",), True, "A")
    borrower = Borrower("髙﨑 一郎", "国土交通省" * 24, "連絡調整")
    document = pypdfium2.PdfDocument(hand_out_sheet(loan, borrower, "県"))
    assert len(document) == 2
    for page in document:
        text = "".join(unicodedata.normalize("NFKC", page.get_textpage().get_text_range()).split())
        assert "髙﨑一郎" in text
        assert text.count("国土交通省") == 24
