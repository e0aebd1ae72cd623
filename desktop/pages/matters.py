"""What waits for the signed-in person, from the features that they use: each one click from its place.

Whoever has no schedule on this terminal pays nothing for this: a feature is opened only where its data lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from core.i18n import _

if TYPE_CHECKING:
    from auth.model import Person
    from calendar_sync.model import Occurrence
    from desktop.pages.services import Services

_MOST = 3


@dataclass(frozen=True)
class Matter:
    """``page``: where one press leads; ``action``: what that is called."""

    icon: str
    title: str
    sentence: str
    page: str
    action: str


def has_schedule(services: Services, person: Person) -> bool:
    """Whether this person's schedule lies on this terminal."""
    return (services.paths.data / "calendar" / f"{quote(person.staff_number, safe='')}.db").exists()


def of_schedule(services: Services, person: Person, now: datetime) -> list[Matter]:
    """Conflicts to settle, then the next of today's events. ``now``: naive, on the office's clock. Opens the
    schedule: as a job. SuiteError DB-00x."""
    from calendar_sync.model import Owner

    schedule = services.schedules.of(Owner(person.staff_number, person.name, person.section))
    found: list[Matter] = []
    if conflicts := schedule.conflicts():
        title = _("予定の食い違い {count} 件").format(count=len(conflicts))
        words = _("同じ予定が別々に変えられました。どちらにするか選んでください。")
        found.append(Matter("git-merge", title, words, "calendar", _("選ぶ")))
    own = {each.id for each in schedule.collections() if each.kind == "own"}
    midnight = datetime(now.year, now.month, now.day) + timedelta(days=1)
    today = [o for o in schedule.between(now, midnight) if o.collection in own and o.status != "CANCELLED"]
    for each in sorted(today, key=lambda o: (o.all_day, o.start))[:_MOST]:
        title = each.summary or _("（件名なし）")
        found.append(Matter("calendar-blank", title, _when(each, now), "calendar", _("予定を開く")))
    return found


def _when(each: Occurrence, now: datetime) -> str:
    if each.all_day:
        when = _("今日は終日")
    elif each.start <= now:
        when = _("いま（{end} まで）").format(end=_clock(each.end))
    else:
        when = f"{_clock(each.start)}–{_clock(each.end)}"
    return f"{when}　{each.location}" if each.location else when


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"
