"""The report as files: the page, CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from auth.face.report.page import page
from auth.face.report.presentations import BONA_FIDE
from auth.face.report.rates import Rate
from auth.face.report.summary import Summary


def write_report(summary: Summary, out: Path) -> Path:
    """Write index.html, figures.csv and figures.json into ``out``; return the page. Raises OSError."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(
        json.dumps(_plain(asdict(summary)), ensure_ascii=False, indent=1), "utf-8"
    )
    with (out / "figures.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CSV_HEAD)
        writer.writerows(_csv_rows(summary))
    index = out / "index.html"
    index.write_text(page(summary), "utf-8")
    return index


CSV_HEAD = (
    *("figure", "engine", "group", "protocol", "at", "threshold", "value", "low", "high", "errors", "n"),
    *("people", "pictures", "failed", "method", "shown"),
)


def _csv_rows(summary: Summary) -> Iterable[list[Any]]:
    for result in summary.results:
        where = [result.engine, result.group, result.protocol]
        base = [result.people, result.pictures, result.failed]
        for point in result.operating:
            at = [f"FMR {point.fmr:g}", point.threshold]
            yield ["FNMR", *where, *at, *_numbers(point.fnmr), *base, point.fnmr.method, point.shown]
        for each in result.fixed:
            for name, rate in (("FMR", each.fmr), ("FNMR", each.fnmr)):
                yield [name, *where, each.label, each.threshold, *_numbers(rate), *base, rate.method, True]
    for played in summary.presentations:
        name = "bona fide denied" if played.species == BONA_FIDE else "APCER"
        yield [
            name,
            "",
            played.species,
            "challenge",
            "",
            "",
            *_numbers(played.rate),
            "",
            played.runs,
            "",
            played.rate.method,
            "",
        ]
    for engine, species, threshold, rate in summary.matches:
        yield [
            "IAPAR",
            engine,
            species,
            "matcher alone",
            "",
            threshold,
            *_numbers(rate),
            "",
            "",
            "",
            rate.method,
            "",
        ]


def _numbers(rate: Rate) -> list[Any]:
    return [rate.value, rate.low, rate.high, rate.errors, rate.n]


def _plain(value: Any) -> Any:
    """JSON has no arrays of numpy and no NaN."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
