"""What of the inquiries comes to a person's day: a question to whoever asked, its answer to all sections."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.model import Person
from core.clock import TOKYO
from core.events import Events
from core.jobs import Report
from desktop.pages import inquiry_matters
from desktop.pages.matters import InquiryAim
from sharefolder.inquiry.model import Inquiry, Who
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage
from sharefolder.service import ShareService
from tests.fakes.answers import template

TODAY = datetime.now(TOKYO).date()
QUIET = Report(lambda _done, _total, _text: None)
ASKER, COLLEAGUE = Who("K100234", "財政課"), Who("K100999", "財政課")


class Desk:
    """A share on two terminals, with an inquiry far from its due date to two sections."""

    def __init__(self, home: Path) -> None:
        (home / "share").mkdir()
        self.root = home / "share"
        self.share = ShareService(home / "terminal", Events(), lambda: "")
        self.share.add_place("庁内", str(self.root))
        self.elsewhere = Office(LocalStorage(self.root), self.share._sandbox, lambda: TODAY)
        form = self.elsewhere.understand(template(home))
        due, who = TODAY + timedelta(days=60), (ASKER.number, ASKER.section)
        book = home / "回答様式.xlsx"
        made = self.elsewhere.create("備蓄", book, form, ["土木課", "農政課"], due, QUIET, "", *who)
        self.inquiry: Inquiry = made

    def told(self, who: Who, today: date = TODAY) -> list[tuple[str, str]]:
        person = Person(who.number, "名前", section=who.section)
        self.found = inquiry_matters.every(self.share, "庁内", person, today)
        return [(each.title, each.sentence) for each in self.found]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.share.close()


def test_a_question_waits_for_whoever_asked_until_it_is_answered(desk: Desk) -> None:
    assert desk.told(ASKER) == []
    desk.elsewhere.ask(desk.inquiry, "農政課", "毛布は\n含みますか。")
    assert (
        desk.told(ASKER)
        == desk.told(COLLEAGUE)
        == [("照会「備蓄」に質問 1 件", "農政課「毛布は 含みますか。」")]
    )
    assert desk.found[0].aim == InquiryAim("庁内", desk.inquiry.folder)
    assert desk.told(Who("K2", "土木課")) == desk.told(Who("K3", "農政課")) == []
    question = desk.elsewhere.waiting(desk.inquiry)[0]
    desk.elsewhere.answer_question(desk.inquiry, question.text, "含みます。", ASKER, question.key)
    assert desk.told(ASKER) == []


def test_an_answer_is_told_to_every_section_for_some_days(desk: Desk) -> None:
    desk.elsewhere.answer_question(desk.inquiry, "年度は？", "令和8年度です。", ASKER)
    news = [("照会「備蓄」の質問に答え 1 件", "問 年度は？　答 令和8年度です。")]
    assert desk.told(Who("K2", "土木課")) == desk.told(Who("K3", "農政課")) == news
    assert desk.told(ASKER) == desk.told(Who("K4", "税務課")) == []
    assert desk.told(Who("K2", "土木課"), TODAY + timedelta(days=8)) == []


def test_one_of_two_questions_answered_does_not_call_again_a_new_one_does(desk: Desk) -> None:
    keys: list[str] = []

    def look() -> None:
        desk.told(ASKER)
        keys.extend(each.key for each in desk.found)

    for section in ("農政課", "土木課"):
        desk.elsewhere.ask(desk.inquiry, section, "単位は？")
    look()
    question = desk.elsewhere.waiting(desk.inquiry)[0]
    desk.elsewhere.answer_question(desk.inquiry, question.text, "円です。", ASKER, question.key)
    look()
    desk.elsewhere.ask(desk.inquiry, "農政課", "税込みですか。")
    look()
    assert keys[0] == keys[1] != keys[2]


class Counted(LocalStorage):
    """Knows which folders it was asked to list."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.listed: list[str] = []

    def list(self, folder: str) -> Any:
        self.listed.append(folder.rpartition("/")[2])
        return super().list(folder)


def test_only_folders_in_which_something_came_are_looked_into(desk: Desk) -> None:
    storage = Counted(desk.root)
    office = Office(storage, desk.share._sandbox, lambda: TODAY)
    for _look in range(2):  # the second time to be sure of the first
        assert office.waiting(desk.inquiry) == []
    storage.listed.clear()
    assert office.waiting(desk.inquiry) == []
    assert storage.listed == ["回答"]
    desk.elsewhere.ask(desk.inquiry, "土木課", "いつまでですか。")
    folder = desk.root / desk.inquiry.answer_folder("土木課")
    os.utime(folder, (folder.stat().st_atime, folder.stat().st_mtime + 1))  # a clock may stand still so long
    storage.listed.clear()
    assert [q.text for q in office.waiting(desk.inquiry)] == ["いつまでですか。"]
    assert storage.listed == ["回答", "土木課"]


def test_a_folder_of_answers_that_is_gone_silences_nothing_else(desk: Desk) -> None:
    desk.elsewhere.answer_question(desk.inquiry, "年度は？", "令和8年度です。", ASKER)
    (desk.root / desk.inquiry.folder / "回答").rename(desk.root / "よそ")
    assert desk.told(ASKER) == []
    assert len(desk.told(Who("K2", "土木課"))) == 1
