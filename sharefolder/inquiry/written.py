"""What stands on the answered sheet against its form, and what makes one doubt a cell of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.i18n import _
from sharefolder.documents.areas import Areas, Place
from sharefolder.documents.looks import PERCENT, SCALED, STRUCK
from sharefolder.inquiry.model import Form

Cell = tuple[str, str]  # kind, text


class Written:
    """``cells``: what says anything; ``uncached``: formulas without a stored value."""

    def __init__(self, workbook: dict[str, Any], sheet: dict[str, Any], form: Form) -> None:
        self._form, self._unseen = form, bool(workbook["unseen"])
        self.cells: dict[Place, Cell] = {
            (row, column): (kind, text) for row, column, kind, text in sheet["cells"] if text.strip()
        }
        self._rows: dict[int, list[Place]] = {}
        for place in self.cells:
            self._rows.setdefault(place[0], []).append(place)
        self.uncached = {tuple(each) for each in sheet["uncached"]}
        self._formulas = {tuple(each) for each in sheet["formulas"]}
        self._struck = {tuple(each) for each in sheet["struck"]}
        hidden = Areas(form.hidden_rows)
        self._hidden_rows = {row for row in sheet["hidden_rows"] if (row, 0) not in hidden}
        self._hidden_columns = {*sheet["hidden_columns"]} - {*form.hidden_columns}
        self._looks = {code: Areas(tuple(area) for area in found) for code, found in sheet["looks"].items()}
        self._merged = [m for m in map(tuple, sheet["merged"]) if m not in form.merged]

    def text(self, place: Place) -> str:
        """Empty where nothing stands."""
        return self.cells.get(place, ("s", ""))[1].strip()

    def columns(self, row: int) -> list[Place]:
        """The places of ``row`` where anything stands."""
        return self._rows.get(row, [])

    def answers(self) -> Iterator[Place]:
        """Places that the template leaves empty and that are not empty now."""
        for place in (*self.cells, *(place for place in self.uncached if place not in self.cells)):
            if place not in self._form.labels and place not in self._form.computed:
                yield place

    def differs(self, place: Place) -> bool:
        """Whether a text of the template has changed; an example that was cleared away has not."""
        there = self.text(place)
        example = self._form.header_row < place[0] < self._form.first
        return there != self._form.labels[place].strip() and not (example and not there)

    def replaced(self, place: Place) -> str:
        """Why a place that the template calculates says something else now, as far as can be seen."""
        calculates = place not in self._form.computed or place in self._formulas or self._unseen
        return "" if calculates else _("様式の数式が書き換えられています。")

    def hiding(self, place: Place) -> Iterator[str]:
        """Why whoever wrote may not have seen what stands there."""
        row, column = place
        if row in self._hidden_rows:
            yield _("隠れた行にあります。")
        if column in self._hidden_columns:
            yield _("隠れた列にあります。")
        if any(a <= row <= c and b <= column <= d for a, b, c, d in self._merged):
            yield _("様式にないセルの結合があります。")

    def looking(self, place: Place, kind: str, raw: str, wanted: str) -> Iterator[tuple[str, str]]:
        """Why what is written may not be what its format shows to whoever wrote, and what it looks like."""
        if self._unseen:
            return
        code = next((code for code, areas in self._looks.items() if place in areas), "")
        if code == STRUCK or place in self._struck:
            yield _("取り消し線が引かれています。"), ""
        if kind != "n":
            return
        if self._form.percent is not None and (code == PERCENT) != (place in self._form.percents):
            yield _("「%」の書式が様式と違います（50% は 0.5 です）。"), ""
        if self._form.scaled is not None and (code == SCALED) != (place in self._form.scales):
            yield _("千単位で見せる書式が様式と違います（1,235 に見えるものが 1234567 です）。"), ""
        if code.startswith("0") and wanted == "text":
            whole = raw.isdigit() and not code.strip("0")
            yield _("頭の0は書式だけのものです。"), raw.zfill(len(code)) if whole else ""
