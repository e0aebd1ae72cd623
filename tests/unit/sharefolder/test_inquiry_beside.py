"""Answers in another form than the workbook, and answers after the due date: each is told as what it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.clock import TOKYO
from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry import collate
from sharefolder.inquiry.model import Inquiry, Reading, State
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage
from tests.fakes.sheets import book

QUIET = Report(lambda _done, _total, _text: None)
FORM = {(0, 0): "施設名", (0, 1): "件数"}
ANSWER = FORM | {(1, 0): "北公民館", (1, 1): 30}
DUE = date(2026, 11, 30)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


class Desk:
    def __init__(self, home: Path, sandbox: Sandbox, today: date) -> None:
        self.root = home / "share"
        self.root.mkdir()
        self.office = Office(LocalStorage(self.root), sandbox, lambda: today)
        template = book(home / "様式.xlsx", FORM)
        form = self.office.understand(template)
        self.inquiry: Inquiry = self.office.create("照会", template, form, ["甲課"], DUE, QUIET)
        self.folder = self.root / self.inquiry.answer_folder("甲課")

    def reading(self) -> Reading:
        return self.office.board(self.inquiry, QUIET)[0]


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox) -> Desk:
    return Desk(tmp_path, sandbox, DUE)


def _within(folder: Path) -> None:
    (folder / "提出").mkdir()
    book(folder / "提出" / "回答.xlsx", ANSWER)


def _instead(folder: Path) -> None:
    (folder / "様式.xlsx").rename(folder / "様式.ods")


OTHERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "for LibreOffice": (lambda folder: (folder / "様式.ods").write_bytes(b"PK"), "様式.ods"),
    "on paper": (lambda folder: (folder / "回答.pdf").write_bytes(b"%PDF"), "回答.pdf"),
    "in a folder within": (_within, "回答.xlsx"),
    "instead of the workbook": (_instead, "様式.ods"),
    "many": (
        lambda folder: [(folder / f"写真{n}.jpg").touch() for n in range(5)],
        "写真0.jpg、写真1.jpg、写真2.jpg（ほか 2 件）",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_answer_in_another_form_is_a_doubt_and_is_not_reminded(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    act, names = OTHERS[name]
    assert desk.reading().awaited
    act(desk.folder)
    reading = desk.reading()
    assert (reading.state, reading.reason) == (State.DOUBT, f"ほかのファイルがあります: {names}")
    assert (reading.handed_in, reading.awaited) == (False, False)
    out = tmp_path / "集計.xlsx"
    collate.write_workbook(desk.inquiry, [reading], out, lambda each: each.state.value)
    doubts = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("要確認").to_python()[3:]
    assert [(row[0], row[3]) for row in doubts] == [("甲課", reading.reason)]


def test_after_the_due_date_it_is_a_doubt_too(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path, sandbox, DUE)
    (desk.folder / "回答.pdf").write_bytes(b"%PDF")
    desk.office = Office(LocalStorage(desk.root), sandbox, lambda: date(2026, 12, 1))
    assert desk.reading().state is State.DOUBT


@pytest.mark.parametrize(
    "name", ["お知らせ.txt", "お知らせ (2).txt", "Thumbs.db", "desktop.ini", "質問-000001-0123456789ab.json"]
)
def test_what_is_nobodys_answer_is_none(desk: Desk, name: str) -> None:
    (desk.folder / name).write_bytes(b"{}")
    (desk.folder / "空のフォルダ").mkdir()
    reading = desk.reading()
    assert (reading.state, reading.beside) == (State.UNOPENED, False)


def test_beside_an_answer_only_another_table_is_a_doubt(desk: Desk) -> None:
    book(desk.folder / "様式.xlsx", ANSWER)
    (desk.folder / "地図.pdf").write_bytes(b"%PDF")
    assert desk.reading().state is State.ANSWERED
    _within(desk.folder)
    reading = desk.reading()
    assert (reading.state, reading.handed_in) == (State.DOUBT, True)
    assert [d.file.rpartition("/")[2] for d in reading.doubts] == ["回答.xlsx"]


@pytest.mark.parametrize(("hour", "late"), [(23, False), (24, True)])
def test_an_answer_that_was_saved_after_the_due_date_is_told_apart(desk: Desk, hour: int, late: bool) -> None:
    """The due date ends at midnight in Japan."""
    book(desk.folder / "様式.xlsx", ANSWER)
    saved = datetime(2026, 11, 30, tzinfo=TOKYO).timestamp() + hour * 3_600 + 60
    os.utime(desk.folder / "様式.xlsx", (saved, saved))
    assert desk.inquiry.overdue(desk.reading()) is late


def test_a_time_that_cannot_be_said_is_one_that_can(desk: Desk) -> None:
    """A server may tell any: 1601 is what Windows makes of none."""
    book(desk.folder / "様式.xlsx", ANSWER)
    os.utime(desk.folder / "様式.xlsx", (-11_644_473_600, -11_644_473_600))
    changed = desk.reading().changed
    assert changed is not None
    assert changed.year == 1970
