"""The plan's results by year: entered with their source, or filled by what the suite itself measures.

Nothing is overwritten: each entry is a row, the newest counts, and withdrawing one is a row without a value.
An entered result (checked by somebody, with a source) counts before a measured one of the same year.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.audit import Detail
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.sql import Sql
from office.measures import Measure, fiscal_year, measures

ENTERED, MEASURED = "entered", "measured"
FIRST_YEAR = 2019
_CLOSING = (4, 5, 6)  # months in which the last year's results are still gathered
Tell = Callable[[str, str, str, Detail], object]
"""Writes an audit row: action, actor, subject, detail."""


@dataclass(frozen=True)
class PlanChanged:
    """A result was entered, withdrawn or measured anew."""


@dataclass(frozen=True)
class Figure:
    """What the suite measured. ``source`` says from what, and for whom it speaks (this terminal, all)."""

    value: float
    source: str


Figures = Mapping[str, Callable[[int], Figure | None]]
"""By the name in ``measures.toml``: the figure of a fiscal year, or None where it cannot be known here."""


@dataclass(frozen=True)
class Result:
    """``taken``: the day the value speaks of. ``actor``: who entered it, a staff number."""

    year: int
    value: float
    source: str
    taken: date
    origin: str
    actor: str


@dataclass(frozen=True)
class Line:
    """A measure with its result of each year that has one."""

    measure: Measure
    results: Mapping[int, Result]

    def latest(self) -> Result | None:
        return self.results[max(self.results)] if self.results else None


class Plan:
    """``require`` gives the acting person's staff number or raises: only they enter results."""

    def __init__(self, sql: Sql, require: Callable[[], str], tell: Tell, figures: Figures) -> None:
        self._sql, self._require, self._tell, self._figures = sql, require, tell, figures

    def lines(self) -> list[Line]:
        """Every measure in the plan's order. SuiteError DB-00x."""
        rows = self._sql.rows(
            "SELECT measure, year, origin, value, source, taken, actor FROM plan_results ORDER BY id"
        )
        found: dict[tuple[str, int, str], Result | None] = {}
        for row in rows:
            key = (row["measure"], row["year"], row["origin"])
            found[key] = None if row["value"] is None else _result(row)
        return [Line(each, _by_year(found, each.id)) for each in measures()]

    def enter(self, measure: str, year: int, value: float, source: str, taken: date) -> Result | None:
        """Keep a result; the entered one that stood there before it, to be entered again when this is undone.
        AUTH-031 without the right; PLAN-001 for what cannot be one, DB-00x."""
        actor = self._require()
        source = " ".join(source.split())
        known = next((each for each in measures() if each.id == measure), None)
        if known is None or not FIRST_YEAR <= year <= fiscal_year(_today()):
            raise _refused(_("その年度の実績はまだ入力できません。"))
        if not math.isfinite(value) or not 0 <= value <= 1e9:
            raise _refused(_("実績は 0 以上の数で入力します。"))
        if known.per_cent and value > 100:
            raise _refused(_("割合は 100 ％までです。"))
        if not source or len(source) > 200 or not source.isprintable():
            raise _refused(_("出典を 200 文字までで入力します。"))
        if taken > _today():
            raise _refused(_("時点が先の日付です。"))
        before = self._entered(measure, year)
        self._keep(measure, year, Result(year, value, source, taken, ENTERED, actor))
        self._tell("plan.entered", actor, measure, {"year": year, "value": value})
        return before

    def withdraw(self, measure: str, year: int) -> None:
        """Take an entered result back; what was measured, if anything, counts again. The rows stay."""
        actor = self._require()
        self._keep(measure, year, Result(year, math.nan, "", _today(), ENTERED, actor))
        self._tell("plan.withdrawn", actor, measure, {"year": year})

    def measure(self, today: date) -> list[str]:
        """Ask every figure of the suite for the present year and keep what is new; the names of those that
        this machine cannot know. In its first months the year before is asked too: only then is it whole."""
        year = fiscal_year(today)
        if today.month in _CLOSING:
            self._measure_year(year - 1, date(year, 3, 31))
        return self._measure_year(year, today)

    def _measure_year(self, year: int, taken: date) -> list[str]:
        unknown = []
        before = {line.measure.id: line.results.get(year) for line in self._measured_lines()}
        for each in measures():
            if not each.measured:
                continue
            ask = self._figures.get(each.measured)
            found = ask(year) if ask is not None else None
            if found is None:
                unknown.append(each.measured)
                continue
            known = before.get(each.id)
            if known is None or (known.value, known.source) != (found.value, found.source):
                self._keep(each.id, year, Result(year, found.value, found.source, taken, MEASURED, ""))
        return unknown

    def _entered(self, measure: str, year: int) -> Result | None:
        rows = self._sql.rows(
            "SELECT year, origin, value, source, taken, actor FROM plan_results"
            " WHERE measure = ? AND year = ? AND origin = ? ORDER BY id DESC LIMIT 1",
            measure, year, ENTERED,
        )  # fmt: skip
        return _result(rows[0]) if rows and rows[0]["value"] is not None else None

    def _measured_lines(self) -> Iterable[Line]:
        rows = self._sql.rows(
            "SELECT measure, year, origin, value, source, taken, actor FROM plan_results"
            " WHERE origin = ? ORDER BY id",
            MEASURED,
        )
        found = {(row["measure"], row["year"], MEASURED): _result(row) for row in rows}
        return [Line(each, _by_year(found, each.id)) for each in measures()]

    def _keep(self, measure: str, year: int, result: Result) -> None:
        value = None if math.isnan(result.value) else result.value
        with self._sql.write() as change:
            change.run(
                "INSERT INTO plan_results (measure, year, origin, value, source, taken, actor, time)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                measure, year, result.origin, value, result.source, result.taken.isoformat(), result.actor,
                time.time(),
            )  # fmt: skip


def _by_year(found: Mapping[tuple[str, int, str], Result | None], measure: str) -> dict[int, Result]:
    years: dict[int, Result] = {}
    for origin in (MEASURED, ENTERED):  # the later of the two counts
        for (name, year, whence), result in found.items():
            if name == measure and whence == origin and result is not None:
                years[year] = result
    return dict(sorted(years.items()))


def _result(row: Mapping[str, object]) -> Result:
    return Result(
        int(str(row["year"])),
        float(str(row["value"])),
        str(row["source"]),
        date.fromisoformat(str(row["taken"])),
        str(row["origin"]),
        str(row["actor"]),
    )


def _today() -> date:
    return datetime.now(TOKYO).date()


def _refused(why: str) -> SuiteError:
    return SuiteError(
        _("実績を保存しませんでした。"),
        why,
        _("値・出典・時点を確かめて、もう一度保存してください。"),
        "PLAN-001",
    )
