"""Time that everybody has: ranked slots in the office's hours, and which room is free then. Pure.

A day is a number whose bits are quarters of an hour; who is busy is an OR, so that thirty people and a
month of rooms take milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

QUARTER = 15
_A_DAY = 24 * 60 // QUARTER
Busy = Iterable[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Slot:
    """``absent``: who cannot; empty where everybody can. ``rooms``: free rooms, smallest that fits first."""

    start: datetime
    end: datetime
    absent: tuple[str, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for. Times are minutes of the day; ``margin`` is kept free before and after (the way
    there)."""

    minutes: int
    days: Sequence[date]
    opens: int = 8 * 60 + 30
    closes: int = 17 * 60 + 15
    lunch: tuple[int, int] = (12 * 60, 13 * 60)
    margin: int = 0
    step: int = 30
    most_absent: int = 0
    needs_room: bool = False


def slots(
    people: Mapping[str, Busy], rooms: Mapping[str, Busy], wish: Wish, now: datetime, limit: int = 10
) -> list[Slot]:
    """The best times, best first: nobody absent, a room, soon, and in the middle of the half-day."""
    days = sorted(set(wish.days))
    who = {name: _masks(busy, days, wish.margin) for name, busy in people.items()}
    where = {name: _masks(busy, days, 0) for name, busy in rooms.items()}
    found = []
    for day in days:
        for minute in range(_up(wish.opens, wish.step), wish.closes - wish.minutes + 1, wish.step):
            start = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
            meets_lunch = minute < wish.lunch[1] and minute + wish.minutes > wish.lunch[0]
            if start < now or meets_lunch:
                continue
            window = _bits(minute, minute + wish.minutes)
            absent = tuple(name for name, masks in who.items() if masks.get(day, 0) & window)
            if len(absent) > wish.most_absent:
                continue
            free = tuple(name for name, masks in where.items() if not masks.get(day, 0) & window)
            if wish.needs_room and not free:
                continue
            slot = Slot(start, start + timedelta(minutes=wish.minutes), absent, free)
            found.append((_cost(slot, now, bool(rooms)), slot))
    return [slot for _cost_of_it, slot in sorted(found, key=lambda pair: (pair[0], pair[1].start))][:limit]


def _cost(slot: Slot, now: datetime, wants_room: bool) -> float:
    """Lower is better, in days of waiting: an absence weighs a fortnight, no room a week, an odd hour a
    day."""
    middle = min(abs(slot.start.hour + slot.start.minute / 60 - good) for good in (10.0, 14.0))
    waiting = (slot.start.date() - now.date()).days
    return waiting + 14.0 * len(slot.absent) + (7.0 if wants_room and not slot.rooms else 0.0) + middle * 0.4


def _masks(busy: Busy, days: Sequence[date], margin: int) -> dict[date, int]:
    wanted = set(days)
    masks: dict[date, int] = {}
    for begin, end in busy:
        start, finish = begin - timedelta(minutes=margin), end + timedelta(minutes=margin)
        day = max(start.date(), days[0]) if days else start.date()
        while day <= finish.date() and days and day <= days[-1]:
            if day in wanted:
                midnight = datetime(day.year, day.month, day.day)
                first = max(0, int((start - midnight).total_seconds() // 60))
                last = min(24 * 60, -int((midnight - finish).total_seconds() // 60))
                masks[day] = masks.get(day, 0) | _bits(first, last)
            day += timedelta(days=1)
    return masks


def _bits(first: int, last: int) -> int:
    """The quarters that ``first`` … ``last`` (minutes) touch."""
    low, high = max(0, first // QUARTER), min(_A_DAY, -(-last // QUARTER))
    return ((1 << max(0, high - low)) - 1) << low


def _up(minute: int, step: int) -> int:
    return -(-minute // step) * step
