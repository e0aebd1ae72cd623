"""Filled-in workbooks as sections really send them back: right, half right, and wrong in every known way."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

HEADER = 3
TITLES = ("事業名", "件数", "金額（円）", "完了日", "備考")


@dataclass
class Paper:
    """One workbook on xlsxwriter: the template, then what ``fill`` does to it."""

    path: Path
    sheet_name: str = "回答"
    titles: tuple[str, ...] = TITLES
    options: dict[str, Any] = field(default_factory=dict)
    title: str = "災害対応の実績に関する照会"

    def write(self, fill: Callable[[Any, Any], object] = lambda _book, _sheet: None) -> Path:
        with xlsxwriter.Workbook(self.path, self.options) as book:
            sheet = book.add_worksheet(self.sheet_name)
            sheet.merge_range(0, 0, 0, 4, self.title)
            sheet.write(1, 0, "担当者")
            for column, title in enumerate(self.titles):
                sheet.write(HEADER, column, title)
            fill(book, sheet)
        return self.path


def template(folder: Path) -> Path:
    return Paper(folder / "回答様式.xlsx").write()


DAY = datetime.date(2026, 11, 20)


def good(book: Any, sheet: Any) -> None:
    """Two rows as they should be."""
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    for row, (name, count, sum_) in enumerate(
        (("橋の点検", 12, 3_400_000), ("避難所", 3, 120_000.5)), HEADER + 1
    ):
        sheet.write(row, 0, name)
        sheet.write(row, 1, count)
        sheet.write(row, 2, sum_)
        sheet.write_datetime(row, 3, DAY, day)
    sheet.write(1, 1, "山本")


def cell(column: int, value: object, row: int = HEADER + 1) -> Callable[[Any, Any], None]:
    """``good`` with one cell otherwise."""

    def fill(book: Any, sheet: Any) -> None:
        good(book, sheet)
        sheet.write(row, column, value)

    return fill


def hidden_row(book: Any, sheet: Any) -> None:
    good(book, sheet)
    sheet.set_row(HEADER + 2, None, None, {"hidden": True})


def hidden_column(book: Any, sheet: Any) -> None:
    good(book, sheet)
    sheet.set_column(2, 2, None, None, {"hidden": True})


def merged(book: Any, sheet: Any) -> None:
    good(book, sheet)
    sheet.merge_range(HEADER + 3, 0, HEADER + 4, 0, "二行分")


def formula(book: Any, sheet: Any) -> None:
    good(book, sheet)
    sheet.write_formula(HEADER + 1, 1, "=1+1", None, "")


def other_sheet(book: Any, sheet: Any) -> None:
    good(book, sheet)
    book.add_worksheet("追加").write(0, 0, "別の回答")


def hidden_sheet(book: Any, sheet: Any) -> None:
    good(book, sheet)
    book.add_worksheet("表紙").activate()
    sheet.hide()


def changed_title(book: Any, sheet: Any) -> None:
    good(book, sheet)
    sheet.write(1, 0, "連絡先")


Fill = Callable[[Any, Any], object]
DOUBTS: dict[str, tuple[Fill, str, str, str]] = {
    "full-width digits": (cell(1, "１，２００"), "B5", "数字が文字", "1200"),
    "digits as text": (cell(1, "1200"), "B5", "数字が文字", "1200"),
    "a unit": (cell(1, "12件"), "B5", "単位", "12"),
    "about": (cell(1, "約12"), "B5", "言葉", ""),
    "from to": (cell(1, "10～12"), "B5", "言葉", ""),
    "nothing to report": (cell(1, "該当なし"), "B5", "言葉", ""),
    "a date as number": (cell(3, 46346), "D5", "日付の欄が数", ""),
    "an era date": (cell(3, "R8.11.20"), "D5", "日付が文字", "2026-11-20"),
    "an era date in kanji": (cell(3, "令和８年１１月２０日"), "D5", "日付が文字", "2026-11-20"),
    "an impossible date": (cell(3, "令和8年2月30日"), "D5", "日付として", ""),
    "a word for a date": (cell(3, "年度内"), "D5", "日付として", ""),
    "sixteen digits": (cell(2, 1234567890123456), "C5", "15桁", ""),
    "a formula's error": (cell(1, "#REF!"), "B5", "数式がエラー", ""),
    "a hidden row": (hidden_row, "A6", "隠れた行", ""),
    "a hidden column": (hidden_column, "C5", "隠れた列", ""),
    "merged cells": (merged, "A7", "結合", ""),
    "a formula without a value": (formula, "B5", "計算結果", ""),
    "another sheet": (other_sheet, "", "様式にないシート", ""),
    "a hidden sheet": (hidden_sheet, "", "シートが非表示", ""),
    "a changed label": (changed_title, "A2", "変わっています", ""),
    "a column too many": (cell(6, "余分"), "G5", "様式にない列", ""),
    "a note beside the form": (cell(3, "メモ", row=2), "D3", "様式にない場所", ""),
    "a required field left empty": (cell(1, 5, row=HEADER + 3), "A7", "空です", ""),
}


FORMS: dict[str, dict[str, Any]] = {
    "a renamed sheet": {"sheet_name": "Sheet1"},
    "an old template": {"titles": ("事業名", "件数", "金額（千円）", "完了日", "備考")},
    "a removed column": {"titles": ("事業名", "金額（円）", "完了日", "備考")},
    "swapped columns": {"titles": ("件数", "事業名", "金額（円）", "完了日", "備考")},
}
