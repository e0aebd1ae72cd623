"""What waits for the signed-in person on the shared folders of this terminal."""

from __future__ import annotations

import time
from datetime import date
from itertools import chain, islice
from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date
from desktop.pages import inquiry_matters
from desktop.pages.matters import MOST, FileAim, Matter

if TYPE_CHECKING:
    from auth.model import Person
    from desktop.pages.services import Services
    from sharefolder.model import Entry
    from sharefolder.rules import Finding
    from sharefolder.service import ShareService

_NEW_WITHIN_S = 3 * 86_400
_LOOKED_AT = 2000
"""Entries of a section's folder: a larger one is looked at so far."""


def of_share(services: Services, person: Person, today: date) -> list[Matter]:
    """Inquiries that wait for the person's section, its folders that come to their end, and what is new. Asks
    the file server, with this reader's rights: as a job. SuiteError SHARE-0xx."""
    if not person.section:
        return []
    share = services.share
    found: list[Matter] = []
    for place in share.places():
        found += inquiry_matters.every(share, place.name, person, today)
        found += _ending(share, place.name, person, today)
        found += _arrived(share, place.name, person.section)
    return found


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
    return [_end(place, each, today) for each in found[:MOST]]


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
    """Files that have come in the last days to the folder that bears the section's name."""
    if section not in share.sections(place):
        return []
    since = time.time() - _NEW_WITHIN_S
    entries = islice(chain.from_iterable(share.entries(place, section)), _LOOKED_AT)
    new = sorted((e for e in entries if not e.folder and _came(e) >= since), key=_came, reverse=True)
    if not new:
        return []
    title = _("「{section}」に新しいファイル {count} 件").format(section=section, count=len(new))
    aim = FileAim(place, section, new[0].path)
    return [Matter("file", title, _names(new), "sharefolder", _("見る"), aim)]


def _came(entry: Entry) -> float:
    """When it came to lie there so. Its own time is that of its content, which may be years older; a server
    that tells no other leaves that one."""
    return entry.touched or entry.changed


def _names(new: list[Entry]) -> str:
    names = _("、").join(each.name for each in new[:3])
    return names if len(new) <= 3 else _("{names} ほか").format(names=names)
