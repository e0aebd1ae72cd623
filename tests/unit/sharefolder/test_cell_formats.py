"""What a cell shows is not always what is stored: a percentage, a zero, an era, a crossed-out value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sharefolder.inquiry.form import with_kinds
from tests.fakes.sheets import Act, answered, book, form_of


def looking(*cells: tuple[int, int, object, str]) -> Act:
    """``cells`` with these formats of Excel."""

    def write(made: Any, sheet: Any) -> None:
        for row, column, value, code in cells:
            sheet.write(row, column, value, made.add_format({"num_format": code}))

    return write


RATES = {(0, 0): "施設名", (0, 1): "実施率", (0, 2): "コード"}
RATE_WHY = "「%」の書式が様式と違います（50% は 0.5 です）。"


@pytest.mark.parametrize("code", ["0%", "0.00%", "0.0%;[Red]-0.0%"])
def test_a_percentage_where_the_form_has_none_is_doubted(tmp_path: Path, code: str) -> None:
    form = form_of(book(tmp_path / "t.xlsx", RATES))
    values, doubts = answered(book(tmp_path / "a.xlsx", RATES, looking((1, 1, 0.5, code))), form)
    assert [(d.cell, d.raw, d.why, d.proposal) for d in doubts] == [("B2", "0.5", RATE_WHY, "")]
    assert values["B2"].value == "0.5"
    assert answered(book(tmp_path / "b.xlsx", RATES | {(1, 1): 50}), form)[1] == []


def test_an_inquiry_that_was_asked_before_anybody_looked_at_formats_doubts_none(tmp_path: Path) -> None:
    form = replace(form_of(book(tmp_path / "t.xlsx", RATES)), percent=None)
    assert answered(book(tmp_path / "a.xlsx", RATES, looking((1, 1, 0.5, "0%"))), form)[1] == []


def test_a_number_without_percent_where_the_form_has_it_is_doubted(tmp_path: Path) -> None:
    """The form formats a cell, and all of another column but one cell."""

    def formatted(made: Any, sheet: Any) -> None:
        percent, plain = made.add_format({"num_format": "0%"}), made.add_format({"num_format": "#,##0"})
        sheet.set_column(2, 2, None, percent)
        sheet.write_blank(1, 1, None, percent)
        sheet.write_blank(3, 2, None, plain)

    form = form_of(book(tmp_path / "t.xlsx", RATES, formatted))
    assert set(form.percent) == {(1, 1, 1), (2, 0, 2), (2, 4, 1_048_575)}
    right = [(1, 1, 0.5, "0%"), (1, 2, 0.25, "0%"), (3, 2, 12, "0"), (900, 2, 0.1, "0.0%")]
    assert answered(book(tmp_path / "a.xlsx", RATES, looking(*right)), form)[1] == []
    wrong = [(1, 1, 50, "0"), (1, 2, 25, "General"), (3, 2, 0.12, "0%"), (2, 1, 0.4, "0%")]
    _values, doubts = answered(book(tmp_path / "b.xlsx", RATES, looking(*wrong)), form)
    assert sorted(d.cell for d in doubts) == ["B2", "B3", "C2", "C4"]
    assert {d.why for d in doubts} == {RATE_WHY}


@pytest.mark.parametrize(("code", "proposal"), [("000", "007"), ("000-0000", ""), ('"第"000', "")])
def test_zeros_that_only_a_format_shows_are_doubted_in_a_text(
    tmp_path: Path, code: str, proposal: str
) -> None:
    form = form_of(book(tmp_path / "t.xlsx", RATES))
    values, doubts = answered(book(tmp_path / "a.xlsx", RATES, looking((1, 2, 7, code))), form)
    assert [(d.cell, d.raw, d.proposal) for d in doubts] == [("C2", "7", proposal)]
    assert values["C2"].doubtful
    assert answered(tmp_path / "a.xlsx", replace(form, percent=None))[1] == doubts
    number = with_kinds(form, {2: "number"}, set())
    assert answered(tmp_path / "a.xlsx", number)[1] == []


def test_a_percentage_beside_the_table_is_doubted(tmp_path: Path) -> None:
    cells = {(0, 0): "全体の率", **{(r + 2, c): t for (r, c), t in RATES.items()}}
    form = form_of(book(tmp_path / "t.xlsx", cells))
    values, doubts = answered(book(tmp_path / "a.xlsx", cells, looking((0, 1, 0.5, "0%"))), form)
    assert [d.why for d in doubts] == [RATE_WHY]
    assert values["B1"].doubtful


LIST = {(0, 0): "施設名", (0, 1): "件数", (0, 2): "コード", (0, 3): "完了日"}
SERIAL = 46_346  # 2026-11-20


@pytest.mark.parametrize("code", ['ggge"年"', "aaaa", "[$-411]ge;@", "ggge"])
def test_a_part_of_a_date_alone_is_a_date_and_no_number(tmp_path: Path, code: str) -> None:
    """令和8年, 金曜日: stored as 46346, which calamine takes for a count."""
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    cells = looking((1, 1, SERIAL, code), (1, 2, SERIAL, code), (1, 3, SERIAL, code))
    values, doubts = answered(book(tmp_path / "a.xlsx", LIST, cells), form)
    assert [(d.cell, d.raw, d.proposal) for d in doubts] == [
        ("B2", "2026-11-20", ""),
        ("C2", "2026-11-20", "2026-11-20"),
    ]
    assert values["D2"].value == date(2026, 11, 20)


@pytest.mark.parametrize("code", ["0.00E+00", "General", '0"ge"', "[Red]0", "#,##0"])
def test_a_number_stays_one(tmp_path: Path, code: str) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    values, doubts = answered(book(tmp_path / "a.xlsx", LIST, looking((1, 1, SERIAL, code))), form)
    assert (doubts, values["B2"].value) == ([], float(SERIAL))


def test_what_is_crossed_out_is_doubted(tmp_path: Path) -> None:
    """見え消し: of a whole cell, and of a part of a text, which would read as one (A1215)."""
    form = form_of(book(tmp_path / "t.xlsx", LIST))

    def crossed(made: Any, sheet: Any) -> None:
        out = made.add_format({"font_strikeout": True})
        sheet.write(1, 1, 3, out)
        sheet.write_rich_string(1, 2, "A", out, "12", "15")
        sheet.write_rich_string(2, 2, "A", made.add_format({"bold": True}), "12", "15")

    values, doubts = answered(book(tmp_path / "a.xlsx", LIST, crossed), form)
    assert [(d.cell, d.raw, d.why) for d in doubts] == [
        ("B2", "3", "取り消し線が引かれています。"),
        ("C2", "A1215", "取り消し線が引かれています。"),
    ]
    assert values["B2"].doubtful
    assert not values["C3"].doubtful


def test_more_digits_than_a_workbook_keeps_are_doubted_in_a_text_too(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    _values, doubts = answered(book(tmp_path / "a.xlsx", LIST | {(1, 2): 1234567890123456}), form)
    assert [(d.cell, d.raw, d.why) for d in doubts] == [("C2", "1234567890123456", "15桁を超える数です。")]


def test_a_time_of_more_than_a_day_is_said_in_hours(tmp_path: Path) -> None:
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    hours = timedelta(hours=25, minutes=30) / timedelta(days=1)
    values, doubts = answered(book(tmp_path / "a.xlsx", LIST, looking((1, 2, hours, "[h]:mm"))), form)
    assert (doubts, values["C2"].value) == ([], "25:30:00")


def test_thousands_that_only_a_format_makes_are_doubted(tmp_path: Path) -> None:
    """1234567 shown as 1,235 in a column of 千円 that the form does not format."""
    form = form_of(book(tmp_path / "t.xlsx", LIST))
    for code in ("#,##0,", "#,##0,,", '#,##0,"千円"', "0,.0"):
        values, doubts = answered(book(tmp_path / "a.xlsx", LIST, looking((1, 1, 1_234_567, code))), form)
        assert [(d.cell, "千単位" in d.why) for d in doubts] == [("B2", True)], code
        assert values["B2"].doubtful
    own = form_of(book(tmp_path / "f.xlsx", LIST, looking((1, 1, "", "#,##0,"))))
    assert answered(tmp_path / "a.xlsx", own)[1] == []
