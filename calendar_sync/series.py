"""A series: its rule, its exceptions, and what an edit of one occurrence or of all does to them. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from calendar_sync import ics
from calendar_sync.ics import Component, Line
from calendar_sync.model import Change
from calendar_sync.scan import Span, file_zones, moment, span
from calendar_sync.times import Moment, identity, parse_moment, stamp, wall
from calendar_sync.writing import apply, impossible, in_zone_of, property_text_like, put_times, start_of
from core.i18n import _

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def master_of(tree: Component) -> Component:
    found = [c for c in tree.walk("VEVENT")]
    if not found:
        raise ics.unreadable(_("予定が入っていません。"))
    return next((c for c in found if c.first("RECURRENCE-ID") is None), found[0])


def overrides_of(tree: Component) -> list[Component]:
    return [c for c in tree.walk("VEVENT") if c.first("RECURRENCE-ID") is not None]


def repeats(tree: Component) -> bool:
    return any(line.name in ("RRULE", "RDATE") for line in master_of(tree).lines()) or bool(
        overrides_of(tree)
    )


def shift_series(tree: Component, master: Component, recurrence: str, change: Change, now: datetime) -> None:
    """A change meant for the whole series: its master moves by what the one occurrence was moved by."""
    if change.start is None or change.end is None:
        for event in [master, *overrides_of(tree)]:
            apply(tree, event, change, now)
        return
    current = occurrence_span(tree, master, recurrence)
    moved = change.start - current.start
    whole = span(master, file_zones(tree), {})
    if whole is None:
        raise impossible()
    if change.all_day != whole.all_day and (overrides_of(tree) or master.first("EXDATE")):
        raise impossible()
    _turn_weekdays(master, moved, current.start)
    for extra in overrides_of(tree):
        own, original = start_of(tree, extra), _own_recurrence(tree, extra)
        if wall(own) == wall(original) and (place := span(extra, file_zones(tree), {})) is not None:
            put_times(tree, extra, place.start + moved, place.end + moved, place.all_day)
        extra.replace(
            "RECURRENCE-ID", ics.fold(property_text_like("RECURRENCE-ID", _moved(original, moved), extra))
        )
    _shift_exceptions(tree, master, moved)
    start = whole.start + moved
    times = Change(change.summary, change.location, change.memo, change.private,
                   start, start + (change.end - change.start), change.all_day)  # fmt: skip
    apply(tree, master, times, now)
    for extra in overrides_of(tree):
        apply(tree, extra, Change(change.summary, change.location, change.memo, change.private), now)


def _shift_exceptions(tree: Component, master: Component, moved: timedelta) -> None:
    zones = file_zones(tree)
    for index, part in enumerate(master.parts):
        if isinstance(part, Line) and part.name in ("EXDATE", "RDATE") and moved:
            params, value = part.split()
            moments = [parse_moment(v, params, zones) for v in value.split(",")]
            if any(m is None for m in moments):
                raise impossible()
            texts = [property_text_like("X", _moved(m, moved), part).partition(":")[2] for m in moments if m]
            head = part.text()[: len(part.text()) - len(value)]
            master.parts[index] = Line(part.name, ics.fold(head + ",".join(texts)))


def _turn_weekdays(master: Component, moved: timedelta, start: datetime) -> None:
    """Weekly rules follow a move to another day; rules bound to a day of the month cannot."""
    days = ((start + moved).date() - start.date()).days
    rule = rule_of(master)
    if not days or not rule:
        return
    if any(name.startswith("BY") for name in rule if name not in ("BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND")):
        raise impossible()
    if "BYDAY" in rule:
        names = rule["BYDAY"].split(",")
        if rule.get("FREQ") not in ("WEEKLY", "DAILY") or not all(n in _DAYS for n in names):
            raise impossible()
        set_rule(master, {**rule, "BYDAY": ",".join(_DAYS[(_DAYS.index(n) + days) % 7] for n in names)})


def override_for(tree: Component, master: Component, recurrence: str) -> Component:
    """The exception for one occurrence, made from the series if it has none yet."""
    for extra in overrides_of(tree):
        if identity_of(tree, extra) == recurrence:
            return extra
    place = occurrence_span(tree, master, recurrence)
    extra = next(ics.parse(master.raw()).children())
    original = property_text_like("RECURRENCE-ID", moment_like(tree, master, recurrence), master)
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE"):
        extra.replace(name, None)
    extra.replace("RECURRENCE-ID", ics.fold(original))
    put_times(tree, extra, place.start, place.end, place.all_day)
    calendar = next(c for c in tree.children() if any(child is master for child in c.children()))
    at = next(i for i, part in enumerate(calendar.parts) if part is master)
    calendar.parts.insert(at + 1, extra)
    return extra


def end_before(tree: Component, master: Component, recurrence: str) -> None:
    """UNTIL just before ``recurrence`` (RFC 5545: in UTC unless the series is of days or floating)."""
    original = moment_like(tree, master, recurrence)
    if isinstance(original, datetime):
        last = original - timedelta(seconds=1)
        until = stamp(last) if last.tzinfo is not None else f"{last:%Y%m%dT%H%M%S}"
    else:
        until = f"{original - timedelta(days=1):%Y%m%d}"
    rule = {name: value for name, value in rule_of(master).items() if name != "COUNT"}
    if rule:
        set_rule(master, {**rule, "UNTIL": until})
    for extra in [e for e in overrides_of(tree) if identity_of(tree, e) >= recurrence]:
        drop(tree, extra)


def passed(raw: bytes, recurrence: str) -> int:
    """How many occurrences of the rule itself come before ``recurrence``."""
    from calendar_sync.occurrences import expand
    from calendar_sync.scan import scan

    scanned = scan(raw)
    first = min((e.span.start.date() for e in scanned.entries if e.span is not None), default=date.today())
    last = wall(_parse_identity(recurrence)).date()
    return sum(1 for entry in expand(raw, scanned, first, last) if entry.recurrence < recurrence)


def rule_of(master: Component) -> dict[str, str]:
    return {k: v for k, _eq, v in (p.partition("=") for p in master.value("RRULE").upper().split(";")) if k}


def set_rule(master: Component, rule: dict[str, str]) -> None:
    master.replace("RRULE", ics.fold("RRULE:" + ";".join(f"{k}={v}" for k, v in rule.items())))


def occurrence_span(tree: Component, master: Component, recurrence: str) -> Span:
    """Where the occurrence is now: its exception's time, else the rule's."""
    zones = file_zones(tree)
    for extra in overrides_of(tree):
        if identity_of(tree, extra) == recurrence and (own := span(extra, zones, {})) is not None:
            return own
    whole = span(master, zones, {})
    if whole is None:
        raise impossible()
    start = wall(_parse_identity(recurrence))
    return Span(start, start + (whole.end - whole.start), whole.all_day)


def _parse_identity(recurrence: str) -> Moment:
    found = parse_moment(recurrence, {})
    if found is None:
        raise impossible()
    return found


def moment_like(tree: Component, master: Component, recurrence: str) -> Moment:
    """The occurrence's original start in the way the series writes its times."""
    was, original = start_of(tree, master), _parse_identity(recurrence)
    if not isinstance(was, datetime):
        return wall(original).date()
    return in_zone_of(wall(original), was)


def _moved(original: Moment, by: timedelta) -> Moment:
    return original + by  # on the series' own clock: ten o'clock stays ten o'clock


def _own_recurrence(tree: Component, extra: Component) -> Moment:
    found = moment(extra, "RECURRENCE-ID", file_zones(tree), {})
    if found is None:
        raise impossible()
    return found


def identity_of(tree: Component, extra: Component) -> str:
    return identity(_own_recurrence(tree, extra))


def drop(tree: Component, entry: Component) -> None:
    for calendar in tree.children():
        calendar.parts = [part for part in calendar.parts if part is not entry]
