"""Workbooks of any cells, the forms understood from them, and what of an answer is read: no share between."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sharefolder.documents.workbook import read
from sharefolder.inquiry.answers import Source, read_answers
from sharefolder.inquiry.form import understand
from sharefolder.inquiry.model import Doubt, Form, Value

Cells = Mapping[tuple[int, int], object]
"""A text that begins with ``=`` is a formula; a pair of it and what it shows, one with its result stored."""
Act = Callable[[Any, Any], object]
PART = "xl/worksheets/sheet1.xml"


def book(path: Path, cells: Cells, *acts: Act) -> Path:
    """A workbook of one sheet 様式; ``acts`` get it and the sheet afterwards."""
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("様式")
        for (row, column), value in cells.items():
            if isinstance(value, tuple):
                sheet.write_formula(row, column, value[0], None, value[1])
            else:
                sheet.write(row, column, value)
        for act in acts:
            act(made, sheet)
    return path


def rewritten(path: Path, pattern: bytes, by: bytes, part: str = PART) -> Path:
    """``path`` with a part of it edited as another program would write it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = re.sub(pattern, by, parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def by_excel(path: Path) -> Path:
    """An empty text that a formula made, as Excel stores it."""
    return rewritten(path, rb'<c r="(\w+)"><f>([^<]*)</f><v></v>', rb'<c r="\1" t="str"><f>\2</f><v></v>')


def form_of(path: Path) -> Form:
    return understand(read(path))


def answered(path: Path, form: Form) -> tuple[dict[str, Value], list[Doubt]]:
    """The values by their cells, and the doubts."""
    source = Source("甲課", path.name, datetime(2026, 11, 26, tzinfo=UTC), "0" * 64)
    values, doubts = read_answers(read(path), form, source)
    assert len({value.cell for value in values}) == len(values)
    return {value.cell: value for value in values}, list(doubts)
