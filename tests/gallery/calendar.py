"""The schedule, and an event that is about to begin."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtWidgets import QLineEdit

from calendar_sync.model import Draft, Owner
from core.clock import TOKYO
from desktop.pages.calendar.reminding import Reminding
from tests.gallery.hands import Hands
from tests.gallery.scene import Scene, press, sample


def event(hands: Hands, minutes: int, title: str, place: str) -> None:
    """Of half an hour, so many minutes from now."""
    person = hands.session.person
    schedule = hands.services.schedules.of(Owner(person.staff_number, person.name, person.section))
    start = datetime.now(TOKYO).replace(tzinfo=None, second=0, microsecond=0) + timedelta(minutes=minutes)
    schedule.create(Draft(1, title, start, start + timedelta(minutes=30), location=place))


def _slots(hands: Hands) -> None:
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
    event(hands, 8, "部長説明", "部長室")
    hands.go("today")
    for reminding in hands.window.findChildren(Reminding):
        reminding.look()
    hands.answered()


SCENES = (
    Scene("calendar", sample("calendar"), everywhere=True, slow=True),
    Scene("calendar-slots", _slots, slow=True),
    Scene("calendar-phone", _phone, slow=True),
    Scene("calendar-invitation", press("招待を見る"), slow=True),
    Scene("calendar-account", lambda hands: hands.menu("予定のサーバー"), slow=True),
)
REMINDER = Scene("calendar-reminder", _reminder, slow=True, told=True)
