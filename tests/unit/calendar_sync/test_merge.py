from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_sync import edit
from calendar_sync.ics import calendar, parse
from calendar_sync.merge import same, three_way
from calendar_sync.model import Change, Scope

from .events import event


def _value(raw: bytes | None, name: str) -> str:
    assert raw is not None
    return next(calendar(raw).walk("VEVENT")).value(name).strip()


def test_edits_of_different_properties_are_both_kept() -> None:
    result = three_way(event(), event(summary="部内会議"), event("u1", "LOCATION:302"))
    assert result.clashes == ()
    assert (_value(result.raw, "SUMMARY"), _value(result.raw, "LOCATION")) == ("部内会議", "302")


def test_the_same_property_changed_on_both_sides_is_a_clash_and_the_servers_value_stays() -> None:
    result = three_way(event(), event(summary="甲"), event(summary="乙"))
    assert result.clashes == ("SUMMARY",)
    assert _value(result.raw, "SUMMARY") == "乙"


def test_a_move_here_and_another_length_there_are_a_clash_of_one_fact() -> None:
    theirs = event().replace(b"T113000", b"T120000")
    assert three_way(event(), event(start="20261124T093000"), theirs).clashes == ("TIME",)


def test_an_edit_beats_a_deletion_and_is_shown() -> None:
    edited = event(summary="変更")
    for mine, theirs in ((edited, None), (None, edited)):
        result = three_way(event(), mine, theirs)
        assert result.raw == edited
        assert result.clashes == ("DELETED",)


def test_two_answers_to_one_invitation_by_different_people_are_both_kept() -> None:
    def with_answers(first: str, second: str) -> bytes:
        return event("u1", f"ATTENDEE;PARTSTAT={first}:mailto:a@x", f"ATTENDEE;PARTSTAT={second}:mailto:b@x")

    asked = with_answers("NEEDS-ACTION", "NEEDS-ACTION")
    result = three_way(
        asked, with_answers("ACCEPTED", "NEEDS-ACTION"), with_answers("NEEDS-ACTION", "DECLINED")
    )
    assert result.clashes == ()
    assert result.raw is not None
    assert same(result.raw, with_answers("ACCEPTED", "DECLINED"))


def test_one_persons_two_different_answers_clash() -> None:
    def answer(state: str) -> bytes:
        return event("u1", f"ATTENDEE;PARTSTAT={state}:mailto:a@x")

    result = three_way(answer("NEEDS-ACTION"), answer("ACCEPTED"), answer("DECLINED"))
    assert result.clashes == ("ATTENDEE",)


def test_exceptions_added_on_both_sides_are_both_kept() -> None:
    rule = "RRULE:FREQ=WEEKLY"
    one, other = "EXDATE;TZID=Asia/Tokyo:20261201T100000", "EXDATE;TZID=Asia/Tokyo:20261208T100000"
    result = three_way(event("u1", rule), event("u1", rule, one), event("u1", rule, other))
    assert result.raw is not None
    assert result.clashes == ()
    assert same(result.raw, event("u1", rule, one, other))


def test_a_servers_own_handwriting_is_no_change() -> None:
    folded = event().replace(b"DTSTAMP:20261101T000000Z\r\n", b"").replace(b"SUMMARY:", b"SUMMARY:\r\n ")
    assert same(event(), folded)
    mine = event(summary="変更")
    assert three_way(event(), mine, folded) == three_way(event(), mine, event())


_texts = st.text(alphabet='あ会議aB;,:\\"\n 𠮷', max_size=12)
_versions = st.builds(
    lambda summary, place, hour, tag: event(
        "u1",
        *([f"LOCATION:{place}"] if place else []),
        *([f"CATEGORIES:{tag}"] if tag else []),
        start=f"20261124T{hour:02}0000",
        summary=summary.replace("\\", "\\\\").replace("\n", "\\n"),
    ),
    _texts,
    st.sampled_from(["", "302", "本庁舎"]),
    st.integers(7, 11),
    st.sampled_from(["", "議会", "防災"]),
)
_sides = st.none() | _versions


@given(_versions)
def test_parsing_keeps_every_byte(raw: bytes) -> None:
    assert parse(raw).raw() == raw


@given(_sides, _sides)
def test_what_only_one_side_changed_is_taken_whole(base: bytes | None, changed: bytes | None) -> None:
    for result in (three_way(base, changed, base), three_way(base, base, changed)):
        assert result.clashes == ()
        assert same(result.raw, changed)


@given(_sides, _sides, _sides)
def test_each_property_is_one_sides_value_and_every_lost_value_is_called_a_clash(
    base: bytes | None, mine: bytes | None, theirs: bytes | None
) -> None:
    result = three_way(base, mine, theirs)
    if mine is None or theirs is None or result.raw is None:
        if not result.clashes:
            assert same(result.raw, mine) or same(result.raw, theirs)
        return
    for name in ("SUMMARY", "LOCATION", "DTSTART"):
        merged, own, other = (_value(raw, name) for raw in (result.raw, mine, theirs))
        assert merged in (own, other)
        before = _value(base, name) if base is not None else ""
        if own not in (before, merged):
            assert ("TIME" if name == "DTSTART" else name) in result.clashes


@given(_sides, _sides, _sides)
def test_merging_the_result_again_changes_nothing(
    base: bytes | None, mine: bytes | None, theirs: bytes | None
) -> None:
    result = three_way(base, mine, theirs)
    assert three_way(theirs, result.raw, theirs) == type(result)(
        theirs if same(result.raw, theirs) else result.raw, ()
    )


def test_a_server_that_says_what_goes_without_saying_has_changed_nothing() -> None:
    """SOGo adds CLASS:PUBLIC to every event; after a lost reply that is still what was sent."""
    assert same(event("u1"), event("u1", "CLASS:PUBLIC", "TRANSP:OPAQUE"))
    assert not same(event("u1"), event("u1", "CLASS:PRIVATE"))
    assert not same(event("u1", "CLASS:CONFIDENTIAL"), event("u1", "CLASS:PUBLIC"))


NOW = datetime(2026, 11, 23, tzinfo=UTC)
WEEKLY = event("u1", "RRULE:FREQ=WEEKLY;COUNT=4")
SECOND = "20261201T100000"
MOVED = edit.changed(
    WEEKLY, Change(start=datetime(2026, 11, 24, 13), end=datetime(2026, 11, 24, 14)), "20261124T100000",
    Scope.ALL, NOW,
)  # fmt: skip
ONE_MOVED = edit.changed(
    WEEKLY, Change(start=datetime(2026, 12, 1, 15), end=datetime(2026, 12, 1, 16)), SECOND, Scope.THIS, NOW
)
ONE_DELETED = edit.without(WEEKLY, SECOND, Scope.THIS, NOW)


@pytest.mark.parametrize("single", [ONE_MOVED, ONE_DELETED], ids=["moved", "deleted"])
def test_a_series_moved_under_a_changed_occurrence_is_a_clash(single: bytes) -> None:
    """Put together, the one would stand twice, or come back though it was deleted."""
    for mine, theirs in ((MOVED, single), (single, MOVED)):
        result = three_way(WEEKLY, mine, theirs)
        assert (result.raw, result.clashes) == (theirs, ("TIME",))


def test_a_series_that_is_only_renamed_keeps_its_changed_occurrence() -> None:
    renamed = edit.changed(WEEKLY, Change(summary="部内会議"), SECOND, Scope.ALL, NOW)
    result = three_way(WEEKLY, ONE_MOVED, renamed)
    assert result.clashes == ()
    assert result.raw is not None
    assert result.raw.count(b"RECURRENCE-ID") == 1


def test_one_occurrence_named_in_two_zones_is_one() -> None:
    """A phone writes RECURRENCE-ID in UTC, the desk in the office's zone."""
    phones = ONE_MOVED.replace(
        b"RECURRENCE-ID;TZID=Asia/Tokyo:20261201T100000", b"RECURRENCE-ID:20261201T010000Z"
    )
    phones = phones.replace(b"T150000", b"T170000").replace(b"T160000", b"T180000")
    result = three_way(WEEKLY, ONE_MOVED, phones)
    assert result.clashes == ("TIME",)
    assert result.raw is not None
    assert result.raw.count(b"BEGIN:VEVENT") == 2
