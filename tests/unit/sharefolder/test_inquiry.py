"""Inquiries on a real folder: created, answered as sections do it, shown on the board."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.errors import SuiteError
from sharefolder import errors
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry.model import State
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage
from tests.fakes.answers import DAY, DOUBTS, FORMS, HEADER, cell, good
from tests.unit.sharefolder.sections import Desk


def test_the_form_is_understood_from_the_template(desk: Desk) -> None:
    form = desk.office.understand(desk.template)
    assert form.header_row == HEADER
    assert [(c.name, c.kind) for c in form.columns] == [
        ("事業名", "text"),
        ("件数", "number"),
        ("金額（円）", "number"),
        ("完了日", "date"),
        ("備考", "text"),
    ]


def test_each_section_gets_the_very_template_in_its_own_folder(desk: Desk) -> None:
    inquiry = desk.ask("土木部", "税務課")
    for section in ("土木部", "税務課"):
        copy = desk.root / inquiry.answer_folder(section) / "回答様式.xlsx"
        assert copy.read_bytes() == desk.template.read_bytes()
    assert {r.state for r in desk.board().values()} == {State.UNOPENED}


def test_an_inquiry_is_read_back_as_it_was_made(desk: Desk) -> None:
    made = desk.ask("土木部", notes="至急", by="K100234")
    found, broken = desk.office.inquiries()
    assert (found, broken) == ([made], [])


@pytest.mark.root
def test_a_sections_answers_are_its_own_and_the_askers(desk: Desk) -> None:
    """The rights come from the section's own folder on the share; a section without one is named as open."""
    for section, group in (("財政課", "games"), ("税務課", "news")):
        (desk.root / section).mkdir()
        shutil.chown(desk.root / section, group=group)
        (desk.root / section).chmod(0o770)
    inquiry = desk.ask("税務課", "土木部", asking="財政課")
    assert inquiry.guarded == ("税務課",)
    storage = LocalStorage(desk.root)
    may = storage.rights(f"{inquiry.answer_folder('税務課')}/回答様式.xlsx")
    assert {"news", "games"} <= set(may.write_by)
    assert "*" not in may.read_by
    assert "games" not in storage.rights(inquiry.answer_folder("土木部")).read_by
    assert desk.office.inquiries()[0] == [inquiry]


@pytest.mark.root
def test_where_others_could_look_nobody_gets_the_form_before_it_is_agreed(desk: Desk) -> None:
    (desk.root / "税務課").mkdir()
    with pytest.raises(SuiteError, match="SHARE-074") as error:
        desk.ask("税務課", "土木部", "農政部", closed_only=True)
    assert "2 所属（土木部、農政部）" in error.value.what
    assert desk.office.inquiries() == ([], [])
    answers = desk.root / "照会/災害対応/回答"
    assert [each.relative_to(answers).as_posix() for each in answers.rglob("*")] == ["税務課"]
    assert desk.ask("税務課", "土木部").guarded == ("税務課",)


def test_the_same_title_is_not_taken_twice(desk: Desk) -> None:
    desk.ask("土木部")
    with pytest.raises(SuiteError) as error:
        desk.ask("税務課")
    assert error.value.code == "SHARE-005"


def test_a_damaged_record_is_told_and_the_others_are_shown(desk: Desk) -> None:
    desk.ask("土木部")
    (desk.root / "照会" / "壊れた").mkdir()
    for content in (
        b"{",
        b"[]",
        b'{"format": 1}',
        b"\xff",
        b'{"format":1,"sections":["../../x"],"template":"a"}',
    ):
        (desk.root / "照会" / "壊れた" / "照会.json").write_bytes(content)
        found, broken = desk.office.inquiries()
        assert [i.title for i in found] == ["災害対応"]
        assert [e.code for e in broken] == ["SHARE-021"]


def test_good_answers_have_values_with_their_sources_and_no_doubt(desk: Desk) -> None:
    desk.ask("土木部")
    desk.paper("土木部").write(good)
    reading = desk.board()["土木部"]
    assert (reading.state, reading.doubts) == (State.ANSWERED, ())
    values = {(v.cell, v.column): v.value for v in reading.values}
    assert values["B5", "件数"] == 12.0
    assert values["C6", "金額（円）"] == 120_000.5
    assert values["D5", "完了日"] == DAY
    assert values["B2", "担当者"] == "山本"
    assert all(len(v.digest) == 64 and v.file.endswith("回答様式.xlsx") for v in reading.values)


@pytest.mark.parametrize("name", DOUBTS)
def test_what_is_doubtful_is_listed_with_its_cell_and_never_guessed(desk: Desk, name: str) -> None:
    fill, where, why, proposal = DOUBTS[name]
    desk.ask("土木部")
    desk.paper("土木部").write(fill)
    reading = desk.board()["土木部"]
    assert reading.state is State.DOUBT
    found = [d for d in reading.doubts if d.cell == where and why in d.why]
    assert found, reading.doubts
    assert found[0].proposal == proposal
    for value in reading.values:
        if value.cell == where:
            assert value.doubtful
            assert value.value == value.raw, "the raw text, not what it probably means"


@pytest.mark.parametrize("name", FORMS)
def test_another_form_gives_no_value_at_all(desk: Desk, name: str) -> None:
    desk.ask("土木部")
    desk.paper("土木部", **FORMS[name]).write(good)
    reading = desk.board()["土木部"]
    assert (reading.state, reading.values) == (State.WRONG_FORM, ())
    assert reading.reason


def test_files_that_cannot_be_read_are_doubts_with_a_reason(desk: Desk) -> None:
    desk.ask("壊れた", "空", "消えた", "二つ", "暗号")
    folder = {s: desk.root / desk.inquiry.answer_folder(s) for s in desk.inquiry.sections}
    whole = desk.paper("壊れた").write(good).read_bytes()
    (folder["壊れた"] / "回答様式.xlsx").write_bytes(whole[: len(whole) // 2])
    (folder["空"] / "回答様式.xlsx").write_bytes(b"")
    (folder["消えた"] / "回答様式.xlsx").unlink()
    desk.paper("二つ").write(good)
    shutil.copy(folder["二つ"] / "回答様式.xlsx", folder["二つ"] / "回答様式 (修正).xlsx")
    (folder["暗号"] / "回答様式.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    board = desk.board()
    assert {s: r.state for s, r in board.items()} == {
        "壊れた": State.DOUBT,
        "空": State.DOUBT,
        "消えた": State.GONE,
        "二つ": State.DOUBT,
        "暗号": State.DOUBT,
    }
    assert all(r.reason and r.values == () for r in board.values())
    assert "パスワード" in board["暗号"].reason
    assert len(board["二つ"].doubts) == 2
    assert all(r.doubts for s, r in board.items()), "each is named among what is to be looked at"
    assert not any(r.handed_in for r in board.values())
    (folder["二つ"] / "回答様式 (修正).xlsx").unlink()
    desk.paper("暗号").write(cell(1, "約12"))
    desk.paper("壊れた").write(good)
    board = desk.board()
    assert {s for s, r in board.items() if r.handed_in} == {"二つ", "暗号", "壊れた"}, "now they can be read"


class Closed(LocalStorage):
    """Where this person may not open what lies there, yet."""

    closed = True

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        if self.closed and path.endswith(".xlsx"):
            raise errors.no_right(path.rpartition("/")[2])
        return super().read(path, offset)


def test_an_answer_that_may_be_opened_at_last_is_read_though_it_is_the_same_file(
    desk: Desk, sandbox: Sandbox
) -> None:
    desk.ask("土木部")
    desk.paper("土木部").write(good)
    storage = Closed(desk.root)
    desk.office = Office(storage, sandbox, lambda: date(2026, 11, 23))
    assert not desk.board()["土木部"].handed_in
    storage.closed = False
    assert desk.board()["土木部"].handed_in


def test_a_renamed_answer_and_a_lock_file_are_what_they_are(desk: Desk) -> None:
    desk.ask("土木部", "税務課")
    path = desk.paper("土木部").write(good)
    path.rename(path.with_name("【土木部】回答.xlsx"))
    desk.paper("税務課").write(good)
    lock = desk.root / desk.inquiry.answer_folder("税務課") / "~$回答様式.xlsx"
    lock.touch()
    board = desk.board()
    assert board["土木部"].state is State.ANSWERED
    assert board["税務課"].state is State.OPEN
    lock.unlink()
    assert desk.board()["税務課"].state is State.ANSWERED


def test_opened_and_saved_without_an_answer_is_being_written(desk: Desk) -> None:
    desk.ask("土木部")
    desk.paper("土木部").write(lambda _b, sheet: sheet.set_column(0, 0, 30))
    assert desk.board()["土木部"].state is State.OPEN


def test_after_the_due_date_what_is_missing_is_late(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path, sandbox)
    desk.ask("土木部", "税務課")
    desk.paper("税務課").write(good)
    desk.office = Office(LocalStorage(desk.root), sandbox, lambda: date(2026, 12, 1))
    assert {s: r.state for s, r in desk.board().items()} == {"土木部": State.LATE, "税務課": State.ANSWERED}
    desk.inquiry = desk.office.extend(desk.inquiry, date(2026, 12, 10))
    assert desk.board()["土木部"].state is State.UNOPENED


def test_only_what_has_changed_is_read_again(desk: Desk) -> None:
    desk.ask("土木部", "税務課")
    for section in desk.inquiry.sections:
        desk.paper(section).write(good)
    first = desk.board()
    path = desk.root / desk.inquiry.answer_folder("税務課") / "回答様式.xlsx"
    desk.paper("税務課").write(cell(1, 99))
    os.utime(path, (path.stat().st_mtime + 2,) * 2)
    second = desk.board()
    assert second["土木部"] is first["土木部"]
    assert {v.value for v in second["税務課"].values if v.cell == "B5"} == {99.0}


def test_questions_are_shared_with_all(desk: Desk) -> None:
    desk.ask("土木部")
    desk.office.answer_question(desk.inquiry, "対象年度は？", "令和8年度です。")
    found = desk.office.inquiries()[0][0]
    assert [(q, a) for _day, q, a in found.questions] == [("対象年度は？", "令和8年度です。")]
    assert replace(found, questions=()) == desk.inquiry


@pytest.mark.shared_data
def test_real_workbooks_are_forms_or_refused_with_a_reason(
    shared_data: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    office = Office(LocalStorage(tmp_path), sandbox)
    outcomes: Counter[str] = Counter()
    heads: Counter[tuple[str, int]] = Counter()
    for path in sorted((shared_data / "workbooks").glob("*.xlsx"))[:60]:
        try:
            form = office.understand(path)
            outcomes["a form"] += 1
            heads[form.columns[0].name, form.first - form.top] += 1
        except SuiteError as error:
            outcomes[error.code] += 1
    assert outcomes.keys() <= {"a form", "SHARE-020", "SHARE-022"}
    assert outcomes["a form"] >= 50
    assert heads.keys() == {("#property", 1)}, (
        "the city's lists begin with it, below six lines about themselves"
    )
