"""A person's schedule, read and edited at once, sent when the server is there: the facade of the feature."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from calendar_sync import edit, ics
from calendar_sync.freeslots import Slot, Wish, slots
from calendar_sync.holidays import holiday
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
    Synchronised,
)
from calendar_sync.remote import Remote, unreachable
from calendar_sync.scan import scan
from calendar_sync.servers.embedded import EmbeddedServer
from calendar_sync.store import Store
from calendar_sync.sync import Sync
from core.errors import SuiteError
from core.events import Events
from core.i18n import _
from core.jobs import Report
from core.paths import Paths
from core.secrets import SecretStore

_log = logging.getLogger(__name__)
OWN_COLOUR, SECTION_COLOUR = "#0017c1", "#197a4b"
COLOURS = ("#8b3200", "#6a1b9a", "#00687a", "#a3005c", "#5c5c00", "#5d4037")


@dataclass(frozen=True, slots=True)
class Undo:
    """One act of the person: what each event was before it and after it."""

    steps: tuple[tuple[int, int, str, bytes | None, bytes | None], ...]


class Schedules:
    """The schedules of the people who sign in at this machine, and the server they are on."""

    def __init__(self, paths: Paths, secrets: SecretStore, events: Events) -> None:
        self._paths, self._events = paths, events
        self._lock = threading.Lock()
        self._open: dict[str, Schedule] = {}
        self.server = EmbeddedServer(paths.data / "calendar-server", secrets)

    def of(self, owner: Owner) -> Schedule:
        """The schedule of ``owner``; works without a server."""
        with self._lock:
            if owner.staff_number not in self._open:
                name = quote(owner.staff_number, safe="")
                store = Store(self._paths.data / "calendar" / f"{name}.db")
                connect = lambda: self.server.remote(owner.staff_number)  # noqa: E731 - one line, one use
                self._open[owner.staff_number] = Schedule(owner, store, connect, self._events)
            return self._open[owner.staff_number]

    def close(self) -> None:
        self.server.stop()


class Schedule:
    """One person's calendars. Reading and editing never wait for the server. Safe from any thread."""

    def __init__(self, owner: Owner, store: Store, connect: Callable[[], Remote], events: Events) -> None:
        self.owner, self._store, self._connect, self._events = owner, store, connect, events
        self._syncing = threading.Lock()
        self.offline = False  # a switch for trials: 圏外
        self._remember()

    def _remember(self) -> None:
        """The person's own calendar and the section's exist from the first moment, server or not."""
        number = quote(self.owner.staff_number, safe="")
        self._store.remember_collection(f"/{number}/main/", _("わたしの予定"), OWN_COLOUR)
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

    def free_slots(self, people: Sequence[int], minutes: int, now: datetime, days: int = 28) -> list[Slot]:
        """Times in the office's hours when all of ``people`` (calendars) are free, with a free room, best
        first."""
        first = now.date()
        open_days = [
            day for n in range(days) if (day := first + timedelta(days=n)).weekday() < 5 and not holiday(day)
        ]
        begin = datetime(first.year, first.month, first.day)
        busy: dict[int, list[tuple[datetime, datetime]]] = {}
        for o in self.between(begin, begin + timedelta(days=days), everything=True):
            if o.busy:
                busy.setdefault(o.collection, []).append((o.start, o.end))
        known = {c.id: c for c in self._store.collections()}
        rooms = {c.name: busy.get(c.id, []) for c in known.values() if c.kind == "room"}
        who = {f"{known[n].name} {n}": busy.get(n, []) for n in people if n in known}
        return slots(who, rooms, Wish(minutes, open_days), now)

    def search(self, text: str, today: date) -> list[Occurrence]:
        return self._store.search(text, datetime(today.year, today.month, today.day))

    def detail(self, occurrence: Occurrence) -> Detail:
        """The event behind ``occurrence``, parsed. SuiteError CAL-004 when it is no longer there."""
        raw = self._content(occurrence.event)
        tree = ics.parse(raw)
        found = ics.entries(tree)
        entry = found[0] if found else tree
        people = tuple(
            (params.get("CN") or value.removeprefix("mailto:"), params.get("PARTSTAT", "NEEDS-ACTION"))
            for params, value in (x.split() for x in entry.lines() if x.name == "ATTENDEE")
        )
        organiser = entry.first("ORGANIZER")
        name = "" if organiser is None else organiser.split()[0].get("CN") or organiser.value
        warnings = tuple(
            _("時間帯「{name}」が分からないため、日本時間として表示しています。").format(name=zone)
            for zone in scan(raw).unknown_zones
        )
        return Detail(
            occurrence, ics.unescape(entry.value("DESCRIPTION")), name, people, entry.value("RRULE"), warnings
        )

    def unsent(self) -> int:
        """How many events wait to be sent."""
        return self._store.unsent()

    def history(self, event: int | None = None, since: str = "") -> list[Seen]:
        return self._store.history(event, since)

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
        """Take my version of what clashed, or leave the other's. The other version stays in the history."""
        if mine:
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

    def answer_mass_deletion(self, collection: int, delete: bool) -> None:
        """The server has lost many events at once: delete them here too, or send them again."""
        if delete:
            self._store.allow_mass_deletion(collection)
        else:
            self._store.refuse_mass_deletion(collection)
        self._changed()

    # synchronising

    def sync(self, report: Report | None = None, thorough: bool = False) -> Summary:
        """All calendars, both ways. One at a time; a second call waits. Publishes what came of it.

        ``thorough``: compare everything, as happens by itself once a week, instead of asking what has
        changed.
        """
        with self._syncing:
            total, failure = Summary(), None
            try:
                if self.offline:
                    raise unreachable()
                remote = self._connect()
                try:
                    self._discover(remote)
                    for each in self._store.collections() if thorough else ():
                        self._store.forget_token(each.id)
                    total, failure = self._sync_all(remote, report)
                    self._expand(total)
                finally:
                    remote.close()
            except SuiteError as error:
                failure = error
        self._store.forget_old()
        if total != Summary() or failure is not None:
            self._changed()
        code, reason = (failure.code, failure.why) if failure is not None else ("", "")
        self._events.publish(Synchronised(self.owner.staff_number, total, code, reason))
        if failure is not None:
            raise failure
        return total

    def _sync_all(self, remote: Remote, report: Report | None) -> tuple[Summary, SuiteError | None]:
        total, failure = Summary(), None
        sync = Sync(self._store, remote)
        for collection in self._store.collections():
            try:
                total += sync.run(collection, report)
            except SuiteError as error:
                if error.code == "CAL-010":
                    raise
                failure = error  # one calendar's trouble must not keep the others
        return total, failure

    def _expand(self, total: Summary) -> None:
        """The series of a first download: everything else can be read and edited meanwhile."""
        if total.received:
            self._changed()
        self._store.expand_later_ones()

    def _discover(self, remote: Remote) -> None:
        """Make what is ours where it is missing, and remember every calendar we may read."""
        for own in self._store.collections():
            if own.kind in ("own", "section", "room") and not self._store.token(own.id)[0]:
                remote.make_calendar(own.href, own.name, own.colour)
        known = {c.href: c for c in self._store.collections()}
        for found in remote.calendars(f"/{quote(self.owner.staff_number, safe='')}/"):
            if found.href not in known:
                colour = found.colour or COLOURS[len(known) % len(COLOURS)]
                self._store.remember_collection(found.href, found.name, colour, found.writable)

    def subscribe(self, href: str, name: str, kind: str, writable: bool = False) -> int:
        """Follow somebody else's calendar, a section's or a room's; shown in the group's week, hidden
        elsewhere."""
        colour = COLOURS[len(self._store.collections()) % len(COLOURS)]
        return self._store.remember_collection(href, name, colour, writable, kind, shown=False)

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
