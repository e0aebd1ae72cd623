"""Reading one filled-in workbook against its form: values with their places, and doubts. Never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.i18n import _
from sharefolder.documents.looks import PERCENT
from sharefolder.inquiry.areas import Areas
from sharefolder.inquiry.cell_kinds import typed
from sharefolder.inquiry.form import given, headings
from sharefolder.inquiry.model import Column, Doubt, Form, Value, reference


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
        self._formulas = {tuple(each) for each in sheet["formulas"]}
        self._hidden_rows, self._hidden_columns = set(sheet["hidden_rows"]), set(sheet["hidden_columns"])
        self._looks = {code: Areas(tuple(area) for area in found) for code, found in sheet["looks"].items()}
        self._headings = headings(form)
        self._merged = [m for m in map(tuple, sheet["merged"]) if m not in form.merged]
        self.values: list[Value] = []
        self.doubts: list[Doubt] = []

    # the whole

    def compare_header(self) -> None:
        """The headings stand where they stood; otherwise nothing can be taken over."""
        form = self._form
        for place, wanted in sorted(form.labels.items()):
            there = self._cells.get(place, ("s", ""))[1].strip()
            if form.top <= place[0] <= form.header_row and there != wanted.strip():
                raise WrongForm(
                    _("{cell} は「{wanted}」のはずですが「{there}」です。").format(
                        cell=reference(*place), wanted=wanted.strip(), there=there[:30]
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
        changed = [place for place in self._form.labels if self._differs(place)]
        for place in sorted(changed)[:20]:
            there = self._cells.get(place, ("s", ""))[1]
            words = _("様式の文字「{text}」が変わっています。").format(text=self._form.labels[place][:30])
            self._doubt(reference(*place), there, words)
        self._shifted = {row for row, _column in changed}

    def _differs(self, place: tuple[int, int]) -> bool:
        """Whether a text of the template has changed; an example that was cleared away has not."""
        there = self._cells.get(place, ("s", ""))[1].strip()
        example = self._form.header_row < place[0] < self._form.first
        return there != self._form.labels[place].strip() and not (example and not there)

    # the table

    def read_table(self) -> None:
        form = self._form
        rows = {row for row, _column in self._answers() if row > form.header_row}
        end = form.first - 1 if form.last_row is None else form.last_row
        rows |= {r for r in self._shifted if form.header_row < r <= end and r in self._written}
        if rows:
            rows |= set(self._calculated_rows())
        if rows and any(column.required for column in form.columns):
            rows |= set(given(form))
        for row in sorted(rows):
            self._read_row(row)

    def _answers(self) -> Iterator[tuple[int, int]]:
        """Places that the template leaves empty and that are not empty now."""
        for place in (*self._cells, *(place for place in self._uncached if place not in self._cells)):
            if place not in self._form.labels and place not in self._form.computed:
                yield place

    def _calculated_rows(self) -> Iterator[int]:
        """Rows that the template names and calculates as a whole (合計)."""
        form = self._form
        for row in given(form, calculated=True):
            places = [(row, column.index) for column in form.columns if column.kind == "number"]
            own = [place in form.computed for place in places]
            if any(own) and all(
                here or place in form.labels for here, place in zip(own, places, strict=True)
            ):
                yield row

    def _read_row(self, row: int) -> None:
        form = self._form
        outside = ""
        if form.last_row is not None and row > form.last_row:
            outside = _("様式にない行に記入があります。")
        elif row < form.first:
            outside = _("記入例の行に記入があります。")
        if outside:
            self._doubt(reference(row, 0), "", outside)
        known = {column.index for column in form.columns}
        for place in self._written.get(row, ()):
            if place[1] not in known and place not in form.labels and place not in form.computed:
                text = self._cells[place][1]
                self._doubt(reference(*place), text, _("様式にない列に記入があります。"))
        for column in form.columns:
            self._read_cell(row, column, doubtful=bool(outside) or row in self._shifted)

    def _read_cell(self, row: int, column: Column, doubtful: bool) -> None:
        place, heading = (row, column.index), self._headings[column.index]
        where = reference(*place)
        if place in self._uncached:
            self._doubt(where, "", _("数式の計算結果が保存されていません。"))
            self._value(place, heading, "", "", where, True)
            return
        replaced = self._replaced(place)
        if place not in self._cells:
            if replaced:
                self._doubt(where, "", replaced)
            elif column.required and place not in self._form.computed:
                self._doubt(where, "", _("「{name}」が空です。").format(name=heading))
            return
        kind, raw = self._cells[place]
        value, why, proposal = typed(kind, raw, column.kind)
        if place in self._form.labels:  # the row's own heading goes along with its answers
            changed = row in self._shifted and self._differs(place)
            self._value(place, heading, raw if why or changed else value, raw, where, changed)
            return
        plain = ((reason, "") for reason in (replaced, *self._hiding(place)) if reason)
        looks = self._looking(place, kind, raw, column.kind)
        for reason, meant in (*(((why, proposal),) if why else ()), *looks, *plain):
            self._doubt(where, raw, reason, meant)
            doubtful = True
        self._value(place, heading, value if not doubtful else raw, raw, where, doubtful)

    def _replaced(self, place: tuple[int, int]) -> str:
        """Why a place that the template calculates says something else now, as far as can be seen."""
        calculates = place not in self._form.computed or place in self._formulas or self._workbook["unseen"]
        return "" if calculates else _("様式の数式が書き換えられています。")

    def _hiding(self, place: tuple[int, int]) -> Iterator[str]:
        row, column = place
        if row in self._hidden_rows:
            yield _("隠れた行にあります。")
        if column in self._hidden_columns:
            yield _("隠れた列にあります。")
        if any(a <= row <= c and b <= column <= d for a, b, c, d in self._merged):
            yield _("様式にないセルの結合があります。")

    def _looking(self, place: tuple[int, int], kind: str, raw: str, wanted: str) -> Iterator[tuple[str, str]]:
        """Why a number may not be what its format shows to whoever wrote it, and what it looks like."""
        if kind != "n" or self._workbook["unseen"]:
            return
        code = next((code for code, areas in self._looks.items() if place in areas), "")
        if self._form.percent is not None and (code == PERCENT) != (place in self._form.percents):
            yield _("「%」の書式が様式と違います（50% は 0.5 です）。"), ""
        if code.startswith("0") and wanted == "text":
            whole = raw.isdigit() and not code.strip("0")
            yield _("頭の0は書式だけのものです。"), raw.zfill(len(code)) if whole else ""

    # beside the table

    def read_margins(self) -> None:
        """What is written above the table (担当者, 電話…), named by the label on its left."""
        written = any(True for _place in self._answers())
        for row, column in sorted(self._cells):
            place = row, column
            if row > self._form.header_row or place in self._form.labels:
                continue
            if place in self._form.computed and not written:
                continue
            raw = self._cells[place][1]
            beside = range(column - 1, -1, -1) if row < self._form.top else ()
            left = next((c for c in beside if (row, c) in self._form.labels), None)
            where = reference(row, column)
            wrong = self._cells[place][0] == "e"
            doubts = [(_("数式がエラーになっています。"), "")] if wrong else []
            doubts += self._looking(place, self._cells[place][0], raw, "text")
            for reason, meant in doubts if left is not None or wrong else ():
                self._doubt(where, raw, reason, meant)
            if left is not None:
                name = self._form.labels[row, left].strip(" :：　")
                self._value(place, name, raw, raw, where, bool(doubts))
            elif not wrong and place not in self._form.computed:
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
