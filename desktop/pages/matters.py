"""What waits for the signed-in person, from the features that they use: each one click from its place.

Whoever has no schedule or share on this terminal pays nothing for this: a feature is opened only where its
data lies.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from core.errors import SuiteError
from core.i18n import _, sentences
from core.wareki import format_date

if TYPE_CHECKING:
    from auth.model import Person
    from calendar_sync.model import Occurrence
    from desktop.pages.services import Services
    from sharefolder.inquiry.model import Inquiry, Reading
    from sharefolder.model import Entry
    from sharefolder.rules import Finding
    from sharefolder.service import ShareService

_MOST = 5
_DUE_WITHIN = timedelta(days=14)
_NEW_WITHIN_S = 3 * 86_400
_LOOKED_AT = 2000
"""Entries of a section's folder: a larger one is looked at so far."""


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
    for each in sorted(today, key=lambda o: (o.all_day, o.start))[:_MOST]:
        title = each.summary or _("（件名なし）")
        when = _when(each, now)
        found.append(Matter("calendar-blank", title, when, "calendar", _("予定を開く"), each, "event"))
    return found


def of_share(services: Services, person: Person, today: date) -> list[Matter]:
    """Inquiries that wait for the person's section, its folders that come to their end, and what is new. Asks
    the file server, with this reader's rights: as a job. SuiteError SHARE-0xx."""
    if not person.section:
        return []
    share = services.share
    found: list[Matter] = []
    for place in share.places():
        found += _inquiries(share, place.name, person.section, today)
        found += _ending(share, place.name, person, today)
        found += _arrived(share, place.name, person.section)
    return found


def _inquiries(share: ShareService, place: str, section: str, today: date) -> list[Matter]:
    office = share.office(place)
    waiting = [
        each
        for each in office.inquiries()[0]
        if section in each.sections and not each.closed and each.due <= today + _DUE_WITHIN
    ]
    found = ((each, office.standing(each, section)) for each in waiting[: 2 * _MOST])
    return [_inquiry(place, each, today, seen) for each, seen in found if not seen.handed_in][:_MOST]


def _inquiry(place: str, inquiry: Inquiry, today: date, seen: Reading) -> Matter:
    from sharefolder.inquiry.model import State

    left = (inquiry.due - today).days
    if left < 0:
        when = _("期限を {days} 日過ぎました").format(days=-left)
    elif left == 0:
        when = _("期限は今日です")
    else:
        when = _("期限は {due}（あと {days} 日）").format(due=format_date(inquiry.due), days=left)
    begun = {
        State.OPEN: _("記入を始めています。"),
        State.WRONG_FORM: _("出したブックは、様式が違います。"),
        State.GONE: _("回答のブックがありません。"),
        State.UNSEEN: _("回答のフォルダを開く権利がありません。"),
        State.DOUBT: sentences(_("出したものは、まだ回答として数えていません。"), seen.reason),
    }.get(seen.state, _("まだ答えていません。"))
    icon = "warning" if left < 0 else "list-checks"
    title = _("照会「{title}」").format(title=inquiry.title)
    aim = InquiryAim(place, inquiry.folder)
    key = f"{place}/{inquiry.folder}/{inquiry.due}"
    return Matter(icon, title, f"{when}。{begun}", "sharefolder", _("照会を開く"), aim, "due", key)


def _ending(share: ShareService, place: str, person: Person, today: date) -> list[Matter]:
    """Folders of the section whose keeping ends within a month or has ended; nobody but a person deletes."""
    try:
        found = share.ruling.ending(place, person.section, today)
    except SuiteError as error:
        if error.code != "SHARE-050":
            raise
        if person.role != "it":  # whoever keeps the rules hears of it
            return []
        key = f"{place}/{error.code}"
        return [
            Matter("warning", error.what, error.why, "sharefolder", _("見る"), FileAim(place, ""), key=key)
        ]
    return [_end(place, each, today) for each in found[:_MOST]]


def _end(place: str, finding: Finding, today: date) -> Matter:
    until = finding.when or today
    left, due = (until - today).days, format_date(until)
    if left < 0:
        when = _("保存期限 {due} を過ぎました").format(due=due)
    else:
        when = _("保存期限は {due}（あと {days} 日）").format(due=due, days=left)
    title = _("フォルダ「{folder}」の整理").format(folder=finding.path or place)
    words = _("{when}。整理する人は {cleaner} です。ひとりでに消えることはありません。")
    sentence = words.format(when=when, cleaner=finding.rule.cleaner)
    key = f"{place}/{finding.path}/{until}"
    icon = "warning" if left < 0 else "folder"
    return Matter(icon, title, sentence, "sharefolder", _("見る"), FileAim(place, finding.path), "due", key)


def _arrived(share: ShareService, place: str, section: str) -> list[Matter]:
    """Files of the last days in the folder that bears the section's name."""
    if section not in share.sections(place):
        return []
    since = time.time() - _NEW_WITHIN_S
    entries = islice(chain.from_iterable(share.entries(place, section)), _LOOKED_AT)
    new = sorted((e for e in entries if not e.folder and e.changed >= since), key=lambda e: -e.changed)
    if not new:
        return []
    title = _("「{section}」に新しいファイル {count} 件").format(section=section, count=len(new))
    aim = FileAim(place, section, new[0].path)
    return [Matter("file", title, _names(new), "sharefolder", _("見る"), aim)]


def _names(new: list[Entry]) -> str:
    names = _("、").join(each.name for each in new[:3])
    return names if len(new) <= 3 else _("{names} ほか").format(names=names)


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
