"""How signing in goes: who gets in, why not, whose face needs to be taken anew, which cameras drift."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from office.trail import ACCEPTED, Score, SignIns

FEWEST = 20  # sign-ins below which a mean says little


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


def drift(scores: Sequence[Score], cameras: Mapping[str, str]) -> list[Drift]:
    """By camera model, the largest rise first. Terminals whose camera is not known stand under empty."""
    newest = max((score.month for score in scores), default="")
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for score in scores:
        found = sums[cameras.get(score.name, "")]
        at = 2 if score.month == newest else 0
        found[at] += score.count
        found[at + 1] += score.mean * score.count
    drifts = [
        Drift(model, int(now), total_before / before, total_now / now)
        for model, (before, total_before, now, total_now) in sums.items()
        if before >= FEWEST and now >= FEWEST
    ]
    return sorted(drifts, key=lambda each: each.before - each.now)


def to_enrol_anew(scores: Sequence[Score], limit: float) -> list[Score]:
    """People whose mean distance in their newest month comes near the threshold ``limit`` (nine tenths),
    the worst first: a new enrolment saves them refusals."""
    newest: dict[str, Score] = {}
    for score in scores:
        if score.name not in newest or newest[score.name].month < score.month:
            newest[score.name] = score
    near = [score for score in newest.values() if score.mean >= 0.9 * limit and score.count >= 3]
    return sorted(near, key=lambda score: -score.mean)
