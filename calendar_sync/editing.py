"""A person's own edits: kept on disk at once, sent later, each act taken back as one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from calendar_sync import edit
from calendar_sync.accounts import home_of
from calendar_sync.attendance import Answer, Attendee
from calendar_sync.booking import Booking, Step
from calendar_sync.freeslots import Slot
from calendar_sync.invitation import is_cancelled
from calendar_sync.meetings import Meetings, not_yours
from calendar_sync.merge import three_way
from calendar_sync.model import Change, Collection, Conflict, Draft, Owner, ScheduleChanged, Scope
from calendar_sync.store import Object, Store
from core.errors import SuiteError
from core.events import Events
from core.i18n import _


@dataclass(frozen=True, slots=True)
class Undo:
    """One act of the person: what each event was before it and after it."""

    steps: tuple[tuple[int, int, str, bytes | None, bytes | None], ...]


class Editing:
    """Edits never wait for the server. Safe from any thread."""

    def __init__(self, owner: Owner, store: Store, events: Events) -> None:
        self.owner, self._store, self._events = owner, store, events
        self.meetings = Meetings(owner, store, _now)
        self._booking = Booking(store, self._changed, _now, self.meetings.invite)

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
        if self.meetings.is_invitation(raw):
            raise not_yours(_("この会議を変えられるのは主催者だけです。"))
        before: bytes | None = None
        if scope is Scope.FUTURE and recurrence:
            uid = str(uuid.uuid4())
            before, after = edit.split(raw, change, recurrence, uid, _now())
        if before is None:  # not from some occurrence on, or from the very first: the whole series
            scope = Scope.ALL if scope is Scope.FUTURE else scope
            new = self.meetings.edited(raw, edit.changed(raw, change, recurrence, scope, _now()))
            undo = Undo((self._set(event, new),))
        else:
            href, after = f"{was.href}{uid}.ics", self.meetings.edited(None, after)
            first = self._set(event, before)
            undo = Undo((first, (self._store.create(was.id, href, after), was.id, href, None, after)))
        self._changed()
        return undo

    def delete(self, event: int, recurrence: str = "", scope: Scope = Scope.ALL) -> Undo:
        """Delete one occurrence, it and those after it, or all. Of one's own meeting: call it off; of
        another's: be absent. SuiteError CAL-019 where one already is."""
        self._writable(event)
        raw = self._content(event)
        if self.meetings.is_invitation(raw) and not is_cancelled(raw):
            return self._be_absent(event, raw, "" if scope is Scope.ALL else recurrence)
        left = edit.without(raw, recurrence, scope, _now())
        undo = Undo((self._set(event, self.meetings.removed(raw) if left is None else left),))
        self._changed()
        return undo

    def _be_absent(self, event: int, raw: bytes, recurrence: str) -> Undo:
        if self.meetings.my_answer(raw, recurrence) is Answer.NO:
            raise not_yours(_("欠席と返事した会議は、主催者が取りやめるまで予定表に残ります。"))
        return self.answer(event, Answer.NO, recurrence=recurrence)

    def invite(self, event: int, people: Sequence[Attendee]) -> Undo:
        """Make ``event`` a meeting with ``people`` and no others; nobody: no meeting. SuiteError CAL-019
        where it is not in the own calendar, which others look into."""
        was, raw = self._writable(event), self._content(event)
        if self.meetings.is_invitation(raw):
            raise not_yours(_("この会議に人を招けるのは主催者だけです。"))
        if was.kind != "own" or (self.meetings.carried() and was.href != self._main()):
            raise not_yours(_("人を招けるのは「わたしの予定」にある予定だけです。"))
        undo = Undo((self._set(event, self.meetings.invite(raw, people)),))
        self._changed()
        return undo

    def answer(self, event: int, answer: Answer, comment: str = "", recurrence: str = "") -> Undo:
        """Answer an invitation, for one occurrence or for all. SuiteError CAL-019 where there is none."""
        undo = Undo(tuple(self.meetings.answer(event, answer, comment, recurrence)))
        self._changed()
        return undo

    def book(self, title: str, slots: Sequence[Slot], people: Sequence[Attendee] = ()) -> Undo:
        """A meeting with its room: certain in one slot, provisional (仮押さえ) in several. ``people`` are
        invited when it is certain."""
        return Undo(tuple(self._booking.book(title, slots, people)))

    def confirm(self, event: int) -> Undo:
        """Settle on one of several provisional slots; the others are released in the same act."""
        return Undo(tuple(self._booking.confirm(event)))

    def move(self, event: int, collection: int) -> Undo:
        """Into another calendar: there first, then away from here, both in one act."""
        self._writable(event)
        raw = self._content(event)
        if self.meetings.is_mine(raw) or self.meetings.is_invitation(raw):
            raise not_yours(_("人を招いた会議は、ほかの予定表に移せません。"))
        there = self._collection(collection)
        href = f"{there.href}{uuid.uuid4()}.ics"
        number = self._store.create(there.id, href, raw)
        undo = Undo(((number, there.id, href, None, raw), self._set(event, None)))
        self._changed()
        return undo

    def undo(self, act: Undo) -> Undo:
        """Take ``act`` back; what others have changed since is kept. Returns what takes this back again."""
        steps: list[Step] = []
        for event, collection, href, before, after in reversed(act.steps):
            now = self._store.object(event)
            current = now.content if now is not None else None
            wanted = three_way(after, before, current).raw
            if (
                now is not None
                and current is not None
                and wanted is not None
                and self._may_be_known(now, wanted)
            ):
                wanted = self.meetings.undone(current, wanted)
            if now is None and wanted is not None:
                number = self._store.create(collection, href, wanted, "undo")
                steps.append((number, collection, href, None, wanted))
            elif now is not None:
                self._store.change(event, wanted, "undo")
                steps.append((event, collection, href, current, wanted))
        self._changed()
        return Undo(tuple(steps))

    def _may_be_known(self, now: Object, wanted: bytes) -> bool:
        """Whether others can have seen what is taken back: then it cannot be as if it had never been."""
        unsent = now.dirty and now.base in (None, wanted) and self._store.attempt(now.id) is None
        return not unsent

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
            wanted = three_way(base, current, conflict.mine).raw  # what is chosen wins over what came since
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

    def _main(self) -> str:
        return f"{home_of(self._store, self.owner)}main/"

    def _changed(self) -> None:
        self.meetings.look()
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
