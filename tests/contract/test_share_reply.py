"""Answering on the screen, on a local path and a real Samba: the collation reads it as it reads Excel's."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from core.errors import SuiteError
from core.jobs import Cancelled, Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.index.crawl import hidden
from sharefolder.inquiry import fields
from sharefolder.inquiry.fields import Place
from sharefolder.inquiry.form import with_kinds
from sharefolder.inquiry.model import Inquiry, Reading, State
from sharefolder.inquiry.office import Office
from sharefolder.inquiry.reply import Reply
from sharefolder.local import LocalStorage
from sharefolder.ports import Credential, Storage
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba

QUIET = Report(lambda _done, _total, _text: None)
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


class Desk:
    """An inquiry with two given rows, a prompt above them, a picture, and what the section does."""

    def __init__(self, storage: Storage, disk: Path, home: Path, sandbox: Sandbox) -> None:
        self.storage, self.disk, self.sandbox = storage, disk, sandbox
        self.office = Office(storage, sandbox, lambda: TODAY)
        self.reply = Reply(storage, sandbox)
        template = home / "備蓄品調査.xlsx"
        _template(template)
        form = with_kinds(self.office.understand(template), {1: "number", 2: "date", 3: "text"}, {1})
        self.inquiry: Inquiry = self.office.create(
            "備蓄品の調査", template, form, ["財政課", "税務課"], date(2026, 12, 4), QUIET
        )

    def answers(self, section: str, typed: dict[Place, str]) -> None:
        sheet = self.reply.open(self.inquiry, section)
        found = fields.groups(self.inquiry, 1)
        every = {field.place: field for group in found for field in group.fields}
        cells = [fields.typed(every[place], text) for place, text in typed.items()]
        self.reply.hand_in(self.inquiry, section, sheet, cells, QUIET)

    def board(self) -> dict[str, Reading]:
        return {each.section: each for each in self.office.board(self.inquiry, QUIET)}

    def book(self, section: str) -> Path:
        return self.disk / self.inquiry.answer_folder(section) / self.inquiry.template


def _template(path: Path) -> None:
    picture = path.with_name("印.png")
    picture.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
            "08d763f8cfc000000301010018dd8db00000000049454e44ae426082"
        )
    )
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("回答")
        edge = book.add_format({"border": 1, "bg_color": "#ffffcc"})
        sheet.merge_range(0, 0, 0, 3, "備蓄品の調査")
        sheet.write(1, 0, "担当者")
        sheet.write_blank(1, 1, None, edge)
        sheet.write_row(3, 0, ("品名", "数量", "更新日", "備考"))
        for row, name in enumerate(("飲料水", "毛布"), 4):
            sheet.write(row, 0, name)
            for column in (1, 2, 3):
                sheet.write_blank(row, column, None, edge)
        sheet.data_validation(4, 1, 5, 1, {"validate": "integer", "criteria": ">=", "value": 0})
        sheet.insert_image(8, 0, str(picture))
    picture.unlink()


@pytest.fixture(params=["local", "samba"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Iterator[Desk]:
    if request.param == "local":
        (tmp_path / "share").mkdir()
        yield Desk(LocalStorage(tmp_path / "share"), tmp_path / "share", tmp_path, sandbox)
        return
    server: Samba = request.getfixturevalue("samba")
    for each in server.export.iterdir():
        shutil.rmtree(each)
    storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=server.port)
    yield Desk(storage, server.export, tmp_path, sandbox)
    storage.close()


ANSWERS: dict[Place, str] = {
    (1, 1): "山本 花子",
    (4, 1): "１，２００",
    (4, 2): "R8.9.1",
    (4, 3): "=地下倉庫",
    (5, 1): "60",
    (5, 2): "2026/10/5",
}


def test_what_is_typed_is_what_the_collation_reads_cell_by_cell(desk: Desk) -> None:
    desk.answers("財政課", ANSWERS)
    reading = desk.board()["財政課"]
    assert (reading.state, reading.doubts) == (State.ANSWERED, ())
    assert {v.cell: v.value for v in reading.values if v.row != 3} == {
        "B2": "山本 花子",
        "A5": "飲料水",
        "B5": 1200.0,
        "C5": date(2026, 9, 1),
        "D5": "=地下倉庫",
        "A6": "毛布",
        "B6": 60.0,
        "C6": date(2026, 10, 5),
    }
    where = {(v.section, v.file, v.sheet, bool(v.digest)) for v in reading.values}
    assert where == {("財政課", f"照会/備蓄品の調査/回答/財政課/{desk.inquiry.template}", "回答", True)}
    assert desk.board()["税務課"].state is State.UNOPENED


def test_everything_else_in_the_workbook_stays_byte_for_byte(desk: Desk) -> None:
    before = _parts(desk.book("税務課"))
    desk.answers("財政課", ANSWERS)
    after = _parts(desk.book("財政課"))
    assert after.keys() == before.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}  # a date's format came to be
    sheet = after["xl/worksheets/sheet1.xml"]
    assert all(word in sheet for word in (b"<dataValidation ", b"<drawing ", b"<mergeCell "))
    assert list(desk.book("財政課").parent.iterdir()) == [desk.book("財政課")], "nothing else is left there"


def _parts(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_answer_is_corrected_and_a_field_is_emptied(desk: Desk) -> None:
    desk.answers("財政課", ANSWERS)
    assert desk.reply.open(desk.inquiry, "財政課").texts == {
        (1, 1): "山本 花子",
        (4, 1): "1200",
        (4, 2): "2026-09-01",
        (4, 3): "=地下倉庫",
        (5, 1): "60",
        (5, 2): "2026-10-05",
    }
    desk.answers("財政課", {(4, 1): "1300", (4, 3): ""})
    values = {v.cell: v.value for v in desk.board()["財政課"].values}
    assert values["B5"] == 1300.0
    assert "D5" not in values
    assert values["C5"] == date(2026, 9, 1)


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(desk: Desk) -> None:
    sheet = desk.reply.open(desk.inquiry, "財政課")
    desk.answers("財政課", {(5, 1): "7"})
    with pytest.raises(SuiteError) as error:
        desk.reply.hand_in(desk.inquiry, "財政課", sheet, [(4, 1, "n", "1")], QUIET)
    assert error.value.code == "SHARE-064"
    assert {v.cell for v in desk.board()["財政課"].values if v.column == "数量"} == {"B6"}


def test_a_workbook_that_is_open_in_excel_is_left_alone(desk: Desk) -> None:
    sheet = desk.reply.open(desk.inquiry, "財政課")
    lock = desk.book("財政課").with_name(f"~${desk.inquiry.template}")
    lock.write_bytes(b"\x05Excel")
    before = desk.book("財政課").read_bytes()
    with pytest.raises(SuiteError) as error:
        desk.reply.hand_in(desk.inquiry, "財政課", sheet, [(4, 1, "n", "1")], QUIET)
    assert error.value.code == "SHARE-004"
    assert desk.book("財政課").read_bytes() == before


def test_a_number_that_excel_kept_as_text_is_known_to_differ(desk: Desk) -> None:
    """What looks the same on the screen is not the same to the collation."""
    sheet = replace(
        desk.reply.open(desk.inquiry, "財政課"), cells={(4, 1): ("s", "１２０"), (5, 1): ("n", "7")}
    )
    assert not sheet.holds((4, 1, "n", "120"))
    assert sheet.holds((5, 1, "n", "7"))
    assert sheet.holds((4, 3, "", ""))


def test_a_handing_in_that_ended_halfway_is_no_answer_and_the_next_one_clears_it_away(desk: Desk) -> None:
    def gone(_done: float, _total: float | None, _text: str) -> None:
        raise Cancelled

    sheet = desk.reply.open(desk.inquiry, "財政課")
    before = desk.book("財政課").read_bytes()
    for _again in range(2):
        with pytest.raises(Cancelled):
            desk.reply.hand_in(desk.inquiry, "財政課", sheet, [(4, 1, "n", "1")], Report(gone))
        (left,) = (each for each in desk.book("財政課").parent.iterdir() if each != desk.book("財政課"))
        assert hidden(left.name)
    assert desk.book("財政課").read_bytes() == before
    assert desk.board()["財政課"].state is State.UNOPENED
    sending = desk.book("財政課").with_name(".mahoroba-0123456789abcdef.part")
    sending.write_bytes(b"PK")  # of something else that is being sent here
    desk.reply.hand_in(desk.inquiry, "財政課", sheet, [(4, 1, "n", "2")], QUIET)
    assert set(desk.book("財政課").parent.iterdir()) == {desk.book("財政課"), sending}
    assert {v.cell: v.value for v in desk.board()["財政課"].values}["B5"] == 2.0


@pytest.mark.parametrize("bad", ["formula", "damaged", "two"])
def test_what_cannot_be_written_here_says_why_and_stays(desk: Desk, bad: str) -> None:
    book = desk.book("財政課")
    if bad == "two":
        shutil.copy(book, book.with_name("もう一つ.xlsx"))
    elif bad == "damaged":
        book.write_bytes(b"PK\x03\x04" + bytes(500))
    else:
        with xlsxwriter.Workbook(book) as made:
            made.add_worksheet("回答").write_formula(0, 0, "=1+1", None, 2)
    before = book.read_bytes()
    with pytest.raises(SuiteError) as error:
        desk.reply.open(desk.inquiry, "財政課")
    assert error.value.code == "SHARE-063"
    assert book.read_bytes() == before


def test_an_inquiry_is_changed_told_in_a_text_and_ended(desk: Desk) -> None:
    """Two offices at once, and the folder's move with all that is in it."""
    other = Office(desk.storage, desk.sandbox, lambda: TODAY)
    desk.office.answer_question(desk.inquiry, "年度は？", "令和8年度です。")
    other.answer_question(desk.inquiry, "単位は？", "円です。")
    desk.office.extend(desk.inquiry, date(2026, 12, 11))
    now = other.inquiries()[0][0]
    assert ([q for _day, q, _a in now.questions], now.due) == (["年度は？", "単位は？"], date(2026, 12, 11))
    text = (desk.disk / now.folder / "お知らせ.txt").read_bytes().decode("utf-8-sig")
    assert all(each in text for each in ("年度は？", "円です。", "令和8年12月11日（金）"))
    desk.answers("税務課", ANSWERS)
    ended = other.close(now)
    assert ended.folder == "照会/終了/令和8年度/備蓄品の調査"
    assert desk.office.inquiries() == ([], [])
    assert desk.office.ended()[0] == [ended]
    assert {r.section: r.state for r in desk.office.board(ended, QUIET)}["税務課"] is State.ANSWERED
    assert not list((desk.disk / ended.folder).glob(".mahoroba*"))
    assert desk.office.reopen(ended).folder == now.folder
    assert other.inquiries()[0][0].questions == now.questions
