from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_sync.freeslots import Wish, slots

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 9)


def _at(hour: float, hours: float = 1) -> tuple[datetime, datetime]:
    start = datetime(2026, 11, 24) + timedelta(hours=hour)
    return start, start + timedelta(hours=hours)


def test_the_time_and_the_room_come_in_one_step() -> None:
    people = {"佐藤": [_at(9, 3)], "鈴木": [_at(13, 1.5)]}
    rooms = {"302": [_at(14.5)], "第一": []}
    (best, *_rest) = slots(people, rooms, Wish(60, [DAY]), NOW)
    assert (best.start.hour, best.start.minute) == (14, 30)
    assert best.rooms == ("第一",)
    assert best.absent == ()


def test_nothing_over_lunch_before_opening_or_after_closing() -> None:
    for slot in slots({}, {}, Wish(60, [DAY]), NOW, limit=100):
        begin, end = slot.start.hour * 60 + slot.start.minute, slot.end.hour * 60 + slot.end.minute
        assert begin >= 8 * 60 + 30
        assert end <= 17 * 60 + 15
        assert end <= 720 or begin >= 780


def test_the_way_between_buildings_is_kept_free() -> None:
    people = {"佐藤": [_at(9, 1)]}
    starts = {
        s.start.hour * 60 + s.start.minute for s in slots(people, {}, Wish(30, [DAY], margin=30), NOW, 100)
    }
    assert 10 * 60 not in starts
    assert 10 * 60 + 30 in starts


def test_who_cannot_come_is_named_where_absences_are_allowed() -> None:
    people = {"佐藤": [_at(0, 24)], "鈴木": []}
    assert slots(people, {}, Wish(60, [DAY]), NOW) == []
    assert slots(people, {}, Wish(60, [DAY], most_absent=1), NOW)[0].absent == ("佐藤",)


_busy = st.lists(
    st.tuples(st.integers(0, 95), st.integers(1, 30)).map(
        lambda p: (
            datetime(2026, 11, 24) + timedelta(minutes=15 * p[0]),
            datetime(2026, 11, 24) + timedelta(minutes=15 * (p[0] + p[1])),
        )
    ),
    max_size=6,
)


@given(st.dictionaries(st.sampled_from("甲乙丙"), _busy), _busy, st.sampled_from([30, 60, 90]))
def test_no_slot_meets_anything_that_somebody_or_the_room_has(
    people: dict[str, list[tuple[datetime, datetime]]], room: list[tuple[datetime, datetime]], minutes: int
) -> None:
    for slot in slots(people, {"室": room}, Wish(minutes, [DAY], needs_room=True), NOW, limit=100):
        for busy in (*people.values(), room):
            assert all(end <= slot.start or start >= slot.end for start, end in busy)
