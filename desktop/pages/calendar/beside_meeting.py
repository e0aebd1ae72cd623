"""Beside the grid: an opened event, who comes to it, invitations to answer, and free time for a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt

from calendar_sync.attendance import Answer, Attendee
from calendar_sync.freeslots import Slot
from calendar_sync.meetings import Colleague, Invitation
from calendar_sync.model import Change, Detail, Occurrence, Scope
from calendar_sync.service import Undo
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.card_place import CardPlace
from desktop.pages.calendar.detail import DetailCard
from desktop.pages.calendar.invitations import InvitationsCard
from desktop.pages.calendar.invite import InviteCard
from desktop.pages.calendar.slots import SlotCard
from desktop.ui.announce import announce

ROWS = ("own", "section", "person", "room")  # the order of the group's rows


class MeetingCards(CardPlace):
    """What is done in these cards is kept at once and taken back by 元に戻す."""

    # an event

    def open_event(self, o: Occurrence) -> None:
        self._desk.work(lambda: self._schedule.detail(o), self._show_detail)

    def _show_detail(self, detail: Detail) -> None:
        card = DetailCard(detail, self._desk.collections)
        card.saved.connect(self._save)
        card.deleted.connect(self.delete)
        card.confirmed.connect(self._confirm)
        card.answered.connect(self._answer)
        card.inviting.connect(lambda: self._open_invite(detail))
        card.closed.connect(self.close)
        self._put(card)
        o = detail.occurrence
        announce(card, words.spoken(o, self._desk.collections.get(o.collection)))

    def delete(self, o: Occurrence, scope: Scope) -> None:
        said = _("「{title}」を消しました。").format(title=o.summary)
        self.close()
        self._desk.edit(lambda: self._schedule.delete(o.event, o.recurrence, scope), said)

    def _save(self, o: Occurrence, change: Change, to: int, scope: Scope) -> None:
        said = _("「{title}」を変えました。").format(title=o.summary)
        schedule = self._schedule

        def work() -> Undo:
            act = schedule.change(o.event, change, o.recurrence, scope)
            return act if not to else Undo((*act.steps, *schedule.move(o.event, to).steps))

        self.close()
        self._desk.edit(work, said)

    def _confirm(self, o: Occurrence) -> None:
        said = _("「{title}」を {when} に決め、ほかの仮押さえを外しました。").format(
            title=o.summary, when=words.when_words(o.start, o.end, o.all_day)
        )
        self.close()
        self._desk.edit(lambda: self._schedule.confirm(o.event), said)

    # a meeting

    def open_invitations(self) -> None:
        """What waits for an answer."""
        card = InvitationsCard()
        card.opened.connect(self.open_event)
        card.closed.connect(self.close)
        self._put(card)
        card.list.setFocus(Qt.FocusReason.OtherFocusReason)
        meetings, now = self._schedule.meetings, datetime.now(TOKYO).replace(tzinfo=None)

        def look() -> tuple[list[Invitation], list[str]]:
            return meetings.waiting(now), meetings.refusals()

        self._desk.work(look, lambda found: card.put(*found) if self.card is card else None)

    def _answer(self, o: Occurrence, answer: Answer, comment: str, recurrence: str) -> None:
        said = _("「{title}」に「{answer}」と返事しました。").format(
            title=o.summary, answer=words.answer_words(answer)
        )
        self.close()
        self._desk.edit(lambda: self._schedule.answer(o.event, answer, comment, recurrence), said)

    def _open_invite(self, detail: Detail) -> None:
        schedule = self._schedule

        def look() -> list[Colleague]:
            return schedule.meetings.directory()

        def show(people: list[Colleague]) -> None:
            mine = schedule.meetings.addresses()
            asked = [a for a in detail.attendees if a.address not in mine]
            card = InviteCard(detail.occurrence.summary, people, asked, schedule.meetings.carried())
            card.invited.connect(lambda chosen: self._invite(detail.occurrence, chosen))
            card.closed.connect(self.close)
            self._put(card)
            card.field.setFocus(Qt.FocusReason.OtherFocusReason)

        self._desk.work(look, show)

    def _invite(self, o: Occurrence, people: Sequence[Attendee]) -> None:
        said = _("「{title}」に {count} 人を招きました。").format(title=o.summary, count=len(people))
        self.close()
        self._desk.edit(lambda: self._schedule.invite(o.event, people), said)

    # free time

    def open_slots(self) -> None:
        rows = sorted(self._desk.collections.values(), key=lambda c: ROWS.index(c.kind))
        card = SlotCard([c for c in rows if c.kind in ("own", "person")])
        card.searched.connect(self._search_slots)
        card.taken.connect(self._take_slot)
        card.held.connect(self._hold_slots)
        card.closed.connect(self.close)
        self._put(card)
        card.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _search_slots(self, chosen: list[int], minutes: int, margin: int) -> None:
        card = self.card
        now = datetime.now(TOKYO).replace(tzinfo=None)
        if isinstance(card, SlotCard):
            schedule = self._schedule
            self._desk.work(lambda: schedule.free_slots(chosen, minutes, now, margin=margin), card.put)

    def _book(self, title: str, slots: Sequence[Slot], calendars: Sequence[int]) -> Undo:
        """With everybody chosen whom one can invite."""
        people = [c.who for c in self._schedule.meetings.directory() if c.calendar in calendars]
        return self._schedule.book(title, slots, people)

    def _take_slot(self, slot: Slot, title: str, calendars: Sequence[int]) -> None:
        said = _("「{title}」を {when} に入れました。").format(
            title=title, when=words.when_words(slot.start, slot.end, False)
        )
        self._desk.edit(lambda: self._book(title, [slot], calendars), said)

    def _hold_slots(self, slots: Sequence[Slot], title: str, calendars: Sequence[int]) -> None:
        said = _("「{title}」を {count} か所で仮押さえしました。").format(title=title, count=len(slots))
        self._desk.edit(lambda: self._book(title, slots, calendars), said)
