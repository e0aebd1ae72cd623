"""Looking at what has changed in the meetings of the calendars that are followed, and taking it in.

An invitation counts only from the organiser's own calendar, an answer only from the attendee's: who may write
there is the server's to say. What is neither is left where it is, and said.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from calendar_sync import invitation
from calendar_sync.accounts import account_in, home_of
from calendar_sync.attendance import address_of, organiser_of
from calendar_sync.invited import Seat, owner_of
from calendar_sync.model import Owner
from calendar_sync.parts import Parts
from calendar_sync.store import Store
from core.errors import SuiteError
from core.i18n import _

_log = logging.getLogger(__name__)
_ROUNDS = 4  # a look may change what is then looked at


class Looking:
    """One person's looks. Everything is kept on disk when a call returns. Safe from any thread."""

    def __init__(self, owner: Owner, store: Store, now: Callable[[], datetime]) -> None:
        self._owner, self._store, self._now = owner, store, now
        self._looking = threading.Lock()

    # who

    def addresses(self) -> tuple[str, ...]:
        """What I am called as a calendar user: by the server where it schedules, else by my place on it."""
        account = account_in(self._store)
        given = tuple(address_of(a) for a in account.addresses) if account is not None else ()
        return given if not self.carried() else (home_of(self._store, self._owner), *given)

    def carried(self) -> bool:
        """Whether invitations and answers are ours to carry: the server does not schedule."""
        account = account_in(self._store)
        return account is None or not account.inbox

    def is_invitation(self, raw: bytes) -> bool:
        """Whether ``raw`` is another's meeting that I am asked to."""
        if b"ORGANIZER" not in raw:
            return False
        meeting = Parts(raw)
        mine = self.addresses()
        return organiser_of(meeting.master) not in ("", *mine) and meeting.line("", mine) is not None

    def is_mine(self, raw: bytes) -> bool:
        """Whether ``raw`` is a meeting that I invite others to."""
        return b"ORGANIZER" in raw and organiser_of(Parts(raw).master) in self.addresses()

    # looking

    def look(self) -> bool:
        """Take in what has changed in the meetings here and there; whether that changed anything here."""
        with self._looking:
            changed = False
            self._store.dismiss(self.own(), lambda raw: not self._names_me(raw))
            for _round in range(_ROUNDS):
                fresh = self._store.fresh_meetings()
                for uid in fresh:
                    changed = self._look_at(uid) or changed
                if not fresh:
                    break
            return changed

    def _names_me(self, raw: bytes) -> bool:
        text = raw.replace(b"\r\n ", b"").replace(b"\n ", b"").lower()
        return any(address.lower().encode() in text for address in self.addresses())

    def _look_at(self, uid: str) -> bool:
        seats = self._store.seats(uid)
        own = set(self.own())
        mine = next((s for s in seats if s.collection in own), None)
        changed = False
        try:
            changed = self._looked(uid, seats, mine)
        except SuiteError as error:
            _log.info("a meeting was not taken in: %s", error.code)
        for seat in seats:
            self._note(seat, own)
        return changed

    def _looked(self, uid: str, seats: Sequence[Seat], mine: Seat | None) -> bool:
        if not self.carried():
            return False
        others = [s for s in seats if s.kind == "person"]
        if mine is None:
            return any([self._first(s) for s in others])
        if self.is_mine(mine.content):
            return self._take(mine, others)
        if not self.is_invitation(mine.content):
            return False
        return self._adopt(uid, mine, others)

    def _note(self, seat: Seat, own: set[int]) -> None:
        """Remember what was seen of ``seat``; what cannot be one is remembered with the reason."""
        try:
            meeting = Parts(seat.content)
            organiser = organiser_of(meeting.master)
            if seat.collection in own:
                said = {name: meeting.said(name, self.addresses()) for name in meeting.events}
                answers = {name: one.answer.value for name, one in said.items() if one is not None}
                self._store.looked_at(seat, organiser, answers)
            else:
                self._store.looked_at(seat, organiser, {}, self._forged(seat, meeting))
        except SuiteError as error:
            self._store.looked_at(seat, "", {}, error.why if seat.kind == "person" else "")

    def _forged(self, seat: Seat, meeting: Parts) -> str:
        """Why a meeting in somebody's calendar that names me is not one; empty: nothing is wrong with it."""
        mine, organiser = self.addresses(), organiser_of(meeting.master)
        if seat.kind != "person" or not self.carried():
            return ""
        whose = self._name(seat.home)
        asked = meeting.line("", mine) is not None
        if (
            asked
            and organiser != seat.home
            and meeting.line("", [seat.home]) is None
            and organiser not in mine
        ):
            return _("「{name}」の予定にある招待は、主催者が別の人になっています。").format(name=whose)
        if organiser in mine:
            return self._uninvited(seat, whose)
        return ""

    def _uninvited(self, seat: Seat, whose: str) -> str:
        """An answer to a meeting of mine by somebody I have not asked."""
        own = set(self.own())
        uid = Parts(seat.content).master.value("UID")
        mine = next((s for s in self._store.seats(uid) if s.collection in own), None)
        if mine is None or Parts(mine.content).line("", [seat.home]) is not None:
            return ""
        return _("「{name}」は、招いていない会議に返事をしています。").format(name=whose)

    def _first(self, theirs: Seat) -> bool:
        """Somebody's meeting that I have no copy of: one, if I am asked to it."""
        if not self._names_me(theirs.content):
            return False
        meeting = Parts(theirs.content)
        asked = organiser_of(meeting.master) == theirs.home
        if not asked or meeting.line("", self.addresses()) is None or invitation.is_cancelled(theirs.content):
            return False
        return self.receive(theirs.content, meeting)

    def receive(self, raw: bytes, meeting: Parts) -> bool:
        """A first copy of ``raw``, another's ``meeting``, in my own calendar, with everything still to be
        answered; False where there is one."""
        copy = invitation.adopted(None, raw, self.addresses())
        home = f"{home_of(self._store, self._owner)}main/"
        main = next(c.id for c in self._store.collections() if c.href == home)
        return self._store.receive_copy(main, f"{home}{_href(meeting)}", copy)

    def _adopt(self, uid: str, mine: Seat, others: Sequence[Seat]) -> bool:
        """My copy as the organiser has the meeting now."""
        self._settle(mine)
        meeting = Parts(mine.content)
        theirs = next((s for s in others if s.home == organiser_of(meeting.master)), None)
        new = self._gone(uid, mine, meeting) if theirs is None else self._theirs(mine, theirs)
        return new is not None and self._store.replace(mine.object, mine.content, new)

    def _theirs(self, mine: Seat, theirs: Seat) -> bytes | None:
        meeting, me = Parts(theirs.content), self.addresses()
        if organiser_of(meeting.master) != theirs.home:
            return None
        if invitation.sequence(meeting.master) < invitation.sequence(Parts(mine.content).master):
            return None  # another machine of mine has seen a later one
        if meeting.line("", me) is None:
            return self._called_off(mine)
        new = invitation.adopted(mine.content, theirs.content, me)
        return None if invitation.only_others_answers(mine.content, new, me) else new

    def _gone(self, uid: str, mine: Seat, meeting: Parts) -> bytes | None:
        """The organiser's calendar is known, and has no longer this meeting: it is called off."""
        href = f"{organiser_of(meeting.master)}main/"
        known = next((c.id for c in self._store.collections() if c.href == href), None)
        removed = known is not None and self._store.was_removed(uid, known)
        return self._called_off(mine) if removed else None

    def call_off(self, mine: Seat) -> bool:
        """My copy of a meeting that does not take place; False where it says so already."""
        new = self._called_off(mine)
        return new is not None and self._store.replace(mine.object, mine.content, new)

    def _called_off(self, mine: Seat) -> bytes | None:
        done = invitation.is_cancelled(mine.content)
        return None if done else invitation.cancelled(mine.content, self._now())

    def _take(self, mine: Seat, others: Sequence[Seat]) -> bool:
        """My meeting with everybody's answers."""
        content = mine.content
        for seat in others:
            try:
                if organiser_of(Parts(seat.content).master) in self.addresses():
                    content = invitation.taken(content, seat.content, seat.home)
            except SuiteError as error:
                _log.info("an answer was not taken: %s", error.code)
        return content != mine.content and self._store.replace(mine.object, mine.content, content)

    def _settle(self, mine: Seat) -> None:
        """Two of my machines have each taken in another's change: what they disagree on is not mine to
        decide, and my own answers have been merged by their time."""
        for conflict in self._store.conflicts():
            if conflict.event == mine.object and not {"DELETED", "REFUSED"} & set(conflict.clashes):
                self._store.settle(conflict.id, "theirs")

    def own(self) -> list[int]:
        """My own calendars."""
        return [c.id for c in self._store.collections() if c.kind == "own"]

    def _name(self, address: str) -> str:
        known = {owner_of(c.href): c.name for c in self._store.collections() if c.kind == "person"}
        return known.get(address, address.removeprefix("mailto:"))


def _href(meeting: Parts) -> str:
    """The same on each of my machines, so that two of them make one."""
    key = f"{organiser_of(meeting.master)}\n{meeting.master.value('UID')}"
    return f"invited-{hashlib.sha256(key.encode()).hexdigest()[:32]}.ics"
