"""Understanding a template: its table's headings, its columns, and which cells are its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.errors import SuiteError
from core.i18n import _
from sharefolder.documents.areas import Place, runs
from sharefolder.documents.looks import PERCENT, SCALED
from sharefolder.inquiry import layout
from sharefolder.inquiry.layout import Layout, Sheet
from sharefolder.inquiry.model import KINDS, Column, Form
from sharefolder.inquiry.whole import said

_NUMBER = re.compile(r"(数|額|率|量|計|円|人|件|面積|%|％)$|[（(](円|千円|人|件|台|枚|箇所|か所|%|％)[)）]")
_DATE = re.compile(r"(日|年月日|期限|期日)$|日付|年月日")
_ASIDE = re.compile(r"(記入|記載|回答|入力)例|^例|要領|説明|注意|留意|表紙|鑑|かがみ|リスト|マスタ|選択肢")

MAX_SPAN = 50
"""Columns over which the last heading of a row may reach."""


def understand(workbook: dict[str, Any], at: Layout | None = None, name: str = "") -> Form:
    """The form in a template read by ``documents.workbook``; its table on the sheet ``name`` and where ``at``
    says, else where it probably lies. SuiteError SHARE-020 if there is no table to fill in.
    """
    visible = [sheet for sheet in workbook["sheets"] if sheet["visible"]]
    read = next((each for each in visible if each["name"] == name), None) or _likely(visible)
    if read is None:
        raise _no_table()
    sheet, kinds = _sheet(read), {(row, column): kind for row, column, kind, _text in read["cells"]}
    found = at or layout.guessed(sheet)
    names = _names(sheet, found) if found is not None else {}
    if found is None or len(names) < 2:
        raise _no_table()
    calculated = {p for p in sheet.formulas if not (p in sheet.words and p[0] <= found.bottom)}
    printed = _printed(kinds, found)
    return Form(
        read["name"],
        found.bottom,
        tuple(Column(c, name, _kind_of(name, printed.get(c, set()))) for c, name in names.items()),
        {place: text for place, text in sheet.texts.items() if place not in calculated},
        found.last,
        tuple(each["name"] for each in workbook["sheets"]),
        sheet.merged,
        found.top,
        found.first,
        runs(calculated),
        tuple(tuple(area) for area in read["looks"].get(PERCENT, ())),
        tuple((each["name"], said(each)) for each in workbook["sheets"] if each["name"] != read["name"]),
        tuple(each["name"] for each in visible),
        bool(workbook["macros"]),
        str(workbook["remarks"]),
        runs((row, 0) for row in read["hidden_rows"]),
        tuple(read["hidden_columns"]),
        tuple(tuple(area) for area in read["looks"].get(SCALED, ())),
    )


def _likely(visible: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The first sheet with a table, one that only explains (表紙, 記入例) after the others."""
    some = [each for each in visible if layout.guessed(_sheet(each)) is not None] or list(visible)
    return min(some, key=lambda each: bool(_ASIDE.search(layout.plain(each["name"]))), default=None)


def _sheet(read: dict[str, Any]) -> Sheet:
    texts = [(row, column, kind, text) for row, column, kind, text in read["cells"] if text.strip()]
    return Sheet(
        {(row, column): text for row, column, _kind, text in texts},
        frozenset((row, column) for row, column, kind, _text in texts if kind == "s"),
        frozenset((row, column) for row, column in read["formulas"]),
        tuple(tuple(m) for m in read["merged"]),
    )


def _no_table() -> SuiteError:
    return SuiteError(
        _("この様式では照会を作れません。"),
        _("このシートに、見出しの並んだ表が見つかりません。"),
        _("見出しが1行に2つ以上並んだ様式を選んでください。"),
        "SHARE-020",
    )


def _names(sheet: Sheet, at: Layout) -> dict[int, str]:
    """Column → its heading. Of several rows: 利用者数　男, each as far as the one above it stands."""
    own: dict[int, str] = {}
    over: dict[int, str] = {}
    for row in range(at.top, at.bottom + 1):
        texts = {column: sheet.texts[row, column].strip() for column in sheet.rows.get(row, ())}
        said = {column: text for column, text in texts.items() if text}
        for column, text in said.items():
            above = over.get(column, "")
            own[column] = f"{above}　{text}" if above and above != text else text
        over = _reaching({m[1]: m[3] for m in sheet.merged if m[0] <= row <= m[2]}, said, own, over)
    return dict(sorted(own.items()))


def _reaching(
    merged: dict[int, int], said: dict[int, str], own: dict[int, str], over: dict[int, str]
) -> dict[int, str]:
    """Column → what stands over it below a row that has ``said`` so much: a merged heading reaches over its
    columns, another up to the next, and neither out of what stands over itself."""
    made, start, end = dict(over), -1, -1
    for column in range(min(own, default=0), max(own, default=0) + MAX_SPAN):
        if column in said:
            start, end = column, merged.get(column, -1)
        elif (column > end) if end >= 0 else (over.get(column) != over.get(start)):
            start = -1
        if start >= 0:
            made[column] = own[start]
    return made


def _printed(kinds: dict[Place, str], at: Layout) -> dict[int, set[str]]:
    """Column → what kinds of values the template has there in its table."""
    made: dict[int, set[str]] = {}
    for (row, column), kind in kinds.items():
        if at.first <= row and (at.last is None or row <= at.last):
            made.setdefault(column, set()).add(kind)
    return made


def _kind_of(title: str, printed: set[str]) -> str:
    """A first proposal from the heading, or from what is printed below it; whoever asks decides."""
    for kind, telling in (("date", _DATE), ("number", _NUMBER)):
        if any(telling.search(part) for part in (title.strip(), *title.split("　"))):  # 利用者数　男
            return kind
    return {"n": "number", "d": "date"}.get(next(iter(printed)), "text") if len(printed) == 1 else "text"


def given(form: Form, calculated: bool = False) -> list[int]:
    """Rows of the table that the template names and leaves to be filled in; not those it only counts.
    ``calculated``: also a total that it calculates."""
    rows = {row for row, _column in form.labels if form.first <= row}
    if form.last_row is not None:
        rows = {row for row in rows if row <= form.last_row}
    return sorted(row for row in rows if _named(form, row) and (calculated or not _total(form, row)))


def calculated_rows(form: Form) -> list[int]:
    """Rows that the template names and calculates as a whole (合計)."""
    return [row for row in given(form, calculated=True) if _calculated(form, row)]


def _calculated(form: Form, row: int) -> bool:
    places = [(row, column.index) for column in form.columns if column.kind == "number"]
    own = [place in form.computed for place in places]
    return any(own) and all(here or place in form.labels for here, place in zip(own, places, strict=True))


def filled_rows(form: Form) -> list[int]:
    """Rows for which the template has values already (last year's, to be corrected): numbers or dates behind
    the first column, and not just the rows' own numbers."""
    end = form.last_row
    rows: set[int] = set()
    for column in form.columns[1:]:
        said = {r: t for (r, c), t in form.labels.items() if c == column.index and form.first <= r}
        own = [layout.figure(said[row]) for row in sorted(said)]
        counted = own == [float(number) for number in range(1, len(own) + 1)]
        if column.kind != "text" and not counted:
            rows |= {row for row in said if end is None or row <= end}
    return sorted(rows)


def _named(form: Form, row: int) -> bool:
    return any(layout.is_name(form.labels.get((row, column.index), "")) for column in form.columns[:2])


def _total(form: Form, row: int) -> bool:
    said = [form.labels.get((row, column.index), "") for column in form.columns]
    calculates = any((row, column.index) in form.computed for column in form.columns)
    return calculates and any(map(layout.is_total, said))


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
    row = form.top - 1
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
