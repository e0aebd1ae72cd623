"""What a section adds to a form on its own (rows, blanks, sheets) is neither lost nor taken for more."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.errors import SuiteError
from sharefolder.documents.workbook import read
from sharefolder.inquiry import record
from sharefolder.inquiry.form import understand, with_kinds
from sharefolder.inquiry.model import Inquiry
from tests.fakes.sheets import Act, answered, book, form_of, rewritten

LIST = {(0, 0): "施設名", (0, 1): "件数", (0, 2): "備考"}


def test_a_total_and_a_note_below_are_no_rows_without_doubt(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    cells = LIST | {(1, 0): "甲", (1, 1): 3, (2, 0): "合　計", (2, 1): 3, (3, 0): "※速報値"}
    values, doubts = answered(book(tmp_path / "a.xlsx", cells), form)
    assert [(d.cell, d.why) for d in doubts] == [
        ("A3", "書いた人が足した合計の行のようです。"),
        ("A4", "書いた人が足した注記の行のようです。"),
    ]
    assert [values[cell].doubtful for cell in ("B2", "B3", "A4")] == [False, True, True]


def test_a_note_in_a_row_that_says_more_is_an_answer(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    cells = LIST | {(1, 0): "※甲", (1, 1): 3, (2, 0): "計量検定所", (2, 1): 4}
    assert answered(book(tmp_path / "a.xlsx", cells), form)[1] == []


def test_a_cell_with_nothing_but_blanks_is_empty(tmp_path: Path) -> None:
    """Cleared by the space bar, by the asker as well."""
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", LIST | {(1, 2): " "})), {}, {1})
    cells = LIST | {(1, 0): "甲", (1, 1): " ", (1, 2): "急ぎ", (3, 0): "　"}
    values, doubts = answered(book(tmp_path / "a.xlsx", cells), form)
    assert {cell: value.value for cell, value in values.items()} == {"A2": "甲", "C2": "急ぎ"}
    assert [(d.cell, d.why) for d in doubts] == [("B2", "「件数」が空です。")]


def test_a_name_that_is_merged_over_rows_goes_along_with_each(tmp_path: Path) -> None:
    def merged(_made: Any, sheet: Any) -> None:
        sheet.merge_range(1, 0, 2, 0, "甲館")

    cells = {(0, 0): "施設名", (0, 1): "区分", (0, 2): "人数", (1, 1): "男", (2, 1): "女"}
    form = form_of(book(tmp_path / "t.xlsx", cells, merged))
    path = book(tmp_path / "a.xlsx", cells | {(1, 2): 3, (2, 2): 4}, merged)
    values, doubts = answered(path, form)
    assert doubts == []
    assert [values[cell].value for cell in ("A2", "B2", "C2", "A3", "B3", "C3")] == [
        *("甲館", "男", 3.0),
        *("甲館", "女", 4.0),
    ]


@pytest.mark.parametrize("end", ["_x000D_\n", "&#13;\n"])
def test_a_heading_of_two_lines_is_the_same_however_they_end(tmp_path: Path, end: str) -> None:
    cells = {(0, 0): "施設名", (0, 1): "件数\n（件）"}
    form = form_of(book(tmp_path / "t.xlsx", cells))
    path = book(tmp_path / "a.xlsx", cells | {(1, 0): "甲", (1, 1): 3})
    values, doubts = answered(
        rewritten(path, "件数\n".encode(), f"件数{end}".encode(), "xl/sharedStrings.xml"), form
    )
    assert (values["B2"].value, doubts) == (3.0, [])


@pytest.mark.parametrize("text", ["1,200円", "１２００千円", "50%"])
def test_a_unit_that_may_change_the_number_proposes_none(tmp_path: Path, text: str) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    _values, doubts = answered(book(tmp_path / "a.xlsx", LIST | {(1, 1): text}), form)
    assert [(d.why, d.proposal) for d in doubts] == [("単位が付いた文字です。", "")]


# otherwise than in cells


def noted(text: str) -> Act:
    return lambda _made, sheet: sheet.write_comment(1, 1, text)


def boxed(text: str, row: int = 8) -> Act:
    return lambda _made, sheet: sheet.insert_textbox(row, 1, text)


SAID = {
    "a note on a cell": noted("速報値です"),
    "a text box": boxed("別紙のとおり"),
    "a circle elsewhere": boxed("", 9),
}
REMARK = "セルのメモか、図形・チェックボックスが、様式と違います。値には入っていません。"


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_beside_the_cells_is_doubted(tmp_path: Path, name: str) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST, boxed("")))
    filled = LIST | {(1, 0): "甲", (1, 1): 3}
    assert answered(book(tmp_path / "a.xlsx", filled, boxed("")), form)[1] == []
    _values, doubts = answered(book(tmp_path / "b.xlsx", filled, boxed(""), SAID[name]), form)
    assert [d.why for d in doubts] == [REMARK]
    before = replace(form, remarks=None)  # asked before anybody looked
    assert answered(tmp_path / "b.xlsx", before)[1] == []


def test_a_box_that_is_ticked_is_doubted(tmp_path: Path) -> None:
    def ticked(name: str, state: str) -> Path:
        path = book(tmp_path / name, LIST | ({(1, 0): "甲"} if state else {}))
        with zipfile.ZipFile(path, "a") as archive:
            control = f'<formControlPr xmlns="urn:x" objectType="CheckBox" {state}/>'
            archive.writestr("xl/ctrlProps/ctrlProp1.xml", control)
        return path

    form = form_of(ticked("t.xlsx", ""))
    _values, doubts = answered(ticked("a.xlsx", 'checked="Checked"'), form)
    assert [d.why for d in doubts] == [REMARK]


# what the template has itself


def test_what_the_template_hides_itself_or_runs_is_no_surprise(tmp_path: Path) -> None:
    def hiding(_made: Any, sheet: Any) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})

    def running(path: Path) -> Path:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"\xd0\xcf")
        return path

    rows = {(row, column): value for row in (1, 2, 3) for column, value in enumerate(("甲", 3, "乙"))}
    path = running(book(tmp_path / "a.xlsm", LIST | rows, hiding))
    own = form_of(running(book(tmp_path / "t.xlsm", LIST, hiding)))
    assert answered(path, own)[1] == []
    asked = Inquiry("調査", "照会/調査", date(2026, 12, 1), ("甲課",), "t.xlsm", "", own)
    assert record.parsed(record.written(asked), asked.folder) == asked
    _values, doubts = answered(path, form_of(book(tmp_path / "p.xlsx", LIST)))
    assert [d.cell for d in doubts] == ["", "C2", "A3", "B3", "C3", "C3", "C4"]


def test_last_years_values_that_stay_are_answers_too(tmp_path: Path) -> None:
    """時点修正: the form comes with what was answered before."""
    before = LIST | {(1, 0): "甲", (1, 1): 3, (2, 0): "乙", (2, 1): 4, (3, 0): "丙", (3, 1): 5}
    form = form_of(book(tmp_path / "t.xlsx", before))
    values, doubts = answered(book(tmp_path / "a.xlsx", before | {(2, 1): 9, (3, 2): "閉館"}), form)
    assert {cell: value.value for cell, value in values.items()} == {
        **{"A2": "甲", "B2": 3.0, "A3": "乙", "B3": "9", "A4": "丙", "B4": 5.0, "C4": "閉館"}
    }
    assert [d.why for d in doubts] == ["様式の文字「4」が変わっています。"]


def test_numbers_that_only_count_the_rows_are_none(tmp_path: Path) -> None:
    counted = {(0, 0): "区分", (0, 1): "番号", (0, 2): "施設名", (0, 3): "件数"}
    counted |= {(row, 1): row for row in range(1, 6)}
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", counted)), {1: "number"}, set())
    values, doubts = answered(book(tmp_path / "a.xlsx", counted | {(1, 2): "甲", (1, 3): 3}), form)
    assert (sorted(values), doubts) == (["B2", "C2", "D2"], [])


# sheets


def sheet(name: str, cells: dict[tuple[int, int], object], hidden: bool = False) -> Act:
    def add(made: Any, _sheet: Any) -> None:
        one = made.add_worksheet(name)
        for (row, column), value in cells.items():
            if isinstance(value, tuple):
                one.write_formula(row, column, value[0], None, value[1])
            else:
                one.write(row, column, value)
        if hidden:
            one.hide()

    return add


OTHER = {(0, 0): "事業名", (0, 1): "金額", (3, 0): "合計"}
SUM = ("=SUM(B2:B3)", 0)


def test_what_is_written_on_another_sheet_of_the_form_is_not_lost_in_silence(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST, sheet("様式2", OTHER | {(3, 1): SUM})))
    same = sheet("様式2", OTHER | {(3, 1): ("=SUM(B2:B3)", 7)})  # calculated of what stands elsewhere
    assert answered(book(tmp_path / "a.xlsx", LIST | {(1, 0): "甲"}, same), form)[1] == []
    filled = sheet("様式2", OTHER | {(1, 0): "橋", (1, 1): 5, (3, 1): SUM})
    _values, doubts = answered(book(tmp_path / "b.xlsx", LIST, filled), form)
    assert [d.why for d in doubts] == ["シート「様式2」も様式と違います。集めているのは「様式」だけです。"]


def test_the_table_is_looked_for_behind_the_sheets_that_explain(tmp_path: Path) -> None:
    explained = {(0, 0): "項目", (0, 1): "書き方", (1, 0): "件数", (1, 1): "整数で"}
    path = book(tmp_path / "t.xlsx", explained, sheet("記入例", LIST), sheet("回答", LIST))
    form = form_of(path)
    assert form.sheet == "様式", "whose name tells nothing"
    assert form.shown == ("様式", "記入例", "回答")
    cover = book(tmp_path / "c.xlsx", {(0, 0): "照会"}, sheet("記入例", LIST), sheet("回答", LIST))
    assert form_of(cover).sheet == "回答"
    chosen = understand(read(path), None, "回答")
    assert (chosen.sheet, [c.name for c in chosen.columns]) == ("回答", ["施設名", "件数", "備考"])
    asked = Inquiry("調査", "照会/調査", date(2026, 12, 1), ("甲課",), "t.xlsx", "", chosen)
    assert record.parsed(record.written(asked), asked.folder) == asked


def test_a_sheet_without_a_table_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", LIST, sheet("表紙", {(0, 0): "照会"}), sheet("隠し", LIST, hidden=True))
    with pytest.raises(SuiteError, match="SHARE-020"):
        understand(read(path), None, "表紙")
    assert form_of(path).shown == ("様式", "表紙")
