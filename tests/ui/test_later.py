"""A feature costs nothing until somebody goes to its page; one that cannot be opened can be tried again."""

from __future__ import annotations

import threading

from PySide6.QtWidgets import QPushButton

from desktop.pages.later import Once
from desktop.pages.liaison.wall import Wall
from tests.ui.conftest import Office


def test_signing_in_opens_no_feature_and_going_there_opens_its_own(office: Office) -> None:
    office.signed_in()
    services = office.services
    features = (services.open_schedules, services.open_liaison, services.open_share)
    assert [each.made for each in features] == [False, False, False]
    services.go("liaison")
    office.settle()
    assert [each.made for each in features] == [False, True, False]


def test_a_feature_that_cannot_be_opened_says_why_and_opens_at_the_next_try(office: Office) -> None:
    window = office.signed_in()
    in_the_way = office.services.paths.data / "liaison"
    in_the_way.write_text("a file where a folder should be")
    office.services.go("liaison")
    office.settle()
    assert window.findChild(Wall) is None
    assert office.services.notices.history
    in_the_way.unlink()
    office.find(QPushButton, "もう一度開く").click()
    office.settle()
    assert window.findChild(Wall) is not None


def test_two_threads_at_once_open_a_feature_once() -> None:
    made: list[int] = []
    together = threading.Barrier(2)

    def make() -> int:
        made.append(1)
        return len(made)

    once = Once(make)

    def ask() -> None:
        together.wait(10)
        once()

    threads = [threading.Thread(target=ask) for _number in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert (made, once(), once.made) == ([1], 1, True)
