"""Who may do what in the calendars of an office, from the organisation's list. Pure.

Whose a calendar is stands in its path: ``1001/…`` a person's, ``section-道路建設課/…`` a section's,
``room-101/…`` a room's.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from calendar_sync.organisation import DEPUTY, PERSON, Unit

TAKEN = '<?xml version="1.0"?><error xmlns="DAV:"><room-is-taken xmlns="urn:mahoroba:calendar"/></error>'
"""What our server says to a booking of a room that somebody else has at that time (RFC 4918 section 16)."""


class May(StrEnum):
    """``BOOK``: add, and change what oneself has added."""

    READ = "read"
    BOOK = "book"
    EDIT = "edit"


def may(user: str, owner: str, units: Iterable[Unit]) -> May:
    """What ``user`` may do in the calendars of ``owner`` with the organisation as ``units`` (``on`` a day).

    One's own and those one is named deputy (代理) for are edited; a section's by its members; a room is
    managed by its own section and booked by everybody in the list.
    """
    if user == owner:
        return May.EDIT
    known = list(units)
    sections = {u.section for u in known if u.kind == PERSON and u.number == user and u.section}
    acts_for = {u.target for u in known if u.kind == DEPUTY and u.number == user}
    kind, _dash, name = owner.partition("-")
    if kind == "section":
        return May.EDIT if name in sections | acts_for else May.READ
    if kind == "room":
        managed_by = {u.section for u in known if u.kind != PERSON and u.number == name and u.section}
        if managed_by & (sections | acts_for):
            return May.EDIT
        return May.BOOK if any(u.kind == PERSON and u.number == user for u in known) else May.READ
    return May.EDIT if owner in acts_for else May.READ
