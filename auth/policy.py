"""Which evidence suffices in which network zone. The rule is data; this reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from auth.model import Evidence, Factor
from core.errors import SuiteError
from core.i18n import _

Zones = Mapping[str, Sequence[Sequence[str]]]


def sets_of(zones: Zones, zone: str) -> tuple[frozenset[Factor], ...]:
    """The sufficient sets of a zone, in the order of preference. SuiteError POLICY-001 where the zone is
    unknown, empty, or names an unknown factor: a mistake in the policy must never open a door."""
    try:
        sets = tuple(frozenset(Factor(name) for name in names) for names in zones[zone])
    except (KeyError, ValueError) as error:
        raise _broken(zone) from error
    if not sets or frozenset() in sets:
        raise _broken(zone)
    return sets


def satisfied(evidence: Iterable[Evidence], sets: Iterable[frozenset[Factor]]) -> bool:
    """Whether the evidence holds one of the sets. A factor not strong enough ``alone`` counts only beside
    another. Break-glass opens any zone: it is for the day on which the rest does not work."""
    held = tuple(evidence)
    factors = frozenset(e.factor for e in held)
    if len(factors) < 2:
        factors = frozenset(e.factor for e in held if e.alone)
    return Factor.BREAK_GLASS in factors or any(s <= factors for s in sets)


def still_needed(evidence: Iterable[Evidence], sets: Iterable[frozenset[Factor]]) -> tuple[Factor, ...]:
    """Factors to offer next: those which complete the set that lacks the fewest, else every first way in."""
    have = {e.factor for e in evidence}
    gaps = sorted((s - have for s in sets if s - have), key=len)
    if have and any(s <= have for s in sets):  # a weak face alone: any second factor completes it
        return (Factor.PIN,)
    order = list(Factor)
    first = gaps[: 1 if have else None]
    return tuple(f for f in order if any(f in gap for gap in first))


def version(zones: Zones) -> str:
    """A short name of the policy's content, written into every statement."""
    text = json.dumps({z: [sorted(s) for s in sets] for z, sets in zones.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _broken(zone: str) -> SuiteError:
    return SuiteError(
        _("サインインの方針を読み取れませんでした。"),
        _("「{zone}」に、使える要素の組がありません。").format(zone=zone),
        _("情報担当に、方針ファイルの security.zones と security.protected を確かめるよう伝えてください。"),
        "POLICY-001",
    )
