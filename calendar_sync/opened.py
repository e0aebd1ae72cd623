"""An event opened: what the index does not keep, read from its own bytes."""

from __future__ import annotations

from calendar_sync import ics
from calendar_sync.booking import hold_of
from calendar_sync.meetings import Meetings
from calendar_sync.model import Detail, Occurrence
from calendar_sync.scan import scan
from core.i18n import _


def detail_of(raw: bytes, occurrence: Occurrence, meetings: Meetings) -> Detail:
    """The event behind ``occurrence``, parsed from ``raw``."""
    tree = ics.parse(raw)
    found = ics.entries(tree)
    entry = found[0] if found else tree
    organiser = entry.first("ORGANIZER")
    name = "" if organiser is None else organiser.split()[0].get("CN") or organiser.value
    people = meetings.everybody(raw, occurrence.recurrence) if organiser is not None else []
    warnings = tuple(
        _("時間帯「{name}」が分からないため、日本時間として表示しています。").format(name=zone)
        for zone in scan(raw).unknown_zones
    )
    return Detail(
        occurrence, ics.unescape(entry.value("DESCRIPTION")), ics.plain(name)[:100], tuple(people),
        entry.value("RRULE"), warnings, bool(hold_of(raw)), meetings.is_invitation(raw),
    )  # fmt: skip
