"""What the index needs of an object, read from its lines on arrival."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from calendar_sync import ics, quick
from calendar_sync.ics import Component
from calendar_sync.times import Moment, identity, parse_duration, parse_moment, wall, zone_named

_ZONE_NAMES = re.compile(rb"TZID=([^:;\r\n]+)")
LONGEST = timedelta(days=3660)


class Span(NamedTuple):
    """When one entry is, on the office's clock. ``end`` is never before ``start``."""

    start: datetime
    end: datetime
    all_day: bool


class Entry(NamedTuple):
    """One VEVENT. ``recurrence``: which of a series (``times.identity``), empty for the master or a single
    event."""

    span: Span | None
    summary: str
    location: str
    status: str
    private: bool
    busy: bool
    recurrence: str


class Scan(NamedTuple):
    """An object's UID, its entries, whether it has to be expanded, and the zone names nobody knows."""

    uid: str
    entries: tuple[Entry, ...]
    repeats: bool
    unknown_zones: tuple[str, ...]
    words: str


def scan(raw: bytes) -> Scan:
    """Read ``raw`` for the index. SuiteError CAL-001 when it is no iCalendar object."""
    plain = quick.values(raw)
    if plain is not None and (found := _plain(plain)) is not None:
        return found
    return scan_whole(raw)


def scan_whole(raw: bytes) -> Scan:
    """The same by the whole tree: whatever is not one plain event."""
    root = _events_only(raw)
    unknown: dict[str, None] = {}
    zones = file_zones(root)
    entries, uid, repeats, words = [], "", False, []
    for event in root.walk("VEVENT"):
        uid = uid or event.value("UID")
        repeats = repeats or any(line.name in ("RRULE", "RDATE", "RECURRENCE-ID") for line in event.lines())
        entry = _entry(event, zones, unknown)
        entries.append(entry)
        words += [entry.summary, entry.location, ics.unescape(event.value("DESCRIPTION"))]
    if not uid:
        uid = next((c.value("UID") for c in ics.entries(root)), "")
    return Scan(uid, tuple(entries), repeats, tuple(unknown), _words(words))


def _plain(values: quick.Values) -> Scan | None:
    """The scan of one plain event; None where its times are not plain."""
    try:
        start = quick.moment(values["DTSTART"])
        end = quick.moment(values["DTEND"]) if "DTEND" in values else None
    except (KeyError, ValueError):
        return None
    texts = {name: values[name][1] for name in _TEXTS if name in values}
    entry = _entry_of(_span_of(start, end, texts.get("DURATION", "")), texts, "")
    words = [entry.summary, entry.location, ics.unescape(texts.get("DESCRIPTION", ""))]
    repeats = "RRULE" in values or "RDATE" in values
    return Scan(texts.get("UID", ""), (entry,), repeats, (), _words(words))


def _words(words: list[str]) -> str:
    return fold(" ".join(dict.fromkeys(words)))[:20_000]


def _events_only(raw: bytes) -> Component:
    """The events of ``raw`` without its zones, where every zone that is named is known: half the lines."""
    begin, end = raw.find(b"\nBEGIN:VEVENT"), raw.rfind(b"\nEND:VEVENT")
    if begin < 0 or end < begin or b"BEGIN:VTIMEZONE" in raw[begin:end]:
        return ics.parse(raw)
    part = raw[begin + 1 : end + 12]
    if any(zone_named(ics.decode(name)) is None for name in _ZONE_NAMES.findall(part)):
        return ics.parse(raw)
    return ics.parse(part)


def fold(text: str) -> str:
    """Text for searching: width and case do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def span(event: Component, zones: Mapping[str, tzinfo], unknown: dict[str, None]) -> Span | None:
    """The event's time: DTSTART with DTEND, else DURATION, else a day or a moment (RFC 5545 section
    3.6.1)."""
    start = moment(event, "DTSTART", zones, unknown)
    if start is None:
        return None
    return _span_of(start, moment(event, "DTEND", zones, unknown), event.value("DURATION"))


def _span_of(start: Moment, end: Moment | None, duration: str) -> Span:
    if isinstance(start, datetime) and isinstance(end, datetime):  # most of what arrives
        on_the_wall = start.tzinfo is None and end.tzinfo is None
        if on_the_wall and timedelta(0) <= end - start <= LONGEST:
            return Span(start, end, False)
    first = wall(start)
    all_day = not isinstance(start, datetime)
    if end is not None:
        last = wall(end)
    else:
        given = parse_duration(duration)
        last = _after(first, given if given is not None else timedelta(days=1 if all_day else 0))
    if all_day and last <= first:
        last = _after(first, timedelta(days=1))
    return Span(first, min(max(first, last), _after(first, LONGEST)), all_day)


def moment(
    event: Component, name: str, zones: Mapping[str, tzinfo], unknown: dict[str, None]
) -> Moment | None:
    line = event.first(name)
    if line is None:
        return None
    params, value = line.split()
    zone = params.get("TZID", "")
    if zone and zone not in zones and zone_named(zone) is None:
        unknown[zone] = None
    found = parse_moment(value, params, zones)
    if params.get("VALUE") == "DATE" and isinstance(found, datetime):
        return found.date()
    return found


def file_zones(root: Component) -> dict[str, tzinfo]:
    """Zones with a name nobody knows, as the file's own VTIMEZONE defines them."""
    found: dict[str, tzinfo] = {}
    for zone in root.walk("VTIMEZONE"):
        name = zone.value("TZID")
        if name and zone_named(name) is None and (made := _defined(zone)) is not None:
            found[name] = made
    return found


def _defined(zone: Component) -> tzinfo | None:
    import icalendar

    try:
        component = icalendar.Timezone.from_ical(zone.raw())
        made = component.to_tz() if isinstance(component, icalendar.Timezone) else None
        return made if isinstance(made, tzinfo) else None
    except Exception:  # noqa: BLE001 - a hostile VTIMEZONE may raise anything; the name is then shown as unknown
        return None


def _entry(event: Component, zones: Mapping[str, tzinfo], unknown: dict[str, None]) -> Entry:
    values: dict[str, str] = {}
    for line in event.lines():
        if line.name in _WANTED and line.name not in values:
            values[line.name] = line.value
    original = moment(event, "RECURRENCE-ID", zones, unknown)
    return _entry_of(span(event, zones, unknown), values, identity(original) if original is not None else "")


def _entry_of(place: Span | None, values: Mapping[str, str], recurrence: str) -> Entry:
    status = values.get("STATUS", "").upper()
    return Entry(
        place,
        ics.unescape(values.get("SUMMARY", ""))[:500],
        ics.unescape(values.get("LOCATION", ""))[:500],
        status,
        values.get("CLASS", "").upper() in ("PRIVATE", "CONFIDENTIAL"),
        values.get("TRANSP", "").upper() != "TRANSPARENT" and status != "CANCELLED",
        recurrence,
    )


_TEXTS = ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "CLASS", "TRANSP", "DURATION")
_WANTED = frozenset({"SUMMARY", "LOCATION", "STATUS", "CLASS", "TRANSP"})


def _after(start: datetime, length: timedelta) -> datetime:
    try:
        return start + length
    except OverflowError:
        return start
