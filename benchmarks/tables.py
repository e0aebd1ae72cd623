"""The figures as Markdown: each feature's whole table in docs/figures.md, the headlines of all in the README.

Both are made of the kept records (``figures.json``: the last run of each figure) and of nothing else, so that
whatever stands there came out of ``./mahoroba bench``; a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.headlines import chosen
from benchmarks.record import Record

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_name("figures.json")
DOCUMENTS = ("README.md", "README.ja.md", "docs/figures.md")
HEADS = {
    False: "| | measured | bar | held | peer, same run | on |",
    True: "| | 測った値 | 目標 | | 比較相手（同じ回） | 測った日 |",
}


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _said(record: Record) -> tuple[str, str, str, str]:
    """(measured, bar, held, peer) as every table words them."""
    mark = {True: "✓", False: "✗ misses", None: ""}[record.held]
    peer = f"{record.peer}: {number(record.peer_value)}" if record.peer else ""
    return f"{number(record.value)} {record.unit}", record.bar, mark, peer


def row(record: Record) -> str:
    ratio = f"{record.ratio:.2f}" if record.ratio is not None else ""
    return _line(record.name, *_said(record), ratio, record.n, record.date)


def table(records: Sequence[Record]) -> str:
    """All columns; below it on what it was measured."""
    head = ["| figure | measured | bar | held | peer, same run | ratio | N | on |", "|---" * 8 + "|"]
    return "\n".join([*head, *map(row, records), "", _machines(records)])


def headlines(records: Sequence[Record], japanese: bool) -> str:
    """The rows of the README, in the language of the document."""
    found = list(chosen(records))
    rows = [_line(h.japanese if japanese else h.english, *_said(r), r.date) for h, r in found]
    return "\n".join([HEADS[japanese], "|---" * 6 + "|", *rows, "", _machines([r for _h, r in found])])


def _machines(records: Iterable[Record]) -> str:
    return "; ".join(dict.fromkeys(each.machine for each in records))


def renewed(before: Iterable[Record], measured: Sequence[Record]) -> list[Record]:
    """``before`` after ``measured``: a figure that was measured again stands where it stood, with its last
    value. What is gone: a figure's row beside a peer that it no longer has, and what a part that has been
    measured to its end no longer makes."""
    names = {(each.feature, each.name) for each in measured}
    parts = {(each.feature, each.part) for each in measured if each.part}
    anew = {_key(each): each for each in measured}
    found: dict[tuple[str, str, str], Record] = {}
    for each in before:
        again = (each.feature, each.name) in names or (each.feature, each.part) in parts
        if not again or _key(each) in anew:
            found[_key(each)] = each
    return list({**found, **anew}.values())


def _key(each: Record) -> tuple[str, str, str]:
    return each.feature, each.name, each.peer


def by_feature(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for each in records:
        found.setdefault(each.feature, []).append(each)
    return found


def document(text: str, records: Sequence[Record], japanese: bool) -> str:
    """``text`` with the figures between its markers ``bench:<feature>`` and ``bench:key``."""
    insides = {feature: table(own) for feature, own in by_feature(records).items()}
    insides["key"] = headlines(records, japanese)
    for name, inside in insides.items():
        begin, end = f"<!-- bench:{name}:begin -->", f"<!-- bench:{name}:end -->"
        if begin in text:
            before, rest = text.split(begin)
            text = f"{before}{begin}\n{inside}\n{end}{rest.split(end)[1]}"
    return text


def write(records: Sequence[Record], root: Path = ROOT, kept: Path = KEPT) -> list[Record]:
    """Keep ``records`` beside those of earlier runs, and make the documents anew of all. The dropped ones."""
    before = of_json(json.loads(kept.read_text("utf-8")), "")
    every = renewed(before, records)
    rows = [asdict(each) for each in every]
    kept.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name in DOCUMENTS:
        path = root / name
        path.write_text(document(path.read_text("utf-8"), every, name.endswith(".ja.md")), encoding="utf-8")
    left = {_key(each) for each in every}
    return [each for each in before if _key(each) not in left]


def of_json(rows: Iterable[Mapping[str, object]], feature: str) -> list[Record]:
    """Records of an earlier run; ``feature`` for those that do not say whose they are."""
    return [Record(**{"feature": feature, **each}) for each in rows]  # type: ignore[arg-type]
