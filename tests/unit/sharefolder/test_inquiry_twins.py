"""Headings and labels of the same name: each keeps its own values, is told apart, and has its own kind."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry import collate, fields
from sharefolder.inquiry.form import headings, with_kinds
from sharefolder.inquiry.model import Column, Form, Inquiry
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage

NOTHING = Report(lambda _done, _total, _text: None)
Cells = Sequence[tuple[int, int, object]]
TABLE: Cells = ((3, 0, "事業"), (3, 1, "件数"), (3, 2, "備考"))
ANSWER: Cells = ((4, 0, "橋"), (4, 1, 1), (4, 2, "下の備考"))


class Desk:
    """One section's answer to a form of any cells."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.root = root
        (root / "share").mkdir()
        self.office = Office(LocalStorage(root / "share"), sandbox, lambda: date(2026, 11, 23))

    def ask(self, form: Cells, kinds: dict[int, str] | None = None) -> Inquiry:
        template = self.root / "様式.xlsx"
        _book(template, form)
        asked = with_kinds(self.office.understand(template), kinds or {}, set())
        due = date(2026, 11, 30)
        self.inquiry = self.office.create("照会", template, asked, ["甲課"], due, NOTHING)
        return self.inquiry

    def table(self, form: Cells, answer: Cells) -> list[list[str]]:
        """The collated table, for an answer without doubt."""
        _book(self.root / "share" / self.inquiry.answer_folder("甲課") / "様式.xlsx", (*form, *answer))
        readings = self.office.board(self.inquiry, NOTHING)
        assert readings[0].doubts == ()
        written = collate.write_csv(self.inquiry, readings).decode("utf-8-sig")
        return [row[:-1] for row in csv.reader(io.StringIO(written))]


def _book(path: Path, cells: Cells) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("回答")
        for row, column, value in cells:
            sheet.write(row, column, value)


def test_columns_of_one_heading_keep_each_its_own_values(desk: Desk) -> None:
    form = [(0, 0, "照会"), *((2, c, h) for c, h in enumerate(("事業", "件数", "金額", "件数", "金額")))]
    desk.ask(form)
    assert desk.table(form, [(3, c, v) for c, v in enumerate(("橋", 1, 100, 9, 900))]) == [
        ["所属", "事業", "件数", "金額", "件数 (2)", "金額 (2)"],
        ["甲課", "橋", "1", "100", "9", "900"],
    ]


def test_what_stands_above_twins_tells_them_apart(desk: Desk) -> None:
    form = [(1, 1, "R7"), (1, 2, "R8"), (2, 0, "事業"), (2, 1, "件数"), (2, 2, "件数")]
    desk.ask(form)
    assert desk.table(form, [(3, 0, "橋"), (3, 1, 1), (3, 2, 9)])[0] == [
        "所属",
        "事業",
        "R7　件数",
        "R8　件数",
    ]


def test_a_merged_cell_above_stands_over_all_its_columns() -> None:
    columns = tuple(Column(index, ("件数", "金額")[index % 2]) for index in range(4))
    form = Form("回答", 1, columns, {(0, 0): "R7", (0, 2): "R8"}, merged=((0, 0, 0, 1), (0, 2, 0, 3)))
    assert list(headings(form).values()) == ["R7　件数", "R7　金額", "R8　件数", "R8　金額"]


def test_a_heading_that_is_written_as_a_twins_name_is_not_taken_again() -> None:
    columns = tuple(Column(index, name) for index, name in enumerate(("件数", "件数 (2)", "件数")))
    assert list(headings(Form("回答", 0, columns, {})).values()) == ["件数", "件数 (2)", "件数 (3)"]


def test_twins_have_each_a_kind_of_their_own(desk: Desk) -> None:
    asked = desk.ask([(0, 0, "事業"), (0, 1, "結果"), (0, 2, "結果")], {1: "number", 2: "date"})
    assert [column.kind for column in asked.form.columns] == ["text", "number", "date"]
    assert desk.office.inquiries()[0] == [asked]
    row = fields.groups(asked, 1)[0]
    assert [(f.name, f.kind) for f in row.fields] == [
        ("事業", "text"),
        ("結果", "number"),
        ("結果 (2)", "date"),
    ]


MARGINS: dict[str, tuple[Cells, Cells, list[str], list[str]]] = {
    "named as a column": (
        [(1, 0, "備考")],
        [(1, 1, "上の備考")],
        ["所属", "備考（B2）", "事業", "件数", "備考"],
        ["甲課", "上の備考", "橋", "1", "下の備考"],
    ),
    "two of one label": (
        [(1, 0, "電話"), (2, 0, "電話：")],
        [(1, 1, "111"), (2, 1, "222")],
        ["所属", "電話（B2）", "電話（B3）", "事業", "件数", "備考"],
        ["甲課", "111", "222", "橋", "1", "下の備考"],
    ),
    "two cells beside one label": (
        [(1, 0, "担当者")],
        [(1, 1, "山田"), (1, 2, "内線2101")],
        ["所属", "担当者（B2）", "担当者（C2）", "事業", "件数", "備考"],
        ["甲課", "山田", "内線2101", "橋", "1", "下の備考"],
    ),
    "named as the section's own column": (
        [(1, 0, "所属")],
        [(1, 1, "財政課")],
        ["所属", "所属（B2）", "事業", "件数", "備考"],
        ["甲課", "財政課", "橋", "1", "下の備考"],
    ),
}


@pytest.mark.parametrize("name", MARGINS)
def test_what_stands_beside_the_table_is_never_lost(desk: Desk, name: str) -> None:
    margin, written, head, row = MARGINS[name]
    form = [(0, 0, "調べ"), *margin, *TABLE]
    desk.ask(form)
    assert desk.table(form, [*written, *ANSWER]) == [head, row]


def test_a_column_called_as_the_table_calls_the_sections_is_told_by_its_cell(desk: Desk) -> None:
    form = [(2, 0, "所属"), (2, 1, "件数")]
    desk.ask(form)
    assert desk.table(form, [(3, 0, "庶務係"), (3, 1, 2)]) == [
        ["所属", "所属（A3）", "件数"],
        ["甲課", "庶務係", "2"],
    ]


def test_prompts_of_one_label_are_told_apart_on_the_screen(desk: Desk) -> None:
    above = fields.groups(desk.ask([(0, 0, "照会"), (1, 0, "電話"), (2, 0, "電話"), *TABLE]), 1)[0]
    assert [f.name for f in above.fields] == ["電話（B2）", "電話（B3）"]
