"""When a series happens: expanded into rows for a window of time, with a bound on every rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from calendar_sync import ics
from calendar_sync.scan import Entry, Scan, Span
from calendar_sync.times import identity, wall
from core.errors import SuiteError
from core.i18n import _

MOST = 4000
"""Occurrences of one series in one window; a rule that makes more is a mistake or an attack."""


def expand(raw: bytes, scanned: Scan, first: date, last: date) -> list[Entry]:
    """The occurrences of ``raw`` that touch ``first`` … ``last``; a single event is always itself.

    SuiteError CAL-002 for a rule that cannot be followed; the caller then shows the entries as they stand.
    """
    if not scanned.repeats:
        return [entry for entry in scanned.entries if entry.span is not None]
    import icalendar
    import recurring_ical_events

    _refuse_bombs(raw, (last - first).days + 1)
    try:
        calendar: Any = icalendar.Calendar.from_ical(raw)
        query = recurring_ical_events.of(calendar, components=["VEVENT"])
        begin, end = _day(first), _day(last) + timedelta(days=1)
        found = list(islice(query.between(begin, end), MOST + 1))
    except SuiteError:
        raise
    except Exception as error:  # a hostile rule may raise anything
        raise _unfollowable() from error
    if len(found) > MOST:
        raise _unfollowable()
    return [entry for event in found if (entry := _entry(event)) is not None]


def _refuse_bombs(raw: bytes, days: int) -> None:
    """Refuse a rule that could make more than ``MOST``: counted from its parts, before anything is
    expanded."""
    for event in ics.parse(raw).walk("VEVENT"):
        for line in event.lines():
            if line.name == "RRULE" and _most(line.value.upper(), days) > MOST:
                raise _unfollowable()


def _most(rule: str, days: int) -> int:
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if parts.get("COUNT", "").isdecimal() and len(parts["COUNT"]) < 6:
        return int(parts["COUNT"])
    step = parts.get("INTERVAL", "1")
    interval = max(1, int(step)) if step.isdecimal() and len(step) < 6 else 1
    a_day = {"SECONDLY": 86400, "MINUTELY": 1440, "HOURLY": 24}.get(parts.get("FREQ", ""), 1)
    many = -(-a_day // interval)
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        if name in parts and a_day == 1:
            many *= parts[name].count(",") + 1
    return many * days


def _entry(event: Any) -> Entry | None:
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else start
    all_day = not isinstance(start, datetime)
    first, last = wall(start), wall(end)
    if all_day and last <= first:
        last = first + timedelta(days=1)
    status = str(event.get("STATUS", "")).upper()
    return Entry(
        Span(first, max(first, last), all_day),
        str(event.get("SUMMARY", ""))[:500],
        str(event.get("LOCATION", ""))[:500],
        status,
        str(event.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"),
        str(event.get("TRANSP", "")).upper() != "TRANSPARENT" and status != "CANCELLED",
        _identity(event),
    )


def _identity(event: Any) -> str:
    moment = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else event["DTSTART"].dt
    return identity(moment)


def _day(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _unfollowable() -> SuiteError:
    return SuiteError(
        _("繰り返しを展開できません。"),
        _("繰り返しの決まりが細かすぎるか、壊れています。"),
        _("最初の一回だけを表示しています。予定の作成者に確かめてください。"),
        "CAL-002",
    )
