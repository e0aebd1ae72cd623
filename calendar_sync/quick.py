"""The quick way to what the index needs: one plain event, read line by line without a tree.

Ten thousand events arrive at a first download and nearly all look alike. Whatever looks otherwise is None
here, and ``scan`` reads it the long way; a test holds both to the same answer.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from calendar_sync.times import Moment, parse_moment, zone_named

MOST_BYTES = 50_000
_HEAD = re.compile(r"([A-Z][A-Z0-9-]*)(?:;([^:\"\n]*))?")
_LONG_HEAD = 200
_ENDS = (b"\nEND:VCALENDAR\r\n", b"\nEND:VCALENDAR\n", b"\nEND:VCALENDAR")
_UNUSUAL = frozenset({"BEGIN", "END", "RECURRENCE-ID"})
_ON_THE_WALL = ("TZID=Asia/Tokyo", "")
Values = dict[str, tuple[str, str]]


def values(raw: bytes) -> Values | None:
    """The first of each property of the only event, as (parameters, value); None: not so plain."""
    begin, end = raw.find(b"\nBEGIN:VEVENT"), raw.find(b"\nEND:VEVENT")
    framed = raw.startswith(b"BEGIN:VCALENDAR") and raw.endswith(_ENDS)
    if len(raw) > MOST_BYTES or begin < 0 or end < begin or not framed or raw.find(b"\nBEGIN:V", end) >= 0:
        return None
    if raw.rfind(b"\nBEGIN:VEVENT") != begin:
        return None
    part = _without_alarms(raw[raw.find(b"\n", begin + 1) + 1 : end])
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    if "\n " in text:
        text = text.replace("\n ", "")
    return None if "\n\t" in text or "\r" in text else _read(text)


def _read(text: str) -> Values | None:
    found: Values = {}
    for line in text.split("\n"):
        head, colon, value = line.partition(":")
        named = _named(head) if len(head) < _LONG_HEAD else None
        if named is None or not colon:
            return None  # one of them is no plain line
        if named[0] not in found:  # the first of a name counts
            found[named[0]] = (named[1], value)
    return None if found.keys() & _UNUSUAL else found


@lru_cache(maxsize=512)
def _named(head: str) -> tuple[str, str] | None:
    """Name and parameters of what stands before a line's first colon; the same few in every event."""
    match = _HEAD.fullmatch(head)
    return (match[1], match[2] or "") if match is not None else None


def _without_alarms(part: bytes) -> bytes:
    """``part`` without its VALARMs, whose properties have the same names as the event's own."""
    begin = part.find(b"\nBEGIN:VALARM")
    while begin >= 0:
        end = part.find(b"\nEND:VALARM", begin)
        after = part.find(b"\n", end + 1)
        if end < 0 or part.find(b"\nBEGIN:", begin + 1, end) >= 0:
            return part  # read the long way
        part = part[:begin] + (part[after:] if after >= 0 else b"")
        begin = part.find(b"\nBEGIN:VALARM", begin)
    return part


def moment(found: tuple[str, str]) -> Moment:
    """The date or time of a property with no parameter or one that is plain; one in Japan's zone comes naive,
    as it stands on the office's wall. ValueError: not so plain."""
    params, value = found
    if params in _ON_THE_WALL and len(value) == 15 and value[8] == "T" and value[:8].isdecimal():
        return datetime.fromisoformat(value)
    if not params or (
        params.startswith("TZID=") and ";" not in params and zone_named(params[5:]) is not None
    ):
        parsed = parse_moment(value, {"TZID": params[5:]} if params else {})
        if isinstance(parsed, datetime) or (parsed is not None and not params):
            return parsed
    elif params == "VALUE=DATE" and len(value) == 8:
        parsed = parse_moment(value, {})
        if parsed is not None:
            return parsed
    raise ValueError
