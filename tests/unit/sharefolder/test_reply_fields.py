"""Fields of a form on the screen, what may be typed into them, and drafts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.errors import SuiteError
from sharefolder.inquiry import fields
from sharefolder.inquiry.drafts import Draft, Drafts
from sharefolder.inquiry.fields import Field
from sharefolder.inquiry.model import Column, Form, Inquiry

COLUMNS = (Column(0, "品名"), Column(1, "数量", "number", True), Column(2, "更新日", "date"))
LABELS = {
    (0, 0): "備蓄品の調査",
    (1, 0): "担当者：",
    (1, 2): "電話",
    (3, 0): "品名",
    (3, 1): "数量",
    (3, 2): "更新日",
}
FORM = Form("回答", 3, COLUMNS, LABELS)
INQUIRY = Inquiry(
    "備蓄品の調査", "照会/備蓄品の調査", date(2026, 12, 4), ("財政課",), "様式.xlsx", "00", FORM
)


def test_an_open_table_has_as_many_rows_as_one_wants_and_prompts_above() -> None:
    above, first, second = fields.groups(INQUIRY, 2)
    assert [(f.place, f.name) for f in above.fields] == [((1, 1), "担当者"), ((1, 3), "電話")]
    assert (first.heading, [f.place for f in first.fields]) == ("1 行目", [(4, 0), (4, 1), (4, 2)])
    assert [f.place for f in second.fields] == [(5, 0), (5, 1), (5, 2)]


def test_given_rows_are_called_by_their_own_heading() -> None:
    given = replace(FORM, labels=LABELS | {(4, 0): "飲料水", (5, 0): "毛布"}, last_row=5)
    found = fields.groups(replace(INQUIRY, form=given), 9)
    assert [group.heading for group in found] == ["表の上", "飲料水", "毛布"]
    assert [(f.name, f.required) for f in found[1].fields] == [("数量", True), ("更新日", False)]
    assert fields.missing(found, {(4, 1): "3"}, given) == [(5, 1)]


def test_a_required_column_is_asked_for_only_in_rows_that_are_begun() -> None:
    found = fields.groups(INQUIRY, 2)
    assert fields.missing(found, {(4, 0): "毛布"}, FORM) == [(4, 1)]
    assert fields.missing(found, {(1, 1): "山本"}, FORM) == []


def test_what_is_covered_by_a_merged_cell_is_no_field() -> None:
    merged = replace(FORM, merged=((4, 1, 4, 2),))
    assert [f.place for f in fields.groups(replace(INQUIRY, form=merged), 1)[1].fields] == [(4, 0), (4, 1)]


def test_a_form_too_large_for_a_screen_says_so() -> None:
    large = replace(FORM, labels=LABELS | {(n, 0): "x" for n in range(4, 80)}, last_row=79)
    with pytest.raises(SuiteError) as error:
        fields.groups(replace(INQUIRY, form=large), 1)
    assert error.value.code == "SHARE-062"


@pytest.mark.parametrize(
    ("kind", "text", "cell", "words"),
    [
        ("number", "１，２００", ("n", "1200"), "1,200"),
        ("number", " -3.50 ", ("n", "-3.50"), "-3.50"),
        ("number", "0", ("n", "0"), "0"),
        ("date", "R8.9.1", ("d", "2026-09-01"), "令和8年9月1日（火）"),
        ("date", "令和元年五月", None, ""),
        ("date", "平成31年5月1日", None, ""),
        ("date", "２０２６／９／１", ("d", "2026-09-01"), "令和8年9月1日（火）"),
        ("number", "約300", None, ""),
        ("number", "12人", None, ""),
        ("number", "1,20", None, ""),
        ("number", "1234567890123456", None, ""),
        ("text", "  ひと　ふた ", ("s", "ひと　ふた"), ""),
        ("text", "か\u3099", ("s", "が"), ""),
        ("text", "\u202egpj", None, ""),
        ("text", "x" * 2_001, None, ""),
        ("number", "　", ("", ""), ""),
    ],
)
def test_what_is_typed_is_one_value_or_a_sentence(
    kind: str, text: str, cell: tuple[str, str] | None, words: str
) -> None:
    field = Field((4, 1), "欄", kind)
    if cell is None:
        with pytest.raises(ValueError, match="。"):
            fields.typed(field, text)
        return
    made = fields.typed(field, text)
    assert made == (4, 1, *cell)
    assert (fields.words(made) if made[2] else "") == words


@pytest.mark.parametrize(
    ("text", "written", "words"),
    [
        ("50%", "0.5", "50%"),
        ("０．５", "0.5", "50%"),
        ("12.5 ％", "0.125", "12.5%"),
        ("50", "50", "5,000%"),
        ("-0.1%", "-0.001", "-0.1%"),
    ],
)
def test_where_the_form_shows_percent_one_sees_what_is_written(text: str, written: str, words: str) -> None:
    form = replace(FORM, percent=((1, 4, 9),))
    field = fields.groups(replace(INQUIRY, form=form), 1)[1].fields[1]
    assert field.percent
    cell = fields.typed(field, text)
    assert cell == fields.typed(fields.field_at(form, field.place), text) == (4, 1, "n", written)
    assert fields.words(cell, field.percent) == words
    with pytest.raises(ValueError, match="数だけ"):
        fields.typed(replace(field, percent=False), "50%")


def test_a_draft_is_its_writers_alone_and_survives(tmp_path: Path) -> None:
    mine = Drafts(tmp_path / "drafts", "K1", "smb://fs/zencho")
    draft = Draft({(4, 0): ("毛布", "")}, (1, 2.0))
    mine.keep(INQUIRY, "財政課", draft)
    assert Drafts(tmp_path / "drafts", "K1", "smb://fs/zencho").load(INQUIRY, "財政課") == draft
    assert Drafts(tmp_path / "drafts", "K2", "smb://fs/zencho").load(INQUIRY, "財政課") is None
    assert mine.load(INQUIRY, "税務課") is None
    for content in (b"{damaged", '{"4,0": "毛布"}'.encode(), b"[]"):  # an older suite's, too
        next((tmp_path / "drafts").iterdir()).write_bytes(content)
        assert mine.load(INQUIRY, "財政課") is None
    mine.drop(INQUIRY, "財政課")
    mine.drop(INQUIRY, "財政課")
