"""Who has booked what: in a room's calendar everybody adds, and changes only what is their own.

Where a room is taken the second booking is refused: two who look at the same free hour cannot know of each
other, so it can only be decided here.

Radicale's rights know calendars but not the events in them. The question is asked where Radicale has already
decided who somebody is and which path is meant: any other reading of the request could be another one.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from radicale import httputils, pathutils
from radicale.config import Configuration

from calendar_sync.occurrences import expand
from calendar_sync.rights import TAKEN, May
from calendar_sync.scan import scan
from calendar_sync.servers.office_list import OfficeList
from calendar_sync.servers.whole import Calendars
from core.clock import TOKYO
from core.db import Connections, Migration, transaction
from core.errors import SuiteError
from core.sqlite import Database

_BODY = '<?xml version="1.0"?><error xmlns="DAV:"><need-privileges/></error>'
_REFUSED = (403, {"Content-Type": "text/xml"}, _BODY, None)
_TAKEN = (403, {"Content-Type": "text/xml"}, TAKEN, None)
_CREATED = 201
_A_YEAR, _A_DAY = timedelta(days=366), timedelta(days=1)
_SEPARATORS = re.compile("[/?#]")
_WRITING = ("PUT", "DELETE", "MOVE", "MKCOL", "MKCALENDAR", "PROPPATCH", "POST")


def _create(database: Database) -> None:
    database.conn.execute("CREATE TABLE booking (path TEXT PRIMARY KEY, user TEXT NOT NULL)")


class OfficeCalendars(Calendars):
    """Refuses what touches another's booking; everything else is Radicale's."""

    def __init__(self, configuration: Configuration, people: OfficeList, folder: Path) -> None:
        super().__init__(configuration)
        self._people, self._root = people, folder / "collections" / "collection-root"
        self._one_at_a_time = threading.Lock()
        self._connections = Connections(folder / "bookings.db", (Migration(1, "bookings", _create),))

    def write(self, method: str, environ: dict[str, Any], path: str, user: str, *rest: Any) -> Any:
        """The answer to one of the requests that write."""
        parts = _parts(path)
        there = _SEPARATORS.split(unquote(str(environ.get("HTTP_DESTINATION", ""))))  # however it is read
        booking = any(self._people.may(user, each) is May.BOOK for each in (*parts[:1], *there) if each)
        do = partial(getattr(super(), f"do_{method}"), environ, *rest[:1], path, user, *rest[1:])
        if not booking:
            return do()
        if method == "PUT":
            _read_ahead(environ, self.configuration)  # a slow sender must not keep the others waiting
        with self._one_at_a_time:
            if not self._is_own(method, parts, user):
                return _REFUSED
            if method == "PUT" and self._is_taken(parts, environ, user):
                return _TAKEN
            answer = do()
            if answer[0] == _CREATED:
                self._note("/".join(parts), user)
            return answer

    def _is_taken(self, parts: list[str], environ: dict[str, Any], user: str) -> bool:
        """Whether somebody else has the room at a time of the event that is sent."""
        wanted = _times(environ["wsgi.input"].getvalue())
        if not wanted:
            return False
        first, last = wanted[0][0], max(end for _start, end in wanted)
        others = (
            raw for href, raw in self._near(parts, first, last, user) if not self._mine(parts, href, user)
        )
        return any(a < d and c < b for raw in others for c, d in _times(raw, first, last) for a, b in wanted)

    def _near(
        self, parts: list[str], first: datetime, last: datetime, user: str
    ) -> Iterator[tuple[str, bytes]]:
        """The room's other events that may touch ``first`` to ``last`` (the office's clock): name, bytes."""
        low, high = (moment.replace(tzinfo=TOKYO).timestamp() for moment in (first - _A_DAY, last + _A_DAY))
        with self._storage.acquire_lock("r", user):
            room: Any = next(iter(self._storage.discover("/" + "/".join(parts[:2]))), None)
            for item in room.get_all() if room is not None else ():
                begins, ends = item.time_range
                if item.href != parts[2] and begins < high and ends > low:
                    yield item.href, item.serialize().encode()

    def _mine(self, parts: list[str], href: str, user: str) -> bool:
        """One's own: provisional slots of one meeting may overlap."""
        return self.booked_by("/".join([*parts[:2], href])) == user

    def _is_own(self, method: str, parts: list[str], user: str) -> bool:
        """A calendar may be made where there is none; an event added, or changed by who added it."""
        there = self._root.joinpath(*parts).exists()
        if method in ("MKCOL", "MKCALENDAR"):
            return not there and len(parts) <= 2
        if method not in ("PUT", "DELETE") or len(parts) != 3:
            return False
        return (not there and method == "PUT") or self.booked_by("/".join(parts)) == user

    def booked_by(self, path: str) -> str:
        """The user of the event at ``path``; nobody known: empty."""
        query = "SELECT user FROM booking WHERE path = ?"
        row = self._connections.get().conn.execute(query, (path,)).fetchone()
        return str(row[0]) if row else ""

    def _note(self, path: str, user: str) -> None:
        with transaction(self._connections.get()) as database:
            database.conn.execute("INSERT OR REPLACE INTO booking VALUES (?, ?)", (path, user))


def _writes(method: str) -> Any:
    def do(
        self: OfficeCalendars, environ: dict[str, Any], base_prefix: str, path: str, user: str, *rest: Any
    ) -> Any:
        return self.write(method, environ, path, user, base_prefix, *rest)

    return do


for _method in _WRITING:  # what Radicale calls for a user who has signed in
    setattr(OfficeCalendars, f"do_{_method}", _writes(_method))


def _read_ahead(environ: dict[str, Any], configuration: Configuration) -> None:
    environ["wsgi.input"] = io.BytesIO(httputils.read_raw_request_body(configuration, environ))


def _times(
    raw: bytes, first: datetime | None = None, last: datetime | None = None
) -> list[tuple[datetime, datetime]]:
    """When ``raw`` needs the room, within a year of its beginning or from ``first`` to ``last``; what cannot
    be read is Radicale's to refuse."""
    try:
        scanned = scan(raw)
        begin = first or min((e.span.start for e in scanned.entries if e.span is not None), default=None)
        if begin is None:
            return []
        found = expand(raw, scanned, begin.date(), (last or begin + _A_YEAR).date())
    except (SuiteError, OverflowError):
        return []
    return sorted((e.span.start, e.span.end) for e in found if e.span is not None and e.busy)


def _parts(path: str) -> list[str]:
    """Of a path, normalised as Radicale does it."""
    return [part for part in pathutils.strip_path(pathutils.sanitize_path(path)).split("/") if part]
