"""Many answers as one table: every value with its source, every doubt listed, no formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from core.errors import SuiteError
from sharefolder.inquiry import collate
from sharefolder.inquiry.model import Doubt
from tests.fakes.answers import DAY, DOUBTS, FORMS, HEADER, TITLES, good
from tests.unit.sharefolder.sections import NOTHING, Desk

__all__ = ["Desk"]


def test_sixty_sections_collate_to_the_expected_table_and_doubts(desk: Desk, tmp_path: Path) -> None:
    sections = [f"{n:02}課" for n in range(60)]
    desk.ask(*sections)
    kinds = list(DOUBTS.items())
    expected: dict[str, int] = {}
    for number, section in enumerate(sections):
        if number < len(kinds):
            desk.paper(section).write(kinds[number][1][0])
        elif number < len(kinds) + len(FORMS):
            desk.paper(section, **list(FORMS.values())[number - len(kinds)]).write(good)
        elif number < 55:
            desk.paper(section).write(good)
            expected[section] = 2
    readings = desk.office.board(desk.inquiry, NOTHING)
    path = tmp_path / "集計.xlsx"
    collate.write_workbook(desk.inquiry, readings, path, lambda reading: reading.state.value)
    book = CalamineWorkbook.from_path(str(path))
    table = book.get_sheet_by_name("集計").to_python()[3:]
    clean = [row for row in table if row[0] in expected]
    assert [row[0] for row in clean] == [s for s in sections if s in expected for _row in range(2)]
    assert clean[0] == [clean[0][0], "山本", "橋の点検", 12.0, 3_400_000.0, DAY, ""]
    assert clean[1] == [clean[0][0], "山本", "避難所", 3.0, 120_000.5, DAY, ""]
    doubts = book.get_sheet_by_name("要確認").to_python()[3:]
    assert len(doubts) == sum(len(r.doubts) for r in readings)
    assert {row[0] for row in doubts} == set(sections[: len(kinds) + len(FORMS)])
    sources = book.get_sheet_by_name("出典").to_python()[3:]
    files = {row[0]: row for row in book.get_sheet_by_name("出典ファイル").to_python()[3:]}
    assert len(sources) == len(table)
    for row, source in zip(table, sources, strict=True):
        assert row[0] == source[0] == files[source[1]][1]
        assert files[source[1]][2], "the file"
        assert len(files[source[1]][4]) == 64, "its hash"
        assert [bool(c) for c in source[3:]] >= [c != "" for c in row[1:]], "a cell for each value"
        assert all(c != "" for c, s in zip(row[1:], source[3:], strict=True) if s) or row[0] not in expected
    standing = {row[0]: row[1] for row in book.get_sheet_by_name("提出状況").to_python()[3:]}
    assert [standing[s] for s in sections[55:]] == ["unopened"] * 5


def test_the_csv_holds_no_formula(desk: Desk) -> None:
    desk.ask("土木部")
    desk.paper("土木部").write(
        lambda book, sheet: (good(book, sheet), sheet.write_string(HEADER + 1, 0, '=cmd|"x"'))
    )
    rows = list(
        csv.reader(
            io.StringIO(collate.write_csv(desk.inquiry, list(desk.board().values())).decode("utf-8-sig"))
        )
    )
    assert rows[0] == ["所属", "担当者", *TITLES, "要確認"]
    assert rows[1][2] == '\'=cmd|"x"'
    assert rows[1][3] == "12"


def test_a_row_of_the_csv_names_what_of_it_is_in_doubt(desk: Desk) -> None:
    """3 that is crossed out looks like any other 3."""
    desk.ask("土木部", "税務課")

    def crossed(book: Any, sheet: Any) -> None:
        good(book, sheet)
        sheet.write(HEADER + 1, 1, 3, book.add_format({"font_strikeout": True}))
        book.add_worksheet("追加").write(0, 0, "別の回答")

    desk.paper("土木部").write(crossed)
    desk.paper("税務課").write(good)
    written = collate.write_csv(desk.inquiry, list(desk.board().values())).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written)))
    assert [(row[0], row[3], row[-1]) for row in rows[1:]] == [
        ("土木部", "3", "件数、ブック全体"),
        ("土木部", "3", "ブック全体"),
        ("税務課", "12", ""),
        ("税務課", "3", ""),
    ]


def test_what_no_sheet_holds_is_refused_and_nothing_is_left_out(desk: Desk, tmp_path: Path) -> None:
    """A sheet has 1,048,576 rows; the library writes no further, and says nothing."""
    desk.ask("危機管理課")
    reading = desk.office.board(desk.inquiry, NOTHING)[0]
    doubt = Doubt("危機管理課", "回答.xlsx", "様式", "B5", "１２", "全角")
    path = tmp_path / "集計.xlsx"
    full = replace(reading, doubts=(doubt,) * 1_048_574)
    with pytest.raises(SuiteError) as told:
        collate.write_workbook(desk.inquiry, [full], path, lambda each: each.state.value)
    assert told.value.code == "SHARE-075"
    assert "1,048,574" in told.value.why
    assert not path.exists()
