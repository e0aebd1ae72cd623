"""Dates and times of iCalendar (RFC 5545 section 3.3) and the names zones go by in real files.

The office's wall clock is Japan's. An all-day date is never taken through UTC; a floating time is the
wall's own.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from core.clock import TOKYO

Moment = date | datetime  # a date: all day; a naive datetime: floating; an aware one: an instant
TOKYO_NAME = "Asia/Tokyo"
_DATE_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_DURATION = re.compile(
    r"([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?"
)
_OFFSET = re.compile(r"\(?(?:UTC|GMT)\s*([+-])(\d{1,2})(?:[:.]?(\d\d))?\)?", re.IGNORECASE)
_JAPANESE = ("大阪、札幌、東京", "東京 (標準時)", "東京（標準時）", "日本標準時", "日本 (標準時)", "日本時間")
_VENDOR_PATH = re.compile(r"^/?[^/]+\.[^/]+/(?:[^/]+/)*?(?=[A-Z][A-Za-z_]+/[A-Z])")


def wall(moment: Moment) -> datetime:
    """``moment`` on the office's clock, naive; a date is its midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None or getattr(moment.tzinfo, "key", "") == TOKYO_NAME:
        return moment.replace(tzinfo=None)
    try:
        return moment.astimezone(TOKYO).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def parse_moment(value: str, params: Mapping[str, str], zones: Mapping[str, tzinfo] = {}) -> Moment | None:
    """The date or time of a property; None when it is neither. ``zones``: those the file itself defines."""
    match = _DATE_TIME.fullmatch(value.strip())
    if match is None:
        return None
    try:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if match[4] is None:
            return date(year, month, day)
        second = min(int(match[6] or 0), 59)  # a leap second
        moment = datetime(year, month, day, int(match[4]), int(match[5]), second)
    except ValueError:
        return None
    if match[7]:
        return moment.replace(tzinfo=UTC)
    name = params.get("TZID", "")
    zone = (zone_named(name) or zones.get(name)) if name else None
    return moment.replace(tzinfo=zone)


def parse_duration(value: str) -> timedelta | None:
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if match[1] == "-" else length


@lru_cache(maxsize=512)
def zone_named(name: str) -> tzinfo | None:
    """The zone that ``name`` means: IANA, a vendor's path to one, Windows', Japanese Outlook's. None:
    unknown."""
    plain = _VENDOR_PATH.sub("", name.strip().strip('"'))
    if plain in ("JST", "Japan") or any(word in plain for word in _JAPANESE):
        plain = TOKYO_NAME
    if plain and (zone := _iana(plain)):
        return zone
    if (windows := _windows(plain)) and (zone := _iana(windows)):
        return zone
    if match := _OFFSET.match(plain):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
        return timezone(offset) if abs(offset) <= timedelta(hours=14) else None
    return None


def _iana(name: str) -> tzinfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _windows(name: str) -> str:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return str(WINDOWS_TO_OLSON.get(name, ""))


def stamp(moment: datetime) -> str:
    """An instant as UTC text."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def property_text(name: str, moment: Moment, zone: str = TOKYO_NAME) -> str:
    """A content line such as ``DTSTART;TZID=Asia/Tokyo:20261123T100000``. A naive time is taken in
    ``zone``."""
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    if moment.tzinfo is UTC:
        return f"{name}:{moment:%Y%m%dT%H%M%SZ}"
    return f"{name};TZID={zone}:{moment:%Y%m%dT%H%M%S}"


def identity(moment: Moment) -> str:
    """Which occurrence of a series: its original start on the office's clock. However a client wrote it,
    one text."""
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    return f"{wall(moment):%Y%m%dT%H%M%S}"
