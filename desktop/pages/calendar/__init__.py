"""予定: the page of whoever is signed in."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QWidget

from calendar_sync.model import Owner
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar.whole import CalendarPage
from desktop.pages.services import Services

__all__ = ["CalendarPage", "calendar_page"]


def calendar_page(services: Services) -> QWidget:
    """Build the page for whoever is signed in."""
    session = services.auth.session
    assert session is not None  # noqa: S101 - a page is shown to a signed-in person only
    person = session.person
    owner = Owner(person.staff_number, person.name, person.section)
    page_ = CalendarPage(services, services.schedules.of(owner))
    services.aims.taken_by("calendar", page_, page_.lead)
    if services.trial:
        from desktop.trial_office import CROWD, furnish

        services.bridge.run(
            page_,
            _("見本の職場の準備"),
            lambda _r: furnish(services.schedules, owner, datetime.now(TOKYO).date(), CROWD),
            lane="caldav",
            card=True,
        )
    return page_
