"""Today brings what waits for me, one press from its place, and opens nothing that I do not use."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from calendar_sync.model import Collection, Draft, Owner
from core.clock import TOKYO
from tests.ui.conftest import HANAKO, Office, said


def test_my_next_event_is_one_press_from_the_schedule(office: Office) -> None:
    window = office.signed_in()
    schedule = office.services.schedules.of(Owner(HANAKO.staff_number, HANAKO.name, HANAKO.section))
    schedule.sync()
    own: Collection = next(c for c in schedule.collections() if c.kind == "own")
    now = datetime.now(TOKYO).replace(tzinfo=None, second=0, microsecond=0)
    start = min(now, datetime(now.year, now.month, now.day, 22)) - timedelta(minutes=1)
    end = start + timedelta(hours=3)  # goes on now, whatever the hour of this test
    schedule.create(Draft(own.id, "部長説明", start, end, location="第一会議室"))
    office.services.go("settings")
    office.services.go("today")
    office.settle()
    assert "部長説明" in said(office)
    assert any("第一会議室" in text for text in said(office))
    assert not any(text.startswith("いま、することはありません") for text in said(office))
    office.bot.mouseClick(office.find(QPushButton, "部長説明: 予定を開く"), Qt.MouseButton.LeftButton)
    assert window.page == "calendar"
    office.settle()


def test_who_has_no_schedule_here_opens_none(office: Office) -> None:
    office.signed_in()
    assert not office.services.open_schedules.made
