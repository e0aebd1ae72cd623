"""The inbox of a server that carries invitations itself (RFC 6638).

Such a server puts the attendee's copy and the attendee's answer where they belong. Its inbox tells of it once
more, with what the answer said in words; what has been taken in is deleted there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from calendar_sync import invitation
from calendar_sync.attendance import attendee_lines
from calendar_sync.ics import Component
from calendar_sync.invited import Seat
from calendar_sync.meetings import Meetings
from calendar_sync.parts import Parts
from calendar_sync.remote import Remote, Unknown
from calendar_sync.store import Store
from core.errors import SuiteError

_log = logging.getLogger(__name__)
MOST_ITEMS = 200  # of one inbox at once; the rest waits for the next time


class Inbox:
    """One person's inbox, at the path ``href``."""

    def __init__(self, store: Store, meetings: Meetings, remote: Remote, href: str) -> None:
        self._store, self._meetings, self._remote, self._href = store, meetings, remote, href

    def take_in(self) -> bool:
        """Everything in it, and then away with it there; whether that changed anything here."""
        hrefs = sorted(self._remote.listing(self._href).present)[:MOST_ITEMS]
        changed = False
        for href, etag, raw in list(self._remote.fetch(self._href, hrefs)) if hrefs else ():
            try:
                act = self._act(raw)
                if act is None:
                    continue  # a proposal (COUNTER) is for the person's own mail program: left where it is
                changed = act() or changed
                self._remote.delete(href, etag)
            except Unknown:
                continue  # taking it in again changes nothing
            except SuiteError as error:
                if error.code == "CAL-010":
                    raise
                _log.info("an item of the inbox was left there: %s", error.code)
        return changed

    def _act(self, raw: bytes) -> Callable[[], bool] | None:
        """What the item asks for; None: nothing that can be done here."""
        message = Parts(raw)
        uid = message.master.value("UID")
        mine = next((s for s in self._store.seats(uid) if s.collection in self._meetings.own()), None)
        act = _ACTS.get(_method(message.tree))
        return partial(act, self, raw, message, mine) if act is not None else None

    def _request(self, raw: bytes, message: Parts, mine: Seat | None) -> bool:
        """The server has put the event into a calendar; where it has not, it is put there."""
        return mine is None and self._meetings.receive(raw, message)

    def _reply(self, raw: bytes, message: Parts, mine: Seat | None) -> bool:
        who = [line.value for line in attendee_lines(message.master)]
        if mine is None or len(who) != 1 or not self._meetings.is_mine(mine.content):
            return False
        new = invitation.taken(mine.content, raw, who[0])
        return new != mine.content and self._store.replace(mine.object, mine.content, new)

    def _cancel(self, raw: bytes, message: Parts, mine: Seat | None) -> bool:
        whole = message.master.first("RECURRENCE-ID") is None
        if mine is None or not whole or not self._meetings.is_invitation(mine.content):
            return False
        return self._meetings.call_off(mine)


_Act = Callable[[Inbox, bytes, Parts, Seat | None], bool]
_ACTS: dict[str, _Act] = {"REQUEST": Inbox._request, "REPLY": Inbox._reply, "CANCEL": Inbox._cancel}


def _method(tree: Component) -> str:
    return next((c.value("METHOD").upper() for c in tree.children() if c.name == "VCALENDAR"), "")
