"""棚卸し: what was scanned on the shelf against what the ledger says should stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from liaison.history import Place, Unit


class Found(Enum):
    """What a stocktake says of one laptop."""

    PRESENT = "present"
    MISSING = "missing"  # should stand here, was not scanned
    MISPLACED = "misplaced"  # stands here, the ledger says elsewhere
    UNKNOWN = "unknown"  # stands here, not in the ledger


_HERE = (Place.SHELF, Place.RETURNED)


@dataclass(frozen=True)
class Line:
    """``place``: where the ledger has it; None when it has it nowhere."""

    tag: str
    found: Found
    place: Place | None


def stocktake(units: Mapping[str, Unit], scanned: Iterable[str]) -> list[Line]:
    """One line a laptop, what needs a person first. Retired ones that are gone are not missed."""
    seen = dict.fromkeys(scanned)
    lines = [_seen(tag, units.get(tag)) for tag in seen]
    lines += [
        Line(tag, Found.MISSING, unit.place)
        for tag, unit in units.items()
        if tag not in seen and unit.place in _HERE
    ]
    order = (Found.MISSING, Found.MISPLACED, Found.UNKNOWN, Found.PRESENT)
    return sorted(lines, key=lambda line: (order.index(line.found), line.tag))


def _seen(tag: str, unit: Unit | None) -> Line:
    if unit is None:
        return Line(tag, Found.UNKNOWN, None)
    return Line(tag, Found.PRESENT if unit.place in _HERE else Found.MISPLACED, unit.place)
