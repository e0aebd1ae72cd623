"""Reminders: when they ring, put off over a restart, quiet at night."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calendar_sync.model import Change, Owner, Scope
from calendar_sync.reminders import Reminders, alarms, key_of
from calendar_sync.schedule import Schedule
from calendar_sync.store import Store
from core.events import Events

from .events import event

START = datetime(2026, 11, 24, 10)


def _nowhere() -> object:
    raise AssertionError


def opened(folder: Path) -> tuple[Schedule, Store]:
    store = Store(folder / "cache.db")
    return Schedule(Owner("1001", "山本 花子", "課"), store, _nowhere, Events()), store  # type: ignore[arg-type]


def ringing(schedule: Schedule, now: datetime) -> list[str]:
    return [r.occurrence.summary for r in schedule.reminders.due(now)]


def alarm(trigger: str) -> str:
    return f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{trigger}\r\nEND:VALARM"


def test_ten_minutes_before_and_not_long_after(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    store.create(1, "/1001/main/a.ics", event("a"))
    assert ringing(schedule, START - timedelta(minutes=11)) == []
    assert len(ringing(schedule, START - timedelta(minutes=10))) == 1
    assert len(ringing(schedule, START + timedelta(minutes=15))) == 1
    assert ringing(schedule, START + timedelta(minutes=16)) == []
    store.close()


def test_a_meeting_that_one_has_declined_does_not_ring_whatever_its_alarm(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    store.create(1, "/1001/main/a.ics", event("a", alarm("TRIGGER:-PT10M")))
    now = START - timedelta(minutes=10)
    (found,) = [r.occurrence for r in schedule.reminders.due(now)]
    for answer, rings in (("TENTATIVE", 1), ("DECLINED", 0)):
        mine = found._replace(answer=answer)
        assert len(Reminders(store, lambda _first, _last, o=mine: [o]).due(now)) == rings
    store.close()


def test_put_off_and_done_with_outlive_a_restart_and_a_move_rings_anew(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    number = store.create(1, "/1001/main/a.ics", event("a"))
    now = START - timedelta(minutes=10)
    (reminder,) = schedule.reminders.due(now)
    schedule.reminders.put_off(reminder, now + timedelta(minutes=5))
    store.close()
    schedule, store = opened(tmp_path)
    assert ringing(schedule, now + timedelta(minutes=4)) == []
    (reminder,) = schedule.reminders.due(now + timedelta(minutes=5))
    schedule.reminders.done(reminder)
    store.close()
    schedule, store = opened(tmp_path)
    assert ringing(schedule, now + timedelta(minutes=6)) == []
    later = START + timedelta(hours=2)
    schedule.change(number, Change(start=later, end=later + timedelta(hours=1)), scope=Scope.ALL)
    assert len(ringing(schedule, later - timedelta(minutes=10))) == 1
    schedule.delete(number)
    store.close()


def test_an_event_put_off_past_its_beginning_rings_then(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    store.create(1, "/1001/main/a.ics", event("a"))
    (reminder,) = schedule.reminders.due(START)
    schedule.reminders.put_off(reminder, START + timedelta(minutes=30))
    assert ringing(schedule, START + timedelta(minutes=29)) == []
    assert len(ringing(schedule, START + timedelta(minutes=30))) == 1
    store.close()


def test_only_ones_own_calendar_rings(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    store.create(2, "/section-x/main/a.ics", event("a"))
    assert ringing(schedule, START) == []
    store.close()


def test_the_night_is_quiet_but_for_what_begins_in_it(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    store.create(1, "/1001/main/a.ics", event("a", alarm("TRIGGER:-PT12H"), "SUMMARY:朝の会議"))
    night = START.replace(hour=22, day=23)
    assert ringing(schedule, night) == []
    assert len(ringing(schedule, START.replace(hour=7))) == 1
    store.create(1, "/1001/main/b.ics", event("b", start="20261123T230000"))
    assert len(ringing(schedule, START.replace(day=23, hour=22, minute=55))) == 1
    store.close()


@pytest.mark.parametrize(
    ("trigger", "at"),
    [
        ("TRIGGER:-PT30M", [START - timedelta(minutes=30)]),
        ("TRIGGER;RELATED=END:PT0S", [START.replace(hour=11, minute=30)]),
        ("TRIGGER;VALUE=DATE-TIME:20261124T000000Z", [START.replace(hour=9)]),
        ("TRIGGER:-P9999D", []),
        ("TRIGGER:いつか", []),
        ("X-NONE:1", []),
    ],
)
def test_an_alarm_rings_when_it_says(trigger: str, at: list[datetime], tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    raw = event("a", alarm(trigger))
    store.create(1, "/1001/main/a.ics", raw)
    (o,) = schedule.between(START, START + timedelta(hours=1))
    assert alarms(raw, o) == at
    assert key_of(o).endswith("20261124T1000")
    store.close()


def test_a_series_rings_for_each_of_its_occurrences(tmp_path: Path) -> None:
    schedule, store = opened(tmp_path)
    store.create(1, "/1001/main/a.ics", event("a", "RRULE:FREQ=DAILY;COUNT=3", alarm("TRIGGER:-PT5M")))
    for day in (24, 25):
        (reminder,) = schedule.reminders.due(START.replace(day=day) - timedelta(minutes=5))
        schedule.reminders.done(reminder)
        assert ringing(schedule, START.replace(day=day)) == []
    assert len(ringing(schedule, START.replace(day=26))) == 1
    store.close()
