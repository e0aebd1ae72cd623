"""What is to be called to mind now: by an event's own alarms (VALARM, RFC 5545 3.6.6), or ten minutes before.

What was put off or done with is kept in the cache: a restart calls nothing twice and forgets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from calendar_sync import ics
from calendar_sync.attendance import Answer
from calendar_sync.ics import Component
from calendar_sync.model import Occurrence
from calendar_sync.scan import file_zones
from calendar_sync.store import Store
from calendar_sync.times import identity, parse_duration, parse_moment, wall
from core.errors import SuiteError
from core.quiet import QuietHours

BEFORE = timedelta(minutes=10)
"""Of an event at a time of day that has no alarm of its own."""
AHEAD = timedelta(days=8)
"""Alarms that ring earlier than this before their event ring then."""
LATE = timedelta(minutes=15)
"""An event that began longer ago is no longer called to mind, unless it was put off."""
MOST = 20
NIGHT = QuietHours(time(21), time(7))
"""Unless a person has chosen other quiet hours."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """``occurrence`` is to be called to mind from ``at`` (naive, the office's clock)."""

    occurrence: Occurrence
    at: datetime


class Reminders:
    """One person's reminders, of the calendars that are their own. Safe from any thread."""

    def __init__(self, store: Store, between: Callable[[datetime, datetime], Iterable[Occurrence]]) -> None:
        self._store, self._between = store, between

    def due(self, now: datetime, quiet: QuietHours = NIGHT) -> list[Reminder]:
        """What rings at ``now``, the soonest event first. In the ``quiet`` hours only what begins in
        them and what the person has put off into them; the rest is told afterwards."""
        own = {c.id for c in self._store.collections() if c.kind == "own"}
        handled = self._store.handled()
        rings = []
        for o in self._between(now - timedelta(days=1), now + AHEAD):
            until = handled.get((o.event, key_of(o)))
            sleeps = until is None and quiet.hold(now) and now < o.start and not quiet.hold(o.start)
            away = o.status == "CANCELLED" or o.answer == Answer.NO
            if o.collection not in own or away or sleeps:
                continue
            at = self._first(o, now) if until is None else until
            if at is not None and at <= now and (until is not None or now <= o.start + LATE):
                rings.append(Reminder(o, at))
        rings.sort(key=lambda r: r.occurrence.start)
        return rings[:MOST]

    def put_off(self, reminder: Reminder, until: datetime) -> None:
        """Ring again at ``until``, also after a restart."""
        o = reminder.occurrence
        self._store.handle(o.event, key_of(o), until)

    def done(self, reminder: Reminder) -> None:
        """Never again for this occurrence, as long as it stays when it is."""
        o = reminder.occurrence
        self._store.handle(o.event, key_of(o), None)

    def _first(self, o: Occurrence, now: datetime) -> datetime | None:
        """When ``o`` rings: its last alarm that has come, or the first to come."""
        seen = self._store.object(o.event)
        raw = seen.content if seen is not None else None
        times = alarms(raw, o) if raw is not None and b"BEGIN:VALARM" in raw else []
        if not times:
            return None if o.all_day or not o.busy else o.start - BEFORE
        come = [at for at in times if at <= now]
        return max(come) if come else min(times)


def key_of(o: Occurrence) -> str:
    """The occurrence and its time: an event that is moved rings anew."""
    return f"{o.recurrence} {o.start:%Y%m%dT%H%M}"


def alarms(raw: bytes, o: Occurrence) -> list[datetime]:
    """When the alarms of ``o`` ring, on the office's clock; what cannot be read rings not."""
    try:
        tree = ics.parse(raw)
        event = _event_of(tree, o.recurrence)
        if event is None:
            return []
        return [at for alarm in event.children() if (at := _rings(tree, alarm, o)) is not None]
    except SuiteError:
        return []


def _event_of(tree: Component, recurrence: str) -> Component | None:
    """The exception for this occurrence, or the event that repeats."""
    zones, master = file_zones(tree), None
    for event in tree.walk("VEVENT"):
        line = event.first("RECURRENCE-ID")
        if line is None:
            master = master or event
            continue
        params, value = line.split()
        original = parse_moment(value, params, zones)
        if original is not None and identity(original) == recurrence:
            return event
    return master


def _rings(tree: Component, alarm: Component, o: Occurrence) -> datetime | None:
    line = alarm.first("TRIGGER") if alarm.name == "VALARM" else None
    if line is None:
        return None
    params, value = line.split()
    if params.get("VALUE") == "DATE-TIME":
        moment = parse_moment(value, params, file_zones(tree))
        return wall(moment) if moment is not None else None
    by = parse_duration(value)
    if by is None or abs(by) > timedelta(days=400):
        return None
    return (o.end if params.get("RELATED") == "END" else o.start) + by
