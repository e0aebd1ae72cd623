"""A page that is not on the screen wakes nobody; an aim waits until its page is open."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from desktop.pages.aims import Aims
from desktop.ui.beat import Beat


def test_it_beats_only_while_its_widget_is_on_the_screen(qapp: QApplication, qtbot: QtBot) -> None:
    stack, page, other = QStackedWidget(), QWidget(), QWidget()
    qtbot.addWidget(stack)
    stack.addWidget(page)
    stack.addWidget(other)
    beat = Beat(page, 60_000, lambda: None)
    assert not beat.timer.isActive(), "not yet shown"
    stack.show()
    assert beat.timer.isActive()
    stack.setCurrentWidget(other)
    assert not beat.timer.isActive()
    stack.setCurrentWidget(page)
    assert beat.timer.isActive()
    stack.hide()
    assert not beat.timer.isActive()


def test_an_aim_waits_for_its_page_and_goes_with_the_person() -> None:
    aims, owner = Aims(), QObject()
    taken: list[object] = []
    aims.set("calendar", "first")
    aims.taken_by("calendar", owner, taken.append)
    aims.set("calendar", "second")
    assert taken == ["first", "second"]
    aims.set("sharefolder", "somebody's file")
    aims.forget()
    aims.taken_by("sharefolder", owner, taken.append)
    assert taken == ["first", "second"], "nothing of the former person's"
