"""A person's schedule, read and edited at once, sent when the server is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote

from calendar_sync.accounts import Accounts, home_of
from calendar_sync.booking import free_slots
from calendar_sync.editing import Editing, Undo
from calendar_sync.exchange import COLOURS, Exchange
from calendar_sync.files import Files
from calendar_sync.following import follow
from calendar_sync.freeslots import Slot
from calendar_sync.model import Collection, Detail, Occurrence, Owner, Seen, Summary
from calendar_sync.opened import detail_of
from calendar_sync.organisation import Unit
from calendar_sync.reminders import Reminders
from calendar_sync.remote import Remote
from calendar_sync.store import Store
from core.events import Events
from core.i18n import _
from core.jobs import Report

__all__ = ["Schedule", "Undo"]

OWN_COLOUR, SECTION_COLOUR = "#0017c1", "#197a4b"


class Schedule(Editing):
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
        super().__init__(owner, store, events)
        self.accounts = accounts
        self.exchange = Exchange(owner, store, connect, events, self.meetings)
        self.files = Files(store, self._changed)
        self.reminders = Reminders(store, self.between)
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
        return self.meetings.marked(self._store.between(first, last, wanted))

    def free_slots(
        self, people: Sequence[int], minutes: int, now: datetime, days: int = 28, margin: int = 0
    ) -> list[Slot]:
        """Times when all of ``people`` (calendars) are free, ``margin`` minutes around them too, with a free
        room, best first."""
        return free_slots(self._store, self.between, people, minutes, now, days, margin)

    def search(self, text: str, today: date) -> list[Occurrence]:
        return self.meetings.once(self._store.search(text, datetime(today.year, today.month, today.day)))

    def detail(self, occurrence: Occurrence) -> Detail:
        """The event behind ``occurrence``, parsed. SuiteError CAL-004 when it is no longer there."""
        return detail_of(self._content(occurrence.event), occurrence, self.meetings)

    def unsent(self) -> int:
        """How many events wait to be sent."""
        return self._store.unsent()

    def history(self, event: int | None = None, since: str = "") -> list[Seen]:
        return self._store.history(event, since)

    def looked(self) -> str:
        """When this person looked last (empty: never); from now on, that is now."""
        before = self._store.fact("looked_at")
        self._store.put_fact("looked_at", datetime.now(UTC).isoformat(timespec="seconds"))
        return before

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
