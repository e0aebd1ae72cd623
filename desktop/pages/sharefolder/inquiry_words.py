"""An inquiry's board in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from core.i18n import _
from core.wareki import format_date, format_short
from desktop.pages.sharefolder.words import state_words
from sharefolder.inquiry.model import MISSING, Doubt, Inquiry, Reading, State


def answered(readings: Sequence[Reading]) -> int:
    """How many sections have."""
    return sum(reading.state not in MISSING for reading in readings)


def board_words(inquiry: Inquiry, readings: Sequence[Reading], today: date) -> str:
    """How many have answered, and how long there is."""
    left = (inquiry.due - today).days
    due = _("期限 {due}").format(due=format_date(inquiry.due))
    rest = (
        _("（あと{days}日）").format(days=left)
        if left >= 0
        else _("（{days}日過ぎました）").format(days=-left)
    )
    done = _("{answered} / {all} 所属が出しました。").format(answered=answered(readings), all=len(readings))
    if inquiry.closed:
        return f"{done}　{due}　" + _("この照会は終わっています。")
    return f"{done}　{due}{rest}"


def count_words(readings: Sequence[Reading]) -> str:
    """How many stand where."""
    count = Counter(reading.state for reading in readings)
    return "　".join(f"{state_words(state)} {count[state]}" for state in State if count[state])


def reading_row(reading: Reading) -> tuple[str, ...]:
    """A section's line."""
    when = format_short(reading.changed) if reading.changed is not None else ""
    more = len(reading.doubts) - 1
    rest = _("（ほか {count} 件）").format(count=more) if more > 0 else ""
    return reading.section, state_words(reading.state), reading.reason + rest, when


def doubt_row(doubt: Doubt) -> tuple[str, ...]:
    """A doubt's line."""
    return doubt.section, doubt.cell, doubt.raw, doubt.why, doubt.proposal
