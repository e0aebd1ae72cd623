"""Invitations on the page 予定: they wait, are answered, and the organiser sees it, all in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from calendar_sync.attendance import Answer, Attendee
from calendar_sync.model import Draft, Owner
from calendar_sync.service import Schedule
from core.clock import TOKYO
from desktop.pages.calendar.detail import DetailCard
from desktop.pages.calendar.invitations import InvitationsCard
from desktop.pages.calendar.invite import InviteCard
from desktop.pages.calendar.slots import SlotCard
from desktop.pages.matters import of_schedule
from tests.ui.conftest import HANAKO, Office, spoken
from tests.ui.desk import Desk

NEXT = datetime.now(TOKYO).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0) + timedelta(
    days=7
)


@pytest.fixture
def desk(office: Office) -> Desk:
    made = Desk(office)
    made.page._go(NEXT.date())
    made.settle()
    return made


def colleague(desk: Desk) -> Schedule:
    """佐藤 健, on the same server; he and Hanako see each other's calendars."""
    theirs = desk.office.services.schedules.of(Owner("K100301", "佐藤 健"))
    theirs.sync()
    theirs.subscribe(f"/{HANAKO.staff_number}/main/", HANAKO.name, "person")
    desk.schedule.subscribe("/K100301/main/", "佐藤 健", "person")
    return theirs


def invites(theirs: Schedule, title: str) -> int:
    event = theirs.create(Draft(1, title, NEXT, NEXT + timedelta(hours=1), location="302")).steps[0][0]
    theirs.invite(event, [Attendee(f"/{HANAKO.staff_number}/", HANAKO.name)])
    theirs.sync()
    return event


def press(inside: QWidget, name: str) -> None:
    next(b for b in inside.findChildren(QAbstractButton) if spoken(b) == name and b.isVisible()).click()


def texts(inside: QWidget) -> list[str]:
    return [label.text() for label in inside.findChildren(QLabel) if label.isVisible()]


def answer_of(theirs: Schedule, title: str) -> tuple[Answer, str]:
    theirs.sync()
    (o,) = [o for o in theirs.between(NEXT, NEXT + timedelta(hours=1)) if title in o.summary]
    (hanako,) = [a for a in theirs.detail(o).attendees if a.name == HANAKO.name]
    return hanako.answer, hanako.comment


def test_an_invitation_waits_above_the_grid_and_is_answered_by_keys(desk: Desk) -> None:
    theirs = colleague(desk)
    invites(theirs, "定例会")
    desk.page.sync()
    desk.settle()
    assert "返事を待っている招待が 1 件あります。" in texts(desk.page._bar)
    now = datetime.now(TOKYO).replace(tzinfo=None)
    matters = of_schedule(desk.office.services, HANAKO, now)
    assert "返事を待っている招待 1 件" in [matter.title for matter in matters]
    press(desk.page._bar, "招待を見る")
    desk.settle()
    named(desk)
    card = desk.card(InvitationsCard)
    card.list.setFocus()
    QTest.keyClick(card.list, Qt.Key.Key_Return)
    desk.settle()
    opened = desk.card(DetailCard)
    named(desk)
    assert {"佐藤 健 さんからの招待", "あなたの返事: 返事待ち", "参加者 2 人"} <= set(texts(opened))
    opened.answer.comment.setText("少し遅れます")
    press(opened, "参加")
    desk.settle()
    assert not desk.page._bar.isVisible()
    desk.page.sync()
    desk.settle()
    assert answer_of(theirs, "定例会") == (Answer.YES, "少し遅れます")


def test_an_absence_is_said_in_words_and_taken_back_by_undo(desk: Desk) -> None:
    theirs = colleague(desk)
    invites(theirs, "研修")
    desk.page.sync()
    desk.settle()
    (o,) = desk.page._found
    desk.page._open(o)
    desk.settle()
    card = desk.card(DetailCard)
    press(card, "欠席")
    desk.settle()
    (o,) = desk.page._found
    assert (o.answer, o.busy) == (Answer.NO, False)
    assert "欠席: 研修" in desk.page._side.list.item(0).text()
    press(desk.window, "元に戻す")
    desk.settle()
    (o,) = desk.page._found
    assert (o.answer, o.busy) == (Answer.NONE, True)


def test_people_are_invited_from_the_card_and_their_answers_stand_there(desk: Desk) -> None:
    theirs = colleague(desk)
    start = NEXT + timedelta(hours=2)
    desk.schedule.create(Draft(1, "相談", start, start + timedelta(hours=1)))
    desk.settle()
    (o,) = desk.page._found
    desk.page._open(o)
    desk.settle()
    assert desk.page.beside.card is not None
    press(desk.page.beside.card, "人を招く")
    desk.settle()
    card = desk.card(InviteCard)
    card.field.setText("佐藤")
    (row,) = [card.list.item(n) for n in range(card.list.count()) if not card.list.item(n).isHidden()]
    row.setCheckState(Qt.CheckState.Checked)
    press(card, "1 人を招く")
    desk.settle()
    desk.page.sync()
    desk.settle()
    theirs.sync()
    (asked,) = theirs.meetings.waiting(NEXT)
    theirs.answer(asked.occurrence.event, Answer.MAYBE)
    theirs.sync()
    desk.page.sync()
    desk.settle()
    (o,) = desk.page._found
    desk.page._open(o)
    desk.settle()
    said = texts(desk.card(DetailCard))
    assert "佐藤 健　未定" in said
    assert "参加 1、未定 1" in said


def test_those_chosen_for_a_free_time_are_invited(desk: Desk) -> None:
    theirs = colleague(desk)
    desk.page.read()
    desk.settle()
    desk.page.beside.open_slots()
    desk.settle()
    card = desk.card(SlotCard)
    card.title.setText("打合せ会")
    press(card, "さがす")
    desk.settle()
    press(card, "この時間に入れる")
    desk.settle()
    desk.page.sync()
    desk.settle()
    theirs.sync()
    assert [w.occurrence.summary for w in theirs.meetings.waiting(NEXT - timedelta(days=7))] == ["打合せ会"]


def named(desk: Desk) -> None:
    card = desk.page.beside.card
    assert card is not None
    for widget in card.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert spoken(widget), widget
