"""The quick way to what the index needs: one plain event, read line by line without a tree.

Ten thousand events arrive at a first download and nearly all look alike. Whatever looks otherwise is None
here, and ``scan`` reads it the long way; a test holds both to the same answer.
"""

from __future__ import annotations

import re
from datetime import date

from calendar_sync.times import Moment, parse_moment, zone_named

_ALARM = re.compile(rb"\r?\nBEGIN:VALARM\r?\n.*?\r?\nEND:VALARM(?=\r?\n)", re.DOTALL)
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(
    r"^(UID|DTSTART|DTEND|DURATION|SUMMARY|LOCATION|DESCRIPTION|STATUS|CLASS|TRANSP|RRULE|RDATE)"
    r"(?:;([^:\"\r\n]*))?:([^\r\n]*)",
    re.MULTILINE,
)
_UNUSUAL = re.compile(
    r"^(?:[A-Z0-9-]*[a-z][A-Za-z0-9-]*[;:]|RECURRENCE-ID|BEGIN:|END:|[^A-Z]|[A-Z]+;[^:\r\n]*\")",
    re.MULTILINE,
)
MOST_BYTES = 50_000
Values = dict[str, tuple[str, str]]


def values(raw: bytes) -> Values | None:
    """The first of each wanted property of the only event, as (parameters, value); None: not so plain."""
    begin, end = raw.find(b"\nBEGIN:VEVENT"), raw.find(b"\nEND:VEVENT")
    framed = raw.startswith(b"BEGIN:VCALENDAR") and raw.rstrip(b"\r\n").endswith(b"\nEND:VCALENDAR")
    if len(raw) > MOST_BYTES or begin < 0 or end < begin or not framed or raw.find(b"\nBEGIN:V", end) >= 0:
        return None
    if raw.rfind(b"\nBEGIN:VEVENT") != begin:
        return None
    part = raw[raw.find(b"\n", begin + 1) + 1 : end + 1]
    if b"\nBEGIN:" in part:
        part = _ALARM.sub(b"", part)
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return None
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub("", text) if "\r" in text or "\t" in text else text.replace("\n ", "")
    if _UNUSUAL.search(text) or text.count("\r") != text.count("\r\n"):
        return None
    found: Values = {}
    for name, params, value in _LINE.findall(text):
        found.setdefault(name, (params, value))
    return found


def moment(found: tuple[str, str]) -> Moment:
    """The date or time of a property with no parameter or one that is plain. ValueError: not so plain."""
    params, value = found
    if not params:
        given = {}
    elif params.startswith("TZID=") and ";" not in params and zone_named(params[5:]) is not None:
        given = {"TZID": params[5:]}
    elif params == "VALUE=DATE" and len(value) == 8:
        given = {}
    else:
        raise ValueError
    parsed = parse_moment(value, given)
    if parsed is None or (params == "VALUE=DATE") != (type(parsed) is date):
        raise ValueError
    return parsed
