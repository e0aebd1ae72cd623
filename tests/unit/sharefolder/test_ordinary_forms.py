"""Forms and answers as Japanese offices make them in Excel: nothing of them is lost, and nothing guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sharefolder.documents.workbook import read
from sharefolder.inquiry import fields, record
from sharefolder.inquiry.form import given, understand, with_kinds
from sharefolder.inquiry.layout import Layout
from sharefolder.inquiry.model import Form, Inquiry
from tests.fakes.sheets import Cells, answered, book, by_excel, form_of, rewritten

PLAIN = {(0, 0): "施設調査", (2, 0): "施設名", (2, 1): "件数", (2, 2): "率", (2, 3): "備考"}
ERRORS = ("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")


# errors


@pytest.mark.parametrize("typed", [False, True], ids=["a formula's", "pasted as a value"])
def test_every_error_of_excel_is_doubted_in_its_cell(tmp_path: Path, typed: bool) -> None:
    rows = {(3 + n, 2): ("=B4/0", error) for n, error in enumerate(ERRORS)}
    path = book(tmp_path / "a.xlsx", PLAIN | rows | {(3, 0): "甲"})
    if typed:
        path = rewritten(path, rb"<f>[^<]*</f>", b"")
    values, doubts = answered(path, form_of(book(tmp_path / "t.xlsx", PLAIN)))
    assert [(d.cell, d.raw) for d in doubts] == [(f"C{4 + n}", each) for n, each in enumerate(ERRORS)]
    assert {d.why for d in doubts} == {"数式がエラーになっています。"}
    assert all(values[d.cell].doubtful and values[d.cell].value == d.raw for d in doubts)


def test_an_error_beside_the_table_is_doubted_too(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", PLAIN | {(1, 0): "合計"}))
    path = book(tmp_path / "a.xlsx", PLAIN | {(1, 0): "合計", (1, 1): ("=1/0", "#DIV/0!")})
    values, doubts = answered(path, form)
    assert [(d.cell, d.why) for d in doubts] == [("B2", "数式がエラーになっています。")]
    assert values["B2"].doubtful


def test_an_empty_text_that_a_formula_made_is_empty(tmp_path: Path) -> None:
    """=IF(B4="","",B4*2) in rows that nobody has filled in."""
    empty = {(row, 2): (f'=IF(B{row + 1}="","",B{row + 1}*2)', "") for row in range(3, 8)}
    form = form_of(by_excel(book(tmp_path / "t.xlsx", PLAIN | empty)))
    saved = by_excel(book(tmp_path / "a.xlsx", PLAIN | empty))
    assert answered(saved, form) == ({}, [])


def test_a_kind_of_workbook_that_hides_its_facts_is_doubted(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", PLAIN))
    path = book(tmp_path / "a.xlsx", PLAIN | {(3, 0): "甲"})
    content = path.read_bytes().replace(b"xl/workbook.xml", b"xl/wOrkbook.xml")
    assert path.write_bytes(content)
    _values, doubts = answered(path, form)
    assert [d.why for d in doubts] == ["隠れた行や数式のエラーを確かめられない形式です。"]


# forms


def columns(form: Form) -> list[tuple[str, str]]:
    return [(column.name, column.kind) for column in form.columns]


def rows(form: Form) -> tuple[int, int, int, int | None]:
    return form.top, form.header_row, form.first, form.last_row


def plain_rows(form: Form, path: Path) -> list[list[object]]:
    """What is collated of an answer without doubt."""
    values, doubts = answered(path, form)
    assert doubts == []
    made: dict[int, dict[int, object]] = {}
    for value in values.values():
        assert not value.doubtful
        made.setdefault(value.row, {})[value.index] = value.value
    return [[made[row].get(column.index, "") for column in form.columns] for row in sorted(made)]


SUMS = {(0, 0): "施設調査", **{(2, c): t for c, t in enumerate(("施設名", "件数", "金額", "差", "備考"))}}


def summed(filled: dict[int, tuple[str, int, int]], totals: bool = True) -> dict[tuple[int, int], object]:
    """差 = C-B in three rows and 合計 below; Excel stores 0 where nothing is filled in."""
    made: dict[tuple[int, int], object] = dict(SUMS)
    for row in range(3, 6):
        name, count, sum_ = filled.get(row, ("", 0, 0))
        made |= {(row, 0): name, (row, 1): count, (row, 2): sum_} if name else {}
        made[row, 3] = (f"=C{row + 1}-B{row + 1}", sum_ - count)
    made[6, 0] = "合計"
    for column in (1, 2, 3) if totals else (3,):
        values = [made.get((row, column), 0) for row in range(3, 6)]
        made[6, column] = ("=SUM(X)", sum(v[1] if isinstance(v, tuple) else int(str(v)) for v in values))
    return made


def test_what_the_template_calculates_is_a_value_of_the_answer(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", summed({})))
    assert columns(form)[3] == ("差", "number")
    assert rows(form) == (2, 2, 3, 6)
    assert not [place for place in form.labels if place in form.computed]
    path = book(tmp_path / "a.xlsx", summed({3: ("甲", 5, 100), 4: ("乙", 6, 200)}))
    assert plain_rows(form, path) == [
        ["甲", 5.0, 100.0, 95.0, ""],
        ["乙", 6.0, 200.0, 194.0, ""],
        ["合計", 11.0, 300.0, 289.0, ""],
    ]


def test_a_form_with_formulas_and_two_rows_of_headings_is_read_back_as_it_was(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", summed({}) | {(1, 1): "実績"}))
    asked = Inquiry("施設調査", "照会/施設調査", date(2026, 12, 1), ("甲課",), "t.xlsx", "", form)
    assert form.calculated
    assert record.parsed(record.written(asked), asked.folder) == asked


def test_sums_of_nothing_are_no_answer(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", summed({})))
    assert answered(book(tmp_path / "a.xlsx", summed({})), form) == ({}, [])
    half = form_of(book(tmp_path / "h.xlsx", summed({}, totals=False)))
    path = book(tmp_path / "b.xlsx", summed({3: ("甲", 5, 100)}, totals=False))
    assert [row[0] for row in plain_rows(half, path)] == ["甲"], "合計 is not filled in: no row of zeros"


def test_a_formula_that_somebody_has_written_over_is_doubted(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", summed({})))
    over = summed({3: ("甲", 5, 100), 4: ("乙", 6, 200)}) | {(3, 3): 7}
    del over[4, 3]
    values, doubts = answered(book(tmp_path / "a.xlsx", over), form)
    assert [(d.cell, d.raw, d.why) for d in doubts] == [
        ("D4", "7", "様式の数式が書き換えられています。"),
        ("D5", "", "様式の数式が書き換えられています。"),
    ]
    assert values["D4"].doubtful
    assert values["B4"].value == 5.0


def test_no_total_is_asked_for_where_the_template_calculates_it(tmp_path: Path) -> None:
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", summed({}, totals=False))), {}, {1})
    assert given(form) == []
    assert plain_rows(form, book(tmp_path / "a.xlsx", summed({3: ("甲", 5, 100)}, totals=False)))


FACILITIES = {(0, 0): "施設調査", (2, 0): "施設名", (2, 1): "件数", (2, 2): "備考"}
TWO = {(4, 0): "北公民館", (4, 1): 30, (5, 0): "南公民館", (5, 1): 40}


@pytest.mark.parametrize("example", ["（例）中央公民館", "例：中央公民館", "【記入例】", "記載例", "例1"])
def test_after_an_example_the_rows_are_rows_of_the_form(tmp_path: Path, example: str) -> None:
    template = FACILITIES | {(3, 0): example, (3, 1): 12, (3, 2): "休止中"}
    form = form_of(book(tmp_path / "t.xlsx", template))
    assert rows(form) == (2, 2, 4, None)
    assert plain_rows(form, book(tmp_path / "a.xlsx", template | TWO)) == [
        ["北公民館", 30.0, ""],
        ["南公民館", 40.0, ""],
    ]
    cleared = {p: v for p, v in (template | TWO).items() if p[0] != 3}
    assert len(plain_rows(form, book(tmp_path / "b.xlsx", cleared))) == 2


def test_an_answer_over_the_example_is_doubted_and_not_lost(tmp_path: Path) -> None:
    template = FACILITIES | {(3, 0): "（例）中央公民館", (3, 1): 12}
    form = form_of(book(tmp_path / "t.xlsx", template))
    values, doubts = answered(book(tmp_path / "a.xlsx", FACILITIES | {(3, 0): "北公民館", (3, 1): 30}), form)
    assert {d.cell for d in doubts} >= {"A4", "B4"}
    assert [(v.value, v.doubtful) for v in values.values()] == [("北公民館", True), ("30", True)]
    _values, doubts = answered(book(tmp_path / "b.xlsx", template | {(3, 2): "メモ"}), form)
    assert [d.why for d in doubts] == ["記入例の行に記入があります。"]


@pytest.mark.parametrize("name", ["例規集の管理", "例会"])
def test_a_name_that_begins_with_that_character_is_no_example(tmp_path: Path, name: str) -> None:
    assert rows(form_of(book(tmp_path / "t.xlsx", FACILITIES | {(3, 0): name}))) == (2, 2, 3, 3)


@pytest.mark.parametrize(
    "note", ["※休止中の施設は除く。", "（注）千円単位", "注1 休止中を除く", "備考：なし"]
)
def test_a_note_below_is_no_row(tmp_path: Path, note: str) -> None:
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", FACILITIES | {(20, 0): note})), {}, {1})
    assert rows(form) == (2, 2, 3, 19)
    assert given(form) == []
    assert len(plain_rows(form, book(tmp_path / "a.xlsx", FACILITIES | {(20, 0): note} | TWO))) == 2
    inquiry = Inquiry("施設調査", "照会/施設調査", date(2026, 12, 1), (), "t.xlsx", "", form)
    assert fields.missing(fields.groups(inquiry, 1), {}, form) == []


def test_a_note_between_headings_and_rows_is_no_row(tmp_path: Path) -> None:
    noted = FACILITIES | {(3, 0): "※千円単位で書いてください。"}
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", noted)), {}, {1})
    assert rows(form) == (2, 2, 4, None)
    assert len(plain_rows(form, book(tmp_path / "a.xlsx", noted | TWO))) == 2


def test_rows_that_are_only_counted_need_not_all_be_filled_in(tmp_path: Path) -> None:
    counted = {(2, c): t for c, t in enumerate(("番号", "施設名", "件数"))} | {
        (2 + n, 0): n for n in (1, 2, 3)
    }
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", counted)), {}, {1, 2})
    assert rows(form) == (2, 2, 3, 5)
    path = book(tmp_path / "a.xlsx", counted | {(3, 1): "北公民館", (3, 2): 30})
    assert plain_rows(form, path) == [[1.0, "北公民館", 30.0]]


def test_a_row_that_is_named_must_be_filled_in(tmp_path: Path) -> None:
    named = FACILITIES | {(3, 0): "北公民館", (4, 0): "南公民館"}
    form = with_kinds(form_of(book(tmp_path / "t.xlsx", named)), {}, {1})
    _values, doubts = answered(book(tmp_path / "a.xlsx", named | {(3, 1): 30}), form)
    assert [(d.cell, d.why) for d in doubts] == [("B5", "「件数」が空です。")]


def test_months_are_names_of_rows(tmp_path: Path) -> None:
    months = FACILITIES | {(2 + n, 0): f"{n}月" for n in range(1, 13)} | {(15, 0): ("=A1", "計")}
    form = form_of(book(tmp_path / "t.xlsx", months))
    assert given(form) == list(range(3, 15))


TWO_ROWS: dict[str, tuple[Cells, list[tuple[int, int, int, int]], list[str]]] = {
    "merged": (
        {(2, 0): "施設名", (2, 1): "利用者数", (2, 3): "備考", (3, 1): "男", (3, 2): "女"},
        [(2, 0, 3, 0), (2, 1, 2, 2), (2, 3, 3, 3)],
        ["施設名", "利用者数　男", "利用者数　女", "備考"],
    ),
    "not merged": (
        {(2, 0): "施設名", (2, 1): "利用者数", (2, 3): "備考", (3, 1): "男", (3, 2): "女"},
        [],
        ["施設名", "利用者数　男", "利用者数　女", "備考"],
    ),
    "more below than above": (
        {
            (2, 0): "課名",
            (2, 1): "職員",
            (2, 3): "会計",
            (3, 1): "男",
            (3, 2): "女",
            (3, 3): "男",
            (3, 4): "女",
        },
        [(2, 1, 2, 2), (2, 3, 2, 4)],
        ["課名", "職員　男", "職員　女", "会計　男", "会計　女"],
    ),
    "of which": (
        {(2, 0): "施設名", (2, 1): "利用者数", (2, 3): "備考", (3, 2): "うち市外"},
        [(2, 1, 2, 2)],
        ["施設名", "利用者数", "利用者数　うち市外", "備考"],
    ),
    "units": (
        {(2, 0): "施設名", (2, 1): "延床", (2, 2): "備考", (3, 1): "（㎡）"},
        [],
        ["施設名", "延床　（㎡）", "備考"],
    ),
}


@pytest.mark.parametrize("name", TWO_ROWS)
def test_two_rows_of_headings_name_each_column(tmp_path: Path, name: str) -> None:
    cells, merged, names = TWO_ROWS[name]

    def merge(_book: object, sheet: object) -> None:
        for each in merged:
            sheet.merge_range(*each, cells[each[:2]])  # type: ignore[attr-defined]

    template = {(0, 0): "利用者調査"} | dict(cells)
    form = form_of(book(tmp_path / "t.xlsx", template, merge))
    assert [column.name for column in form.columns] == names
    kinds = {column.name: column.kind for column in form.columns}
    assert all(kind == "number" for title, kind in kinds.items() if title.startswith("利用者数"))
    assert rows(form) == (2, 3, 4, None)
    filled = {(4, 0): "北公民館"} | {(4, c): 30 + c for c in range(1, len(names))}
    assert len(plain_rows(form, book(tmp_path / "a.xlsx", template | filled, merge))[0]) == len(names)


ONE_ROW: dict[str, Cells] = {
    "rows named in two columns": {
        **{(2, c): t for c, t in ((0, "施設名"), (1, "区分"), (3, "件数"))},
        **{(3, 1): "市道", (3, 2): "舗装", (4, 1): "市道", (4, 2): "砂利"},
    },
    "who answers above": {
        **{(1, 0): "担当者", (1, 2): "電話"},
        **{(2, c): t for c, t in enumerate(("施設名", "件数", "備考", "面積"))},
    },
    "the first row is named": {**FACILITIES, (3, 0): "北公民館"},
    "months": {
        (2, 0): "施設名",
        **{(2, n): f"{n}月" for n in range(1, 13)},
        (3, 0): "北公民館",
        (3, 1): "－",
    },
    "years": {(0, 1): "注意", (2, 0): "施設名", **{(2, n): str(2020 + n) for n in range(1, 5)}},
}


@pytest.mark.parametrize("name", ONE_ROW)
def test_one_row_of_headings_stays_one(tmp_path: Path, name: str) -> None:
    form = form_of(book(tmp_path / "t.xlsx", ONE_ROW[name]))
    assert (form.top, form.header_row, form.first) == (2, 2, 3)


def test_numbers_that_the_template_prints_arrive_as_numbers(tmp_path: Path) -> None:
    cells = {(2, 0): "施設名", (2, 1): "前年", (2, 2): "今年件数", (3, 0): "北公民館", (3, 1): 100}
    cells |= {(4, 0): "南公民館", (4, 1): 200}
    form = form_of(book(tmp_path / "t.xlsx", cells))
    assert columns(form)[1] == ("前年", "number")
    path = book(tmp_path / "a.xlsx", cells | {(3, 2): 110, (4, 2): 210})
    assert plain_rows(form, path) == [["北公民館", 100.0, 110.0], ["南公民館", 200.0, 210.0]]


def test_whoever_asks_says_where_the_table_lies(tmp_path: Path) -> None:
    """A guess that is wrong: what looks like headings is an explanation above them."""
    cells = {(1, c): t for c, t in enumerate(("ア", "イ", "ウ", "エ"))}
    cells |= {(3, 0): "施設名", (3, 1): "数", (4, 0): "見本", (9, 0): "以上"}
    read_ = read(book(tmp_path / "t.xlsx", cells))
    assert understand(read_).header_row == 1
    form = understand(read_, Layout(3, 3, 5, 8))
    assert ([c.name for c in form.columns], rows(form)) == (["施設名", "数"], (3, 3, 5, 8))
    two = understand(read_, Layout(3, 4, 5, None))
    assert ([c.name for c in two.columns], rows(two)) == (["施設名　見本", "数"], (3, 4, 5, None))


@pytest.mark.shared_data
def test_lists_of_a_city_begin_with_their_headings(shared_data: Path) -> None:
    """Whose rows hold as many words as the headings, or begin with a number as text."""
    for name in (
        "2_data.xlsx",
        "2_data(2).xlsx",
        "35_data.xlsx",
        "42_data.xlsx",
        "0084_202304.xlsx",
        "0092_2024.xlsx",
    ):
        form = form_of(shared_data / "workbooks" / name)
        assert form.columns[0].name == "#property", name
        assert (form.top, form.first) == (form.header_row, form.header_row + 1), name
