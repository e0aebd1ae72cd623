"""Understanding a template: its table's header, its columns, and which cells are its own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from core.errors import SuiteError
from core.i18n import _
from sharefolder.inquiry.model import KINDS, Column, Form

_NUMBER = re.compile(r"(数|額|率|量|計|円|人|件|面積|%|％)$|[（(](円|千円|人|件|台|枚|箇所|か所|%|％)[)）]")
_DATE = re.compile(r"(日|年月日|期限|期日)$|日付|年月日")


def understand(workbook: dict[str, Any]) -> Form:
    """The form in a template read by ``documents.workbook``. The header is the row with the most words (the
    lower of equals). SuiteError SHARE-020 if there is no table to fill in.
    """
    visible = [sheet for sheet in workbook["sheets"] if sheet["visible"]]
    sheet = visible[0] if visible else {"cells": []}
    labels = {(row, column): text for row, column, _kind, text in sheet["cells"]}
    words: dict[int, list[int]] = {}
    for row, column, kind, _text in sheet["cells"]:
        if kind == "s":
            words.setdefault(row, []).append(column)
    if not words or max(map(len, words.values())) < 2:
        raise SuiteError(
            _("この様式では照会を作れません。"),
            _("最初のシートに、見出しの並んだ表が見つかりません。"),
            _("見出しが1行に2つ以上並んだ様式を選んでください。"),
            "SHARE-020",
        )
    header = max(words, key=lambda row: (len(words[row]), row))
    columns = tuple(
        Column(c, labels[header, c].strip(), _kind_of(labels[header, c])) for c in sorted(words[header])
    )
    below = [row for row, _column in labels if row > header]
    return Form(
        sheet["name"],
        header,
        columns,
        labels,
        max(below) if below else None,
        tuple(each["name"] for each in workbook["sheets"]),
        tuple(tuple(m) for m in sheet["merged"]),
    )


def _kind_of(title: str) -> str:
    """A first proposal from the heading; whoever asks decides."""
    text = title.strip()
    if _DATE.search(text):
        return "date"
    return "number" if _NUMBER.search(text) else "text"


def headings(form: Form) -> dict[int, str]:
    """Column index → its heading for people: twins are told apart by what stands above them where that does
    it (R7　件数, R8　件数), else by a number (件数, 件数 (2))."""
    found: dict[int, str] = {}
    for column in form.columns:
        twins = [_above(form, c.index) for c in form.columns if c.name == column.name]
        apart = len(twins) > 1 and all(twins) and len(set(twins)) == len(twins)
        name = f"{_above(form, column.index)}　{column.name}" if apart else column.name
        told = (name, *(f"{name} ({number})" for number in range(2, len(form.columns) + 2)))
        found[column.index] = next(each for each in told if each not in found.values())
    return found


def _above(form: Form, index: int) -> str:
    """What the template says over a column, also in a cell merged over several."""
    row = form.header_row - 1
    start = next((m[:2] for m in form.merged if m[0] <= row <= m[2] and m[1] <= index <= m[3]), (row, index))
    return form.labels.get(start, "").strip()


def with_kinds(form: Form, kinds: dict[int, str], required: set[int]) -> Form:
    """``form`` with what the asker decided about its columns, each named by its index."""
    columns = tuple(
        replace(c, kind=kinds.get(c.index, c.kind), required=c.index in required) for c in form.columns
    )
    if any(column.kind not in KINDS for column in columns):
        raise ValueError("unknown kind of column")
    return replace(form, columns=columns)
