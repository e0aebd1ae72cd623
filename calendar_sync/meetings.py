"""Meetings of one person: inviting people, answering, and who has answered what.

Where the server schedules (RFC 6638) it carries; elsewhere each side reads the other's calendar
(``looking``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calendar_sync import invitation
from calendar_sync.attendance import Answer, Attendee, address_of, attendees, organiser_of
from calendar_sync.booking import Step
from calendar_sync.invited import owner_of
from calendar_sync.looking import Looking
from calendar_sync.model import Occurrence
from calendar_sync.parts import Parts
from core.errors import SuiteError
from core.i18n import _


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting somebody waits for my answer to; ``occurrence`` is the next of it."""

    occurrence: Occurrence
    organiser: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody one may invite; ``calendar``: the number of their calendar, ``place``: 部局 › 所属."""

    calendar: int
    place: str
    who: Attendee


class Meetings(Looking):
    """What the person does and sees of them."""

    def directory(self) -> list[Colleague]:
        """Whom one may invite: the people whose calendars are followed. Nobody where the server schedules: it
        knows people by their mail addresses."""
        found = [c for c in self._store.collections() if c.kind == "person"] if self.carried() else []
        return [Colleague(c.id, c.place, Attendee(owner_of(c.href), c.name)) for c in found]

    def invite(self, raw: bytes, people: Sequence[Attendee]) -> bytes:
        """``raw``, an event of my own calendar, as a meeting with ``people``. SuiteError CAL-019."""
        me = Attendee(self.addresses()[0], self._owner.name)
        made = invitation.invited(raw, me, people, self._now(), self.carried())
        Parts(made)  # as bounded as what comes from others
        return made

    def answer(self, event: int, answer: Answer, comment: str = "", recurrence: str = "") -> list[Step]:
        """Answer an invitation, for one occurrence or for all. SuiteError CAL-019 where there is none."""
        was = self._store.object(event)
        if was is None or was.content is None or not self.is_invitation(was.content):
            raise no_invitation()
        raw = invitation.answered(was.content, self.addresses(), answer, comment, self._now(), recurrence)
        if raw == was.content:
            raise no_invitation()  # to this occurrence
        before = self._store.change(event, raw)
        return [(event, was.collection, was.href, before, raw)]

    def my_answer(self, raw: bytes, recurrence: str = "") -> Answer | None:
        """What I have answered; None where I am not asked."""
        said = Parts(raw).said(recurrence, self.addresses())
        return said.answer if said is not None else None

    def edited(self, before: bytes | None, after: bytes) -> bytes:
        """``after`` my edit of ``before``, everybody asked anew where a meeting of mine has moved."""
        if not self.is_mine(after):
            return after
        return invitation.reset(before, after, self.addresses(), self._now())

    def undone(self, before: bytes, after: bytes) -> bytes:
        """``after`` an act on ``before`` was taken back: others have seen ``before``, so it is a new word."""
        if b"ORGANIZER" not in after or b"ORGANIZER" not in before:
            return after
        raw = self.edited(before, invitation.restamped(before, after, self._now()))
        return invitation.renumbered(before, raw, self._now()) if self.is_mine(raw) else raw

    def removed(self, raw: bytes) -> bytes | None:
        """What deleting ``raw`` makes of it: a meeting of mine is called off, and stays until it is deleted
        again."""
        if self.is_mine(raw) and not invitation.is_cancelled(raw):
            return invitation.cancelled(raw, self._now())
        return None

    def waiting(self, now: datetime) -> list[Invitation]:
        """Invitations that I have not answered, the soonest first. ``now``: naive, on the office's clock."""
        mine = self.addresses()
        open_ = {
            number: s
            for number, s in self._store.standings(self.own()).items()
            if s.organiser not in mine and Answer.NONE in s.answers.values()
        }
        found: dict[int, Occurrence] = {}
        for o in self._store.coming(open_, now):
            if _answer_to(open_[o.event].answers, o) == Answer.NONE and o.status != "CANCELLED":
                found.setdefault(o.event, o._replace(answer=Answer.NONE.value))
        return [Invitation(o, self._name(open_[o.event].organiser)) for o in found.values()]

    def marked(self, found: Iterable[Occurrence]) -> list[Occurrence]:
        """``found`` with my answers to those that are invitations."""
        mine = self.addresses()
        known = {n: s for n, s in self._store.standings(self.own()).items() if s.organiser not in mine}
        if not known:
            return list(found)
        return [
            o._replace(answer=_answer_to(known[o.event].answers, o)) if o.event in known else o for o in found
        ]

    def once(self, found: Iterable[Occurrence]) -> list[Occurrence]:
        """``found`` without what others have of the meetings that I have, too; with my answers."""
        elsewhere = self._store.copies_elsewhere(self.own())
        return self.marked(o for o in found if o.event not in elsewhere)

    def everybody(self, raw: bytes, recurrence: str) -> list[Attendee]:
        """Who has answered what, as the organiser has it where that calendar is followed."""
        meeting = Parts(raw)
        organiser = organiser_of(meeting.master)
        uid = meeting.master.value("UID")
        theirs = next((s for s in self._store.seats(uid) if s.home == organiser), None)
        best = Parts(theirs.content) if theirs is not None else meeting
        found = attendees(best.events.get(recurrence, best.master))
        mine = meeting.said(recurrence, self.addresses())
        return [
            mine if mine is not None and address_of(a.address) == address_of(mine.address) else a
            for a in found
        ]

    def refusals(self) -> list[str]:
        """Why what others have put up was not taken for an invitation or an answer."""
        return [why for _object, why in self._store.refusals()]


def _answer_to(answers: Mapping[str, str], o: Occurrence) -> str:
    return answers.get(o.recurrence, answers.get("", ""))


def no_invitation() -> SuiteError:
    return SuiteError(
        _("返事をしませんでした。"),
        _("この予定には、あなたへの招待がありません。"),
        _("画面を更新して確かめてください。"),
        "CAL-019",
    )


def not_yours(what: str) -> SuiteError:
    return SuiteError(
        _("予定を変えられませんでした。"),
        what,
        _("参加・未定・欠席のどれかを返事してください。"),
        "CAL-019",
    )
