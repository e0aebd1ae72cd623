"""What the search field looks for besides pages and actions: people, events, files, with the reader's rights.

A feature is asked only where its data lies on this terminal. Each kind has one search under way at most, and
after it the last that was asked for: whoever types fast waits for one answer, not for ten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from auth.model import Person, Role
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.matters import FileAim, has_schedule, has_share
from desktop.pages.services import Services
from desktop.ui.search import Command, Show, fold

if TYPE_CHECKING:
    from calendar_sync.service import Schedule
    from sharefolder.index.store import Hit

_MOST = 5
_LONGEST = 100
_log = logging.getLogger(__name__)


class Finding:
    """As ``desktop.ui.search.Look``; what it begins ends with ``owner``."""

    def __init__(self, owner: QObject, services: Services) -> None:
        self._services = services
        self._kinds = {
            name: _Newest(owner, services, f"find-{name}") for name in ("people", "events", "files")
        }

    def __call__(self, text: str, show: Show) -> Sequence[str]:
        wanted = text.strip()[:_LONGEST]
        session = self._services.auth.session
        if not wanted or session is None or session.locked:
            return ()
        groups = []
        for name, title, ask in self._parts(session.person):
            self._kinds[name].ask(partial(ask, wanted), partial(show, title))
            groups.append(title)
        return groups

    def _parts(self, person: Person) -> list[tuple[str, str, Callable[[str], list[Command]]]]:
        services = self._services
        parts: list[tuple[str, str, Callable[[str], list[Command]]]] = []
        schedule = has_schedule(services, person)
        if person.role == Role.IT and not services.auth.administered_elsewhere:
            parts.append(("people", _("人"), partial(_registered, services)))
        elif schedule:
            parts.append(("people", _("人"), partial(_colleagues, services, person)))
        if schedule:
            parts.append(("events", _("予定"), partial(_events, services, person)))
        if has_share(services):
            parts.append(("files", _("ファイル"), partial(_files, services)))
        return parts


class _Newest:
    """One search at a time, then the newest that was asked for meanwhile."""

    def __init__(self, owner: QObject, services: Services, lane: str) -> None:
        self._owner, self._services, self._lane = owner, services, lane
        self._under_way = False
        self._next: tuple[Callable[[], list[Command]], Callable[[Sequence[Command]], None]] | None = None

    def ask(self, work: Callable[[], list[Command]], show: Callable[[Sequence[Command]], None]) -> None:
        if self._under_way:
            self._next = (work, show)
            return
        self._under_way = True

        def failed(error: SuiteError) -> None:
            _log.info("not searched: %s, %s", self._lane, error.code)
            show([])

        self._services.bridge.run(
            self._owner, _("検索"), lambda _r: work(), show, failed, ended=self._ended, lane=self._lane
        )

    def _ended(self) -> None:
        self._under_way = False
        if self._next is not None:
            following, self._next = self._next, None
            self.ask(*following)


def _registered(services: Services, text: str) -> list[Command]:
    """Of the office's register: for the IT role."""
    from desktop.pages.commands import find_person

    group = _("人")
    found = services.auth.administration.people(text, _MOST + 1)
    made = [
        Command(
            f"{each.name}　{each.section}",
            "user",
            partial(find_person, services, each.staff_number),
            group=group,
        )
        for each in found[:_MOST]
    ]
    if len(found) > _MOST:
        words = _("「{text}」という人をすべて見る").format(text=text)
        made.append(Command(words, "users", partial(find_person, services, text), group=group))
    return made


def _colleagues(services: Services, person: Person, text: str) -> list[Command]:
    """Whose calendars stand beside one's own."""
    wanted, group = fold(text), _("人")
    found = [
        each
        for each in _schedule(services, person).collections()
        if each.kind == "person" and wanted in fold(each.name + "\n" + each.place)
    ]
    return [
        Command(
            f"{each.name}　{each.place}".strip(),
            "user",
            partial(services.show, "calendar", each),
            group=group,
        )
        for each in found[:_MOST]
    ]


def _events(services: Services, person: Person, text: str) -> list[Command]:
    """The nearest to today; what others keep to themselves is not found by its words."""
    from desktop.pages.calendar import words

    schedule, today = _schedule(services, person), datetime.now(TOKYO).date()
    collections = {each.id: each for each in schedule.collections()}
    found = [o for o in schedule.search(text, today) if not words.hidden(o, collections.get(o.collection))]
    made = []
    for o in found[:_MOST]:
        title, day = words.title(o, collections.get(o.collection)), words.short_day(o.start.date())
        show = partial(services.show, "calendar", o)
        made.append(Command(f"{title}　{day} {words.time_words(o)}", "calendar-blank", show, group=_("予定")))
    return made


def _files(services: Services, text: str) -> list[Command]:
    """By the index of each share, what this reader may open."""
    from sharefolder.index.store import Wish

    share = services.share
    hits = [
        (place.name, hit) for place in share.places() for hit in share.search(place.name, Wish(text), _MOST)
    ]
    return [_file(services, place, hit) for place, hit in hits[:_MOST]]


def _file(services: Services, place: str, hit: Hit) -> Command:
    folder, _slash, name = hit.entry.path.rpartition("/")
    aim = FileAim(place, folder, hit.entry.path)
    where = folder or place
    icon = "folder" if hit.entry.folder else "file"
    return Command(f"{name}　{where}", icon, partial(services.show, "sharefolder", aim), group=_("ファイル"))


def _schedule(services: Services, person: Person) -> Schedule:
    from calendar_sync.model import Owner

    return services.schedules.of(Owner(person.staff_number, person.name, person.section))
