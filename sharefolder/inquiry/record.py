"""An inquiry as a file on the share: read by every suite that can read the folder, hostile until parsed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from core.errors import SuiteError
from core.i18n import _
from core.wareki import FIRST_DAY
from sharefolder import names
from sharefolder.documents.areas import Area
from sharefolder.inquiry.model import KINDS, Column, Form, Inquiry

MAX_BYTES = 5_000_000
_FORMAT = 1
_ROWS, _COLUMNS = 1_048_576, 16_384  # of a sheet (ISO/IEC 29500-1, 18.3.1.4)


def written(inquiry: Inquiry) -> bytes:
    """The record's bytes."""
    data = asdict(inquiry) | {"format": _FORMAT, "due": inquiry.due.isoformat()}
    data["asked"] = inquiry.asked.isoformat() if inquiry.asked else ""
    data["form"]["labels"] = [[row, column, text] for (row, column), text in inquiry.form.labels.items()]
    del (
        data["folder"],
        data["answered"],
    )  # where it lies is where it was found; the other is never written here
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def parsed(content: bytes, folder: str) -> Inquiry:
    """The inquiry in ``content``, found in ``folder``. SuiteError SHARE-021 if it is none of ours."""
    try:
        data = json.loads(content)
        if data["format"] != _FORMAT:
            raise ValueError("format")
        return _inquiry(data, folder)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise damaged(folder) from error


def damaged(path: str) -> SuiteError:
    """What lies at ``path`` is none of ours."""
    return SuiteError(
        _("照会を開けません。"),
        _("「{folder}」の記録が壊れています。").format(folder=path),
        _("回答のファイルはそのまま残っています。情報担当に連絡してください。"),
        "SHARE-021",
    )


def too_large(path: str) -> SuiteError:
    """More than is looked at."""
    return SuiteError(
        _("照会を開けません。"),
        _("「{folder}」の記録が大きすぎます。").format(folder=path),
        _("回答のファイルはそのまま残っています。情報担当に連絡してください。"),
        "SHARE-072",
    )


def _inquiry(data: dict[str, Any], folder: str) -> Inquiry:
    sections = tuple(map(str, data["sections"]))
    for name in (*sections, str(data["template"])):
        if names.problem(name):  # a section is a folder's name: none may lead elsewhere
            raise ValueError("name")
    return Inquiry(
        title=str(data["title"]),
        folder=folder,
        due=a_day(data["due"]),
        sections=sections,
        template=str(data["template"]),
        digest=str(data["digest"]),
        form=_form(data["form"]),
        notes=str(data["notes"]),
        asked=a_day(data["asked"]) if data["asked"] else None,
        by=str(data["by"]),
        closed=bool(data["closed"]),
        questions=tuple((str(a), str(b), str(c)) for a, b, c in data["questions"]),
        asking=str(data.get("asking", "")),
        guarded=tuple(map(str, data.get("guarded", ()))),
    )


def a_day(text: str) -> date:
    """A day that can be said (from 明治6年). ValueError for any other."""
    day = date.fromisoformat(text)
    if day < FIRST_DAY:
        raise ValueError("day")
    return day


def _form(data: dict[str, Any]) -> Form:
    columns = tuple(
        Column(_column(c["index"]), str(c["name"]), str(c["kind"]), bool(c["required"]))
        for c in data["columns"]
    )
    if not columns or any(column.kind not in KINDS for column in columns):
        raise ValueError("columns")
    return Form(
        sheet=str(data["sheet"]),
        header_row=_row(data["header_row"]),
        columns=columns,
        labels={(_row(row), _column(column)): _text(text) for row, column, text in data["labels"]},
        last_row=_perhaps(data["last_row"]),
        sheets=tuple(map(str, data["sheets"])),
        merged=tuple((_row(a), _column(b), _row(c), _column(d)) for a, b, c, d in data["merged"]),
        header_top=_perhaps(data.get("header_top")),
        first_row=_perhaps(data.get("first_row")),
        calculated=_areas(data.get("calculated", ())),
        percent=_areas(data["percent"]) if data.get("percent") is not None else None,
        scaled=_areas(data["scaled"]) if data.get("scaled") is not None else None,
        macros=bool(data.get("macros", False)),
        remarks=str(data["remarks"]) if data.get("remarks") is not None else None,
        hidden_rows=_areas(data.get("hidden_rows", ())),
        hidden_columns=tuple(map(_column, data.get("hidden_columns", ()))),
        shown=tuple(map(str, data.get("shown", ()))),
        others=tuple((str(name), str(mark)) for name, mark in data.get("others", ())),
    )


def _areas(data: Any) -> tuple[Area, ...]:
    return tuple((_column(column), _row(first), _row(last)) for column, first, last in data)


def _text(text: Any) -> str:
    """With lines that end as ``documents.workbook`` reads them."""
    return str(text).replace("\r\n", "\n").replace("\r", "\n")


def _perhaps(row: Any) -> int | None:
    return _row(row) if row is not None else None


def _row(number: Any) -> int:
    return _within(int(number), _ROWS)


def _column(number: Any) -> int:
    return _within(int(number), _COLUMNS)


def _within(number: int, size: int) -> int:
    """A sheet has no other rows and columns: whoever counts from one outside never comes to an end."""
    if not 0 <= number < size:
        raise ValueError("outside")
    return number
