"""Where on a template's sheet the table lies: its rows of headings, its first and its last row.

A guess, which whoever asks sees and corrects. What is looked for is what offices make: one or two rows of
headings, an example （例）, rows that are named, a total, notes (※) below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sharefolder.documents.areas import Place

_EXAMPLE = re.compile(r"[(\[【〔<]?(記入|記載|回答)?例([)\]】〕>:.\s\d①-⑳]|$)")
_NOTE = re.compile(r"[※*]|[(\[【]?注([)\]】:.\s\d]|意事項|意:|$)|備考:|記入(要領|上の)|留意事項")
_TOTAL = re.compile(r"(総|合|小|中)?計|平均")
_SERIAL = re.compile(r"(no\.?|№)?[(]?[\d①-⑳]+[).]?", re.IGNORECASE)
_FIGURES = re.compile(r"[-+¥]?[\d.,/:%()-]+")
_UNIT = re.compile(r"[(\[]\S{1,6}[)\]]|単位:\S{1,6}")
Merged = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layout:
    """Rows from 0: of the headings from ``top`` to ``bottom``, of the table from ``first`` to ``last`` (None:
    it goes on as far as anybody writes)."""

    top: int
    bottom: int
    first: int
    last: int | None


@dataclass(frozen=True)
class Sheet:
    """A template's sheet: its texts, which of them are words, and where it calculates."""

    texts: dict[Place, str]
    words: frozenset[Place]
    formulas: frozenset[Place]
    merged: tuple[Merged, ...]

    def named(self, row: int, column: int) -> str:
        """What stands there, also in a cell that is merged over it from above."""
        start = next((m[:2] for m in self.merged if m[1] == column and m[0] <= row <= m[2]), (row, column))
        return plain(self.texts.get(start, ""))

    @cached_property
    def rows(self) -> dict[int, list[int]]:
        """Row → its columns that hold anything; both in their order."""
        made: dict[int, list[int]] = {}
        for row, column in sorted(self.texts):
            made.setdefault(row, []).append(column)
        return made


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def is_total(text: str) -> bool:
    """計, 合計, 小計…, whatever is between the characters."""
    return bool(_TOTAL.fullmatch(re.sub(r"\s", "", plain(text))))


def is_note(text: str) -> bool:
    """※…, 注…"""
    return bool(_NOTE.match(plain(text)))


def figure(text: str) -> float | None:
    """The number that it is."""
    try:
        return float(plain(text))
    except ValueError:
        return None


def is_name(text: str) -> bool:
    """Whether it names a row, rather than counting it."""
    text = plain(text)
    return bool(text) and not _SERIAL.fullmatch(text) and not _FIGURES.fullmatch(text)


def guessed(sheet: Sheet) -> Layout | None:
    """None where no row has two headings."""
    words: dict[int, list[int]] = {}
    for row, column in sorted(sheet.words):
        if not _example(sheet, row) and not _counted(sheet, row):
            words.setdefault(row, []).append(column)
    most = max(map(len, words.values()), default=0)
    if most < 2:
        return None
    rows = [row for row in words if len(words[row]) == most]
    at = rows[0] if len(rows) > 2 else rows[-1]  # many alike: the first is followed by what it heads
    top, bottom = next(
        (pair for pair in ((at, at + 1), (at - 1, at)) if _two_rows(sheet, words, *pair)), (at, at)
    )
    columns = sorted({column for row in (top, bottom) for column in words.get(row, ())})
    first = bottom + 1
    while _example(sheet, first) or _note(sheet, first):
        first += 1
    return Layout(top, bottom, first, _last(sheet, columns, first))


def _example(sheet: Sheet, row: int) -> bool:
    start = sheet.rows.get(row, ())[:2]
    return any(_EXAMPLE.match(plain(sheet.texts[row, column])) for column in start)


def _note(sheet: Sheet, row: int) -> bool:
    across = sheet.rows.get(row, ())
    return len(across) == 1 and bool(_NOTE.match(plain(sheet.texts[row, across[0]])))


def _counted(sheet: Sheet, row: int) -> bool:
    """Whether it begins with a number, as rows do and headings do not."""
    return bool(_FIGURES.fullmatch(plain(sheet.texts[row, sheet.rows[row][0]])))


def _two_rows(sheet: Sheet, words: dict[int, list[int]], top: int, bottom: int) -> bool:
    """Whether ``bottom`` divides headings of ``top`` (利用者数: 男, 女) or gives their units. What names rows
    is in the first column, or goes on in the row below."""
    above, below = words.get(top, []), words.get(bottom, [])
    if len(above) < 2 or not below or below[0] <= above[0] or (bottom, above[0]) in sheet.texts:
        return False
    if all(_UNIT.fullmatch(plain(sheet.texts[bottom, column])) for column in below):
        return set(below) <= set(above)
    spans = dict(_spans(sheet, top, above[1:], below[-1]))
    under = {start: [c for c in below if start <= c <= end] for start, end in spans.items()}
    if sum(map(len, under.values())) != len(below) or any((bottom + 1, c) in sheet.words for c in below):
        return False
    return all(len(each) != 1 or each[0] > start for start, each in under.items())


def _spans(sheet: Sheet, row: int, starts: list[int], end: int) -> Iterable[tuple[int, int]]:
    """Over which columns each heading stands: merged, or up to the next."""
    for start, after in zip(starts, [*starts[1:], end + 1], strict=True):
        merged = next((m[3] for m in sheet.merged if m[:2] == (row, start)), start)
        yield start, max(merged, after - 1)


def _last(sheet: Sheet, columns: list[int], first: int) -> int | None:
    """The last row that is named or counted in the first column and has room beside it, or is a total; what
    stands below a note is no row."""
    last = None
    for row in sheet.rows:
        if row < first:
            continue
        if _note(sheet, row):
            return last if last is not None else row - 1
        name = sheet.named(row, columns[0])
        if name and (is_total(name) or any(_free(sheet, row, column) for column in columns[1:])):
            last = row
    return last


def _free(sheet: Sheet, row: int, column: int) -> bool:
    return (
        (row, column) not in sheet.texts
        and (row, column) not in sheet.formulas
        and not any(a <= row <= c and b <= column <= d for a, b, c, d in sheet.merged)
    )
