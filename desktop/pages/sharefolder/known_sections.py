"""The office's sections as far as whoever is signed in may know them."""

from __future__ import annotations

from auth.model import Role
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services

_BETWEEN = " › "


def known_sections(services: Services, place: str) -> tuple[list[str], str]:
    """Names, and in words where they are from: the register (which only IT may read, and where it lies), else
    the organisation in which the calendars stand. Where that knows fewer than the share has first folders it
    is not the whole office yet, and the folders are offered too. As a job."""
    session, folders = services.auth.session, services.share.sections(place)
    here = not services.auth.administered_elsewhere
    if here and session is not None and session.person.role is Role.IT:
        people = services.auth.administration.people()
        found = {person.section for person in people if person.active and person.section}
        source = _("職員の登録にある所属です。")
    else:
        found, source = _of_calendars(services), _("予定の組織図にある所属です。")
    if len(found) >= max(1, len(folders)):
        return sorted(found), source
    source = _("共有の最初の階層のフォルダからも出しています。所属でないものは選ばないでください。")
    return sorted(found | set(folders)), source


def _of_calendars(services: Services) -> set[str]:
    from calendar_sync.model import Owner

    session = services.auth.session
    if session is None:
        return set()
    person = session.person
    try:
        schedule = services.schedules.of(Owner(person.staff_number, person.name, person.section))
        places = [each.place.partition(_BETWEEN)[2] for each in schedule.collections()]
    except SuiteError:  # the calendar says so on its own page; the share's folders do as well here
        return set()
    return set(filter(None, places))
