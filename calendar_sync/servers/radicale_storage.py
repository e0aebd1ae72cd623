"""Radicale's storage, except that nobody reads what is in another person's private event.

Everybody who can sign in reads everybody's calendar, with any client. Of a private event (RFC 5545 3.8.1.3)
the server hands out when it is and no more, unless the reader is its owner, acts for them (代理) or takes
part in it. Its etag stays its own: what has been cut is cut in the same way each time.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from radicale.config import Configuration
from radicale.item import Item
from radicale.storage import multifilesystem

from calendar_sync import ics
from calendar_sync.attendance import address_of
from calendar_sync.ics import Component, Line
from calendar_sync.rights import May
from calendar_sync.servers.office_list import NAME, OfficeList
from core.errors import SuiteError

_SAID = re.compile(r"^CLASS[;:]", re.MULTILINE | re.IGNORECASE)
_SHARED = ("section-", "room-")
_KEPT = frozenset({
    "UID", "DTSTAMP", "DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE",
    "RECURRENCE-ID", "STATUS", "TRANSP", "CLASS", "SEQUENCE", "CREATED", "LAST-MODIFIED",
})  # fmt: skip
_HEAD = frozenset({"VERSION", "PRODID", "CALSCALE"})
_TITLE = "SUMMARY:予定あり"
_NOTHING = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mahoroba//Mahoroba//JA\r\nEND:VCALENDAR\r\n"


class Collection(multifilesystem.Collection):
    """Every event that is read comes through ``_get``."""

    _storage: Storage

    def _get(self, href: str, verify_href: bool = True) -> Item | None:
        item = super()._get(href, verify_href)
        return item if item is None else self._storage.as_read(self.path, item)


class Storage(multifilesystem.Storage):
    """The plug-in that Radicale loads by this module's name."""

    _collection_class = Collection

    def __init__(self, configuration: Configuration) -> None:
        super().__init__(configuration)
        self._people = OfficeList(Path(configuration.get("storage", "filesystem_folder")).parent / NAME)
        self._request = threading.local()

    @contextmanager
    def acquire_lock(self, mode: str, user: str = "", *args: Any, **kwargs: Any) -> Iterator[None]:
        """As Radicale's; whatever is read in this thread is read by ``user``."""
        self._request.reader = user
        with super().acquire_lock(mode, user, *args, **kwargs):
            yield

    def as_read(self, place: str, item: Item) -> Item:
        """``item`` of the collection at ``place`` as the present reader may see it."""
        reader, owner = getattr(self._request, "reader", ""), place.partition("/")[0]
        if reader == owner or owner.startswith(_SHARED):
            return item
        text = item.serialize()
        if not _SAID.search(text) or self._people.may(reader, owner) is May.EDIT:
            return item
        shown = when_only(text, {f"/{reader}/", f"/{quote(reader)}/"} if reader else set())
        if shown == text:
            return item
        return Item(
            collection=item.collection, href=item.href, last_modified=item.last_modified, etag=item.etag,
            text=shown, uid=item.uid, name=item.name, component_name=item.component_name,
            time_range=item.time_range,
        )  # fmt: skip


def when_only(text: str, reader: set[str]) -> str:
    """``text`` with nothing but its times where it is private and ``reader`` (addresses) takes no part."""
    try:
        tree = ics.parse(text.encode())
    except SuiteError:
        return _NOTHING  # not to be read, so nobody can say that it may be
    entries = [e for calendar in tree.children() for e in calendar.children() if e.name != "VTIMEZONE"]
    if not any(e.value("CLASS").upper() not in ("", "PUBLIC") for e in entries):
        return text
    if any(_takes_part(entry, reader) for entry in entries):
        return text
    for calendar in tree.children():
        calendar.parts = [p for p in calendar.parts if isinstance(p, Component) or p.name in _HEAD]
    for entry in entries:
        lines = [p for p in entry.parts if isinstance(p, Line) and p.name in _KEPT]
        entry.parts = [*lines, Line("SUMMARY", ics.fold(_TITLE))]
    return tree.raw().decode()


def _takes_part(entry: Component, reader: set[str]) -> bool:
    return any(
        address_of(line.value) in reader for line in entry.lines() if line.name in ("ATTENDEE", "ORGANIZER")
    )
