"""One event's own lines: its words and times written so that what was not edited keeps its bytes. Pure."""

from __future__ import annotations

from datetime import datetime

from calendar_sync import ics
from calendar_sync.ics import Component, Line
from calendar_sync.model import KEEP, Change
from calendar_sync.scan import file_zones, moment
from calendar_sync.times import Moment, property_text, stamp
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _

TOKYO_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19510909T010000\r\nTZOFFSETFROM:+1000\r\n"
    "TZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def apply(tree: Component, event: Component, change: Change, now: datetime) -> None:
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
        put_times(tree, event, change.start, change.end, change.all_day)
    touch(event, now)


def put_times(tree: Component, event: Component, start: datetime, end: datetime, all_day: bool) -> None:
    """Office-clock times into the event, in the zone it already uses."""
    was = start_of(tree, event)
    if not all_day and isinstance(was, datetime):
        first, last = in_zone_of(start, was), in_zone_of(end, was)
        lines = property_text_like("DTSTART", first, event), property_text_like("DTEND", last, event)
    else:
        lines = time_line("DTSTART", start, all_day), time_line("DTEND", end, all_day)
        if not all_day:
            _add_zone(tree)
    event.replace("DURATION", None)
    event.replace("DTSTART", ics.fold(lines[0]))
    event.replace("DTEND", ics.fold(lines[1]))


def in_zone_of(moment_on_wall: datetime, was: datetime) -> datetime:
    """An office-clock time in the zone of ``was``; a floating event stays floating."""
    if was.tzinfo is None:
        return moment_on_wall
    return moment_on_wall.replace(tzinfo=TOKYO).astimezone(was.tzinfo)


def start_of(tree: Component, event: Component) -> Moment:
    found = moment(event, "DTSTART", file_zones(tree), {})
    if found is None:
        raise impossible()
    return found


def touch(event: Component, now: datetime) -> None:
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
        zone = next(ics.parse(TOKYO_ZONE.encode()).children())
        first = next(i for i, part in enumerate(calendar.parts) if isinstance(part, Component))
        calendar.parts.insert(first, zone)


def time_line(name: str, value: datetime, all_day: bool) -> str:
    return property_text(name, value.date() if all_day else value)


def line_of(text: str) -> Line:
    return Line(text.partition(":")[0].partition(";")[0], ics.fold(text))


def property_text_like(name: str, value: Moment, like: Component | Line) -> str:
    """A content line for ``value``, with the TZID that ``like`` (an event, or a line of it) already uses."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return f"{name}:{value:%Y%m%dT%H%M%S}"
    line = like if isinstance(like, Line) else like.first("DTSTART")
    params = line.split()[0] if line is not None else {}
    if isinstance(value, datetime) and "TZID" not in params:
        return f"{name}:{stamp(value)}"
    return property_text(name, value, params.get("TZID", ""))


def impossible() -> SuiteError:
    return SuiteError(
        _("予定を変えられませんでした。"),
        _("この繰り返しは、まとめて別の日に移せません。"),
        _("「この回だけ」を選ぶか、新しい予定を作ってください。"),
        "CAL-003",
    )
