"""Who has booked what: in a room's calendar everybody adds, and changes only what is their own.

Stands before Radicale, whose rights know calendars but not the events in them. The user is taken as named:
Radicale checks the password before anything happens, and a booking is noted only when it has.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from radicale import pathutils

from calendar_sync.rights import May
from calendar_sync.servers.office_list import OfficeList
from core.db import Connections, Migration, transaction
from core.sqlite import Database

_READING = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_REFUSED = b'<?xml version="1.0"?><error xmlns="DAV:"><need-privileges/></error>'
Environment = dict[str, Any]
Start = Callable[..., Any]


def _create(database: Database) -> None:
    database.conn.execute("CREATE TABLE booking (path TEXT PRIMARY KEY, user TEXT NOT NULL)")


class Bookings:
    """WSGI: refuses what touches another's booking, hands everything else to ``inner``."""

    def __init__(self, inner: Callable[..., Any], people: OfficeList, folder: Path) -> None:
        self._inner, self._people, self._root = inner, people, folder / "collections" / "collection-root"
        self._connections = Connections(folder / "bookings.db", (Migration(1, "bookings", _create),))

    def __call__(self, environment: Environment, start: Start) -> Iterable[bytes]:
        method = str(environment.get("REQUEST_METHOD", ""))
        user = named(environment)
        parts = _parts(str(environment.get("PATH_INFO", "")))
        there = _parts(unquote(urlsplit(str(environment.get("HTTP_DESTINATION", ""))).path))
        if method in _READING or not user or not (self._books(user, parts) or self._books(user, there)):
            return self._inner(environment, start)  # type: ignore[no-any-return]
        if not self._is_own(method, parts, user):
            start("403 Forbidden", [("Content-Type", "text/xml"), ("Content-Length", str(len(_REFUSED)))])
            return [_REFUSED]
        return self._inner(environment, self._noting(start, "/".join(parts), user))  # type: ignore[no-any-return]

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
        row = (
            self._connections.get()
            .conn.execute("SELECT user FROM booking WHERE path = ?", (path,))
            .fetchone()
        )
        return str(row[0]) if row else ""

    def _noting(self, start: Start, path: str, user: str) -> Start:
        def noting(status: str, *rest: Any) -> Any:
            if status.startswith("201"):
                with transaction(self._connections.get()) as database:
                    database.conn.execute("INSERT OR REPLACE INTO booking VALUES (?, ?)", (path, user))
            return start(status, *rest)

        return noting


def named(environment: Environment) -> str:
    """The user name of the request's basic authentication, its password unchecked."""
    kind, _space, words = str(environment.get("HTTP_AUTHORIZATION", "")).partition(" ")
    try:
        return base64.b64decode(words, validate=True).decode().partition(":")[0] if kind else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _parts(path: str) -> list[str]:
    """Of a path, normalised as Radicale does it."""
    return [part for part in pathutils.strip_path(pathutils.sanitize_path(path)).split("/") if part]
