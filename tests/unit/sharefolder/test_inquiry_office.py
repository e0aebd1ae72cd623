"""An inquiry's life on the share: two offices at once, what is said to all, what cannot be read, its end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from sharefolder import errors
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry import record
from sharefolder.inquiry.model import Inquiry, State, Who
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.service import ShareService
from tests.fakes.answers import Paper, good, template

NOTHING = Report(lambda _done, _total, _text: None)
TODAY, DUE = date(2026, 11, 23), date(2026, 11, 30)
ASKER = Who("K100234", "財政課")


class Desk:
    """A share with two offices at it, each as on a terminal of its own."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.root, self.home = root / "share", root
        self.root.mkdir()
        self.office, self.other = (
            Office(LocalStorage(self.root), sandbox, lambda: TODAY) for _each in range(2)
        )

    def ask(self, *sections: str, title: str = "災害対応", due: date = DUE) -> Inquiry:
        form = self.office.understand(template(self.home))
        notes = "在庫が無い場合も\n回答してください。"
        who = (ASKER.number, ASKER.section)
        made = self.home / "回答様式.xlsx"
        self.inquiry = self.office.create(title, made, form, list(sections), due, NOTHING, notes, *who)
        return self.inquiry

    def now(self) -> Inquiry:
        return self.other.inquiries()[0][0]

    def said(self, inquiry: Inquiry, name: str = "お知らせ.txt") -> str:
        return (self.root / inquiry.folder / name).read_bytes().decode("utf-8-sig")


# two offices at once


def test_two_offices_answer_a_question_and_both_answers_stay(desk: Desk) -> None:
    seen = desk.ask("土木部")
    desk.office.answer_question(seen, "年度は？", "令和8年度です。", ASKER)
    desk.other.answer_question(seen, "単位は？", "円です。", ASKER)
    assert [q for _day, q, _a in desk.now().questions] == ["年度は？", "単位は？"]
    assert desk.office.inquiries() == desk.other.inquiries()


def test_many_at_the_same_moment_lose_nothing_and_the_text_says_them_all(desk: Desk) -> None:
    seen = desk.ask("土木部")
    with ThreadPoolExecutor(4) as hands:
        for number in range(8):
            office = (desk.office, desk.other)[number % 2]
            hands.submit(office.answer_question, seen, f"問い{number}", "答え", ASKER)
    wanted = {f"問い{number}" for number in range(8)}
    assert {q for _day, q, _a in desk.now().questions} == wanted
    desk.office.extend(seen, date(2026, 12, 4), ASKER)
    assert all(each in desk.said(seen) for each in wanted)


def test_a_copy_read_long_ago_takes_nothing_back(desk: Desk) -> None:
    stale = desk.ask("土木部")
    desk.office.extend(stale, date(2026, 12, 24), ASKER)
    desk.other.answer_question(stale, "年度は？", "令和8年度です。", ASKER)
    assert desk.now().due == date(2026, 12, 24)
    desk.office.close(stale, ASKER)
    with pytest.raises(SuiteError) as error:
        desk.other.extend(stale, date(2026, 12, 25), ASKER)
    assert error.value.code == "SHARE-068"
    assert desk.office.inquiries() == ([], [])
    assert [(i.closed, i.due) for i in desk.other.ended()[0]] == [(True, date(2026, 12, 24))]


# what cannot be read


class Guarded(LocalStorage):
    """As seen by somebody who may not open one folder."""

    def stat(self, path: str) -> Entry | None:
        if path.startswith("照会/人事の照会/"):
            raise errors.no_right(path.rpartition("/")[2])
        return super().stat(path)


def test_one_folder_that_may_not_be_opened_hides_no_other(desk: Desk, sandbox: Sandbox) -> None:
    desk.ask("土木部")
    desk.ask("土木部", title="人事の照会")
    found, broken = Office(Guarded(desk.root), sandbox, lambda: TODAY).inquiries()
    assert [i.title for i in found] == ["災害対応"]
    assert [(e.code, e.what) for e in broken] == [("SHARE-003", "照会「人事の照会」を開けません。")]


def test_what_is_too_large_or_damaged_is_named_not_left_out(desk: Desk) -> None:
    made = desk.ask("土木部")
    large = desk.root / "照会/大きい照会/照会.json"
    large.parent.mkdir()
    large.write_bytes(b" " * (record.MAX_BYTES + 1))
    (desk.root / made.folder / "経過-000001-0123456789ab.json").write_bytes(b"{")
    found, broken = desk.office.inquiries()
    assert [i.title for i in found] == ["災害対応"]
    assert sorted((e.code, e.what + e.why) for e in broken) == [
        (
            "SHARE-021",
            "照会を開けません。「照会/災害対応/経過-000001-0123456789ab.json」の記録が壊れています。",
        ),
        ("SHARE-072", "照会「大きい照会」を開けません。「照会/大きい照会/照会.json」の記録が大きすぎます。"),
    ]


OUTSIDE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a column before the first": lambda kept: kept["form"]["columns"][1].update(index=-5),
    "a column after the last": lambda kept: kept["form"]["columns"][0].update(index=16_384),
    "a row before the first": lambda kept: kept["form"].update(header_row=-1),
    "a row after the last": lambda kept: kept["form"].update(last_row=1_048_576),
    "a label far away": lambda kept: kept["form"]["labels"].append([10**30, 0, "x"]),
    "cells merged without end": lambda kept: kept["form"]["merged"].append([0, 0, 10**9, 10**9]),
    "an infinite row": lambda kept: kept["form"].update(header_row=float("inf")),
    "a due date before the calendar": lambda kept: kept.update(due="0001-01-01"),
    "asked before the calendar": lambda kept: kept.update(asked="1872-12-31"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_record_from_outside_every_sheet_and_calendar_stops_nobody(desk: Desk, name: str) -> None:
    desk.ask("土木部")
    damaged = desk.ask("土木部", title="別の照会")
    path = desk.root / damaged.folder / "照会.json"
    kept = json.loads(path.read_text("utf-8"))
    OUTSIDE[name](kept)
    path.write_text(json.dumps(kept), "utf-8")
    found, broken = desk.other.inquiries()
    assert [i.title for i in found] == ["災害対応"]
    assert [(e.code, "別の照会" in e.what) for e in broken] == [("SHARE-021", True)]


def test_an_extension_to_a_day_that_cannot_be_said_is_named_and_left_out(desk: Desk) -> None:
    made = desk.ask("土木部")
    desk.office.extend(made, date(2026, 12, 4), ASKER)
    path = next((desk.root / made.folder).glob("経過-*.json"))
    path.write_text(path.read_text("utf-8").replace("2026-12-04", "0001-01-01"), "utf-8")
    found, broken = desk.other.inquiries()
    assert [i.due for i in found] == [DUE]
    assert [e.code for e in broken] == ["SHARE-021"]


def test_a_record_of_an_older_suite_is_read(desk: Desk) -> None:
    made = desk.ask("土木部")
    path = desk.root / made.folder / "照会.json"
    kept = json.loads(path.read_text("utf-8"))
    del kept["asking"]
    path.write_text(json.dumps(kept | {"questions": [["2026-11-20", "前の問い", "前の答え"]]}), "utf-8")
    assert desk.now().questions == (("2026-11-20", "前の問い", "前の答え"),)
    desk.office.answer_question(made, "次の問い", "次の答え", ASKER)
    assert [q for _day, q, _a in desk.now().questions] == ["前の問い", "次の問い"]


# who has answered


def test_what_is_gone_or_another_form_has_not_been_answered(desk: Desk) -> None:
    made = desk.ask("消えた課", "消えた部", "違う課", "答えた課")
    for section, more in (("違う課", {"sheet_name": "別"}), ("答えた課", {})):
        Paper(desk.root / made.answer_folder(section) / made.template, **more).write(good)  # type: ignore[arg-type]
    (desk.root / made.answer_folder("消えた課") / made.template).unlink()
    shutil.rmtree(desk.root / made.answer_folder("消えた部"))
    board = {r.section: r for r in desk.office.board(made, NOTHING)}
    assert {s: r.state for s, r in board.items()} == {
        "消えた課": State.GONE,
        "消えた部": State.GONE,
        "違う課": State.WRONG_FORM,
        "答えた課": State.ANSWERED,
    }
    assert [s for s, r in board.items() if r.handed_in] == ["答えた課"]
    assert [d.why for d in board["消えた課"].doubts] == ["回答のブックがありません。"]
    assert [d.why for d in board["消えた部"].doubts] == ["回答のフォルダがありません。"]


# the due date


@pytest.mark.parametrize("due", [date(2019, 5, 1), date(2026, 11, 22)])
def test_a_due_date_that_is_over_is_refused(desk: Desk, due: date) -> None:
    with pytest.raises(SuiteError) as error:
        desk.ask("土木部", due=due)
    assert error.value.code == "SHARE-067"
    assert not (desk.root / "照会").exists()
    made = desk.ask("土木部", due=TODAY)
    with pytest.raises(SuiteError) as error:
        desk.office.extend(made, due, ASKER)
    assert error.value.code == "SHARE-067"
    assert desk.now() == made


# what people read who only use Explorer


def test_the_text_says_everything_and_follows_each_change(desk: Desk) -> None:
    made = desk.ask("土木部")
    raw = (desk.root / made.folder / "お知らせ.txt").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n") > 5
    said = desk.said(made)
    assert said.startswith("災害対応\r\n\r\n回答の期限　令和8年11月30日（月）\r\n照会した所属　財政課\r\n")
    assert "在庫が無い場合も\r\n回答してください。" in said
    desk.office.extend(made, date(2026, 12, 4), ASKER)
    desk.other.answer_question(made, "年度は？", "令和8年度です。", ASKER)
    said = desk.said(made)
    assert "令和8年12月4日（金）" in said
    assert "問1（2026-11-23）\r\n年度は？\r\n答1\r\n令和8年度です。" in said
    ended = desk.office.close(made, ASKER)
    assert "この照会は終わりました。" in desk.said(ended)
    names = sorted(p.name for p in (desk.root / ended.folder).glob("お知らせ*"))
    assert names == ["お知らせ.txt"]


def test_a_text_of_anothers_making_stays_as_it_is(desk: Desk) -> None:
    made = desk.ask("土木部")
    mine = desk.root / "照会/災害対応/お知らせ.txt"
    mine.write_text("わたしのお知らせ", "utf-8")
    desk.office.extend(made, date(2026, 12, 3), ASKER)
    second = mine.with_name("お知らせ (2).txt")
    second.write_bytes(second.read_bytes().replace("災害対応".encode(), "わたしの書き込み".encode()))
    desk.office.extend(made, date(2026, 12, 4), ASKER)
    assert mine.read_text("utf-8") == "わたしのお知らせ"
    assert "わたしの書き込み" in second.read_text("utf-8-sig")
    assert "令和8年12月4日" in desk.said(made, "お知らせ (3).txt")


# its end


def test_an_inquiry_that_is_over_lies_as_it_was_under_its_year(desk: Desk) -> None:
    made = desk.ask("土木部")
    answer = desk.root / made.answer_folder("土木部") / made.template
    content = answer.read_bytes()
    ended = desk.office.close(made, ASKER)
    assert ended.folder == "照会/終了/令和8年度/災害対応"
    assert (desk.root / ended.answer_folder("土木部") / made.template).read_bytes() == content
    assert not (desk.root / made.folder).exists()
    again = desk.ask("土木部")
    assert desk.office.close(again, ASKER).folder == "照会/終了/令和8年度/災害対応 (2)"
    assert [i.title for i in desk.office.ended()[0]] == ["災害対応", "災害対応"]


def test_what_was_ended_comes_back_whole_under_its_name_or_a_free_one(desk: Desk) -> None:
    made = desk.ask("土木部")
    answer = Paper(desk.root / made.answer_folder("土木部") / made.template).write(good).read_bytes()
    ended = desk.office.close(made, ASKER)
    with pytest.raises(SuiteError) as error:
        desk.other.reopen(ended, Who("K100999", "土木部"))
    assert error.value.code == "SHARE-003"
    assert desk.other.reopen(ended, ASKER) == made
    assert (desk.office.inquiries(), desk.office.ended()) == (([made], []), ([], []))
    assert (desk.root / made.answer_folder("土木部") / made.template).read_bytes() == answer
    assert "終わりました" not in desk.said(made)
    ended = desk.office.close(made, ASKER)
    desk.ask("税務課")
    assert desk.office.reopen(ended, ASKER).folder == "照会/災害対応 (2)"
    assert len(desk.office.inquiries()[0]) == 2
    with pytest.raises(SuiteError) as error:
        desk.other.reopen(ended, ASKER)
    assert error.value.code == "SHARE-002"


def test_nothing_is_ended_while_an_answer_is_open(desk: Desk) -> None:
    made = desk.ask("土木部", "税務課")
    (desk.root / made.answer_folder("税務課") / "~$回答様式.xlsx").touch()
    with pytest.raises(SuiteError) as error:
        desk.office.close(made, ASKER)
    assert (error.value.code, "税務課" in error.value.why) == ("SHARE-073", True)
    assert desk.office.inquiries()[0] == [made]


def test_only_the_asking_section_ends_or_changes_it(desk: Desk) -> None:
    made = desk.ask("土木部")
    other = Who("K100999", "土木部")
    for act in (
        lambda: desk.other.close(made, other),
        lambda: desk.other.extend(made, date(2026, 12, 4), other),
        lambda: desk.other.answer_question(made, "問い", "答え", other),
    ):
        with pytest.raises(SuiteError) as error:
            act()
        assert (error.value.code, "財政課" in error.value.next_step) == ("SHARE-003", True)
    assert desk.now() == made
    assert desk.office.close(made, Who("K100777", "財政課")).closed


def test_whoever_may_write_the_asking_sections_folder_may_end_it(desk: Desk) -> None:
    (desk.root / "財政課").mkdir()
    assert desk.office.close(desk.ask("土木部"), Who("K100999", "総務課")).closed


def test_no_inquiry_is_called_as_the_folder_of_the_ended(desk: Desk) -> None:
    with pytest.raises(SuiteError) as error:
        desk.ask("土木部", title="終了")
    assert error.value.code == "SHARE-005"


def test_the_suites_own_files_are_not_for_people(tmp_path: Path, desk: Desk) -> None:
    made = desk.ask("土木部")
    desk.office.answer_question(made, "問い", "答え", ASKER)
    service = ShareService(tmp_path / "home", Events(), lambda: "")
    try:
        service.add_place("共有", str(desk.root))
        names = {e.name for batch in service.entries("共有", made.folder) for e in batch}
    finally:
        service.close()
    assert names == {"お知らせ.txt", "回答", "様式", "照会.json"}
