"""Two people changed the same event: a three-way merge per component and property. Pure.

What only one side changed is taken from that side. What both changed to different values is a clash: the
server's value stays in the calendar, and the caller keeps both whole versions to show them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from calendar_sync import ics
from calendar_sync.attendance import address_of, attendee, newer
from calendar_sync.ics import Component, Line
from calendar_sync.scan import file_zones, moment
from calendar_sync.times import identity

TIME = frozenset({"DTSTART", "DTEND", "DURATION"})  # one fact: half a move and half a resize make nonsense
BOOKKEEPING = frozenset({"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "PRODID", "VERSION", "CALSCALE"})
DEFAULTS = frozenset({("CLASS", "PUBLIC"), ("TRANSP", "OPAQUE"), ("PRIORITY", "0")})
"""Saying these changes nothing (RFC 5545 3.8.1.3, 3.8.2.7, 3.8.1.9); SOGo says the first of every event."""
SETS = frozenset({"EXDATE", "RDATE", "ATTENDEE", "CATEGORIES", "COMMENT", "ATTACH", "CONTACT", "RESOURCES"})


@dataclass(frozen=True)
class Merged:
    """The event to go on with (None: deleted) and the properties on which both sides disagree."""

    raw: bytes | None
    clashes: tuple[str, ...]


def three_way(base: bytes | None, mine: bytes | None, theirs: bytes | None) -> Merged:
    """Merge ``mine`` and ``theirs``, both made from ``base`` (None: it did not exist, or was deleted).

    A change beats a deletion, and is called a clash. SuiteError CAL-001 when a side cannot be parsed.
    """
    if same(mine, theirs):
        return Merged(theirs, ())
    if same(mine, base):
        return Merged(theirs, ())
    if same(theirs, base):
        return Merged(mine, ())
    if mine is None or theirs is None:
        return Merged(mine if theirs is None else theirs, ("DELETED",))
    return _components(base, mine, theirs)


def same(first: bytes | None, second: bytes | None) -> bool:
    """Whether both say the same: order, folding, quoting and bookkeeping aside (a server may re-write
    these)."""
    if first is None or second is None or first == second:
        return first == second
    return meaning(first) == meaning(second)


def meaning(raw: bytes) -> Hashable:
    """What ``raw`` says, comparable: components by identity, each a set of properties."""
    return frozenset((key, _facts(component)) for key, component in _by_key(ics.parse(raw)).items())


def canonical(line: Line) -> tuple[str, frozenset[tuple[str, str]], str]:
    """One property, comparable. DATE-TIME is a value's default type, so saying so changes nothing."""
    params, value = line.split()
    pairs = frozenset((k, v) for k, v in params.items() if (k, v) != ("VALUE", "DATE-TIME"))
    return line.name, pairs, ics.unescape(value).strip()


Key = tuple[str, str, str]
Entries = Mapping[Key, Component]
Facts = frozenset[tuple[str, Hashable]]


def _by_key(root: Component) -> dict[Key, Component]:
    """Events and other entries by name, UID and which occurrence (in whatever zone a client names it). Zones
    say nothing by themselves."""
    zones = file_zones(root)
    found: dict[Key, Component] = {}
    for calendar in root.children():
        for child in calendar.children():
            if child.name != "VTIMEZONE":
                which = moment(child, "RECURRENCE-ID", zones, {})
                name = child.value("RECURRENCE-ID") if which is None else identity(which)
                found.setdefault((child.name, child.value("UID"), name), child)
    return found


def _facts(component: Component) -> Facts:
    said = [x for x in component.lines() if x.name and x.name not in BOOKKEEPING]
    lines = {("", canonical(x)) for x in said if (x.name, x.value.upper()) not in DEFAULTS}
    nested = {("child", (child.name, _facts(child))) for child in component.children()}
    return frozenset(lines | nested)


def _components(base: bytes | None, mine: bytes, theirs: bytes) -> Merged:
    """Start from the server's tree and bring in what only we changed."""
    tree = ics.parse(theirs)
    before = _by_key(ics.parse(base)) if base is not None else {}
    ours, others = _by_key(ics.parse(mine)), _by_key(tree)
    if before and _uprooted(before, ours, others):
        return Merged(theirs, ("TIME",))
    clashes: list[str] = []
    for key in dict.fromkeys([*ours, *others]):
        b, m, t = before.get(key), ours.get(key), others.get(key)
        if m is not None and t is not None:
            clashes += _properties(b, m, t)
        elif m is not None and (b is None or _facts(m) != _facts(b)):
            _insert(tree, m)  # new here, or changed here and deleted there
            clashes += [] if b is None else ["DELETED"]
        elif t is not None and b is not None:
            if _facts(t) == _facts(b):
                _remove(tree, t)  # deleted here, untouched there
            else:
                clashes.append("DELETED")
    _zones(tree, ics.parse(mine))
    return Merged(tree.raw(), tuple(dict.fromkeys(clashes)))


def _uprooted(before: Entries, ours: Entries, others: Entries) -> bool:
    """Whether one side has moved a series and the other has changed single occurrences of it: these would
    belong to no occurrence any more, come back where they were deleted, or stand twice."""
    rules = [_series(side, ("TIME", "RRULE")) for side in (before, ours, others)]
    singles = [_singles(side) for side in (before, ours, others)]
    if rules[1] == rules[2]:
        return False
    return (rules[1] != rules[0] and singles[2] != singles[0]) or (
        rules[2] != rules[0] and singles[1] != singles[0]
    )


def _series(entries: Entries, names: Sequence[str]) -> Hashable:
    """What the series, not their single occurrences, say of ``names``."""
    return frozenset(
        (key, name, _said(_groups(entry).get(name, ())))
        for key, entry in entries.items() if not key[2] for name in names
    )  # fmt: skip


def _singles(entries: Entries) -> Hashable:
    """What is said of single occurrences: exceptions, those taken out, those put in."""
    exceptions = frozenset((key, _facts(entry)) for key, entry in entries.items() if key[2])
    return exceptions, _series(entries, ("EXDATE", "RDATE"))


def _properties(base: Component | None, mine: Component, theirs: Component) -> list[str]:
    """Change ``theirs`` to the merge; the names of what clashes."""
    clashes = []
    groups = [_groups(c) if c is not None else {} for c in (base, mine, theirs)]
    moved = _moved(*groups)
    for name in dict.fromkeys([*groups[1], *groups[2], *groups[0]]):
        b, m, t = (group.get(name, ()) for group in groups)
        if name in BOOKKEEPING:
            _put(theirs, name, _later(name, m, t))
        elif name in SETS:
            union, clash = _union(b, m, t, moved)
            _put(theirs, name, union)
            clashes += [name] if clash else []
        elif name == "RECURRENCE-ID" or _said(m) == _said(t) or _said(m) == _said(b):
            continue
        elif _said(t) == _said(b):
            _put(theirs, name, m)
        else:
            clashes.append(name)
    return clashes


Group = Sequence[Line | Component]


def _groups(component: Component) -> dict[str, list[Line | Component]]:
    found: dict[str, list[Line | Component]] = {}
    for part in component.parts:
        if part.name:
            found.setdefault(_group_of(part), []).append(part)
    return found


def _group_of(part: Line | Component) -> str:
    return "TIME" if isinstance(part, Line) and part.name in TIME else part.name


def _said(group: Group) -> frozenset[Hashable]:
    return frozenset(canonical(p) if isinstance(p, Line) else (p.name, _facts(p)) for p in group)


def _moved(base: Mapping[str, Group], mine: Mapping[str, Group], theirs: Mapping[str, Group]) -> str:
    """Which side alone has moved the event: the answers there are to its new time."""
    b, m, t = (_said(group.get("TIME", ())) for group in (base, mine, theirs))
    return "" if m == t or (m != b and t != b) else "theirs" if m == b else "mine"


def _union(base: Group, mine: Group, theirs: Group, moved: str) -> tuple[Group, bool]:
    """Members added or taken away on either side, and whether one was changed on both."""
    b, m, t = _members(base), _members(mine), _members(theirs)
    kept: list[Line | Component] = []
    clash = False
    for key in dict.fromkeys([*t, *m]):
        said = [_said([group[key]]) if key in group else None for group in (b, m, t)]
        if said[1] == said[0]:
            chosen = t.get(key)
        elif said[2] == said[0]:
            chosen = m.get(key)
        else:  # changed on both sides; taken away on one and changed on the other: the change stays
            answer = _answer(m.get(key), t.get(key), moved)
            chosen = answer or t.get(key) or m.get(key)
            clash = clash or (answer is None and said[1] != said[2])
        if chosen is not None:
            kept.append(chosen)
    return kept, clash


def _answer(mine: Line | Component | None, theirs: Line | Component | None, moved: str) -> Line | None:
    """Of two answers by one attendee the later, or the one to the time that the event has now; None where
    that cannot be told."""
    if not isinstance(mine, Line) or not isinstance(theirs, Line) or mine.name != "ATTENDEE":
        return None
    if moved:
        return mine if moved == "mine" else theirs
    first, second = (attendee(line) for line in (mine, theirs))
    return None if not first.stamp and not second.stamp else mine if newer(first, second) else theirs


def _members(group: Group) -> Mapping[Hashable, Line | Component]:
    return {_member(part): part for part in group}


def _member(part: Line | Component) -> Hashable:
    if isinstance(part, Line):
        return address_of(part.value) if part.name == "ATTENDEE" else canonical(part)
    return _facts(part)


def _later(name: str, mine: Group, theirs: Group) -> Group:
    """Bookkeeping never clashes: the higher number or the later stamp."""
    if name in ("PRODID", "VERSION", "CALSCALE", "CREATED") or not mine or not theirs:
        return theirs or mine
    return max((theirs, mine), key=lambda group: _rank(group[0]))


def _rank(part: Line | Component) -> tuple[int, str]:
    value = part.value if isinstance(part, Line) else ""
    return (int(value), "") if value.isdecimal() and len(value) < 10 else (0, value)


def _put(component: Component, name: str, group: Group) -> None:
    """Replace the parts of group ``name`` by ``group`` where the first of them stands."""
    at = next((i for i, p in enumerate(component.parts) if _group_of(p) == name), len(component.parts))
    kept = [p for p in component.parts if _group_of(p) != name]
    at = min(at, len(kept))
    component.parts = [*kept[:at], *group, *kept[at:]]


def _insert(tree: Component, entry: Component) -> None:
    next(c for c in tree.children() if c.name == "VCALENDAR").parts.append(entry)


def _remove(tree: Component, entry: Component) -> None:
    for calendar in tree.children():
        calendar.parts = [p for p in calendar.parts if p is not entry]


def _zones(tree: Component, mine: Component) -> None:
    """A zone that our lines may name must be in the result."""
    calendar = next(c for c in tree.children() if c.name == "VCALENDAR")
    have = {zone.value("TZID") for zone in tree.walk("VTIMEZONE")}
    missing = [zone for zone in mine.walk("VTIMEZONE") if zone.value("TZID") not in have]
    first = next((i for i, p in enumerate(calendar.parts) if isinstance(p, Component)), len(calendar.parts))
    calendar.parts[first:first] = missing
