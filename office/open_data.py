"""The plan's progress as open data: a CSV that a spreadsheet opens, JSON, and a file that says what they are.

CSV: UTF-8 with BOM, one value a row (tidy), ISO dates, names of columns in the metadata as in CSV on the Web
(W3C Tabular Metadata, 2015). No staff number leaves the house: who entered a result is not public.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from office.plan import FIRST_YEAR, Line

_COLUMNS = (
    ("id", "string", "施策番号", "Number of the measure"),
    ("area", "string", "分野", "Group of measures"),
    ("measure", "string", "施策", "Measure"),
    ("kpi", "string", "指標", "What is counted"),
    ("unit", "string", "単位", "Unit"),
    ("better", "string", "望ましい方向（more: 多い、less: 少ない）", "Whether more or less is progress"),
    ("fiscal_year", "gYear", "年度（4 月 1 日に始まる）", "Fiscal year, begins on 1 April"),
    ("target", "decimal", "目標", "Target"),
    ("result", "decimal", "実績", "Result"),
    ("origin", "string", "実績の由来（entered: 入力、measured: 計測）", "Entered, or measured by the suite"),
    ("source", "string", "出典", "Source of the result"),
    ("as_of", "date", "実績の時点", "Day the result speaks of"),
)  # fmt: skip


def rows(lines: Sequence[Line], last_year: int) -> Iterator[dict[str, Any]]:
    """A row for each measure and year from the plan's first to ``last_year`` that has a target or a result.
    The targets are the plan's own: none is carried on here."""
    for line in lines:
        measure = line.measure
        for year in range(FIRST_YEAR, last_year + 1):
            target, result = measure.targets.get(year), line.results.get(year)
            if target is None and result is None:
                continue
            yield {
                "id": measure.id,
                "area": measure.area,
                "measure": measure.title["ja"],
                "kpi": measure.kpi["ja"],
                "unit": measure.unit["ja"],
                "better": "less" if measure.less_is_better else "more",
                "fiscal_year": year,
                "target": target,
                "result": result.value if result else None,
                "origin": result.origin if result else None,
                "source": result.source if result else None,
                "as_of": result.taken.isoformat() if result else None,
            }


def as_csv(lines: Sequence[Line], last_year: int) -> bytes:
    """Empty where nothing is known. A cell that a spreadsheet would take for a formula gets an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([name for name, _kind, _ja, _en in _COLUMNS])
    for row in rows(lines, last_year):
        writer.writerow([_cell(row[name]) for name, _kind, _ja, _en in _COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def as_json(lines: Sequence[Line], last_year: int, issued: date) -> bytes:
    found = {"issued": issued.isoformat(), "rows": list(rows(lines, last_year))}
    return _json(found)


def metadata(csv_name: str, issued: date) -> bytes:
    """What the CSV is, for a machine (CSVW) and for whoever opens it."""
    columns = [
        {"name": name, "titles": {"ja": [name, ja], "en": [name, en]}, "datatype": kind}
        for name, kind, ja, en in _COLUMNS  # the CSV's own heading is one of the titles (CSVW)
    ]
    return _json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
            "url": csv_name,
            "dc:title": "情報システム最適化計画の進捗",
            "dc:description": "計画の施策ごとの、年度別の目標と実績。実績のない年度は空欄です。",
            "dc:license": "https://creativecommons.org/licenses/by/4.0/",
            "dc:issued": issued.isoformat(),
            "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
            "tableSchema": {"columns": columns, "primaryKey": ["id", "fiscal_year"]},
        }
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):  # the shortest decimal that is this very number, never with an exponent
        return f"{value:.0f}" if value.is_integer() else f"{Decimal(repr(value)):f}"
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
