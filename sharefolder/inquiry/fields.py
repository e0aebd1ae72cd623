"""What an answering section fills in on the screen instead of in Excel: a field for each empty cell.

What is typed becomes exactly one value, which is shown before it is written; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import SuiteError
from core.i18n import _, sentences
from core.wareki import format_date, parse_date
from sharefolder.documents.filling import Cell
from sharefolder.inquiry.form import given, headings
from sharefolder.inquiry.model import Column, Form, Inquiry, reference

MAX_ROWS, MAX_FIELDS = 60, 600
_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DIGITS = 15  # a workbook keeps no more
_LONGEST = 2_000
_PROMPT = 12  # characters; what is longer is a title or an explanation
_HEADINGS = re.compile(r"照会|調査|様式|依頼|について|。|※")
Place = tuple[int, int]


@dataclass(frozen=True)
class Field:
    """One empty cell. ``kind`` as in ``Column``; ``percent``: its number is shown as one."""

    place: Place
    name: str
    kind: str
    required: bool = False
    percent: bool = False


@dataclass(frozen=True)
class Group:
    """A row of the table under its own heading, or (``row`` None) what stands above it."""

    row: int | None
    heading: str
    fields: tuple[Field, ...]


def groups(inquiry: Inquiry, rows: int) -> list[Group]:
    """Every field. Of a table whose rows are not given (``open_ended``): ``rows`` of them.
    SuiteError SHARE-062 for more than a screen is good for."""
    form = inquiry.form
    named = set(given(form))
    first = form.first
    if open_ended(form) or form.last_row is None:
        last = first + rows - 1
    elif (last := form.last_row) - first >= MAX_ROWS:
        raise too_large()
    above = _told_apart(tuple(_prompts(form, inquiry.title)))
    names = headings(form)
    found = [Group(None, _("表の上"), above)] if above else []
    found += [each for row in range(first, last + 1) if (each := _row(form, row, names, row in named)).fields]
    if sum(len(group.fields) for group in found) > MAX_FIELDS:
        raise too_large()
    return found


def open_ended(form: Form) -> bool:
    """Whether one goes on for as many rows as one wants: nothing ends them, or many are blank."""
    last = form.last_row
    return last is None or (last - form.first >= MAX_ROWS and not given(form))


def _row(form: Form, row: int, names: Mapping[int, str], named: bool) -> Group:
    own = [form.labels[row, c.index] for c in form.columns if (row, c.index) in form.labels]
    free = [c for c in form.columns if _open(form, (row, c.index))]
    heading = "　".join(own) or _("{number} 行目").format(number=row - form.first + 1)
    return Group(row, heading, tuple(_field(form, row, c, names[c.index], named) for c in free))


def _open(form: Form, place: Place) -> bool:
    """Whether it is for an answer: no text and no formula of the template's, and not merged away."""
    return place not in form.labels and place not in form.computed and not _covered(form, *place)


def _field(form: Form, row: int, column: Column, name: str, given: bool) -> Field:
    """In a row that the template names, or one that is begun, a required column must be written."""
    place = row, column.index
    return Field(place, name, column.kind, column.required and given, place in form.percents)


def field_at(form: Form, place: Place) -> Field:
    """The field of ``place`` for ``typed``: in the table its column's, above it one for words."""
    column = next((c for c in form.columns if c.index == place[1] and place[0] > form.header_row), None)
    percent = place in form.percents
    return Field(place, column.name, column.kind, False, percent) if column else Field(place, "", "text")


def _prompts(form: Form, title: str) -> Iterator[Field]:
    """担当者, 電話…: a short label above the table with an empty cell on its right."""
    for (row, column), text in sorted(form.labels.items()):
        name = text.strip(" :：　")
        beside = next((m[3] + 1 for m in form.merged if m[:2] == (row, column)), column + 1)
        if row >= form.top or not name or len(name) > _PROMPT or _HEADINGS.search(name):
            continue
        if name in title or not _open(form, (row, beside)):
            continue
        yield Field((row, beside), name, "text")


def _told_apart(prompts: tuple[Field, ...]) -> tuple[Field, ...]:
    """Of the same name: each with its cell, as in the collated table."""
    count = Counter(field.name for field in prompts)
    return tuple(
        f if count[f.name] == 1 else replace(f, name=f"{f.name}（{reference(*f.place)}）") for f in prompts
    )


def _covered(form: Form, row: int, column: int) -> bool:
    """Whether a merged cell of another place lies over it."""
    return any(a <= row <= c and b <= column <= d and (row, column) != (a, b) for a, b, c, d in form.merged)


def typed(field: Field, text: str) -> Cell:
    """What is written for ``text``. ValueError with a sentence where it is not what the field wants."""
    row, column = field.place
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return row, column, "", ""
    if field.kind == "number":
        percent = field.percent and plain.endswith("%")
        plain = plain.removesuffix("%").rstrip() if percent else plain
        if not _NUMBER.fullmatch(plain):
            raise ValueError(_("数だけを書いてください（例: 1200）。"))
        number = plain.replace(",", "").lstrip("+")
        if len(re.sub(r"\D", "", number).lstrip("0")) > _DIGITS:
            raise ValueError(_("{count} 桁までの数にしてください。").format(count=_DIGITS))
        return row, column, "n", _shifted(number, -2) if percent else number
    if field.kind == "date":
        try:
            return row, column, "d", parse_date(text).isoformat()
        except SuiteError as error:
            raise ValueError(sentences(error.why, error.next_step)) from error
    kept = unicodedata.normalize("NFC", text.strip())
    if len(kept) > _LONGEST or any(unicodedata.category(c)[0] == "C" and c not in "\n\t" for c in kept):
        raise ValueError(_("長すぎるか、使えない文字があります。"))
    return row, column, "s", kept


def _shifted(number: str, places: int) -> str:
    """``number`` × 10 to the power of ``places``, exactly."""
    text = f"{Decimal(number).scaleb(places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def words(cell: Cell, percent: bool = False) -> str:
    """What is written, as a person reads it: 令和8年9月1日（火）, 1,200, 50% (of 0.5); empty for text."""
    _row, _column, kind, text = cell
    if kind == "n" and percent:
        return words((0, 0, "n", _shifted(text, 2))) + "%"
    if kind == "d":
        return format_date(date.fromisoformat(text))
    if kind == "n":
        whole, dot, rest = text.partition(".")
        return f"{int(whole):,}{dot}{rest}" if whole not in ("-0", "-") else text
    return ""


def missing(found: list[Group], values: Mapping[Place, str], form: Form) -> list[Place]:
    """Required fields that are empty, in rows that the template names or that are begun."""
    required = {column.index for column in form.columns if column.required}
    gaps = []
    for group in found:
        begun = any(values.get(field.place, "").strip() for field in group.fields)
        for field in group.fields:
            wanted = field.required or (begun and group.row is not None and field.place[1] in required)
            if wanted and not values.get(field.place, "").strip():
                gaps.append(field.place)
    return gaps


def standing(workbook: dict[str, Any], form: Form) -> dict[Place, tuple[str, str]]:
    """A workbook's (``documents.workbook``) answer cells: their kinds, and what one would type."""
    sheet = next((each for each in workbook["sheets"] if each["name"] == form.sheet), None)
    cells = sheet["cells"] if sheet is not None else []
    return {
        (row, column): (kind, text[:10] if kind == "d" else text)
        for row, column, kind, text in cells
        if text.strip() and (row, column) not in form.labels and (row, column) not in form.computed
    }


def too_large() -> SuiteError:
    return SuiteError(
        _("この様式は画面では書けません。"),
        _("欄が {count} を超えるか、行が {rows} を超えます。").format(count=MAX_FIELDS, rows=MAX_ROWS),
        _("回答のフォルダにあるブックを Excel で開いて書いてください。"),
        "SHARE-062",
    )
