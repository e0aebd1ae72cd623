"""A person's edit as changed lines: what was not edited keeps its bytes. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from calendar_sync import ics
from calendar_sync.ics import Component, Line
from calendar_sync.model import KEEP, Change, Draft, Scope
from calendar_sync.scan import Span, file_zones, moment, span
from calendar_sync.times import Moment, identity, parse_moment, property_text, stamp, wall
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mahoroba//Mahoroba//JA\r\n"
_TOKYO_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19510909T010000\r\nTZOFFSETFROM:+1000\r\n"
    "TZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def new_event(draft: Draft, uid: str, now: datetime) -> bytes:
    """A calendar object for ``draft``."""
    lines = [f"UID:{uid}", f"DTSTAMP:{stamp(now)}", f"CREATED:{stamp(now)}"]
    lines += [_time("DTSTART", draft.start, draft.all_day), _time("DTEND", draft.end, draft.all_day)]
    lines.append(f"SUMMARY:{ics.escape(draft.summary)}")
    lines += [f"LOCATION:{ics.escape(draft.location)}"] if draft.location else []
    lines += [f"DESCRIPTION:{ics.escape(draft.memo)}"] if draft.memo else []
    lines += ["CLASS:PRIVATE"] if draft.private else []
    lines += ["STATUS:TENTATIVE"] if draft.tentative else []
    lines += [f"X-MAHOROBA-HOLD:{draft.hold}"] if draft.hold else []
    body = b"".join(ics.fold(line) for line in lines)
    zone = "" if draft.all_day else _TOKYO_ZONE
    return (_HEAD + zone + "BEGIN:VEVENT\r\n").encode() + body + b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def changed(raw: bytes, change: Change, recurrence: str, scope: Scope, now: datetime) -> bytes:
    """``raw`` with ``change`` made to one occurrence (THIS) or to all. SuiteError CAL-003 where it has no
    meaning."""
    tree = ics.parse(raw)
    master = _master(tree)
    if recurrence and scope is Scope.THIS and _repeats(tree):
        _apply(tree, _override(tree, master, recurrence), change, now)
    elif recurrence and _repeats(tree):
        _shift_series(tree, master, recurrence, change, now)
    else:
        _apply(tree, master, change, now)
    return tree.raw()


def copied(raw: bytes, uid: str, now: datetime) -> bytes:
    """``raw`` as an event of its own, no longer one with the original."""
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        event.replace("UID", ics.fold(f"UID:{uid}"))
        event.replace("X-MAHOROBA-HOLD", None)
        _touch(event, now)
    return tree.raw()


def confirmed(raw: bytes, now: datetime) -> bytes:
    """``raw`` no longer provisional."""
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        event.replace("STATUS", b"STATUS:CONFIRMED\r\n")
        _touch(event, now)
    return tree.raw()


def without(raw: bytes, recurrence: str, scope: Scope, now: datetime) -> bytes | None:
    """``raw`` without one occurrence, or without it and those after it; None: nothing is left."""
    tree = ics.parse(raw)
    master = _master(tree)
    if not recurrence or scope is Scope.ALL or not _repeats(tree):
        return None
    if scope is Scope.FUTURE:
        if identity(_start(tree, master)) >= recurrence:
            return None
        _end_before(tree, master, recurrence)
    else:
        for extra in [e for e in _overrides(tree) if _identity(tree, e) == recurrence]:
            _drop(tree, extra)
        original = _moment_like(tree, master, recurrence)
        master.parts.append(_line(property_text_like("EXDATE", original, master)))
    _touch(master, now)
    return tree.raw()


def split(raw: bytes, change: Change, recurrence: str, uid: str, now: datetime) -> tuple[bytes | None, bytes]:
    """ "This and those after": the series ended before ``recurrence``, and a new one from there with
    ``change``."""
    before = without(raw, recurrence, Scope.FUTURE, now)
    tree = ics.parse(raw)
    master = _master(tree)
    current = _occurrence_span(tree, master, recurrence)
    count = _rule(master).get("COUNT", "")
    if count.isdecimal():
        passed = _passed(raw, recurrence)
        _set_rule(master, {**_rule(master), "COUNT": str(max(1, int(count) - passed))})
    for extra in list(_overrides(tree)):
        if _identity(tree, extra) < recurrence:
            _drop(tree, extra)
    _put_times(tree, master, current.start, current.end, current.all_day)
    for entry in [master, *_overrides(tree)]:
        entry.replace("UID", ics.fold(f"UID:{uid}"))
    _shift_series(tree, master, recurrence, change, now)
    return before, tree.raw()


# the parts


def _master(tree: Component) -> Component:
    found = [c for c in tree.walk("VEVENT")]
    if not found:
        raise ics.unreadable(_("予定が入っていません。"))
    return next((c for c in found if c.first("RECURRENCE-ID") is None), found[0])


def _overrides(tree: Component) -> list[Component]:
    return [c for c in tree.walk("VEVENT") if c.first("RECURRENCE-ID") is not None]


def _repeats(tree: Component) -> bool:
    return any(line.name in ("RRULE", "RDATE") for line in _master(tree).lines()) or bool(_overrides(tree))


def _apply(tree: Component, event: Component, change: Change, now: datetime) -> None:
    for name, value in (
        ("SUMMARY", change.summary),
        ("LOCATION", change.location),
        ("DESCRIPTION", change.memo),
    ):
        if isinstance(value, str):
            keep = value or name == "SUMMARY"
            event.replace(name, ics.fold(f"{name}:{ics.escape(value)}") if keep else None)
    if change.private is not KEEP:
        event.replace("CLASS", b"CLASS:PRIVATE\r\n" if change.private else None)
    if change.start is not None and change.end is not None:
        _put_times(tree, event, change.start, change.end, change.all_day)
    _touch(event, now)


def _put_times(tree: Component, event: Component, start: datetime, end: datetime, all_day: bool) -> None:
    """Office-clock times into the event, in the zone it already uses."""
    was = _start(tree, event)
    if not all_day and isinstance(was, datetime):
        first, last = _like(start, was), _like(end, was)
        lines = property_text_like("DTSTART", first, event), property_text_like("DTEND", last, event)
    else:
        lines = _time("DTSTART", start, all_day), _time("DTEND", end, all_day)
        if not all_day:
            _add_zone(tree)
    event.replace("DURATION", None)
    event.replace("DTSTART", ics.fold(lines[0]))
    event.replace("DTEND", ics.fold(lines[1]))


def _shift_series(tree: Component, master: Component, recurrence: str, change: Change, now: datetime) -> None:
    """A change meant for the whole series: its master moves by what the one occurrence was moved by."""
    if change.start is None or change.end is None:
        for event in [master, *_overrides(tree)]:
            _apply(tree, event, change, now)
        return
    current = _occurrence_span(tree, master, recurrence)
    moved = change.start - current.start
    whole = span(master, file_zones(tree), {})
    if whole is None:
        raise _impossible()
    if change.all_day != whole.all_day and (_overrides(tree) or master.first("EXDATE")):
        raise _impossible()
    _turn_weekdays(master, moved, current.start)
    for extra in _overrides(tree):
        own, original = _start(tree, extra), _own_recurrence(tree, extra)
        if wall(own) == wall(original) and (place := span(extra, file_zones(tree), {})) is not None:
            _put_times(tree, extra, place.start + moved, place.end + moved, place.all_day)
        extra.replace(
            "RECURRENCE-ID", ics.fold(property_text_like("RECURRENCE-ID", _moved(original, moved), extra))
        )
    _shift_exceptions(tree, master, moved)
    start = whole.start + moved
    times = Change(change.summary, change.location, change.memo, change.private,
                   start, start + (change.end - change.start), change.all_day)  # fmt: skip
    _apply(tree, master, times, now)
    for extra in _overrides(tree):
        _apply(tree, extra, Change(change.summary, change.location, change.memo, change.private), now)


def _shift_exceptions(tree: Component, master: Component, moved: timedelta) -> None:
    zones = file_zones(tree)
    for index, part in enumerate(master.parts):
        if isinstance(part, Line) and part.name in ("EXDATE", "RDATE") and moved:
            params, value = part.split()
            moments = [parse_moment(v, params, zones) for v in value.split(",")]
            if any(m is None for m in moments):
                raise _impossible()
            texts = [property_text_like("X", _moved(m, moved), part).partition(":")[2] for m in moments if m]
            head = part.text()[: len(part.text()) - len(value)]
            master.parts[index] = Line(part.name, ics.fold(head + ",".join(texts)))


def _turn_weekdays(master: Component, moved: timedelta, start: datetime) -> None:
    """Weekly rules follow a move to another day; rules bound to a day of the month cannot."""
    days = ((start + moved).date() - start.date()).days
    rule = _rule(master)
    if not days or not rule:
        return
    if any(name.startswith("BY") for name in rule if name not in ("BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND")):
        raise _impossible()
    if "BYDAY" in rule:
        names = rule["BYDAY"].split(",")
        if rule.get("FREQ") not in ("WEEKLY", "DAILY") or not all(n in _DAYS for n in names):
            raise _impossible()
        _set_rule(master, {**rule, "BYDAY": ",".join(_DAYS[(_DAYS.index(n) + days) % 7] for n in names)})


def _override(tree: Component, master: Component, recurrence: str) -> Component:
    """The exception for one occurrence, made from the series if it has none yet."""
    for extra in _overrides(tree):
        if _identity(tree, extra) == recurrence:
            return extra
    place = _occurrence_span(tree, master, recurrence)
    extra = next(ics.parse(master.raw()).children())
    original = property_text_like("RECURRENCE-ID", _moment_like(tree, master, recurrence), master)
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE"):
        extra.replace(name, None)
    extra.replace("RECURRENCE-ID", ics.fold(original))
    _put_times(tree, extra, place.start, place.end, place.all_day)
    calendar = next(c for c in tree.children() if any(child is master for child in c.children()))
    at = next(i for i, part in enumerate(calendar.parts) if part is master)
    calendar.parts.insert(at + 1, extra)
    return extra


def _end_before(tree: Component, master: Component, recurrence: str) -> None:
    """UNTIL just before ``recurrence`` (RFC 5545: in UTC unless the series is of days or floating)."""
    original = _moment_like(tree, master, recurrence)
    if isinstance(original, datetime):
        last = original - timedelta(seconds=1)
        until = stamp(last) if last.tzinfo is not None else f"{last:%Y%m%dT%H%M%S}"
    else:
        until = f"{original - timedelta(days=1):%Y%m%d}"
    rule = {name: value for name, value in _rule(master).items() if name != "COUNT"}
    if rule:
        _set_rule(master, {**rule, "UNTIL": until})
    for extra in [e for e in _overrides(tree) if _identity(tree, e) >= recurrence]:
        _drop(tree, extra)


def _passed(raw: bytes, recurrence: str) -> int:
    """How many occurrences of the rule itself come before ``recurrence``."""
    from calendar_sync.occurrences import expand
    from calendar_sync.scan import scan

    scanned = scan(raw)
    first = min((e.span.start.date() for e in scanned.entries if e.span is not None), default=date.today())
    last = wall(_parse_identity(recurrence)).date()
    return sum(1 for entry in expand(raw, scanned, first, last) if entry.recurrence < recurrence)


def _rule(master: Component) -> dict[str, str]:
    return {k: v for k, _eq, v in (p.partition("=") for p in master.value("RRULE").upper().split(";")) if k}


def _set_rule(master: Component, rule: dict[str, str]) -> None:
    master.replace("RRULE", ics.fold("RRULE:" + ";".join(f"{k}={v}" for k, v in rule.items())))


def _occurrence_span(tree: Component, master: Component, recurrence: str) -> Span:
    """Where the occurrence is now: its exception's time, else the rule's."""
    zones = file_zones(tree)
    for extra in _overrides(tree):
        if _identity(tree, extra) == recurrence and (own := span(extra, zones, {})) is not None:
            return own
    whole = span(master, zones, {})
    if whole is None:
        raise _impossible()
    start = wall(_parse_identity(recurrence))
    return Span(start, start + (whole.end - whole.start), whole.all_day)


def _parse_identity(recurrence: str) -> Moment:
    found = parse_moment(recurrence, {})
    if found is None:
        raise _impossible()
    return found


def _moment_like(tree: Component, master: Component, recurrence: str) -> Moment:
    """The occurrence's original start in the way the series writes its times."""
    was, original = _start(tree, master), _parse_identity(recurrence)
    if not isinstance(was, datetime):
        return wall(original).date()
    return _like(wall(original), was)


def _like(moment_on_wall: datetime, was: datetime) -> datetime:
    """An office-clock time in the zone of ``was``; a floating event stays floating."""
    if was.tzinfo is None:
        return moment_on_wall
    return moment_on_wall.replace(tzinfo=TOKYO).astimezone(was.tzinfo)


def _moved(original: Moment, by: timedelta) -> Moment:
    return original + by  # on the series' own clock: ten o'clock stays ten o'clock


def property_text_like(name: str, value: Moment, like: Component | Line) -> str:
    """A content line for ``value``, with the TZID that ``like`` (an event, or a line of it) already uses."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return f"{name}:{value:%Y%m%dT%H%M%S}"
    line = like if isinstance(like, Line) else like.first("DTSTART")
    params = line.split()[0] if line is not None else {}
    if isinstance(value, datetime) and "TZID" not in params:
        return f"{name}:{stamp(value)}"
    return property_text(name, value, params.get("TZID", ""))


def _start(tree: Component, event: Component) -> Moment:
    found = moment(event, "DTSTART", file_zones(tree), {})
    if found is None:
        raise _impossible()
    return found


def _own_recurrence(tree: Component, extra: Component) -> Moment:
    found = moment(extra, "RECURRENCE-ID", file_zones(tree), {})
    if found is None:
        raise _impossible()
    return found


def _identity(tree: Component, extra: Component) -> str:
    return identity(_own_recurrence(tree, extra))


def _drop(tree: Component, entry: Component) -> None:
    for calendar in tree.children():
        calendar.parts = [part for part in calendar.parts if part is not entry]


def _touch(event: Component, now: datetime) -> None:
    number = event.value("SEQUENCE")
    event.replace(
        "SEQUENCE",
        f"SEQUENCE:{int(number) + 1 if number.isdecimal() and len(number) < 9 else 1}\r\n".encode(),
    )
    event.replace("LAST-MODIFIED", f"LAST-MODIFIED:{stamp(now)}\r\n".encode())
    event.replace("DTSTAMP", f"DTSTAMP:{stamp(now)}\r\n".encode())


def _add_zone(tree: Component) -> None:
    if not any(zone.value("TZID") == "Asia/Tokyo" for zone in tree.walk("VTIMEZONE")):
        calendar = next(c for c in tree.children() if c.name == "VCALENDAR")
        zone = next(ics.parse(_TOKYO_ZONE.encode()).children())
        first = next(i for i, part in enumerate(calendar.parts) if isinstance(part, Component))
        calendar.parts.insert(first, zone)


def _time(name: str, value: datetime, all_day: bool) -> str:
    return property_text(name, value.date() if all_day else value)


def _line(text: str) -> Line:
    return Line(text.partition(":")[0].partition(";")[0], ics.fold(text))


def _impossible() -> SuiteError:
    return SuiteError(
        _("予定を変えられませんでした。"),
        _("この繰り返しは、まとめて別の日に移せません。"),
        _("「この回だけ」を選ぶか、新しい予定を作ってください。"),
        "CAL-003",
    )
