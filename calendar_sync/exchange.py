"""The way between the cache and the server: all calendars both ways, and the person's devices there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing

from calendar_sync.accounts import account_in, home_of
from calendar_sync.devices import Device, Phone, added, listed, revoked
from calendar_sync.inbox import Inbox
from calendar_sync.meetings import Meetings
from calendar_sync.model import Collection, Owner, ScheduleChanged, Summary, Synchronised
from calendar_sync.remote import Remote, unreachable
from calendar_sync.store import Store
from calendar_sync.sync import Sync
from core.errors import SuiteError
from core.events import Events
from core.jobs import Report

COLOURS = ("#8b3200", "#6a1b9a", "#00687a", "#a3005c", "#5c5c00", "#5d4037")


class Exchange:
    """One person's calendars and the server they are on. One synchronisation at a time; from any thread."""

    def __init__(
        self, owner: Owner, store: Store, connect: Callable[[], Remote], events: Events, meetings: Meetings
    ) -> None:
        """``connect`` raises CAL-010 where the server is out of reach."""
        self._owner, self._store, self._connect, self._events = owner, store, connect, events
        self._meetings = meetings
        self._syncing = threading.Lock()
        self.offline = False  # a switch for trials: 圏外

    def sync(self, report: Report | None = None, thorough: bool = False) -> Summary:
        """All calendars, both ways. One at a time; a second call waits. Publishes what came of it.

        ``thorough``: compare everything, as happens by itself once a week, instead of asking what has
        changed.
        """
        with self._syncing:
            total, failure = Summary(), None
            try:
                with self._remote() as remote:
                    for each in self._store.collections() if thorough else ():
                        self._store.forget_token(each.id)
                    self._discover(remote)
                    total, failure = self._sync_all(remote, report)
                    if self._take_in(remote):  # what came of it in my own calendar goes up as well
                        total += self._sync_own(remote)
                    self._expand(total)
            except SuiteError as error:
                failure = error
        self._store.forget_old()
        if total != Summary() or failure is not None:
            self._changed()
        code, reason = (failure.code, failure.why) if failure is not None else ("", "")
        self._events.publish(Synchronised(self._owner.staff_number, total, code, reason))
        if failure is not None:
            raise failure
        return total

    def _sync_all(self, remote: Remote, report: Report | None) -> tuple[Summary, SuiteError | None]:
        total, failure = Summary(), None
        sync = Sync(self._store, remote)
        for collection in self._here():
            try:
                total += sync.run(collection, report)
            except SuiteError as error:
                if error.code == "CAL-010":
                    raise
                failure = error  # one calendar's trouble must not keep the others
        return total, failure

    def _take_in(self, remote: Remote) -> bool:
        """What others have answered, and what they invite to; whether that changed anything here."""
        account = account_in(self._store)
        inbox = account.inbox if account is not None else ""
        told = Inbox(self._store, self._meetings, remote, inbox).take_in() if inbox else False
        return self._meetings.look() or told

    def _sync_own(self, remote: Remote) -> Summary:
        own = [c for c in self._here() if c.kind == "own"]
        return sum((Sync(self._store, remote).run(c) for c in own), Summary())

    def _expand(self, total: Summary) -> None:
        """The series of a first download: everything else can be read and edited meanwhile."""
        if total.received:
            self._changed()
        self._store.expand_later_ones()

    def _discover(self, remote: Remote) -> None:
        """Make what is ours where it is missing, see who may write, and remember every calendar we may
        read."""
        for own in self._here():
            if own.kind in ("own", "section", "room") and not self._store.token(own.id)[0]:
                remote.make_calendar(own.href, own.name, own.colour)
                self._store.allow_writing(own.id, remote.may_write(own.href))
        known = {c.href: c for c in self._store.collections()}
        for found in remote.calendars(home_of(self._store, self._owner)):
            if found.href not in known:
                colour = found.colour or COLOURS[len(known) % len(COLOURS)]
                self._store.remember_collection(found.href, found.name, colour, found.writable)

    def _here(self) -> list[Collection]:
        """The calendars that have a place on the server: all on our own, those of the home on another."""
        account = account_in(self._store)
        return [
            c for c in self._store.collections()
            if account is None or account.office or c.href.startswith(account.home)
        ]  # fmt: skip

    # the person's phones

    def devices(self) -> list[Device]:
        """The phones and programs that may sign in as this person. SuiteError CAL-010, CAL-022."""
        with self._remote() as remote:
            return listed(remote)

    def add_device(self, name: str) -> Phone:
        """A way in for the phone called ``name``, its password shown once. SuiteError CAL-022, CAL-023."""
        with self._remote() as remote:
            return added(remote, self._owner.staff_number, name)

    def revoke_device(self, number: int) -> None:
        """From its next request on, the phone is no longer let in."""
        with self._remote() as remote:
            revoked(remote, number)

    def _remote(self) -> AbstractContextManager[Remote]:
        if self.offline:
            raise unreachable()
        return closing(self._connect())

    def _changed(self) -> None:
        self._events.publish(ScheduleChanged(self._owner.staff_number))
