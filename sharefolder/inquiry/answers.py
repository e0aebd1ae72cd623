"""Reading one filled-in workbook against its form: values with their places, and doubts. Never a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.errors import SuiteError
from core.i18n import _
from core.wareki import parse_date
from sharefolder.inquiry.form import headings
from sharefolder.inquiry.model import Column, Doubt, Form, Value, reference

_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")
_EXACT = 10.0**15  # a workbook keeps fifteen digits
_UNIT = re.compile(r"(円|千円|人|名|件|台|枚|回|箇所|か所|ヶ所|㎡|m2|%)$")


@dataclass(frozen=True)
class Source:
    """Where a workbook lies and what it was when it was read."""

    section: str
    file: str
    changed: datetime
    digest: str


class WrongForm(Exception):  # noqa: N818 - said to the person as a state
    """The workbook is not this form; ``args[0]`` is the sentence."""


Cell = tuple[str, str]  # kind, text


def read_answers(
    workbook: dict[str, Any], form: Form, source: Source
) -> tuple[tuple[Value, ...], tuple[Doubt, ...]]:
    """The values of ``workbook`` (from ``documents.workbook``) and everything doubtful about them."""
    sheet = next((each for each in workbook["sheets"] if each["name"] == form.sheet), None)
    if sheet is None:
        raise WrongForm(_("シート「{name}」がありません。").format(name=form.sheet))
    reader = _Reader(workbook, sheet, form, source)
    reader.compare_header()
    reader.read_whole()
    reader.read_table()
    reader.read_margins()
    return tuple(reader.values), tuple(reader.doubts)


class _Reader:
    def __init__(self, workbook: dict[str, Any], sheet: dict[str, Any], form: Form, source: Source) -> None:
        self._workbook, self._sheet, self._form, self._source = workbook, sheet, form, source
        self._cells: dict[tuple[int, int], Cell] = {(r, c): (k, t) for r, c, k, t in sheet["cells"]}
        self._written: dict[int, list[tuple[int, int]]] = {}  # row → its places
        for place in self._cells:
            self._written.setdefault(place[0], []).append(place)
        self._uncached = {tuple(each) for each in sheet["uncached"]}
        self._hidden_rows, self._hidden_columns = set(sheet["hidden_rows"]), set(sheet["hidden_columns"])
        self._headings = headings(form)
        self._merged = [m for m in map(tuple, sheet["merged"]) if m not in form.merged]
        self.values: list[Value] = []
        self.doubts: list[Doubt] = []

    # the whole

    def compare_header(self) -> None:
        """The headings stand where they stood; otherwise nothing can be taken over."""
        for column in self._form.columns:
            place = (self._form.header_row, column.index)
            there = self._cells.get(place, ("s", ""))[1].strip()
            if there != column.name:
                raise WrongForm(
                    _("{cell} は「{wanted}」のはずですが「{there}」です。").format(
                        cell=reference(*place), wanted=column.name, there=there[:30]
                    )
                )

    def read_whole(self) -> None:
        """What about the file itself makes one doubt."""
        if self._workbook["macros"]:
            self._doubt("", "", _("マクロが入っています。"))
        if self._workbook["legacy"]:
            self._doubt("", "", _("古い形式（.xls）です。隠れた行などを確かめられません。"))
        elif self._workbook["unseen"]:
            self._doubt("", "", _("隠れた行や数式のエラーを確かめられない形式です。"))
        if self._workbook["date1904"] and any(c.kind == "date" for c in self._form.columns):
            self._doubt("", "", _("1904年から数える日付のブックです。日付を確かめてください。"))
        if not self._sheet["visible"]:
            self._doubt("", "", _("シートが非表示です。"))
        for other in self._workbook["sheets"]:
            if other["name"] not in self._form.sheets and other["cells"]:
                words = _("様式にないシート「{name}」に記入があります。").format(name=other["name"])
                self._doubt("", "", words)
        changed = [
            place
            for place, text in self._form.labels.items()
            if self._cells.get(place, ("s", ""))[1].strip() != text.strip()
        ]
        for place in sorted(changed)[:20]:
            there = self._cells.get(place, ("s", ""))[1]
            words = _("様式の文字「{text}」が変わっています。").format(text=self._form.labels[place][:30])
            self._doubt(reference(*place), there, words)
        self._shifted = {row for row, _column in changed}

    # the table

    def read_table(self) -> None:
        rows = {row for row, _column in self._answers() if row > self._form.header_row}
        if rows and any(column.required for column in self._form.columns):
            rows |= {row for row, _column in self._form.labels if row > self._form.header_row}
        for row in sorted(rows):
            self._read_row(row)

    def _answers(self) -> Iterator[tuple[int, int]]:
        """Places that the template leaves empty and that are not empty now."""
        yield from (place for place in self._cells if place not in self._form.labels)
        yield from (place for place in self._uncached if place not in self._cells)

    def _read_row(self, row: int) -> None:
        added = self._form.last_row is not None and row > self._form.last_row
        if added:
            self._doubt(reference(row, 0), "", _("様式にない行に記入があります。"))
        known = {column.index for column in self._form.columns}
        for place in self._written.get(row, ()):
            if place[1] not in known and place not in self._form.labels:
                text = self._cells[place][1]
                self._doubt(reference(*place), text, _("様式にない列に記入があります。"))
        for column in self._form.columns:
            self._read_cell(row, column, doubtful=added or row in self._shifted)

    def _read_cell(self, row: int, column: Column, doubtful: bool) -> None:
        place, heading = (row, column.index), self._headings[column.index]
        where = reference(*place)
        if place in self._uncached:
            self._doubt(where, "", _("数式の計算結果が保存されていません。"))
            self._value(place, heading, "", "", where, True)
            return
        if place not in self._cells:
            if column.required:
                self._doubt(where, "", _("「{name}」が空です。").format(name=heading))
            return
        kind, raw = self._cells[place]
        if place in self._form.labels:  # the row's own heading goes along with its answers
            self._value(place, heading, raw, raw, where, False)
            return
        read: tuple[float | date | str, str, str]
        if kind == "e" or (raw.startswith("#") and kind == "s" and raw.endswith(("!", "?", "A", "0"))):
            read = raw, _("数式がエラーになっています。"), ""
        else:
            read = typed(kind, raw, column.kind)
        value, why, proposal = read
        for reason in filter(None, (why, *self._hiding(place))):
            self._doubt(where, raw, reason, proposal if reason == why else "")
            doubtful = True
        self._value(place, heading, value if not doubtful else raw, raw, where, doubtful)

    def _hiding(self, place: tuple[int, int]) -> Iterator[str]:
        row, column = place
        if row in self._hidden_rows:
            yield _("隠れた行にあります。")
        if column in self._hidden_columns:
            yield _("隠れた列にあります。")
        if any(a <= row <= c and b <= column <= d for a, b, c, d in self._merged):
            yield _("様式にないセルの結合があります。")

    # beside the table

    def read_margins(self) -> None:
        """What is written above the table (担当者, 電話…), named by the label on its left."""
        for row, column in sorted(self._cells):
            if row >= self._form.header_row or (row, column) in self._form.labels:
                continue
            raw = self._cells[row, column][1]
            left = next((c for c in range(column - 1, -1, -1) if (row, c) in self._form.labels), None)
            where = reference(row, column)
            wrong = self._cells[row, column][0] == "e"
            if wrong:
                self._doubt(where, raw, _("数式がエラーになっています。"))
            if left is not None:
                name = self._form.labels[row, left].strip(" :：　")
                self._value((row, column), name, raw, raw, where, wrong)
            elif not wrong:
                self._doubt(where, raw, _("様式にない場所に記入があります。"))

    def _value(
        self,
        place: tuple[int, int],
        column: str,
        value: float | date | str,
        raw: str,
        where: str,
        doubtful: bool,
    ) -> None:
        s = self._source
        self.values.append(
            Value(
                s.section,
                *place,
                column,
                value,
                raw,
                s.file,
                self._form.sheet,
                where,
                s.changed,
                s.digest,
                doubtful,
            )
        )

    def _doubt(self, where: str, raw: str, why: str, proposal: str = "") -> None:
        s = self._source
        self.doubts.append(Doubt(s.section, s.file, self._form.sheet, where, raw, why, proposal))


def typed(kind: str, raw: str, wanted: str) -> tuple[float | date | str, str, str]:
    """(value, why it is doubtful or "", proposal). A value in doubt is the raw text, never a conversion."""
    if wanted == "number":
        return _number(kind, raw)
    if wanted == "date":
        return _date(kind, raw)
    if kind == "d":
        return raw, _("文字の欄が日付になっています。"), raw[:10]
    return raw, "", ""


def _number(kind: str, raw: str) -> tuple[float | str, str, str]:
    if kind == "n" and abs(float(raw)) < _EXACT:
        return float(raw), "", ""
    if kind == "n":
        return raw, _("15桁を超える数です。"), ""
    if kind in ("d", "t"):
        return raw, _("数の欄が日付や時刻になっています。"), ""
    plain = unicodedata.normalize("NFKC", raw).strip()
    unit = _UNIT.search(plain)
    bare = plain[: unit.start()].strip() if unit else plain
    if _NUMBER.fullmatch(bare):
        proposal = bare.replace(",", "")
        why = _("単位が付いた文字です。") if unit else _("数字が文字として入力されています。")
        return raw, why, proposal
    return raw, _("数の欄に言葉があります。"), ""


def _date(kind: str, raw: str) -> tuple[date | str, str, str]:
    if kind == "d":
        return datetime.fromisoformat(raw).date(), "", ""
    if kind == "n":
        return raw, _("日付の欄が数になっています。"), ""
    try:
        proposal = parse_date(unicodedata.normalize("NFKC", raw).strip()).isoformat()
    except SuiteError:
        return raw, _("日付として読めません。"), ""
    return raw, _("日付が文字として入力されています。"), proposal
