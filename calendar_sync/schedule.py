"""A person's schedule, read and edited at once, sent when the server is there."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from calendar_sync import edit
from calendar_sync.accounts import Accounts, home_of
from calendar_sync.booking import Booking, free_slots
from calendar_sync.exchange import COLOURS, Exchange
from calendar_sync.files import Files
from calendar_sync.following import follow
from calendar_sync.freeslots import Slot
from calendar_sync.merge import three_way
from calendar_sync.model import (
    Change,
    Collection,
    Conflict,
    Detail,
    Draft,
    Occurrence,
    Owner,
    ScheduleChanged,
    Scope,
    Seen,
    Summary,
)
from calendar_sync.opened import detail_of
from calendar_sync.organisation import Unit
from calendar_sync.reminders import Reminders
from calendar_sync.remote import Remote
from calendar_sync.store import Store
from core.errors import SuiteError
from core.events import Events
from core.i18n import _
from core.jobs import Report

_log = logging.getLogger(__name__)
OWN_COLOUR, SECTION_COLOUR = "#0017c1", "#197a4b"


@dataclass(frozen=True, slots=True)
class Undo:
    """One act of the person: what each event was before it and after it."""

    steps: tuple[tuple[int, int, str, bytes | None, bytes | None], ...]


class Schedule:
    """One person's calendars. Reading and editing never wait for the server. Safe from any thread."""

    def __init__(
        self,
        owner: Owner,
        store: Store,
        connect: Callable[[], Remote],
        events: Events,
        accounts: Accounts | None = None,
    ) -> None:
        """``accounts``: where the person may choose another server."""
        self.accounts = accounts
        self.owner, self._store, self._connect, self._events = owner, store, connect, events
        self.exchange = Exchange(owner, store, connect, events)
        self.files = Files(store, self._changed)
        self.reminders = Reminders(store, self.between)
        self._booking = Booking(store, self._changed, _now)
        self._remember()

    def _remember(self) -> None:
        """The person's own calendar and the section's exist from the first moment, server or not."""
        home = home_of(self._store, self.owner)
        self._store.remember_collection(f"{home}main/", _("わたしの予定"), OWN_COLOUR)
        if self.owner.section:
            href = f"/section-{quote(self.owner.section, safe='')}/main/"
            self._store.remember_collection(href, self.owner.section, SECTION_COLOUR, kind="section")

    # reading

    def collections(self) -> list[Collection]:
        return self._store.collections()

    def show(self, collection: int, shown: bool) -> None:
        self._store.show_collection(collection, shown)
        self._changed()

    def between(self, first: datetime, last: datetime, everything: bool = False) -> list[Occurrence]:
        """What happens from ``first`` until before ``last`` in the calendars that are shown (or in all)."""
        self._store.widen(first.date(), last.date())
        wanted = [c.id for c in self._store.collections() if c.shown or everything]
        return self._store.between(first, last, wanted)

    def free_slots(
        self, people: Sequence[int], minutes: int, now: datetime, days: int = 28, margin: int = 0
    ) -> list[Slot]:
        """Times when all of ``people`` (calendars) are free, ``margin`` minutes around them too, with a free
        room, best first."""
        return free_slots(self._store, self.between, people, minutes, now, days, margin)

    def search(self, text: str, today: date) -> list[Occurrence]:
        return self._store.search(text, datetime(today.year, today.month, today.day))

    def detail(self, occurrence: Occurrence) -> Detail:
        """The event behind ``occurrence``, parsed. SuiteError CAL-004 when it is no longer there."""
        return detail_of(self._content(occurrence.event), occurrence)

    def unsent(self) -> int:
        """How many events wait to be sent."""
        return self._store.unsent()

    def history(self, event: int | None = None, since: str = "") -> list[Seen]:
        return self._store.history(event, since)

    def looked(self) -> str:
        """When this person looked last (empty: never); from now on, that is now."""
        before = self._store.fact("looked_at")
        self._store.put_fact("looked_at", _now().isoformat(timespec="seconds"))
        return before

    # editing

    def create(self, draft: Draft) -> Undo:
        """A new event; kept on disk when this returns."""
        uid = str(uuid.uuid4())
        collection = self._collection(draft.collection)
        href = f"{collection.href}{uid}.ics"
        raw = edit.new_event(draft, uid, _now())
        number = self._store.create(collection.id, href, raw)
        self._changed()
        return Undo(((number, collection.id, href, None, raw),))

    def change(self, event: int, change: Change, recurrence: str = "", scope: Scope = Scope.ALL) -> Undo:
        """Edit one occurrence, it and those after it, or all. SuiteError CAL-003, CAL-004."""
        was = self._writable(event)
        raw = self._content(event)
        if scope is Scope.FUTURE and recurrence:
            uid = str(uuid.uuid4())
            before, after = edit.split(raw, change, recurrence, uid, _now())
            href = f"{was.href}{uid}.ics"
            if before is None:  # from the first on: the whole series
                undo = Undo((self._set(event, edit.changed(raw, change, recurrence, Scope.ALL, _now())),))
            else:
                first = self._set(event, before)
                undo = Undo((first, (self._store.create(was.id, href, after), was.id, href, None, after)))
        else:
            undo = Undo((self._set(event, edit.changed(raw, change, recurrence, scope, _now())),))
        self._changed()
        return undo

    def delete(self, event: int, recurrence: str = "", scope: Scope = Scope.ALL) -> Undo:
        """Delete one occurrence, it and those after it, or all."""
        self._writable(event)
        left = edit.without(self._content(event), recurrence, scope, _now())
        undo = Undo((self._set(event, left),))
        self._changed()
        return undo

    def book(self, title: str, slots: Sequence[Slot]) -> Undo:
        """A meeting with its room: certain in one slot, provisional (仮押さえ) in several."""
        return Undo(tuple(self._booking.book(title, slots)))

    def confirm(self, event: int) -> Undo:
        """Settle on one of several provisional slots; the others are released in the same act."""
        return Undo(tuple(self._booking.confirm(event)))

    def move(self, event: int, collection: int) -> Undo:
        """Into another calendar: there first, then away from here, both in one act."""
        self._writable(event)
        raw = self._content(event)
        there = self._collection(collection)
        href = f"{there.href}{uuid.uuid4()}.ics"
        number = self._store.create(there.id, href, raw)
        undo = Undo(((number, there.id, href, None, raw), self._set(event, None)))
        self._changed()
        return undo

    def undo(self, act: Undo) -> Undo:
        """Take ``act`` back; what others have changed since is kept. Returns what takes this back again."""
        steps: list[tuple[int, int, str, bytes | None, bytes | None]] = []
        for event, collection, href, before, after in reversed(act.steps):
            now = self._store.object(event)
            current = now.content if now is not None else None
            wanted = three_way(after, before, current).raw
            if now is None and wanted is not None:
                number = self._store.create(collection, href, wanted, "undo")
                steps.append((number, collection, href, None, wanted))
            elif now is not None:
                self._store.change(event, wanted, "undo")
                steps.append((event, collection, href, current, wanted))
        self._changed()
        return Undo(tuple(steps))

    # conflicts

    def conflicts(self) -> list[Conflict]:
        return self._store.conflicts()

    def settle(self, conflict: Conflict, mine: bool) -> None:
        """Take my version of what clashed, or leave the other's. The other version stays in the history.
        Of an edit that was refused, mine becomes an event of its own in my calendar."""
        if mine and conflict.refused:
            self._copy_to_own(conflict.mine)
        elif mine:
            base = conflict.theirs
            now = self._store.object(conflict.event)
            current = now.content if now is not None else None
            wanted = three_way(base, conflict.mine, current).raw
            if now is not None:
                self._store.change(conflict.event, wanted)
            elif conflict.mine is not None:
                own = self._store.collections()[0]
                self._store.create(own.id, f"{own.href}{uuid.uuid4()}.ics", conflict.mine)
        self._store.settle(conflict.id, "mine" if mine else "theirs")
        self._changed()

    def _copy_to_own(self, raw: bytes | None) -> None:
        if raw is not None:
            own, uid = self._store.collections()[0], str(uuid.uuid4())
            self._store.create(own.id, f"{own.href}{uid}.ics", edit.copied(raw, uid, _now()))

    def answer_mass_deletion(self, collection: int, delete: bool) -> None:
        """The server has lost many events at once: delete them here too, or send them again."""
        if delete:
            self._store.allow_mass_deletion(collection)
        else:
            self._store.refuse_mass_deletion(collection)
        self._changed()

    def subscribe(self, href: str, name: str, kind: str, writable: bool = False) -> int:
        """Follow somebody else's calendar, a section's or a room's; shown in the group's week, hidden
        elsewhere."""
        colour = COLOURS[len(self._store.collections()) % len(COLOURS)]
        return self._store.remember_collection(href, name, colour, writable, kind, shown=False)

    def sync(self, report: Report | None = None, thorough: bool = False) -> Summary:
        """All calendars, both ways: ``Exchange.sync``."""
        return self.exchange.sync(report, thorough)

    def join(self, units: Sequence[Unit], today: date) -> int:
        """Follow everybody and every room of the organisation as it is ``today``; how many."""
        count = follow(self._store, self.owner, units, today, self.subscribe)
        self._changed()
        return count

    # inside

    def _set(self, event: int, raw: bytes | None) -> tuple[int, int, str, bytes | None, bytes | None]:
        was = self._store.object(event)
        if was is None:
            raise _gone()
        before = self._store.change(event, raw)
        return event, was.collection, was.href, before, raw

    def _content(self, event: int) -> bytes:
        found = self._store.object(event)
        if found is None or found.content is None:
            raise _gone()
        return found.content

    def _writable(self, event: int) -> Collection:
        found = self._store.object(event)
        if found is None:
            raise _gone()
        collection = self._collection(found.collection)
        if not collection.writable:
            raise SuiteError(
                _("予定を変えられませんでした。"),
                _("「{name}」は見るだけの予定です。").format(name=collection.name),
                _("変えたいときは、持ち主に頼んでください。"),
                "CAL-005",
            )
        return collection

    def _collection(self, number: int) -> Collection:
        found = next((c for c in self._store.collections() if c.id == number), None)
        if found is None:
            raise _gone()
        return found

    def _changed(self) -> None:
        self._events.publish(ScheduleChanged(self.owner.staff_number))


def _now() -> datetime:
    return datetime.now(UTC)


def _gone() -> SuiteError:
    return SuiteError(
        _("予定を変えられませんでした。"),
        _("この予定はもうありません。"),
        _("画面を更新して確かめてください。"),
        "CAL-004",
    )
