"""Today, grown up: what lies ahead, the search over everything, quiet hours and the bell."""

from __future__ import annotations

from desktop.ui.bell import Bell
from desktop.ui.search import SearchField
from tests.gallery.calendar import event
from tests.gallery.hands import Hands, wait
from tests.gallery.scene import Scene


def _day(hands: Hands) -> None:
    """With something ahead, at whatever hour the picture is made."""
    event(hands, 60, "議会答弁 すり合わせ", "第二会議室")
    hands.go("today")


def _search(hands: Hands) -> None:
    field = hands.view(SearchField)
    hands.window.activateWindow()
    wait(hands.window.isActiveWindow)
    field.open()
    wait(field.hasFocus)  # without it nothing is looked for
    field.setText("予算")
    wait(lambda: field.settled and bool(field.found))


def _quiet(hands: Hands) -> None:
    hands.view(SearchField).clear()
    hands.services.show("settings", "notifications.quiet_from")


def _bell(hands: Hands) -> None:
    hands.go("today")
    bell = hands.view(Bell)
    bell.centre.hold(
        "job", ()
    )  # which of the sample's jobs were long enough to be told is the machine's doing
    bell.open()


SCENES = (
    Scene("day", _day, everywhere=True, slow=True),
    Scene("search", _search, slow=True),
    Scene("quiet", _quiet, slow=True),
    Scene("notifications", _bell, slow=True),
)
