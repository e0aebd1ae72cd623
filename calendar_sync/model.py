"""The words of the feature, and the events it publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from calendar_sync.attendance import Attendee


class _Keep:
    """ "Leave it as it is", where None already means something."""


KEEP: Final = _Keep()


class Scope(StrEnum):
    """How much of a series an edit means."""

    THIS = "this"
    FUTURE = "future"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose calendar this is: the signed-in person, by staff number."""

    staff_number: str
    name: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """A calendar on the server. ``held``: how many deletions wait for a person's yes."""

    id: int
    href: str
    name: str
    colour: str
    writable: bool
    shown: bool
    held: int = 0
    kind: str = "own"  # own | person | section | room
    place: str = ""  # 部局 › 所属
    seats: int = 0  # of a room; 0: unsaid


class Occurrence(NamedTuple):
    """One time an event happens. ``start`` and ``end``: naive, on the office's clock; an all-day end is
    exclusive.

    ``recurrence``: which one of a series (RECURRENCE-ID), empty where there is only one. A tuple, because a
    month has thousands.
    """

    event: int
    recurrence: str
    collection: int
    start: datetime
    end: datetime
    all_day: bool
    summary: str
    location: str
    status: str = ""
    private: bool = False
    busy: bool = True
    repeats: bool = False
    unsent: bool = False
    conflict: bool = False
    answer: str = ""  # mine to another's invitation (PARTSTAT), empty: it is none


@dataclass(frozen=True, slots=True)
class Draft:
    """A new event. Naive times on the office's clock; an all-day ``end`` is exclusive."""

    collection: int
    summary: str
    start: datetime
    end: datetime
    all_day: bool = False
    location: str = ""
    memo: str = ""
    private: bool = False
    tentative: bool = False
    hold: str = ""  # what this event is booked together with (``booking``)


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of an event; ``KEEP`` leaves it. ``start``, ``end`` and ``all_day`` go together."""

    summary: str | _Keep = KEEP
    location: str | _Keep = KEEP
    memo: str | _Keep = KEEP
    private: bool | _Keep = KEEP
    start: datetime | None = None
    end: datetime | None = None
    all_day: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """An event opened: what the index does not keep."""

    occurrence: Occurrence
    memo: str
    organiser: str
    attendees: tuple[Attendee, ...]
    rule: str  # RRULE as it stands in the file
    warnings: tuple[str, ...]
    provisional: bool = False  # one of several slots; ``Booking.confirm`` settles on it
    invited: bool = False  # another's meeting that this person is asked to


REFUSED: Final = "REFUSED"
"""The only "clash" of an edit that the server would not have from this person (403)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two versions of one event. ``theirs`` is what the calendar shows until a person has chosen."""

    id: int
    event: int
    clashes: tuple[str, ...]
    mine: bytes | None
    theirs: bytes | None

    @property
    def refused(self) -> bool:
        return self.clashes == (REFUSED,)


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of "what changed": ``before`` or ``after`` None: added, deleted."""

    at: str
    collection: int
    origin: str  # here | there | merge | undo
    before: bytes | None
    after: bytes | None
    id: int = 0
    event: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What one synchronisation did."""

    sent: int = 0
    received: int = 0
    removed: int = 0
    conflicts: int = 0
    held: int = 0

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.sent + other.sent,
            self.received + other.received,
            self.removed + other.removed,
            self.conflicts + other.conflicts,
            self.held + other.held,
        )


@dataclass(frozen=True, slots=True)
class ScheduleChanged:
    """Something in the cache is different; whoever shows it reads again."""

    staff_number: str


@dataclass(frozen=True, slots=True)
class Synchronised:
    """A synchronisation has ended. ``code``: why not all of it worked, empty when it did."""

    staff_number: str
    summary: Summary
    code: str = ""
    reason: str = ""
