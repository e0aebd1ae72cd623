"""An inquiry's board in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from core.i18n import _, sentences
from core.wareki import format_date, format_short
from desktop.pages.sharefolder.words import state_words
from desktop.ui.widgets.table import Cell
from sharefolder.inquiry.model import Doubt, Inquiry, Reading, State


def answered(readings: Sequence[Reading]) -> int:
    """How many sections have."""
    return sum(reading.handed_in for reading in readings)


def due_words(inquiry: Inquiry, today: date) -> str:
    """How long there is."""
    left = (inquiry.due - today).days
    due = _("期限 {due}").format(due=format_date(inquiry.due))
    rest = (
        _("（あと{days}日）").format(days=left)
        if left >= 0
        else _("（{days}日過ぎました）").format(days=-left)
    )
    return f"{due}　" + _("この照会は終わっています。") if inquiry.closed else f"{due}{rest}"


def board_words(inquiry: Inquiry, readings: Sequence[Reading], today: date) -> str:
    """How many have answered, and how long there is."""
    done = _("{answered} / {all} 所属が出しました。").format(answered=answered(readings), all=len(readings))
    return f"{done}　{due_words(inquiry, today)}"


def own_words(inquiry: Inquiry, seen: Sequence[Reading], today: date) -> str:
    """For a section that answers: where it stands, as far as this reader may see, and how long there is."""
    stand = _("{section} は「{state}」です。")
    said = [stand.format(section=each.section, state=standing_words(inquiry, each)) for each in seen]
    return "　".join([*said, due_words(inquiry, today)])


def asked_words(inquiry: Inquiry, readings: Sequence[Reading], own: str) -> str:
    """For section ``own`` that answers: who asks, what was said with it, whether others may look into its
    folder, and of how many nothing is shown."""
    by = _("照会した所属　{section}").format(section=inquiry.asking) if inquiry.asking else ""
    open_ = "" if own in inquiry.guarded else _("あなたの所属の回答フォルダは、ほかの所属も開けます。")
    return "\n".join(filter(None, (by, inquiry.notes, open_, _unseen_words(readings))))


def _unseen_words(readings: Sequence[Reading]) -> str:
    count = sum(reading.state is State.UNSEEN for reading in readings)
    return _("ほかの {count} 所属の回答は、その所属と照会した所属だけが見られます。").format(count=count)


def count_words(readings: Sequence[Reading]) -> str:
    """How many stand where; of those in doubt, how many are no answer yet."""
    count = Counter(reading.state for reading in readings)
    said = "　".join(f"{state_words(state)} {count[state]}" for state in State if count[state])
    unread = sum(r.state is State.DOUBT and not r.handed_in for r in readings)
    return said + (
        _("（うち {count} は読める回答がなく、出した数に入りません）").format(count=unread) if unread else ""
    )


def standing_words(inquiry: Inquiry, reading: Reading) -> str:
    """Where a section stands; an answer that was saved after the due date says so."""
    said = state_words(reading.state)
    return _("{state}（期限後）").format(state=said) if inquiry.overdue(reading) else said


def why_words(inquiry: Inquiry, reading: Reading) -> str:
    """Why it stands there; of an answer after the due date when it was saved."""
    when = reading.changed if inquiry.overdue(reading) else None
    saved = _("{when} に保存されています。").format(when=format_short(when)) if when is not None else ""
    return sentences(saved, reading.reason)


def reading_row(inquiry: Inquiry, reading: Reading) -> tuple[str, ...]:
    """A section's line."""
    changed = reading.changed
    when = Cell(format_short(changed), changed.timestamp()) if changed is not None else ""
    more = len(reading.doubts) - 1
    rest = _("（ほか {count} 件）").format(count=more) if more > 0 else ""
    state, why = standing_words(inquiry, reading), why_words(inquiry, reading)
    return reading.section, state, why + rest, when


def doubt_row(doubt: Doubt) -> tuple[str, ...]:
    """A doubt's line."""
    return doubt.section, doubt.cell, doubt.raw, doubt.why, doubt.proposal
