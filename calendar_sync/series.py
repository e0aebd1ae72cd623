"""A series: its rule, its exceptions, and what an edit of one occurrence or of all does to them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from calendar_sync import ics
from calendar_sync.ics import Component, Line
from calendar_sync.model import Change
from calendar_sync.scan import Span, file_zones, moment, span
from calendar_sync.times import Moment, identity, parse_moment, stamp, wall
from calendar_sync.writing import apply, impossible, in_zone_of, property_text_like, put_times, start_of
from core.clock import TOKYO
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
    _turn_rule(tree, master, moved, whole, change.all_day)
    for extra in overrides_of(tree):
        _shift_override(tree, extra, moved, dragged=identity_of(tree, extra) == recurrence)
    _shift_exceptions(tree, master, moved)
    longer = (change.end - change.start) - (current.end - current.start)
    length = whole.end - whole.start + longer
    start = whole.start + moved
    end = start + (length if length > timedelta(0) else change.end - change.start)
    times = Change(change.summary, change.location, change.memo, change.private, start, end, change.all_day)
    apply(tree, master, times, now)
    for extra in overrides_of(tree):
        apply(tree, extra, Change(change.summary, change.location, change.memo, change.private), now)


def _shift_override(tree: Component, extra: Component, moved: timedelta, *, dragged: bool) -> None:
    """Its name follows the series; its time only where it is the series' own, or the one that is dragged."""
    own, original = start_of(tree, extra), _own_recurrence(tree, extra)
    place = span(extra, file_zones(tree), {})
    if place is not None and (dragged or wall(own) == wall(original)):
        put_times(tree, extra, place.start + moved, place.end + moved, place.all_day)
    _shift_exceptions(tree, extra, moved, ("RECURRENCE-ID",))


def _shift_exceptions(
    tree: Component, event: Component, moved: timedelta, names: Sequence[str] = ("EXDATE", "RDATE")
) -> None:
    """The moments of these lines, each written as it was: in its own zone, with its own parameters."""
    for index, part in enumerate(event.parts):
        if isinstance(part, Line) and part.name in names and moved:
            texts = [
                property_text_like("X", _moved(m, moved), part).partition(":")[2]
                for m, _text in _moments(tree, part)
            ]
            event.parts[index] = _with_values(part, texts)


def _moments(tree: Component, line: Line) -> list[tuple[Moment, str]]:
    """The moments of a list of them, each beside its text. SuiteError CAL-003 for what is none (a
    PERIOD)."""
    params, value = line.split()
    found = [(parse_moment(text, params, file_zones(tree)), text) for text in value.split(",")]
    known = [(moment, text) for moment, text in found if moment is not None]
    if len(known) != len(found):
        raise impossible()
    return known


def _with_values(line: Line, texts: Sequence[str]) -> Line:
    head = line.text()[: len(line.text()) - len(line.split()[1])]
    return Line(line.name, ics.fold(head + ",".join(texts)))


def keep_dates(tree: Component, master: Component, kept: Callable[[str], bool]) -> None:
    """Of the dates that a series names beside its rule (RDATE) only those ``kept``, by their identity."""
    for part in [p for p in master.lines() if p.name == "RDATE"]:
        texts = [text for moment, text in _moments(tree, part) if kept(identity(moment))]
        at = next(i for i, p in enumerate(master.parts) if p is part)
        master.parts[at : at + 1] = [_with_values(part, texts)] if texts else []


def _turn_rule(tree: Component, master: Component, moved: timedelta, whole: Span, all_day: bool) -> None:
    """The rule follows a move: its last moment always, its weekdays to another day. Rules bound to a day of
    the month cannot."""
    rule, was = rule_of(master), start_of(tree, master)
    if not rule:
        return
    days = (_on_its_clock(whole.start + moved, was) - _on_its_clock(whole.start, was)).days
    if days:
        rule = _turned(rule, days, whole.start.day, (whole.start + moved).day)
    if last := _shifted_until(rule.get("UNTIL", ""), moved, was, all_day):
        rule["UNTIL"] = last
    if rule != rule_of(master):
        set_rule(master, rule)


def _on_its_clock(office: datetime, was: Moment) -> date:
    """The day of an office-clock time in the zone of the series, whose days its rule names."""
    return (in_zone_of(office, was) if isinstance(was, datetime) else office).date()


def _turned(rule: dict[str, str], days: int, *days_of_month: int) -> dict[str, str]:
    if any(name.startswith("BY") for name in rule if name not in ("BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND")):
        raise impossible()
    if rule.get("FREQ") in ("MONTHLY", "YEARLY") and max(days_of_month) > 28:
        raise impossible()  # some months have such a day and some have not
    if "BYDAY" not in rule:
        return dict(rule)
    names = rule["BYDAY"].split(",")
    if rule.get("FREQ") not in ("WEEKLY", "DAILY") or not all(n in _DAYS for n in names):
        raise impossible()
    first = _DAYS.index(rule["WKST"]) if rule.get("WKST") in _DAYS else 0
    weeks = {((_DAYS.index(n) - first) % 7 + days) // 7 for n in names}
    if len(weeks) > 1 and rule.get("INTERVAL", "1") != "1":
        raise impossible()  # some of its days would fall into a week that the rule leaves out
    return {**rule, "BYDAY": ",".join(_DAYS[(_DAYS.index(n) + days) % 7] for n in names)}


def _shifted_until(until: str, moved: timedelta, was: Moment, all_day: bool) -> str:
    """The rule's last moment after the move (RFC 5545 3.3.10: a date for days, floating for floating, else
    UTC); empty where it has none."""
    last = parse_moment(until, {}) if until else None
    if last is None:
        return ""
    on_the_wall = wall(last)
    if all_day:
        return f"{on_the_wall + moved:%Y%m%d}"
    end = in_zone_of(on_the_wall, was) + moved if isinstance(was, datetime) else on_the_wall + moved
    if isinstance(was, datetime) and was.tzinfo is None:
        return f"{end:%Y%m%dT%H%M%S}"
    return stamp(end if end.tzinfo is not None else end.replace(tzinfo=TOKYO))


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
    keep_dates(tree, master, lambda name: name < recurrence)
    for extra in [e for e in overrides_of(tree) if identity_of(tree, e) >= recurrence]:
        drop(tree, extra)


def passed(raw: bytes, recurrence: str) -> int:
    """How many occurrences of the rule itself come before ``recurrence``: those taken out or moved since
    count as well (RFC 5545 3.3.10)."""
    return sum(1 for name in _of_the_rule(raw, recurrence, whole=True) if name < recurrence)


def makes(raw: bytes, recurrence: str) -> bool:
    """Whether the rule itself makes ``recurrence``; else it is a date named beside it (RDATE)."""
    return recurrence in _of_the_rule(raw, recurrence, whole=False)


def _of_the_rule(raw: bytes, recurrence: str, *, whole: bool) -> set[str]:
    """What the bare rule makes on the day of ``recurrence``, or (``whole``) until then."""
    from calendar_sync.occurrences import expand
    from calendar_sync.scan import scan

    tree = ics.parse(raw)
    master = master_of(tree)
    for extra in overrides_of(tree):
        drop(tree, extra)
    for name in ("EXDATE", "RDATE"):
        master.replace(name, None)
    bare = tree.raw()
    scanned = scan(bare)
    last = wall(_parse_identity(recurrence)).date()
    begins = min((e.span.start.date() for e in scanned.entries if e.span is not None), default=last)
    return {entry.recurrence for entry in expand(bare, scanned, begins if whole else last, last)}


def rule_of(master: Component) -> dict[str, str]:
    return {k: v for k, _eq, v in (p.partition("=") for p in master.value("RRULE").upper().split(";")) if k}


def set_rule(master: Component, rule: dict[str, str]) -> None:
    master.replace("RRULE", ics.fold("RRULE:" + ";".join(f"{k}={v}" for k, v in rule.items())))


def occurrence_span(tree: Component, master: Component, recurrence: str) -> Span:
    """Where the occurrence is now: its exception's time, else the rule's."""
    for extra in overrides_of(tree):
        if identity_of(tree, extra) == recurrence and (own := span(extra, file_zones(tree), {})) is not None:
            return own
    return original_span(tree, master, recurrence)


def original_span(tree: Component, master: Component, recurrence: str) -> Span:
    """Where the rule has the occurrence."""
    whole = span(master, file_zones(tree), {})
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
