"""Reading one filled-in workbook against its form: values with their places, and doubts. Never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.i18n import _
from sharefolder.inquiry import layout, whole
from sharefolder.inquiry.cell_kinds import typed
from sharefolder.inquiry.form import calculated_rows, filled_rows, given, headings
from sharefolder.inquiry.model import Column, Doubt, Form, Value, reference
from sharefolder.inquiry.written import Written


@dataclass(frozen=True)
class Source:
    """Where a workbook lies and what it was when it was read."""

    section: str
    file: str
    changed: datetime
    digest: str


class WrongForm(Exception):  # noqa: N818 - said to the person as a state
    """The workbook is not this form; ``args[0]`` is the sentence."""


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
        self._workbook, self._form, self._source = workbook, form, source
        self._written, self._visible = Written(workbook, sheet, form), bool(sheet["visible"])
        self._headings = headings(form)
        self.values: list[Value] = []
        self.doubts: list[Doubt] = []

    # the whole

    def compare_header(self) -> None:
        """The headings stand where they stood; otherwise nothing can be taken over."""
        form = self._form
        for place, wanted in sorted(form.labels.items()):
            there = self._written.text(place)
            if form.top <= place[0] <= form.header_row and there != wanted.strip():
                raise WrongForm(
                    _("{cell} は「{wanted}」のはずですが「{there}」です。").format(
                        cell=reference(*place), wanted=wanted.strip(), there=there[:30]
                    )
                )

    def read_whole(self) -> None:
        """What about the file itself makes one doubt."""
        for words in whole.doubts(self._workbook, self._form, self._visible):
            self._doubt("", "", words)
        changed = [place for place in self._form.labels if self._written.differs(place)]
        for place in sorted(changed)[:20]:
            words = _("様式の文字「{text}」が変わっています。").format(text=self._form.labels[place][:30])
            self._doubt(reference(*place), self._written.text(place), words)
        self._shifted = {row for row, _column in changed}

    # the table

    def read_table(self) -> None:
        form, written = self._form, self._written
        rows = {row for row, _column in written.answers() if row > form.header_row}
        end = form.first - 1 if form.last_row is None else form.last_row
        rows |= {r for r in self._shifted if form.header_row < r <= end and written.columns(r)}
        if rows:
            rows |= {*calculated_rows(form), *filled_rows(form)}
        if rows and any(column.required for column in form.columns):
            rows |= set(given(form))
        for row in sorted(rows):
            self._read_row(row)

    def _read_row(self, row: int) -> None:
        form, written = self._form, self._written
        outside = self._outside(row)
        if outside:
            self._doubt(reference(row, 0), "", outside)
        known = {column.index for column in form.columns}
        for place in written.columns(row):
            if place[1] not in known and place not in form.labels and place not in form.computed:
                self._doubt(reference(*place), written.cells[place][1], _("様式にない列に記入があります。"))
        for column in form.columns:
            self._read_cell(row, column, doubtful=bool(outside) or row in self._shifted)

    def _outside(self, row: int) -> str:
        """Why ``row`` may be none of the table's."""
        form, written = self._form, self._written
        if form.last_row is not None and row > form.last_row:
            return _("様式にない行に記入があります。")
        if row < form.first:
            return _("記入例の行に記入があります。")
        own = [p for p in written.columns(row) if p not in form.labels]
        if any(layout.is_total(written.text(p)) for p in own if p[1] in (c.index for c in form.columns[:2])):
            return _("書いた人が足した合計の行のようです。")
        if len(own) == len(written.columns(row)) == 1 and layout.is_note(written.text(own[0])):
            return _("書いた人が足した注記の行のようです。")
        return ""

    def _read_cell(self, row: int, column: Column, doubtful: bool) -> None:
        form, written = self._form, self._written
        place, heading = (row, column.index), self._headings[column.index]
        where = reference(*place)
        if place in written.uncached:
            self._doubt(where, "", _("数式の計算結果が保存されていません。"))
            self._value(place, heading, "", "", where, True)
            return
        replaced = written.replaced(place)
        if place not in written.cells:
            if replaced:
                self._doubt(where, "", replaced)
            elif name := form.over(place):  # the template's own, merged over this row from above
                self._value(place, heading, name, name, where, row in self._shifted)
            elif column.required and place not in form.computed:
                self._doubt(where, "", _("「{name}」が空です。").format(name=heading))
            return
        kind, raw = written.cells[place]
        value, why, proposal = typed(kind, raw, column.kind)
        if place in form.labels:  # the row's own heading goes along with its answers
            changed = row in self._shifted and written.differs(place)
            self._value(place, heading, raw if why or changed else value, raw, where, changed)
            return
        plain = ((reason, "") for reason in (replaced, *written.hiding(place)) if reason)
        looks = written.looking(place, kind, raw, column.kind)
        for reason, meant in (*(((why, proposal),) if why else ()), *looks, *plain):
            self._doubt(where, raw, reason, meant)
            doubtful = True
        self._value(place, heading, value if not doubtful else raw, raw, where, doubtful)

    # beside the table

    def read_margins(self) -> None:
        """What is written above the table (担当者, 電話…), named by the label on its left."""
        form, written = self._form, self._written
        begun = any(True for _place in written.answers())
        for row, column in sorted(written.cells):
            place = row, column
            if row > form.header_row or place in form.labels:
                continue
            if place in form.computed and not begun:
                continue
            kind, raw = written.cells[place]
            beside = range(column - 1, -1, -1) if row < form.top else ()
            left = next((c for c in beside if (row, c) in form.labels), None)
            where = reference(row, column)
            wrong = kind == "e"
            doubts = [(_("数式がエラーになっています。"), "")] if wrong else []
            doubts += written.looking(place, kind, raw, "text")
            for reason, meant in doubts if left is not None or wrong else ():
                self._doubt(where, raw, reason, meant)
            if left is not None:
                name = form.labels[row, left].strip(" :：　")
                self._value(place, name, raw, raw, where, bool(doubts))
            elif not wrong and place not in form.computed:
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
