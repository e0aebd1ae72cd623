"""``./mahoroba bench [FEATURE] [--json FILE]``: measure, print the table, mark what misses its bar."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.record import Record

FEATURES: Mapping[str, tuple[str, ...]] = {
    "liaison": ("benchmarks.liaison",),
    "face": (
        "benchmarks.face_recognition",
        "benchmarks.face_liveness",
        "benchmarks.face_sign_in",
        "benchmarks.desktop_start",
    ),
}


def measure(features: list[str]) -> Iterator[Record]:
    for feature in features:
        for name in FEATURES[feature]:
            print(f"… {name}", file=sys.stderr, flush=True)
            for record in importlib.import_module(name).records():
                yield record if isinstance(record, Record) else Record(**record)


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def row(record: Record) -> str:
    mark = {True: "✓", False: "✗ misses", None: ""}[record.held]
    peer = f"{record.peer}: {number(record.peer_value)}" if record.peer else ""
    ratio = f"{record.ratio:.2f}" if record.ratio is not None else ""
    cells = (record.name, f"{number(record.value)} {record.unit}", record.bar, mark, peer, ratio, record.n)
    return "| " + " | ".join(cells) + " |"


def table(records: list[Record]) -> str:
    head = [
        "| figure | measured | bar | held | peer, same run | ratio | N |",
        "|---|---|---|---|---|---|---|",
    ]
    foot = [f"\n{records[0].date}, {records[0].machine}"] if records else []
    return "\n".join([*head, *map(row, records), *foot])


def write_between_markers(document: Path, text: str) -> None:
    """Replace what stands between the bench markers of a Markdown file."""
    begin, end = "<!-- bench:begin -->", "<!-- bench:end -->"
    before, rest = document.read_text(encoding="utf-8").split(begin, 1)
    after = rest.split(end, 1)[1]
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="mahoroba bench", description=__doc__)
    parser.add_argument("feature", nargs="?", choices=sorted(FEATURES))
    parser.add_argument("--json", type=Path, help="write the records here")
    parser.add_argument(
        "--from-json", type=Path, help="print the table of an earlier run instead of measuring"
    )
    parser.add_argument(
        "--into",
        type=Path,
        action="append",
        default=[],
        help="put the table between the bench markers of this file",
    )
    options = parser.parse_args(arguments)
    if options.from_json:
        records = [Record(**each) for each in json.loads(options.from_json.read_text(encoding="utf-8"))]
    else:
        records = list(measure([options.feature] if options.feature else list(FEATURES)))
    if options.json:
        options.json.write_text(
            json.dumps([asdict(each) for each in records], ensure_ascii=False, indent=1), encoding="utf-8"
        )
    text = table(records)
    print(text)
    for document in options.into:
        write_between_markers(document, text)
    return 1 if any(record.held is False for record in records) else 0


if __name__ == "__main__":
    sys.exit(main())
