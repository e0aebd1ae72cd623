"""How signing in goes: who gets in, why not, whose face needs to be taken anew, which cameras drift."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from office.trail import ACCEPTED, SignIns

FEWEST = 20  # sign-ins below which a mean says little
NEAR = 0.9  # of the threshold: a new enrolment saves refusals


@dataclass(frozen=True)
class Summary:
    """Counts of a span of days."""

    accepted: int
    refused: int
    by_reason: tuple[tuple[str, int], ...]
    by_hour: tuple[tuple[int, int], ...]
    """(accepted, refused) of each of the 24 hours."""


@dataclass(frozen=True)
class Drift:
    """A camera model's mean distance in its newest month against the months before; a rise means that faces
    fit less well (a lens, a light, an update)."""

    model: str
    count: int
    before: float
    now: float


def summary(cells: Sequence[SignIns]) -> Summary:
    hours = [[0, 0] for _hour in range(24)]
    reasons: Counter[str] = Counter()
    for cell in cells:
        refused = cell.outcome != ACCEPTED
        hours[cell.hour][refused] += cell.count
        if refused:
            reasons[cell.reason] += cell.count
    return Summary(
        sum(hour[0] for hour in hours),
        sum(hour[1] for hour in hours),
        tuple(reasons.most_common()),
        tuple((hour[0], hour[1]) for hour in hours),
    )


def drift(sums: Iterable[tuple[str, int, float, int, float]], cameras: Mapping[str, str]) -> list[Drift]:
    """By camera model, the largest rise first, from each terminal's (count, sum) before and in the newest
    month. Terminals whose camera is not known stand under empty."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for name, *parts in sums:
        of_model = found[cameras.get(name, "")]
        for place, part in enumerate(parts):
            of_model[place] += part
    drifts = [
        Drift(model, int(now), total_before / before, total_now / now)
        for model, (before, total_before, now, total_now) in found.items()
        if before >= FEWEST and now >= FEWEST
    ]
    return sorted(drifts, key=lambda each: each.before - each.now)
