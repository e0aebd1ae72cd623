"""Who has booked what: in a room's calendar everybody adds, and changes only what is their own.

Radicale's rights know calendars but not the events in them. The question is asked where Radicale has already
decided who somebody is and which path is meant: any other reading of the request could be another one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from radicale import pathutils
from radicale.config import Configuration

from calendar_sync.rights import May
from calendar_sync.servers.office_list import OfficeList
from calendar_sync.servers.whole import Calendars
from core.db import Connections, Migration, transaction
from core.sqlite import Database

_BODY = '<?xml version="1.0"?><error xmlns="DAV:"><need-privileges/></error>'
_REFUSED = (403, {"Content-Type": "text/xml"}, _BODY, None)
_CREATED = 201
_WRITING = ("PUT", "DELETE", "MOVE", "MKCOL", "MKCALENDAR", "PROPPATCH", "POST")


def _create(database: Database) -> None:
    database.conn.execute("CREATE TABLE booking (path TEXT PRIMARY KEY, user TEXT NOT NULL)")


class OfficeCalendars(Calendars):
    """Refuses what touches another's booking; everything else is Radicale's."""

    def __init__(self, configuration: Configuration, people: OfficeList, folder: Path) -> None:
        super().__init__(configuration)
        self._people, self._root = people, folder / "collections" / "collection-root"
        self._connections = Connections(folder / "bookings.db", (Migration(1, "bookings", _create),))

    def write(self, method: str, environ: dict[str, Any], path: str, user: str, *rest: Any) -> Any:
        """The answer to one of the requests that write."""
        parts = _parts(path)
        there = _parts(unquote(urlsplit(str(environ.get("HTTP_DESTINATION", ""))).path))
        booking = self._books(user, parts) or self._books(user, there)
        if booking and not self._is_own(method, parts, user):
            return _REFUSED
        answer = getattr(super(), f"do_{method}")(environ, *rest[:1], path, user, *rest[1:])
        if booking and answer[0] == _CREATED:
            self._note("/".join(parts), user)
        return answer

    def _books(self, user: str, parts: list[str]) -> bool:
        return bool(parts) and self._people.may(user, parts[0]) is May.BOOK

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


def _parts(path: str) -> list[str]:
    """Of a path, normalised as Radicale does it."""
    return [part for part in pathutils.strip_path(pathutils.sanitize_path(path)).split("/") if part]
