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
