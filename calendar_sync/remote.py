"""A CalDAV server over HTTP: the few requests that a synchronisation makes (RFC 4791, RFC 6578).

Nothing here decides: it says what the server has answered. An outcome that cannot be known is ``Unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from calendar_sync.ics import MAX_BYTES
from calendar_sync.multistatus import CALDAV, DAV, Response, Tail
from calendar_sync.plan import Listing
from calendar_sync.wire import (
    ABSENT,
    FORBIDDEN,
    XML,
    Credential,
    Declined,
    InvalidToken,
    Unknown,
    Wire,
    bounded,
    path,
    refuse,
    unanswerable,
    unreachable,
)
from core.errors import SuiteError

__all__ = [
    "ABSENT",
    "FORBIDDEN",
    "Credential",
    "Declined",
    "Found",
    "InvalidToken",
    "Remote",
    "Unknown",
    "unanswerable",
    "unreachable",
]

BATCH = 500
_NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/"'
_DATA = CALDAV + "calendar-data"
_NOT_AT_ONCE = (400, 403, 404, 405, 409, 413, 415, 422, 500, 501, 503, 504, 507)
_SECONDS = re.compile(r"[12]\d{9}", re.ASCII)
_INVALID_TOKEN = (400, 403, 409, 410, 412, 507)


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar collection as the server lists it."""

    href: str
    name: str
    colour: str
    writable: bool


class Remote(Wire):
    """One account on one server. Use from one thread at a time."""

    careful = False
    """Look before each write: this server does not keep its conditions (``probe``)."""

    # reading

    def calendars(self, home: str) -> list[Found]:
        """The calendars below ``home``."""
        body = (
            f"<D:propfind {_NS}><D:prop><D:resourcetype/><D:displayname/><A:calendar-color/>"
            "<D:current-user-privilege-set/></D:prop></D:propfind>"
        )
        return [
            Found(
                path(r.href),
                r.text(DAV + "displayname") or path(r.href).rstrip("/").rpartition("/")[2],
                r.text("{http://apple.com/ns/ical/}calendar-color")[:7],
                _writable(r),
            )
            for r in self._multistatus("PROPFIND", home, body, 1, Tail())
            if (kind := r.found.get(DAV + "resourcetype")) is not None
            and kind.find(CALDAV + "calendar") is not None
        ]

    def href_in(self, place: str, name: str) -> str:
        """The path in the property ``name`` of ``place`` (RFC 5397, RFC 4791 6.2.1), "" if none."""
        space, _brace, local = name[1:].partition("}")
        body = f'<D:propfind {_NS}><D:prop><X:{local} xmlns:X="{space}"/></D:prop></D:propfind>'
        for response in self._multistatus("PROPFIND", place, body, 0, Tail()):
            kept = response.found.get(name)
            if kept is not None and (inner := kept.findtext(DAV + "href")):
                return path(inner.strip())
        return ""

    def may_write(self, collection: str) -> bool:
        """Whether this person may add to ``collection``; yes where the server does not tell, or has none."""
        body = f"<D:propfind {_NS}><D:prop><D:current-user-privilege-set/></D:prop></D:propfind>"
        try:
            return all(_writable(r) for r in self._multistatus("PROPFIND", collection, body, 0, Tail()))
        except SuiteError as error:
            if error.code == "CAL-010":
                raise
            return True  # a refusal will say so

    def listing(self, collection: str) -> Listing:
        """Every object's etag. Only ever complete: an answer cut short raises."""
        token = self._token(collection)  # before the listing: what changes meanwhile is seen next time
        body = f"<D:propfind {_NS}><D:prop><D:getetag/><D:resourcetype/></D:prop></D:propfind>"
        present = {
            path(r.href): r.etag
            for r in self._multistatus("PROPFIND", collection, body, 1, Tail())
            if r.status == 200 and r.etag and not _is_collection(r, collection)
        }
        return Listing(present, frozenset(), True, token)

    def changes(self, collection: str, token: str) -> Listing:
        """What has changed since ``token``, all pages. InvalidToken when the server does not know it."""
        present: dict[str, str] = {}
        gone: set[str] = set()
        for _page in range(1000):
            tail = Tail()
            body = (
                f"<D:sync-collection {_NS}><D:sync-token>{escape(token)}</D:sync-token>"
                "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
            )
            more = False
            try:
                for r in self._multistatus("REPORT", collection, body, None, tail, _INVALID_TOKEN):
                    more = self._note(r, collection, present, gone) or more
            except Declined as error:
                raise InvalidToken from error
            if not tail.token:
                raise InvalidToken
            if not more or tail.token == token:
                return Listing(present, frozenset(gone), False, _whole(tail.token))
            token = tail.token
        raise InvalidToken

    def _note(self, r: Response, collection: str, present: dict[str, str], gone: set[str]) -> bool:
        """One line of the changes; whether it says that there are more."""
        href = path(r.href)
        if r.status == 404:
            gone.add(href)
            present.pop(href, None)
        elif r.status != 507 and r.etag and not _is_collection(r, collection):
            present[href] = r.etag
            gone.discard(href)
        return r.status == 507

    def fetch(self, collection: str, hrefs: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
        """(href, etag, bytes) of each of ``hrefs`` that the server hands out; one left out is unknown, not
        gone."""
        for start in range(0, len(hrefs), BATCH):
            wanted = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs[start : start + BATCH])
            body = (
                f"<C:calendar-multiget {_NS}><D:prop><D:getetag/><C:calendar-data/></D:prop>"
                f"{wanted}</C:calendar-multiget>"
            )
            yield from self._data(collection, body)

    def everything(self, collection: str) -> Iterator[tuple[str, str, bytes]]:
        """(href, etag, bytes) of the whole collection in one streamed answer. Declined where the server
        does not give that: some have a limit below one calendar (RFC 4791 section 7.8)."""
        body = (
            f"<C:calendar-query {_NS}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>"
            '<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
        )
        yield from self._data(collection, body, _NOT_AT_ONCE)

    def get(self, href: str) -> tuple[str, bytes] | None:
        """Etag and bytes, or None when there is certainly nothing."""
        with self._asking("GET", href) as response:
            if response.status_code in (404, 410):
                return None
            refuse(response)
            body = b"".join(bounded(response))
            whole = body.rstrip().endswith(b"END:VCALENDAR")  # a cut may look like an end
            if response.status_code != 200 or not response.headers.get("etag") or not whole:
                raise unanswerable()
            return response.headers["etag"], body

    # writing

    def put(self, href: str, raw: bytes, etag: str) -> str | None:
        """Store ``raw`` where ``etag`` is what the server has (empty: nothing). The new etag (empty: not
        told), or None: refused because the server has something else. Unknown: it may have happened."""
        if self.careful and self._etag(href) != etag:
            return None
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        return self._write("PUT", href, headers, raw)

    def delete(self, href: str, etag: str) -> bool:
        """Delete if the server still has ``etag``; False when it has something else or nothing."""
        if self.careful and etag and self._etag(href) != etag:
            return False
        return self._write("DELETE", href, {"If-Match": etag} if etag else {}, None) is not None

    def _etag(self, href: str) -> str:
        there = self.get(href)
        return there[0] if there is not None else ""

    def make_calendar(self, href: str, name: str, colour: str = "") -> None:
        """MKCALENDAR, and the folder it lies in; fine when they are there already."""
        self._make("MKCOL", href.rstrip("/").rpartition("/")[0] + "/", b"")
        body = (
            f"<C:mkcalendar {_NS}><D:set><D:prop><D:displayname>{escape(name)}</D:displayname>"
            f"<A:calendar-color>{escape(colour)}</A:calendar-color></D:prop></D:set></C:mkcalendar>"
        )
        self._make("MKCALENDAR", href, body.encode())

    def _make(self, method: str, href: str, body: bytes) -> None:
        """A refusal is no error here: a collection that is missing shows when it is used."""
        with self._asking(method, href, body, XML if body else None) as response:
            if response.status_code == 401:
                refuse(response)

    def _token(self, collection: str) -> str:
        body = f"<D:propfind {_NS}><D:prop><D:sync-token/></D:prop></D:propfind>"
        found = list(self._multistatus("PROPFIND", collection, body, 0, Tail()))
        return _whole(found[0].text(DAV + "sync-token")) if found else ""

    def _data(
        self, collection: str, body: str, declines: Sequence[int] = ()
    ) -> Iterator[tuple[str, str, bytes]]:
        for r in self._multistatus("REPORT", collection, body, 1, Tail(), declines):
            text = r.text(_DATA)
            if text and r.etag and len(text) <= MAX_BYTES:
                yield path(r.href), r.etag, text.encode()


def _whole(token: str) -> str:
    """A token that is a time in seconds (SOGo) leaves out what changes in the rest of its own second: the
    second before."""
    return str(int(token) - 1) if _SECONDS.fullmatch(token) else token


def _is_collection(r: Response, collection: str) -> bool:
    kind = r.found.get(DAV + "resourcetype")
    return path(r.href).rstrip("/") == path(collection).rstrip("/") or (
        kind is not None and kind.find(DAV + "collection") is not None
    )


def _writable(r: Response) -> bool:
    rights = r.found.get(DAV + "current-user-privilege-set")
    if rights is None:
        return True  # not told; a refusal will say so
    names = {str(element.tag) for element in rights.iter()}
    return bool(names & {DAV + "write", DAV + "write-content", DAV + "all", DAV + "bind"})
