"""250 filled-in workbooks of 59 rows become one styled workbook with the source of every value."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.record import Record
from benchmarks.sharefolder_smb import QUIET, timed
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry import collate
from sharefolder.inquiry.form import with_kinds
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage

BOOKS, ROWS = 250, 59
_TITLES = ("事業名", "件数", "金額（円）", "完了日", "備考")
_SEEDED = ("１，２００", "R8.11.20", "約300")
"""What people write into a number or a date: in every fifth workbook one of them, each to become a doubt."""


def records() -> Iterator[Record]:
    """Reading (board) and writing (collate) together, from folders as they are after the due date."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        root = Path(made) / "share"
        root.mkdir()
        sandbox = Sandbox()
        office = Office(LocalStorage(root), sandbox, lambda: date(2026, 11, 25))
        template = _book(Path(made) / "様式.xlsx", 0, "")
        form = with_kinds(office.understand(template), {}, {0})
        sections = [f"課{number:03}" for number in range(BOOKS)]
        inquiry = office.create("照会", template, form, sections, date(2026, 11, 30), QUIET)
        for number, section in enumerate(sections):
            odd = _SEEDED[number % len(_SEEDED)] if number % 5 == 0 else ""
            _book(root / inquiry.answer_folder(section) / template.name, ROWS, odd)
        readings: list[Any] = []
        read, _cpu = timed(lambda: readings.extend(office.board(inquiry, QUIET)))
        target = Path(made) / "集計.xlsx"
        write, _cpu = timed(
            lambda: collate.write_workbook(inquiry, readings, target, lambda reading: reading.state.value)
        )
        again, _cpu = timed(lambda: office.board(inquiry, QUIET))
        sandbox.close()
    values = [value for reading in readings for value in reading.values]
    sourced = sum(bool(v.file and v.sheet and v.cell and v.digest and v.changed) for v in values)
    doubts = sum(len(reading.doubts) for reading in readings)
    seeded = sum(1 for number in range(BOOKS) if number % 5 == 0)
    silent = seeded - sum(value.doubtful for value in values)
    took = read + write
    n = f"{BOOKS} workbooks, {len(values):,} values; read {read:.1f} s, written {write:.1f} s"
    yield Record("collate 250 workbooks, styled", took, "s", "≤ 5", took <= 5, n=n)
    share = 100 * sourced / len(values)
    yield Record(
        "… values with provenance", share, "%", "100", sourced == len(values) == BOOKS * ROWS * 5, n=n
    )
    held, n = silent == 0 and doubts == seeded, f"{seeded} seeded, {doubts} doubts"
    yield Record("… silent guesses", silent, "", "0", held, n=n)
    yield Record("… again, nothing changed", again, "s", n="the board read anew")


def _book(path: Path, rows: int, odd: str) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day: Any = book.add_format({"num_format": "yyyy/mm/dd"})
        sheet = book.add_worksheet("回答")
        sheet.write(0, 0, "実績の照会")
        sheet.write_row(2, 0, _TITLES)
        for row in range(rows):
            sheet.write(3 + row, 0, f"事業{row:02}")
            sheet.write(3 + row, 1, row)
            sheet.write(3 + row, 2, row * 1_000)
            sheet.write_datetime(3 + row, 3, date(2026, 11, 20), day)
            sheet.write(3 + row, 4, "備考の文")
        if odd and rows:
            sheet.write(3, 3 if odd.startswith("R") else 1, odd)
    return path
