"""The schedule, and an event that is about to begin."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from PySide6.QtWidgets import QLineEdit

from calendar_sync.edit import Change
from calendar_sync.model import Draft, Owner
from calendar_sync.service import Schedule
from core.clock import TOKYO
from desktop.pages.calendar import CalendarPage
from desktop.pages.calendar.reminding import Reminding
from tests.gallery.hands import Hands
from tests.gallery.scene import Scene, press, sample


def event(hands: Hands, minutes: int, title: str, place: str) -> None:
    """Of half an hour, so many minutes from now; still today."""
    schedule = _schedule(hands)
    start = datetime.now(TOKYO).replace(tzinfo=None, second=0, microsecond=0)
    start = min(start + timedelta(minutes=minutes), start.replace(hour=23, minute=58))
    schedule.create(Draft(1, title, start, start + timedelta(minutes=30), location=place))


def _schedule(hands: Hands) -> Schedule:
    person = hands.session.person
    return hands.services.schedules.of(Owner(person.staff_number, person.name, person.section))


def _slots(hands: Hands) -> None:
    hands.press("週")
    hands.press("空き時間")
    hands.settle()
    hands.press("さがす")
    hands.answered()


def _phone(hands: Hands) -> None:
    hands.menu("携帯をつなぐ")
    names = (f.accessibleName() for f in hands.window.findChildren(QLineEdit) if f.isVisible())
    hands.write(next(name for name in names if "携帯" in name), "わたしの携帯")
    hands.press("コードを作る")
    hands.answered()


def _reminder(hands: Hands) -> None:
    """An event that begins in eight minutes."""
    hands.put_bell_away()
    event(hands, 8, "部長説明", "部長室")
    hands.go("today")
    for reminding in hands.window.findChildren(Reminding):
        reminding.look()
    hands.answered()


def _conflict(hands: Hands) -> None:
    """A meeting moved here and on the server, by two who did not know of each other."""
    schedule, page = _schedule(hands), hands.view(CalendarPage)
    monday = datetime.now(TOKYO).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    start = monday + timedelta(days=7 - monday.weekday(), hours=10)
    meeting = Draft(1, "システム更改 定例会", start, start + timedelta(hours=1), location="第一会議室")
    event = schedule.create(meeting).steps[0][0]
    page.sync()
    hands.answered()
    seen = schedule._store.object(event)
    with closing(schedule.exchange._connect()) as remote:
        assert seen is not None
        etag, raw = remote.get(seen.href)
        for hour in (11, 10):
            raw = raw.replace(f"{start:%Y%m%d}T{hour}00".encode(), f"{start:%Y%m%d}T{hour + 3}30".encode())
        assert remote.put(seen.href, raw.replace("第一".encode(), "第二".encode()), etag)
    schedule.change(event, Change(start=start + timedelta(hours=5), end=start + timedelta(hours=6)))
    page.sync()
    hands.answered()
    hands.go("calendar")
    page.beside.close()
    hands.press("見比べる")


SCENES = (
    Scene("calendar", sample("calendar"), everywhere=True, slow=True),
    Scene("calendar-month", press("月"), slow=True),
    Scene("calendar-year", press("年度"), slow=True),
    Scene("calendar-list", press("一覧"), slow=True),
    Scene("calendar-slots", _slots, slow=True),
    Scene("calendar-phone", _phone, slow=True),
    Scene("calendar-invitation", press("招待を見る"), slow=True),
    Scene("calendar-account", lambda hands: hands.menu("予定のサーバー"), slow=True),
)
CONFLICT = Scene("calendar-conflict", _conflict, slow=True)
REMINDER = Scene("calendar-reminder", _reminder, slow=True, told=True)
