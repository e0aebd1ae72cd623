"""A link to something on a share that a colleague's suite opens, whatever the share is called there."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

from core.errors import SuiteError
from sharefolder import names
from sharefolder.places import Place

_SCHEME = "mahoroba"
_MOST = 8_000


def link(place: Place, path: str) -> str:
    """``mahoroba:share?at=…&path=…``, both percent-encoded."""
    return f"{_SCHEME}:share?at={quote(place.address, safe='')}&path={quote(path, safe='')}"


def opened(text: str, places: list[Place]) -> tuple[str, str] | None:
    """(place's name here, path) of a link; None where it is none of ours or the share is not known here."""
    parts = urlsplit(text.strip()[:_MOST])
    if parts.scheme != _SCHEME or parts.path != "share":
        return None
    asked = parse_qs(parts.query)
    address, path = asked.get("at", [""])[0], asked.get("path", [""])[0]
    known = next((place.name for place in places if place.address.rstrip("/") == address.rstrip("/")), None)
    try:
        return (known, names.inside(path)) if known is not None else None
    except SuiteError:
        return None
