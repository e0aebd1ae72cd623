"""A draft goes on over the workbook as it is now, and kill -9 anywhere while it is handed in.

What has arrived is never covered by the draft, what has not is never lost, nothing older goes over the newer.
"""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

import sharefolder
from core.errors import SuiteError
from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry.drafts import Draft, Drafts, Resumed, drafted, resumed
from sharefolder.inquiry.fields import Place, field_at, typed
from sharefolder.inquiry.form import with_kinds
from sharefolder.inquiry.model import Column, Form
from sharefolder.inquiry.office import Office
from sharefolder.inquiry.reply import Reply, Sheet
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from tests.unit.core.death import every_death, in_child

QUIET = Report(lambda _done, _total, _text: None)
FORM = Form("回答", 2, (Column(0, "品名"), Column(1, "数量", "number"), Column(2, "更新日", "date")), {})
PLACE, OTHER = (3, 1), (3, 0)
SECTION = "防災課"
TYPED: dict[Place, str] = {(3, 0): "飲料水", (3, 1): "５００", (3, 2): "R8.9.1"}


def book(changed: float, cells: dict[Place, tuple[str, str]]) -> Sheet:
    return Sheet(Entry("a/様式.xlsx", "様式.xlsx", False, 9_000, changed), cells)


@pytest.mark.parametrize(
    ("before", "sent", "now", "wanted"),
    [
        (book(1, {}), False, book(1, {}), "over"),  # nothing has happened
        (book(1, {}), False, book(2, {OTHER: ("s", "毛布")}), "over"),  # elsewhere
        (book(1, {}), False, book(2, {PLACE: ("n", "500")}), ""),  # it says so already
        (book(1, {}), False, book(2, {PLACE: ("n", "700")}), "aside"),  # a colleague, or another terminal
        (book(1, {PLACE: ("n", "700")}), False, book(2, {}), "aside"),  # emptied since
        (book(1, {}), True, book(1, {}), "over"),  # cut before it arrived
        (book(1, {}), True, book(2, {PLACE: ("n", "500")}), ""),  # cut after
        (book(1, {}), True, book(2, {PLACE: ("n", "700")}), "aside"),  # and then changed
        (book(1, {}), True, book(2, {}), "aside"),  # arrived and emptied, or not arrived: nobody can tell
    ],
)
def test_a_draft_never_covers_what_the_workbook_has_come_to_say(
    before: Sheet, sent: bool, now: Sheet, wanted: str
) -> None:
    draft = replace(drafted(before, {PLACE: "５００"}, {}), sent=sent)
    left = resumed(draft, now, FORM)
    assert left == Resumed(
        {PLACE: "５００"} if wanted == "over" else {}, {PLACE: "５００"} if wanted == "aside" else {}
    )


def test_what_nobody_has_decided_about_stays_aside_while_one_writes_on() -> None:
    now = book(2, {PLACE: ("n", "700")})
    again = drafted(now, {PLACE: "700", OTHER: "毛布"}, {PLACE: "５００"})
    assert resumed(again, now, FORM) == Resumed({OTHER: "毛布"}, {PLACE: "５００"})
    taken = drafted(now, {PLACE: "５００", OTHER: "毛布"}, {})
    assert resumed(taken, now, FORM) == Resumed({PLACE: "５００", OTHER: "毛布"}, {})


def test_a_mistake_that_is_still_to_be_corrected_is_gone_on_with() -> None:
    draft = drafted(book(1, {}), {PLACE: "約５００"}, {})
    assert resumed(draft, book(1, {}), FORM).over == {PLACE: "約５００"}


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"file": 1, "rows": [], "sent": 0}', '{"rows": [[1]]}'])
def test_a_file_that_is_none_of_ours_is_no_draft(desk: Desk, damaged: str) -> None:
    desk.drafts.keep(desk.inquiry, SECTION, Draft({}, (0, 0.0)))
    (file,) = desk.home.iterdir()
    file.write_text(damaged, "utf-8")
    assert desk.drafts.load(desk.inquiry, SECTION) is None


class Desk:
    """An inquiry on a share, and somebody who answers it on the screen of this terminal."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.home, share = root / "drafts", root / "share"
        share.mkdir()
        storage = LocalStorage(share)
        self.storage, self.reply = storage, Reply(storage, sandbox)
        self.office = Office(storage, sandbox, lambda: date(2026, 11, 23))
        self.drafts = Drafts(self.home, "K100234", str(share))
        template = root / "様式.xlsx"
        with xlsxwriter.Workbook(template) as made:
            sheet = made.add_worksheet("回答")
            sheet.write(0, 0, "備蓄品の照会")
            sheet.write_row(2, 0, ("品名", "数量", "更新日"))
        form = with_kinds(self.office.understand(template), {1: "number", 2: "date"}, set())
        self.inquiry = self.office.create("備蓄品", template, form, [SECTION], date(2026, 12, 4), QUIET)
        self.folder = share / self.inquiry.answer_folder(SECTION)
        self._empty, self._kept = self.folder.with_name("空"), self.folder.with_name("あと")
        shutil.copytree(self.folder, self._empty)

    def begin_anew(self) -> None:
        """The workbook as it was sent out, and a draft that was typed over it."""
        self._bring(self._empty)
        sheet = self.reply.open(self.inquiry, SECTION)
        self.drafts.keep(self.inquiry, SECTION, drafted(sheet, TYPED, {}))

    def remember(self) -> None:
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.folder, self._kept)
        shutil.copytree(self.home, self._kept / "draft")

    def go_back(self) -> None:
        shutil.rmtree(self.home)
        shutil.move(self._kept / "draft", self.home)
        self._bring(self._kept)

    def _bring(self, kept: Path) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(kept, self.folder)

    def hand_in(self, texts: dict[Place, str], drafts: Drafts, reply: Reply) -> None:
        """What the form does: it opens, shows the draft, and hands in what differs."""
        sheet, left, _arrived = self.shown(drafts, reply)
        every = sheet.texts | left.over | texts
        cells = [typed(field_at(self.inquiry.form, place), text) for place, text in every.items()]
        fresh = [cell for cell in cells if not sheet.holds(cell)]
        draft = drafted(sheet, every, left.aside)
        if fresh:
            drafts.hand_in(reply, self.inquiry, SECTION, sheet, fresh, draft, QUIET)

    def shown(self, drafts: Drafts, reply: Reply) -> tuple[Sheet, Resumed, bool]:
        sheet = reply.open(self.inquiry, SECTION)
        return sheet, *drafts.resume(self.inquiry, SECTION, sheet)

    def answered(self) -> dict[str, object]:
        """As the collation reads it."""
        (reading,) = self.office.board(self.inquiry, QUIET)
        assert reading.doubts == ()
        return {value.cell: value.value for value in reading.values}


ANSWER = {"A4": "飲料水", "B4": 500.0, "C4": date(2026, 9, 1)}


def look_and_go_on(desk: Desk) -> tuple[bool, bool]:
    """What a person finds after a new start: alone, and where a colleague has written meanwhile. Whether the
    answer had arrived, and whether that was told."""
    desk.remember()
    arrived = desk.answered() == ANSWER
    _sheet, left, told = desk.shown(desk.drafts, desk.reply)
    assert left == Resumed({} if arrived else TYPED, {}), "nothing lies over it, or nothing is lost"
    desk.hand_in({}, desk.drafts, desk.reply)
    assert desk.answered() == ANSWER
    assert desk.drafts.load(desk.inquiry, SECTION) is None
    names = [e.name for b in desk.storage.list(desk.inquiry.answer_folder(SECTION)) for e in b]
    assert names == [desk.inquiry.template], "nor is a part left of what was cut"
    desk.go_back()
    colleague = Drafts(desk.home.with_name("colleague"), "K100871", "there")
    desk.hand_in({PLACE: "700"}, colleague, desk.reply)
    _sheet, left, _told = desk.shown(desk.drafts, desk.reply)
    assert PLACE not in left.over, "the draft does not hide the newer one"
    assert (left.over | left.aside == TYPED) is not arrived, "what has not arrived is all there"
    desk.hand_in({}, desk.drafts, desk.reply)
    assert desk.answered()["B4"] == 700.0, "nothing older has gone over it"
    return arrived, told


def dies(*_anything: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("arrived", [False, True])
def test_dying_just_before_the_handing_in_or_just_after_it_leads_nobody_to_do_it_twice(
    desk: Desk, arrived: bool
) -> None:
    """In a process of its own that kills itself there; then the program begins anew."""
    desk.begin_anew()
    drafts = Drafts(desk.home, "K100234", str(desk.folder.parents[3]))

    def work() -> None:
        reply = Reply(desk.storage, Sandbox())
        if arrived:
            drafts.drop = dies  # type: ignore[method-assign]
        else:
            reply.hand_in = dies  # type: ignore[method-assign]
        desk.hand_in({}, drafts, reply)

    assert in_child(work) == -signal.SIGKILL
    left = desk.drafts.load(desk.inquiry, SECTION)
    assert left is not None
    assert left.sent, "the draft is still there, and says that it may have arrived"
    assert look_and_go_on(desk) == (arrived, arrived)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_dying_at_any_line_of_the_handing_in_leads_nobody_to_hand_in_twice(desk: Desk) -> None:
    def work() -> None:
        fresh = Sandbox()  # a child of the one that dies, which ends with it
        desk.hand_in({}, desk.drafts, Reply(desk.storage, fresh))

    ours = Path(sharefolder.__file__).parent
    found = {look_and_go_on(desk) for _line in every_death(desk.begin_anew, work, stride=7, also=(ours,))}
    assert found >= {(False, False), (True, True)}


def test_a_refused_handing_in_leaves_an_ordinary_draft(desk: Desk) -> None:
    """A colleague was faster: only where both wrote does one have to decide."""
    desk.begin_anew()
    sheet, left, _arrived = desk.shown(desk.drafts, desk.reply)
    colleague = Drafts(desk.home.with_name("colleague"), "K100871", "there")
    desk.hand_in({PLACE: "700"}, colleague, desk.reply)
    draft = drafted(sheet, sheet.texts | left.over, {})
    cell = typed(field_at(desk.inquiry.form, PLACE), "500")
    with pytest.raises(SuiteError) as error:
        desk.drafts.hand_in(desk.reply, desk.inquiry, SECTION, sheet, [cell], draft, QUIET)
    assert error.value.code == "SHARE-064"
    _sheet, left, arrived = desk.shown(desk.drafts, desk.reply)
    assert left.aside == {PLACE: "５００"}
    assert left.over == {place: text for place, text in TYPED.items() if place != PLACE}
    assert not arrived
