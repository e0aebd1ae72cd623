"""The README's tables: one a feature, between markers of its own, and the key figures of all at the top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.record import Record

KEY = (
    "East-Asian LFW, one image against one: FNMR at FMR 0.001",
    "actor live accepted (1 - BPCER)",
    "attack refused: print-bent",
    "attack refused: screen-replay-near",
    "first frame to verdict, challenge included, median",
    "start to first paint (warm), median",
    "memory (RSS) signed in by face, camera off",
    "evidence accepted → proxy answers 200, in the realm, median",
    "50 laptops, first run",
)
"""The names of the rows that stand at the top of the README, in their order."""


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def row(record: Record) -> str:
    mark = {True: "✓", False: "✗ misses", None: ""}[record.held]
    peer = f"{record.peer}: {number(record.peer_value)}" if record.peer else ""
    ratio = f"{record.ratio:.2f}" if record.ratio is not None else ""
    cells = (record.name, f"{number(record.value)} {record.unit}", record.bar, mark, peer, ratio, record.n)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(records: Sequence[Record]) -> str:
    """All columns; below it when and on what each part was measured."""
    head = [
        "| figure | measured | bar | held | peer, same run | ratio | N |",
        "|---|---|---|---|---|---|---|",
    ]
    runs = dict.fromkeys(f"{each.date}, {each.machine}" for each in records)
    return "\n".join([*head, *map(row, records), *(f"\n{run}" for run in runs)])


def key_table(records: Iterable[Record], before: str = "") -> str:
    """The rows of ``KEY``, without N (that stands in the feature's own table). What is not among ``records``
    stays as it stood ``before``; what was never measured is left out."""
    known = {line.split(" | ")[0][2:]: line for line in before.splitlines()}
    known |= {each.name: " | ".join(row(each).split(" | ")[:5]) + " |" for each in records}
    head = ["| figure | measured | bar | held | peer, same run |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(known[name] for name in KEY if name in known)])


def by_feature(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Each feature's records; a figure that was measured again stands where it stood, with its last value."""
    found: dict[str, dict[str, Record]] = {}
    for each in records:
        found.setdefault(each.feature, {})[f"{each.name} {each.peer}"] = each
    return {feature: list(rows.values()) for feature, rows in found.items()}


def write(document: Path, records: Sequence[Record]) -> None:
    """Put each feature's table, and the key figures, between their markers in a Markdown file.

    Tables of features that are not among ``records`` stay. ValueError when a marker is missing.
    """
    text = document.read_text(encoding="utf-8")
    for feature, own in by_feature(records).items():
        text = between(text, feature, table(own))
    text = between(text, "key", key_table(records, _inside(text, "key")))
    document.write_text(text, encoding="utf-8")


def between(text: str, name: str, inside: str) -> str:
    """``text`` with ``inside`` between the markers ``bench:<name>``. ValueError unless they stand once."""
    begin, end = _markers(text, name)
    return text[:begin] + f"\n{inside}\n" + text[end:]


def _inside(text: str, name: str) -> str:
    begin, end = _markers(text, name)
    return text[begin:end]


def _markers(text: str, name: str) -> tuple[int, int]:
    """Where the first marker ends and the second begins."""
    begin, end = f"<!-- bench:{name}:begin -->", f"<!-- bench:{name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"{begin} … {end} must stand in the document once")
    return text.index(begin) + len(begin), text.index(end)


def of_json(rows: Iterable[Mapping[str, object]], feature: str) -> list[Record]:
    """Records of an earlier run; ``feature`` for those that do not say whose they are."""
    return [Record(**{"feature": feature, **each}) for each in rows]  # type: ignore[arg-type]
