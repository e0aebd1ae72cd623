"""Everybody and every room of the organisation, followed as the list has them on a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import quote

from calendar_sync.model import Owner
from calendar_sync.organisation import DEPUTY, PERSON, Unit, on
from calendar_sync.store import Store

Subscribe = Callable[[str, str, str, bool], int]


def follow(store: Store, owner: Owner, units: Sequence[Unit], today: date, subscribe: Subscribe) -> int:
    """Follow everybody and every room as they are ``today``; how many. Who has left is no longer followed.

    ``subscribe``: href, name, kind, writable; the new calendar's number.
    """
    now = [u for u in on(units, today) if u.number != owner.staff_number and u.kind != DEPUTY]
    known = {c.href: c for c in store.collections()}
    wanted: dict[str, Unit] = {}
    for unit in now:
        name = quote(unit.number, safe="")
        wanted[f"/{name}/main/" if unit.kind == PERSON else f"/room-{name}/main/"] = unit
    for href, unit in wanted.items():
        kind = "person" if unit.kind == PERSON else "room"
        number = known[href].id if href in known else subscribe(href, unit.name, kind, kind == "room")
        store.place_collection(number, unit.place, unit.seats)
    for href, left in known.items():
        if left.kind in ("person", "room") and left.place and href not in wanted:
            store.forget_collection(left.id)
    return len(wanted)
