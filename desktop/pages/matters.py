"""What waits for the signed-in person, from the features that they use: each one click from its place.

Whoever has no schedule or share on this terminal pays nothing for this: a feature is opened only where its
data lies.
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

MOST = 5
"""Matters of one kind."""


@dataclass(frozen=True)
class Matter:
    """``page``: where one press leads; ``action``: what that is called; ``aim``: what the page then shows.

    ``kind``: ``event`` (of today), ``due`` (with a date by which somebody waits) or empty. ``key``: of the
    matter, where it has one: it is called to mind once.
    """

    icon: str
    title: str
    sentence: str
    page: str
    action: str
    aim: object = None
    kind: str = ""
    key: str = ""


@dataclass(frozen=True)
class InquiryAim:
    """The board of one inquiry."""

    place: str
    folder: str


@dataclass(frozen=True)
class FileAim:
    """A folder of a share, with one of its entries chosen."""

    place: str
    folder: str
    path: str = ""


@dataclass(frozen=True)
class PersonAim:
    """The people of the register that hold ``text``."""

    text: str


@dataclass(frozen=True)
class IncidentAim:
    """The incidents, with somebody to be stopped: ``what`` is ``person`` or ``terminal``."""

    what: str
    subject: str


def has_schedule(services: Services, person: Person) -> bool:
    """Whether this person's schedule lies on this terminal."""
    return (services.paths.data / "calendar" / f"{quote(person.staff_number, safe='')}.db").exists()


def has_share(services: Services) -> bool:
    """Whether this terminal knows a shared folder."""
    return (services.paths.data / "share" / "places.json").exists()


def of_schedule(services: Services, person: Person, now: datetime) -> list[Matter]:
    """Conflicts to settle, invitations to answer, then the rest of today's events. ``now``: naive, on the
    office's clock. Opens the schedule: as a job. SuiteError DB-00x."""
    from calendar_sync.model import Owner

    schedule = services.schedules.of(Owner(person.staff_number, person.name, person.section))
    found: list[Matter] = []
    if conflicts := schedule.conflicts():
        title = _("予定の食い違い {count} 件").format(count=len(conflicts))
        words = _("同じ予定が別々に変えられました。どちらにするか選んでください。")
        found.append(Matter("git-merge", title, words, "calendar", _("選ぶ"), key="conflicts"))
    if waiting := schedule.meetings.waiting(now):
        title = _("返事を待っている招待 {count} 件").format(count=len(waiting))
        first = waiting[0]
        words = _("いちばん近いのは「{title}」（{name} さんから）です。").format(
            title=first.occurrence.summary, name=first.organiser
        )
        aim = first.occurrence
        key = f"invitation {aim.event}"
        found.append(Matter("users-three", title, words, "calendar", _("返事する"), aim, key=key))
    own = {each.id for each in schedule.collections() if each.kind == "own"}
    midnight = datetime(now.year, now.month, now.day) + timedelta(days=1)
    coming = (
        o for o in schedule.between(now, midnight) if o.status != "CANCELLED" and o.answer != "DECLINED"
    )
    today = [o for o in coming if o.collection in own]
    for each in sorted(today, key=lambda o: (o.all_day, o.start))[:MOST]:
        title = each.summary or _("（件名なし）")
        when = _when(each, now)
        found.append(Matter("calendar-blank", title, when, "calendar", _("予定を開く"), each, "event"))
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
