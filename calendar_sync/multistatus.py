"""Reads a WebDAV multistatus as it arrives (RFC 4918 section 13), a response at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

DAV, CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
MOST_BYTES = 400_000_000
_STATUS, _HREF, _PROPSTAT, _PROP = DAV + "status", DAV + "href", DAV + "propstat", DAV + "prop"


class Truncated(Exception):  # noqa: N818 - says what the answer is
    """The answer ended early or is no multistatus: nothing may be concluded from what is missing."""


@dataclass(slots=True)
class Response:
    """One resource: ``status`` of the whole (200 where only properties have one), and its found
    properties."""

    href: str
    status: int
    found: dict[str, etree._Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        element = self.found.get(name)
        return (element.text or "") if element is not None else ""

    @property
    def etag(self) -> str:
        return self.text(DAV + "getetag")


@dataclass(slots=True)
class Tail:
    """What stands beside the responses; filled when the end has been read."""

    token: str = ""
    complete: bool = False


def read(chunks: Iterable[bytes], tail: Tail) -> Iterator[Response]:
    """Each response of the stream. Truncated when it ends before ``</multistatus>`` or is not XML."""
    parser = etree.XMLPullParser(
        events=("end",), tag=[DAV + "response", DAV + "sync-token", DAV + "multistatus"],
        resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False, remove_comments=True,
    )  # fmt: skip
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise Truncated
            parser.feed(chunk)
            yield from _ready(parser, tail)
        parser.close()
        yield from _ready(parser, tail)
    except etree.XMLSyntaxError as error:
        raise Truncated from error
    if not tail.complete:
        raise Truncated


def _ready(parser: etree.XMLPullParser[etree._Element], tail: Tail) -> Iterator[Response]:
    for _event, element in parser.read_events():
        parent = element.getparent()
        if element.tag == DAV + "multistatus":
            tail.complete = parent is None
        elif element.tag == DAV + "sync-token":
            if parent is not None and parent.tag == DAV + "multistatus":
                tail.token = element.text or ""
        elif parent is not None and parent.tag == DAV + "multistatus":
            yield _response(element)
            _release(element)


def _response(element: etree._Element) -> Response:
    made = Response("", 200)
    for child in element:
        if child.tag == _PROPSTAT:
            _take_found(child, made.found)
        elif child.tag == _HREF:
            made.href = made.href or (child.text or "").strip()
        elif child.tag == _STATUS:
            made.status = code(child.text)
    return made


def _take_found(propstat: etree._Element, found: dict[str, etree._Element]) -> None:
    """The properties of ``propstat`` if it is one of found ones."""
    status, props = "", []
    for part in propstat:
        if part.tag == _STATUS:
            status = status or part.text or ""
        elif part.tag == _PROP:
            props.append(part)
    if code(status) == 200:
        for prop in props:
            found.update((str(each.tag), each) for each in prop)


def _release(element: etree._Element) -> None:
    """Forget what has been read, so that ten thousand events do not lie in memory."""
    previous = element.getprevious()
    if previous is not None and (parent := element.getparent()) is not None:
        parent.remove(previous)


@lru_cache(maxsize=64)
def code(text: str | None) -> int:
    """The number of ``HTTP/1.1 200 OK``; 0 when there is none."""
    parts = (text or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() and len(parts[1]) == 3 else 0
