"""The plan's measures as declared in ``measures.toml``: read once, checked, in the plan's order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core.i18n import _

FILE = Path(__file__).with_name("measures.toml")


@dataclass(frozen=True)
class Measure:
    """``title``, ``kpi``, ``unit``: words by language (``ja``, ``en``). ``targets``: by fiscal year.
    ``measured``: the name of the figure that fills it, or empty."""

    id: str
    area: str
    title: Mapping[str, str]
    kpi: Mapping[str, str]
    unit: Mapping[str, str]
    less_is_better: bool
    measured: str
    targets: Mapping[int, float]

    def target(self, year: int) -> float | None:
        """The year's target; after the plan's last year its last target goes on. None before the first."""
        known = [each for each in self.targets if each <= year]
        return self.targets[max(known)] if known else None

    @property
    def per_cent(self) -> bool:
        return self.unit["en"] == "%"

    def reached(self, year: int, value: float) -> bool | None:
        """Whether ``value`` meets the year's target; None where there is none."""
        target = self.target(year)
        if target is None:
            return None
        return value <= target if self.less_is_better else value >= target


@cache
def measures() -> tuple[Measure, ...]:
    """All of them. ValueError if the file of this very release is damaged."""
    found = tuple(_measure(row) for row in tomllib.loads(FILE.read_text("utf-8"))["measure"])
    if len({each.id for each in found}) != len(found):
        raise ValueError("two measures have the same number")
    return found


def _measure(row: Mapping[str, Any]) -> Measure:
    if row["better"] not in ("more", "less"):
        raise ValueError(f"measure {row['id']}: more or less is better?")
    targets = {int(year): float(value) for year, value in row["targets"].items()}
    return Measure(
        row["id"], row["area"], row["title"], row["kpi"], row["unit"], row["better"] == "less",
        row.get("measured", ""), targets,
    )  # fmt: skip


def area_words(area: str) -> str:
    """What the plan calls the group of measures."""
    return {
        "efficiency": _("行政事務の効率化"),
        "security": _("情報セキュリティ"),
        "disaster": _("災害への備え"),
        "data": _("データと電子行政"),
        "governance": _("調達と全体の統制"),
    }[area]


def fiscal_year(day: date) -> int:
    """The 年度 of ``day``: it begins on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def figure(value: float | None) -> str:
    """A value as people write it: no digits that say nothing, but as many as it takes not to look like
    a whole number that it is not: 99.96 has not reached 100."""
    if value is None:
        return "–"
    if value == round(value):
        return f"{value:,.0f}"
    shown = (f"{value:,.{digits}f}" for digits in range(1, 12))
    return next((each for each in shown if each.rpartition(".")[2].strip("0")), f"{value:,}")
