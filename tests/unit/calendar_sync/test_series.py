from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_sync import edit
from calendar_sync.model import Change, Scope
from calendar_sync.occurrences import expand
from calendar_sync.scan import Entry, scan
from core.errors import SuiteError

from .events import event

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WEEKLY = event("u1", "RRULE:FREQ=WEEKLY;COUNT=4")
FIRST, LAST = date(2026, 11, 1), date(2027, 2, 1)


def _all(raw: bytes | None) -> list[tuple[str, str]]:
    assert raw is not None
    found = expand(raw, scan(raw), FIRST, LAST)
    return sorted((_when(e), e.summary) for e in found)


def _when(entry: Entry) -> str:
    assert entry.span is not None
    return f"{entry.span.start:%m-%d %H:%M}"


def _ids(raw: bytes) -> list[str]:
    return sorted(e.recurrence for e in expand(raw, scan(raw), FIRST, LAST))


def test_one_of_a_series_can_be_renamed_and_moved() -> None:
    second = _ids(WEEKLY)[1]
    change = Change(summary="移動", start=datetime(2026, 12, 2, 15), end=datetime(2026, 12, 2, 16))
    changed = edit.changed(WEEKLY, change, second, Scope.THIS, NOW)
    assert _all(changed) == [
        ("11-24 10:00", "課内会議"), ("12-02 15:00", "移動"),
        ("12-08 10:00", "課内会議"), ("12-15 10:00", "課内会議"),
    ]  # fmt: skip
    assert _ids(changed) == _ids(WEEKLY)


def test_one_of_a_series_can_be_deleted_and_one_that_was_moved_too() -> None:
    ids = _ids(WEEKLY)
    moved = edit.changed(WEEKLY, Change(summary="移動"), ids[1], Scope.THIS, NOW)
    for raw in (WEEKLY, moved):
        left = edit.without(raw, ids[1], Scope.THIS, NOW)
        assert [when for when, _s in _all(left)] == ["11-24 10:00", "12-08 10:00", "12-15 10:00"]


def test_a_series_can_end_before_one_of_its_events() -> None:
    left = edit.without(WEEKLY, _ids(WEEKLY)[2], Scope.FUTURE, NOW)
    assert [when for when, _s in _all(left)] == ["11-24 10:00", "12-01 10:00"]


def test_this_and_those_after_become_a_series_of_their_own() -> None:
    ids = _ids(WEEKLY)
    change = Change(start=datetime(2026, 12, 8, 14), end=datetime(2026, 12, 8, 15))
    before, after = edit.split(WEEKLY, change, ids[2], "u2", NOW)
    assert [when for when, _s in _all(before)] == ["11-24 10:00", "12-01 10:00"]
    assert [when for when, _s in _all(after)] == ["12-08 14:00", "12-15 14:00"]
    assert scan(after).uid == "u2"


def test_a_whole_series_moves_with_its_exceptions() -> None:
    ids = _ids(WEEKLY)
    raw = edit.changed(WEEKLY, Change(summary="例外"), ids[1], Scope.THIS, NOW)
    holed = edit.without(raw, ids[3], Scope.THIS, NOW)
    assert holed is not None
    change = Change(start=datetime(2026, 11, 24, 13), end=datetime(2026, 11, 24, 14))
    moved = edit.changed(holed, change, ids[0], Scope.ALL, NOW)
    assert _all(moved) == [("11-24 13:00", "課内会議"), ("12-01 13:00", "例外"), ("12-08 13:00", "課内会議")]


def test_a_weekly_rule_follows_to_another_weekday_and_a_monthly_one_says_that_it_cannot() -> None:
    weekly = event("u1", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2")
    change = Change(start=datetime(2026, 11, 25, 10), end=datetime(2026, 11, 25, 11))
    moved = edit.changed(weekly, change, _ids(weekly)[0], Scope.ALL, NOW)
    assert [when for when, _s in _all(moved)] == ["11-25 10:00", "12-02 10:00"]
    monthly = event("u1", "RRULE:FREQ=MONTHLY;BYDAY=4TU;COUNT=2")
    with pytest.raises(SuiteError, match="この回だけ"):
        edit.changed(monthly, change, _ids(monthly)[0], Scope.ALL, NOW)


def test_an_all_day_event_never_goes_through_utc() -> None:
    raw = event().replace(b"DTSTART;TZID=Asia/Tokyo:20261124T100000", b"DTSTART;VALUE=DATE:20261201")
    raw = raw.replace(b"DTEND;TZID=Asia/Tokyo:20261124T113000", b"DTEND;VALUE=DATE:20261203")
    (entry,) = scan(raw).entries
    assert entry.span is not None
    assert entry.span.all_day
    assert (entry.span.start, entry.span.end) == (datetime(2026, 12, 1), datetime(2026, 12, 3))


@pytest.mark.parametrize(
    "zone",
    [
        "Tokyo Standard Time",
        "(UTC+09:00) 大阪、札幌、東京",
        "東京 (標準時)",
        "/freeassociation.sourceforge.net/Asia/Tokyo",
    ],
)
def test_the_names_that_tokyo_goes_by_in_real_files(zone: str) -> None:
    raw = event().replace(b"TZID=Asia/Tokyo", f'TZID="{zone}"'.encode())
    scanned = scan(raw)
    assert scanned.unknown_zones == ()
    assert _when(scanned.entries[0]) == "11-24 10:00"


def test_an_unknown_zone_is_named_and_its_time_kept() -> None:
    scanned = scan(event().replace(b"Asia/Tokyo", b"Nowhere/City"))
    assert scanned.unknown_zones == ("Nowhere/City",)
    assert _when(scanned.entries[0]) == "11-24 10:00"


def test_new_york_is_shown_on_the_offices_clock() -> None:
    assert _when(scan(event().replace(b"Asia/Tokyo", b"America/New_York")).entries[0]) == "11-25 00:00"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,10,20,30,40,50",
        "FREQ=SECONDLY;COUNT=99999999",
    ],
)
def test_a_rule_that_explodes_is_refused_before_it_is_expanded(rule: str) -> None:
    raw = event("u1", f"RRULE:{rule}")
    with pytest.raises(SuiteError, match="細かすぎる"):
        expand(raw, scan(raw), FIRST, FIRST + timedelta(days=800))


def test_a_series_that_moves_keeps_its_last_occurrence() -> None:
    """Its rule's end moves along; also to another day, to whole days and back (RFC 5545 3.3.10)."""
    raw = event("u1", "RRULE:FREQ=WEEKLY;UNTIL=20261215T010000Z")
    first = _ids(raw)[0]
    later = Change(start=datetime(2026, 11, 24, 10, 30), end=datetime(2026, 11, 24, 12))
    moved = edit.changed(raw, later, first, Scope.ALL, NOW)
    assert [when[6:] for when, _s in _all(moved)] == ["10:30"] * 4
    next_day = Change(start=datetime(2026, 11, 25, 10), end=datetime(2026, 11, 25, 11))
    assert [when for when, _s in _all(edit.changed(raw, next_day, first, Scope.ALL, NOW))] == [
        "11-25 10:00", "12-02 10:00", "12-09 10:00", "12-16 10:00",
    ]  # fmt: skip
    whole = Change(start=datetime(2026, 11, 24), end=datetime(2026, 11, 25), all_day=True)
    days = edit.changed(raw, whole, first, Scope.ALL, NOW)
    assert b"UNTIL=20261215\r\n" in days
    assert len(_ids(days)) == 4
    back = edit.changed(days, later, _ids(days)[0], Scope.ALL, NOW)
    assert b"UNTIL=20261215T013000Z" in back
    assert len(_ids(back)) == 4


def test_a_series_whose_end_is_a_bare_date_is_as_long_after_a_move() -> None:
    """Against the standard, and seen: it ends as that day begins, for whoever expands it."""
    raw = event("u1", "RRULE:FREQ=WEEKLY;UNTIL=20261215")
    later = Change(start=datetime(2026, 11, 24, 10, 30), end=datetime(2026, 11, 24, 12))
    moved = edit.changed(raw, later, _ids(raw)[0], Scope.ALL, NOW)
    assert len(_ids(moved)) == len(_ids(raw)) == 3


def test_this_and_those_after_are_as_many_as_they_were_though_one_is_deleted() -> None:
    """COUNT counts what the rule makes, also what was taken out since."""
    ids = _ids(WEEKLY)
    holed = edit.without(WEEKLY, ids[1], Scope.THIS, NOW)
    assert holed is not None
    _before, after = edit.split(holed, Change(summary="後半"), ids[2], "u2", NOW)
    assert [when for when, _s in _all(after)] == ["12-08 10:00", "12-15 10:00"]


def test_this_and_those_after_from_one_that_was_moved_leave_the_others_where_they_are() -> None:
    ids = _ids(WEEKLY)
    away = Change(start=datetime(2026, 12, 2, 15), end=datetime(2026, 12, 2, 16))
    raw = edit.changed(WEEKLY, away, ids[1], Scope.THIS, NOW)
    before, after = edit.split(raw, Change(summary="後半"), ids[1], "u2", NOW)
    assert [when for when, _s in _all(before)] == ["11-24 10:00"]
    assert [when for when, _s in _all(after)] == ["12-02 15:00", "12-08 10:00", "12-15 10:00"]


def test_an_exception_that_is_dragged_with_the_whole_series_lands_where_it_was_dropped() -> None:
    ids = _ids(WEEKLY)
    away = Change(start=datetime(2026, 12, 2, 15), end=datetime(2026, 12, 2, 18))
    raw = edit.changed(WEEKLY, away, ids[1], Scope.THIS, NOW)
    drop = Change(start=datetime(2026, 12, 2, 16), end=datetime(2026, 12, 2, 19))
    moved = edit.changed(raw, drop, ids[1], Scope.ALL, NOW)
    assert [when for when, _s in _all(moved)] == ["11-24 11:00", "12-02 16:00", "12-08 11:00", "12-15 11:00"]
    assert b"DTEND;TZID=Asia/Tokyo:20261124T123000" in moved  # as long as it was


def test_dates_beside_the_rule_end_with_the_series_and_do_not_come_twice() -> None:
    raw = event("u1", "RRULE:FREQ=WEEKLY;COUNT=4", "RDATE;TZID=Asia/Tokyo:20261126T150000,20261210T150000")
    third = _ids(event("u1", "RRULE:FREQ=WEEKLY;COUNT=4"))[2]
    before, after = edit.split(raw, Change(summary="後半"), third, "u2", NOW)
    assert [when for when, _s in _all(before)] == ["11-24 10:00", "11-26 15:00", "12-01 10:00"]
    assert [when for when, _s in _all(after)] == ["12-08 10:00", "12-10 15:00", "12-15 10:00"]
    with pytest.raises(SuiteError, match="この回だけ"):
        edit.split(raw, Change(summary="x"), "20261126T150000", "u2", NOW)


def test_an_exception_named_in_another_zone_stays_an_exception_when_the_series_moves() -> None:
    """A phone on a journey writes RECURRENCE-ID in one zone and DTSTART in another."""
    tail = b"END:VCALENDAR"
    extra = (
        b"BEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:x\r\n"
        b"RECURRENCE-ID;TZID=Asia/Tokyo:20261201T100000\r\n"
        b"DTSTART;TZID=America/New_York:20261201T090000\r\nDTEND;TZID=America/New_York:20261201T100000\r\n"
        b"END:VEVENT\r\n"
    )
    raw = WEEKLY.replace(tail, extra + tail)
    later = Change(start=datetime(2026, 11, 24, 11), end=datetime(2026, 11, 24, 12))
    moved = edit.changed(raw, later, "20261124T100000", Scope.ALL, NOW)
    assert b"RECURRENCE-ID;TZID=Asia/Tokyo:20261201T110000" in moved
    assert len(_ids(moved)) == 4


def test_a_single_occurrence_of_a_series_that_is_elsewhere_can_be_deleted() -> None:
    """Nothing without an event is left, which no server takes."""
    alone = event("u1", "RECURRENCE-ID;TZID=Asia/Tokyo:20261124T090000")
    (only,) = _ids(alone)
    assert edit.without(alone, only, Scope.THIS, NOW) is None


@pytest.mark.parametrize(
    ("rule", "days"),
    [("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR", 3), ("FREQ=MONTHLY", 5)],
    ids=["two weeks at once", "the 29th of February"],
)
def test_a_move_that_the_rule_cannot_follow_is_refused(rule: str, days: int) -> None:
    raw = event("u1", f"RRULE:{rule}")
    begin = datetime(2026, 11, 24 + days, 10)
    with pytest.raises(SuiteError, match="この回だけ"):
        edit.changed(raw, Change(start=begin, end=begin + timedelta(hours=1)), _ids(raw)[0], Scope.ALL, NOW)


def test_the_days_of_a_rule_are_those_of_its_own_zone() -> None:
    raw = event("u1", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3").replace(b"Asia/Tokyo", b"America/New_York")
    raw = raw.replace(b"T100000", b"T234500").replace(b"T113000", b"T235900")
    first = _ids(raw)[0]
    begin = datetime(2026, 11, 25, 13, 45) + timedelta(minutes=30)  # 23:45 becomes 00:15 over there
    moved = edit.changed(raw, Change(start=begin, end=begin + timedelta(minutes=14)), first, Scope.ALL, NOW)
    assert [when for when, _s in _all(moved)] == ["11-25 14:15", "12-02 14:15", "12-09 14:15"]
