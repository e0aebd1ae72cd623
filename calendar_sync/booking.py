"""仮押さえ: a meeting in several slots at once, its room with it; one is confirmed, the others are released.

What belongs together carries ``X-MAHOROBA-HOLD:ID/NUMBER`` in every calendar: the same ID for the meeting,
the same number for one slot's entries. Any client may look at them, and any of ours may confirm.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from calendar_sync import edit, ics
from calendar_sync.attendance import Attendee, attendee
from calendar_sync.freeslots import Slot, Wish, slots
from calendar_sync.holidays import holiday
from calendar_sync.ics import Line
from calendar_sync.model import Draft, Occurrence
from calendar_sync.store import Store

Between = Callable[[datetime, datetime, bool], Iterable[Occurrence]]
Invite = Callable[[bytes, Sequence[Attendee]], bytes]
_TO_INVITE = "X-MAHOROBA-INVITE"
Step = tuple[int, int, str, bytes | None, bytes | None]


class Booking:
    """Meetings of one person. Everything is kept on disk when a call returns."""

    def __init__(
        self, store: Store, changed: Callable[[], None], now: Callable[[], datetime], invite: Invite
    ) -> None:
        self._store, self._changed, self._now, self._invite = store, changed, now, invite

    def book(self, title: str, slots: Sequence[Slot], people: Sequence[Attendee] = ()) -> list[Step]:
        """``title`` in the own calendar and in the first free room's at each of ``slots``; provisional where
        there are several. ``people`` are invited to what is certain, and noted in what is not yet."""
        group = uuid.uuid4().hex
        known = self._store.collections()
        own = next(c for c in known if c.kind == "own")
        rooms = {c.name: c for c in known if c.kind == "room" and c.writable}
        steps: list[Step] = []
        for number, slot in enumerate(slots):
            room = next((rooms[name] for name in slot.rooms if name in rooms), None)
            place = room.name if room is not None else "".join(slot.rooms[:1])
            hold = f"{group}/{number}" if len(slots) > 1 or room is not None else ""
            for home in filter(None, (own, room)):
                draft = Draft(
                    home.id, title, slot.start, slot.end, location=place, tentative=len(slots) > 1, hold=hold
                )
                uid = str(uuid.uuid4())
                href, raw = f"{home.href}{uid}.ics", edit.new_event(draft, uid, self._now())
                if people and home is own:
                    raw = self._invite(raw, people) if len(slots) == 1 else _noted(raw, people)
                steps.append((self._store.create(home.id, href, raw), home.id, href, None, raw))
        self._changed()
        return steps

    def confirm(self, event: int) -> list[Step]:
        """Settle on the slot of ``event``: its entries become certain, those of the other slots go."""
        chosen = self._store.object(event)
        hold = hold_of(chosen.content) if chosen is not None and chosen.content is not None else ""
        group, _slash, number = hold.partition("/")
        steps: list[Step] = []
        for each in self._store.containing(f"X-MAHOROBA-HOLD:{group}/") if group else ():
            was = self._store.object(each)
            if was is None or was.content is None:
                continue
            kept = hold_of(was.content) == f"{group}/{number}"
            raw = edit.confirmed(was.content, self._now()) if kept else None
            if raw is not None and (people := _noted_in(raw)):
                raw = self._invite(_noted(raw, ()), people)
            steps.append((each, was.collection, was.href, self._store.change(each, raw), raw))
        self._changed()
        return steps


def _noted(raw: bytes, people: Sequence[Attendee]) -> bytes:
    """``raw`` with a note of whom to invite when it is certain."""
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        event.replace(_TO_INVITE, None)
        at = sum(1 for part in event.parts if isinstance(part, Line))
        for person in people:
            line = Line(_TO_INVITE, f"{_TO_INVITE}:{person.address}\r\n".encode())
            event.parts.insert(at, Line(_TO_INVITE, ics.with_params(line, {"CN": person.name})))
    return tree.raw()


def _noted_in(raw: bytes) -> list[Attendee]:
    event = next(ics.parse(raw).walk("VEVENT"))
    return [attendee(line) for line in event.lines() if line.name == _TO_INVITE]


def hold_of(raw: bytes) -> str:
    """``ID/NUMBER`` of an event that is provisional with others, or nothing."""
    event = next(ics.parse(raw).walk("VEVENT"), None)
    if event is None or event.value("STATUS").upper() != "TENTATIVE":
        return ""
    return event.value("X-MAHOROBA-HOLD")


def free_slots(
    store: Store, between: Between, people: Sequence[int], minutes: int, now: datetime, days: int, margin: int
) -> list[Slot]:
    """Times in the office's hours when all of ``people`` (calendars) are free, and ``margin`` minutes before
    and after for the way there; with a free room, best first."""
    first = now.date()
    open_days = [
        day for n in range(days) if (day := first + timedelta(days=n)).weekday() < 5 and not holiday(day)
    ]
    begin = datetime(first.year, first.month, first.day)
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    for o in between(begin, begin + timedelta(days=days), True):
        if o.busy:
            busy.setdefault(o.collection, []).append((o.start, o.end))
    known = {c.id: c for c in store.collections()}
    fitting = sorted(
        (c for c in known.values() if c.kind == "room" and (not c.seats or c.seats >= len(people))),
        key=lambda c: c.seats or 1000,
    )
    rooms = {c.name: busy.get(c.id, []) for c in fitting}
    who = {f"{known[n].name} {n}": busy.get(n, []) for n in people if n in known}
    return slots(who, rooms, Wish(minutes, open_days, margin=margin), now)
