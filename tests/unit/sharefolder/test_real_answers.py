"""An inquiry to sixty sections, answered with what real municipal workbooks hold, damaged in every way."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry import collate
from sharefolder.inquiry.form import with_kinds
from sharefolder.inquiry.model import State
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage

QUIET = Report(lambda _done, _total, _text: None)
PROPERTIES, FIRST = 6, 9  # rows of the city's facility lists: their headings, their first facility
TITLES = ("番号", "name", "address", "telephoneNumber", "referenceObject", "note", "location")
HEADER, ROWS = 3, 5
FORM = "施設の照会.xlsx"
Row = list[Any]
Doubtful = tuple[str, str, str, str]  # cell, what is written, a part of the reason, the proposal


def facilities(folder: Path) -> list[list[Row]]:
    """The first facilities of each list that has any, as the city publishes them."""
    found = []
    for path in sorted(folder.glob("0*.xlsx")):
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        if len(rows) > FIRST + ROWS and rows[PROPERTIES][1:7] == list(TITLES[1:]):
            first = [row[:7] for row in rows[FIRST : FIRST + ROWS]]
            if all(isinstance(row[0], float) and row[1] for row in first):
                found.append(first)
    return found


@dataclass
class Answer:
    """A workbook in the making, and what of it must come out."""

    path: Path
    rows: list[Row]
    titles: tuple[str, ...] = TITLES
    name: str = "回答"
    then: list[Callable[[Any, Any], object]] = field(default_factory=list)
    doubts: list[Doubtful] = field(default_factory=list)
    state: State = State.DOUBT

    def write(self) -> None:
        with xlsxwriter.Workbook(self.path) as book:
            sheet = book.add_worksheet(self.name)
            sheet.write(0, 0, "公共施設の一覧に関する照会")
            sheet.write(1, 0, "担当者")
            sheet.write_row(HEADER, 0, self.titles)
            for number, row in enumerate(self.rows, HEADER + 1):
                for column, value in enumerate(row):
                    if value != "":
                        sheet.write(number, column, value)
            for act in self.then:
                act(book, sheet)

    def puts(self, value: object, why: str, proposal: str = "") -> None:
        """Into the first row's number; it must be found as it is, and doubted."""
        self.rows[0][0] = value
        self.doubts.append(("A5", str(value), why, proposal))


def _uncached(answer: Answer) -> None:
    answer.then.append(lambda _b, sheet: sheet.write_formula("A5", "=1+0", None, ""))
    answer.rows[0][0] = ""
    answer.doubts.append(("A5", "", "計算結果", ""))


def _hidden_row(answer: Answer) -> None:
    answer.then.append(lambda _b, sheet: sheet.set_row(HEADER + 2, None, None, {"hidden": True}))
    for letter, value in zip("ABCDEFG", answer.rows[1], strict=True):
        if value != "":
            answer.doubts.append((f"{letter}6", _text(value), "隠れた行", ""))


def _hidden_column(answer: Answer) -> None:
    answer.then.append(lambda _b, sheet: sheet.set_column(2, 2, None, None, {"hidden": True}))
    for number, row in enumerate(answer.rows, HEADER + 2):
        if row[2] != "":
            answer.doubts.append((f"C{number}", row[2], "隠れた列", ""))


def _merged(answer: Answer) -> None:
    answer.rows[2][5], answer.rows[3][5] = "二件分", ""
    answer.then.append(lambda _b, sheet: sheet.merge_range("F7:F8", "二件分"))
    answer.doubts.append(("F7", "二件分", "結合", ""))


def _column_too_many(answer: Answer) -> None:
    answer.then.append(lambda _b, sheet: sheet.write("I5", "余分"))
    answer.doubts.append(("I5", "余分", "様式にない列", ""))


def _other_sheet(answer: Answer) -> None:
    answer.then.append(lambda book, _s: book.add_worksheet("追加").write(0, 0, "別の回答"))
    answer.doubts.append(("", "", "様式にないシート", ""))


def _hidden_sheet(answer: Answer) -> None:
    answer.then.append(lambda book, sheet: (book.add_worksheet("表紙").activate(), sheet.hide()))
    answer.doubts.append(("", "", "シートが非表示", ""))


def _changed_label(answer: Answer) -> None:
    answer.then.append(lambda _b, sheet: sheet.write(1, 0, "連絡先"))
    answer.doubts.append(("A2", "連絡先", "変わっています", ""))


def _note_beside(answer: Answer) -> None:
    answer.then.append(lambda _b, sheet: sheet.write("E3", "至急返送のこと"))
    answer.doubts.append(("E3", "至急返送のこと", "様式にない場所", ""))


def _name_left_out(answer: Answer) -> None:
    answer.rows[3][1] = ""
    answer.doubts.append(("B8", "", "空です", ""))


def _date_for_a_text(answer: Answer) -> None:
    answer.rows[0][5] = ""
    day = {"num_format": "yyyy/mm/dd"}
    answer.then.append(lambda b, sheet: sheet.write_datetime("F5", date(2026, 11, 20), b.add_format(day)))
    answer.rows[0][5] = "2026-11-20"
    answer.doubts.append(("F5", "2026-11-20", "文字の欄が日付", "2026-11-20"))


def _macros(answer: Answer) -> None:
    answer.doubts.append(("", "", "マクロ", ""))


NUMBERS: dict[str, tuple[object, str, str]] = {
    "full-width digits": ("１", "数字が文字", "1"),
    "digits as text": ("'1", "数の欄に言葉", ""),
    "a thousand in words": ("1,200", "数字が文字", "1200"),
    "a unit": ("1か所", "単位", "1"),
    "about": ("約1", "言葉", ""),
    "from to": ("1～2", "言葉", ""),
    "nothing to report": ("該当なし", "言葉", ""),
    "sixteen digits": (1234567890123456, "15桁", ""),
    "a formula's error": ("#REF!", "数式がエラー", ""),
}
DAMAGES: dict[str, Callable[[Answer], object]] = {
    **{name: (lambda answer, put=put: answer.puts(*put)) for name, put in NUMBERS.items()},
    "a formula without a value": _uncached,
    "a hidden row": _hidden_row,
    "a hidden column": _hidden_column,
    "merged cells": _merged,
    "a column too many": _column_too_many,
    "another sheet": _other_sheet,
    "a hidden sheet": _hidden_sheet,
    "a changed label": _changed_label,
    "a note beside the form": _note_beside,
    "a required field left empty": _name_left_out,
    "a date for a text": _date_for_a_text,
    "macros": _macros,
}


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _unreadable(name: str, path: Path, shared: Path) -> tuple[State, str]:
    """Spoil the whole file; the state and a part of the reason that must be told."""
    whole = path.read_bytes()
    if name == "cut in half":
        path.write_bytes(whole[: len(whole) // 2])
        return State.DOUBT, "壊れて"
    if name == "empty":
        path.write_bytes(b"")
        return State.DOUBT, "壊れて"
    if name == "a locked file":  # an old workbook under a new one's name is what Excel makes of a password
        shutil.copyfile(shared / "documents" / "26100.xls", path)
        return State.DOUBT, "パスワード"
    if name == "twice":
        shutil.copyfile(path, path.with_name("（修正）" + path.name))
        return State.DOUBT, "二つ以上"
    if name == "another workbook":
        shutil.copyfile(shared / "workbooks" / "0001.xlsx", path)
        return State.WRONG_FORM, "シート「回答」"
    path.unlink()
    return State.GONE, "ブックがありません"


UNREADABLE = ("cut in half", "empty", "a locked file", "twice", "another workbook", "gone")
OLD = ("an old template", "a renamed sheet")


@pytest.mark.shared_data
def test_sixty_sections_with_real_answers_collate_to_the_exact_table_and_doubts(
    shared_data: Path, tmp_path: Path
) -> None:
    lists = facilities(shared_data / "workbooks")
    assert len(lists) >= 20
    root = tmp_path / "share"
    root.mkdir()
    sandbox = Sandbox()
    office = Office(LocalStorage(root), sandbox, lambda: date(2026, 11, 25))
    template = tmp_path / FORM
    Answer(template, []).write()
    form = with_kinds(office.understand(template), {0: "number"}, {1})
    sections = [f"{number:02}課" for number in range(60)]
    inquiry = office.create("施設の照会", template, form, sections, date(2026, 11, 30), QUIET)
    table: list[Row] = []
    doubts: list[tuple[str, Doubtful]] = []
    states: dict[str, State] = {}
    reasons: dict[str, str] = {}
    damages = list(DAMAGES.items())
    for number, section in enumerate(sections):
        path = root / inquiry.answer_folder(section) / FORM
        answer = Answer(path, [list(row) for row in lists[number % len(lists)]], state=State.ANSWERED)
        kind = number - len(damages)
        if number < len(damages):
            damages[number][1](answer)
            answer.state = State.DOUBT
        elif kind < len(OLD):
            answer.state, answer.titles = State.WRONG_FORM, (TITLES[0], *TITLES[2:], "name")
            if OLD[kind] == "a renamed sheet":
                answer.name, answer.titles = "Sheet1", TITLES
        answer.write()
        if number < len(damages) and damages[number][0] == "macros":
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
        states[section] = answer.state
        if len(OLD) <= kind < len(OLD) + len(UNREADABLE):
            states[section], reasons[section] = _unreadable(UNREADABLE[kind - len(OLD)], path, shared_data)
        elif answer.state is not State.WRONG_FORM:
            table += [[section, *map(_shown, row)] for row in answer.rows]
            doubts += [(section, doubt) for doubt in answer.doubts]
            _mark(table[-ROWS:], answer)
    readings = office.board(inquiry, QUIET)
    sandbox.close()
    assert {r.section: r.state for r in readings} == states
    for reading in readings:
        assert reasons.get(reading.section, "") in reading.reason
    whole = set(reasons) | {s for s, state in states.items() if state is State.WRONG_FORM}
    found = [
        (r.section, (d.cell, d.raw, d.why, d.proposal))
        for r in readings
        if r.section not in whole
        for d in r.doubts
    ]
    assert [(s, d[0], d[1], d[3]) for s, d in sorted(found)] == sorted(
        (s, d[0], d[1], d[3]) for s, d in doubts
    )
    for (_s, wanted), (_t, seen) in zip(sorted(doubts), sorted(found), strict=True):
        assert wanted[2] in seen[2]
    out = tmp_path / "集計.xlsx"
    collate.write_workbook(inquiry, readings, out, lambda reading: reading.state.value)
    assert CalamineWorkbook.from_path(str(out)).get_sheet_by_name("集計").to_python()[3:] == table


def _shown(value: object) -> object:
    return float(value) if isinstance(value, int | float) else value


def _mark(rows: list[Row], answer: Answer) -> None:
    """What is doubtful stands in the table as it was written, as text."""
    for cell, raw, _why, _proposal in answer.doubts:
        column, number = ord(cell[:1] or "Z") - 64, int(cell[1:] or 0) - HEADER - 2
        if 0 <= number < len(rows) and column < len(rows[number]):
            rows[number][column] = raw
