"""Radicale, except that a whole calendar is sent while it is still being read.

Radicale reads every event, builds one tree of them all and only then begins to answer; a client that asks
for everything (RFC 4791 section 7.8 with no more than a component's name in its filter) waits for all three.
Here the same answer leaves in parts. Everything else, and every refusal, is Radicale's own.
"""

from __future__ import annotations

import io
import posixpath
import queue
import threading
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from radicale import Application, httputils, pathutils, xmlutils  # type: ignore[attr-defined]
from radicale.app.base import Access

_ANSWER = "mahoroba.answer"
_MOST_QUESTION = 2000  # bytes: asking for everything is short
_PART = 100  # events
_CALENDAR, _EVENT_KINDS = "VCALENDAR", ("VEVENT", "VTODO", "VJOURNAL")
_WANTED = {"{DAV:}getetag", "{urn:ietf:params:xml:ns:caldav}calendar-data"}
_C = "{urn:ietf:params:xml:ns:caldav}"
_HEAD = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
)
_EACH = (
    "<response><href>%s</href><propstat><prop><getetag>%s</getetag><C:calendar-data>%s</C:calendar-data>"
    "</prop><status>HTTP/1.1 200 OK</status></propstat></response>"
)
_END = "</multistatus>"


class Calendars(Application):
    """The WSGI application."""

    def __call__(  # type: ignore[override] # a dictionary, as PEP 3333 has it
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        answers = super().__call__(environ, start_response)
        return environ.pop(_ANSWER, answers)  # type: ignore[no-any-return]

    def do_REPORT(  # type: ignore[override] # noqa: N802 - Radicale's name
        self, environ: dict[str, Any], base_prefix: str, path: str, user: str, user_groups: set[str],
        request_info: dict[str, Any],
    ) -> Any:  # fmt: skip
        """Called by Radicale for a user who has signed in."""
        size = int(environ.get("CONTENT_LENGTH") or 0)
        kind = None
        if 0 < size <= _MOST_QUESTION:
            try:
                body = httputils.read_raw_request_body(self.configuration, environ)
                environ["wsgi.input"] = io.BytesIO(body)
                kind = asked_for(self._read_xml_request_body(environ, request_info))
            except (RuntimeError, LookupError, UnicodeError):
                return httputils.BAD_REQUEST
            except TimeoutError:
                return httputils.REQUEST_TIMEOUT
            environ["wsgi.input"] = io.BytesIO(body)
        if kind is None or not self._may_read_calendar(path, user, user_groups):
            return super().do_REPORT(environ, base_prefix, path, user, user_groups, request_info)
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        answer = self._parts(base_prefix, path, user, kind)
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            headers["Content-Encoding"] = "gzip"
            answer = _packed(answer)
        environ[_ANSWER] = answer
        return 207, headers, None, None

    def _may_read_calendar(self, path: str, user: str, groups: set[str]) -> bool:
        """Whether ``path`` is a calendar that ``user`` may read, as Radicale itself decides it."""
        access = Access(self._rights, user, groups, path)
        if self._sharing._enabled or not access.check("r"):
            return False
        with self._storage.acquire_lock("r", user):
            item = next(iter(self._storage.discover(path)), None)
            return getattr(item, "tag", "") == _CALENDAR and bool(access.check("r", item))

    def _parts(self, base_prefix: str, path: str, user: str, kind: str) -> Iterator[bytes]:
        """The answer's parts. A thread reads ahead, so that a slow client holds no lock of the store's."""
        waiting: queue.SimpleQueue[bytes | BaseException | None] = queue.SimpleQueue()

        def read() -> None:
            try:
                with self._storage.acquire_lock("r", user):
                    (collection,) = islice(self._storage.discover(path), 1)
                    for part in _written(base_prefix, collection, kind):
                        waiting.put(part)
                waiting.put(None)
            except BaseException as error:  # noqa: BLE001 - raised again where the answer is sent
                waiting.put(error)

        threading.Thread(target=read, name="whole-calendar", daemon=True).start()
        while (part := waiting.get()) is not None:
            if isinstance(part, BaseException):
                raise part  # the answer breaks off: no client takes it for a whole one
            yield part


def asked_for(question: Any) -> str | None:
    """Of which component ``question`` wants every object with etag and data (empty: of all); else None."""
    if question is None or question.tag != _C + "calendar-query":
        return None
    props, filters = question.find("{DAV:}prop"), question.findall(_C + "filter")
    wanted = [p.tag for p in props if not len(p) and not p.attrib] if props is not None else []
    if set(wanted) != _WANTED or len(wanted) != len(props) or len(filters) != 1:
        return None
    names = []
    inside = list(filters[0])
    while inside:
        if len(inside) > 1 or inside[0].tag != _C + "comp-filter":
            return None
        names.append(inside[0].get("name"))
        inside = list(inside[0])
    if names == [_CALENDAR]:
        return ""
    return names[1] if names[:1] == [_CALENDAR] and names[1:] in ([k] for k in _EVENT_KINDS) else None


def _written(base_prefix: str, collection: Any, kind: str) -> Iterator[bytes]:
    yield _HEAD.encode()
    items = iter(collection.get_all())
    while part := list(islice(items, _PART)):
        yield "".join(
            _EACH % (_href(base_prefix, collection, item), escape(item.etag), escape(item.serialize()))
            for item in part if not kind or item.component_name == kind
        ).encode()  # fmt: skip
    yield _END.encode()


def _href(base_prefix: str, collection: Any, item: Any) -> str:
    place = pathutils.unstrip_path(posixpath.join(collection.path, item.href))
    return escape(xmlutils.make_href(base_prefix, place))


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()
