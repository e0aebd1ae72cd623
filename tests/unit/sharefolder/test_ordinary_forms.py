"""Forms and answers as Japanese offices make them in Excel: nothing of them is lost, and nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.sheets import answered, book, by_excel, form_of, rewritten

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
