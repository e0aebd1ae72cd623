"""Many answers into one fresh workbook: the table, every value's source, the doubts, who has answered."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_date
from sharefolder.inquiry import refusals
from sharefolder.inquiry.form import headings
from sharefolder.inquiry.model import Inquiry, Reading, Value, reference

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROWS, _ABOVE = 1_048_576, 3  # of a sheet (ISO/IEC 29500-1, 18.3.1.4), and of them those of its heading

Place = tuple[int, int]
"""A column of the collated table: the place of its heading, or the place of what stands beside the table."""


def columns_of(inquiry: Inquiry, readings: Iterable[Reading]) -> dict[Place, str]:
    """Headings of the collated table, no two alike: what stands beside the table first, then the form's
    columns. What would be another's namesake is told by its cell: 備考（B2）."""
    header, own = inquiry.form.header_row, headings(inquiry.form)
    values = (value for reading in readings for value in reading.values)
    beside = {(v.row, v.index): v.column for v in values if v.row < header}
    count = Counter([_("所属"), *own.values(), *beside.values()])
    told = {
        place: name if count[name] == 1 else f"{name}（{reference(*place)}）"
        for place, name in sorted(beside.items())
    }
    table = {
        (header, i): name if name != _("所属") else f"{name}（{reference(header, i)}）"
        for i, name in own.items()
    }
    return told | table


def rows_of(inquiry: Inquiry, readings: Iterable[Reading]) -> list[tuple[str, dict[Place, Value]]]:
    """One row a row of the form's table of each section; what stands beside the table repeats in each."""
    header = inquiry.form.header_row
    made: list[tuple[str, dict[Place, Value]]] = []
    for reading in readings:
        beside = {(v.row, v.index): v for v in reading.values if v.row < header}
        rows: dict[int, dict[Place, Value]] = {}
        for value in reading.values:
            if value.row > header:
                rows.setdefault(value.row, {})[header, value.index] = value
        made.extend((reading.section, beside | rows[row]) for row in sorted(rows))
        if beside and not rows:
            made.append((reading.section, beside))
    return made


def write_csv(inquiry: Inquiry, readings: Sequence[Reading]) -> bytes:
    """The collated table as CSV, UTF-8 with BOM; no cell is a formula, and the last column names what of its
    row is in doubt."""
    columns = columns_of(inquiry, readings)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    whole = {each.section for each in readings if any(not doubt.cell for doubt in each.doubts)}
    writer.writerow([_("所属"), *columns.values(), _("要確認")])
    for section, values in rows_of(inquiry, readings):
        found = [values.get(column) for column in columns]
        doubtful = [name for name, value in zip(columns.values(), found, strict=True) if _doubtful(value)]
        said = "、".join([*doubtful, *([_("ブック全体")] if section in whole else [])])
        writer.writerow([section, *(_cell(value) for value in found), said])
    return text.getvalue().encode("utf-8-sig")


def _doubtful(value: Value | None) -> bool:
    return value is not None and value.doubtful


def _cell(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value.value, float):
        return f"{value.value:.15g}"
    text = value.value.isoformat() if isinstance(value.value, date) else value.value
    return "'" + text if text.startswith(_FORMULA) else text


def write_workbook(
    inquiry: Inquiry, readings: Sequence[Reading], path: Path, state_words: Callable[[Reading], str]
) -> None:
    """A workbook of five sheets at ``path`` (which must not exist yet). SHARE-075, and nothing is written,
    where a sheet cannot hold all of it: the library would leave out the rest without a word."""
    lines = max(len(rows_of(inquiry, readings)), sum(len(reading.doubts) for reading in readings))
    if _ABOVE + lines > _ROWS:
        raise refusals.no_sheet_holds(lines)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        pen = _Pen(book)
        _table(pen, inquiry, readings)
        _doubts(pen, readings)
        _sources(pen, inquiry, readings)
        _files(pen, readings)
        _standing(pen, inquiry, readings, state_words)


class _Pen:
    """One look for all sheets."""

    def __init__(self, book: Any) -> None:
        self._book = book
        base = {"font_name": "游ゴシック", "font_size": 11, "valign": "vcenter"}
        edge = {"border": 1, "border_color": "#c5cad3"}
        self.title = book.add_format(base | {"bold": True, "font_size": 14})
        self.note = book.add_format(base | {"font_color": "#4d4d4d"})
        self.head = book.add_format(
            base | edge | {"bold": True, "bg_color": "#d9e6ff", "font_color": "#00118f", "text_wrap": True}
        )
        self.text = book.add_format(base | edge)
        self.number = book.add_format(base | edge | {"num_format": "#,##0.##########"})
        self.whole = book.add_format(base | edge | {"num_format": "#,##0"})
        self.date = book.add_format(base | edge | {"num_format": "yyyy/mm/dd"})
        self.doubt = book.add_format(base | edge | {"bg_color": "#fff2b8"})

    def sheet(self, name: str, note: str, titles: Sequence[str], widths: Sequence[float]) -> Any:
        """A sheet with its title line and a frozen heading in the third row."""
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, name, self.title)
        sheet.write_string(1, 0, note, self.note)
        sheet.set_row(2, 32)
        for column, title in enumerate(titles):
            sheet.write_string(2, column, title, self.head)
        sheet.freeze_panes(3, 1)
        sheet.set_landscape()
        sheet.repeat_rows(2)
        sheet.fit_to_pages(1, 0)
        return sheet

    def write(
        self, sheet: Any, row: int, column: int, value: float | date | str, doubtful: bool = False
    ) -> None:
        """``value`` in the format of its kind."""
        if doubtful:
            sheet.write_string(row, column, str(value), self.doubt)
        elif isinstance(value, float):
            sheet.write_number(row, column, value, self.whole if value.is_integer() else self.number)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.date)
        else:
            sheet.write_string(row, column, value, self.text)


def _table(pen: _Pen, inquiry: Inquiry, readings: Sequence[Reading]) -> None:
    columns = columns_of(inquiry, readings)
    answered = sum(bool(reading.values) for reading in readings)
    note = _("{title}　期限 {due}　{answered} / {all} 所属。黄色は「要確認」にあります。").format(
        title=inquiry.title, due=format_date(inquiry.due), answered=answered, all=len(readings)
    )
    widths = [18.0, *(max(12.0, min(40.0, 2.2 * len(c))) for c in columns.values())]
    sheet = pen.sheet(_("集計"), note, [_("所属"), *columns.values()], widths)
    for row, (section, values) in enumerate(rows_of(inquiry, readings), 3):
        pen.write(sheet, row, 0, section)
        for column, place in enumerate(columns, 1):
            if place in values:
                pen.write(sheet, row, column, values[place].value, values[place].doubtful)
            else:
                sheet.write_blank(row, column, None, pen.text)


def _doubts(pen: _Pen, readings: Sequence[Reading]) -> None:
    titles = [
        _("所属"),
        _("セル"),
        _("書かれているもの"),
        _("理由"),
        _("読み方の案"),
        _("シート"),
        _("ファイル"),
    ]
    note = _("人が確かめるもの。案は値に入れていません。")
    sheet = pen.sheet(_("要確認"), note, titles, (18, 8, 24, 40, 16, 16, 50))
    row = 3
    for doubt in (doubt for reading in readings for doubt in reading.doubts):
        cells = (doubt.section, doubt.cell, doubt.raw, doubt.why, doubt.proposal, doubt.sheet, doubt.file)
        for column, cell in enumerate(cells):
            pen.write(sheet, row, column, cell)
        row += 1


def _sources(pen: _Pen, inquiry: Inquiry, readings: Sequence[Reading]) -> None:
    """A line for each line of the table, at the same row: its file, and the cell of each value."""
    columns = columns_of(inquiry, readings)
    titles = [_("所属"), _("ファイル番号"), _("シート"), *columns.values()]
    note = _("集計の同じ行の値が、どのファイルのどのセルにあったか。ファイルは「出典ファイル」にあります。")
    sheet = pen.sheet(_("出典"), note, titles, [18, 12, 16, *(10 for _column in columns)])
    numbers = {reading.file: number for number, reading in enumerate(readings, 1)}
    for row, (section, values) in enumerate(rows_of(inquiry, readings), 3):
        first = next(iter(values.values()))
        sheet.write_string(row, 0, section, pen.text)
        sheet.write_number(row, 1, numbers[first.file], pen.whole)
        sheet.write_string(row, 2, first.sheet, pen.text)
        for column, place in enumerate(columns, 3):
            if place in values:
                sheet.write_string(row, column, values[place].cell, pen.text)


def _files(pen: _Pen, readings: Sequence[Reading]) -> None:
    titles = [_("ファイル番号"), _("所属"), _("ファイル"), _("更新日時"), "BLAKE3"]
    sheet = pen.sheet(_("出典ファイル"), _("読んだときのファイル。"), titles, (8, 18, 60, 20, 68))
    for number, reading in enumerate(readings, 1):
        digest = reading.values[0].digest if reading.values else ""
        when = reading.changed.astimezone(TOKYO).strftime("%Y/%m/%d %H:%M:%S") if reading.changed else ""
        pen.write(sheet, number + 2, 0, float(number))
        for column, cell in enumerate((reading.section, reading.file, when, digest), 1):
            pen.write(sheet, number + 2, column, cell)


def _standing(
    pen: _Pen, inquiry: Inquiry, readings: Sequence[Reading], state_words: Callable[[Reading], str]
) -> None:
    note = _("期限 {due}").format(due=format_date(inquiry.due))
    sheet = pen.sheet(_("提出状況"), note, [_("所属"), _("状態"), _("理由"), _("ファイル")], (18, 12, 44, 60))
    for row, reading in enumerate(readings, 3):
        for column, cell in enumerate((reading.section, state_words(reading), reading.reason, reading.file)):
            pen.write(sheet, row, column, cell)
