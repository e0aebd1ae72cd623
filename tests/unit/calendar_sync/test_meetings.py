"""The rules of invitations and answers, and what is refused of what others put up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calendar_sync import edit, ics, invitation
from calendar_sync.attendance import (
    MOST_ATTENDEES,
    Answer,
    Attendee,
    attendee,
    attendees,
    later,
    new_line,
)
from calendar_sync.ics import Line
from calendar_sync.merge import three_way
from calendar_sync.model import Change, Draft, Owner, Scope
from calendar_sync.parts import MOST_PARTS, Parts
from calendar_sync.remote import Remote
from calendar_sync.schedule import Schedule
from calendar_sync.store import Store
from core.errors import SuiteError
from core.events import Events

NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)
START = datetime(2026, 12, 2, 10)
ANNA, BERT, CORA = (Attendee(f"/{n}/", n) for n in ("anna", "bert", "cora"))
A, B, C = ([a.address] for a in (ANNA, BERT, CORA))


def meeting(*people: Attendee, rule: str = "") -> bytes:
    raw = edit.new_event(Draft(1, "会議", START, START + timedelta(hours=1)), "u1", NOW)
    if rule:
        raw = raw.replace(b"SUMMARY:", f"RRULE:{rule}\r\nSUMMARY:".encode())
    return invitation.invited(raw, ANNA, people or (BERT, CORA), NOW)


def said(raw: bytes, who: list[str], recurrence: str = "") -> tuple[str, str]:
    found = Parts(raw).said(recurrence, who)
    assert found is not None
    return found.answer.value, found.comment


def moved(raw: bytes, hours: int, at: datetime = NOW) -> bytes:
    start = START + timedelta(hours=hours)
    change = Change(start=start, end=start + timedelta(hours=1))
    return invitation.reset(raw, edit.changed(raw, change, "", Scope.ALL, at), A, at)


def test_the_organiser_comes_and_the_others_are_asked() -> None:
    found = attendees(Parts(meeting()).master)
    assert [(a.name, a.answer) for a in found] == [
        ("anna", Answer.YES), ("bert", Answer.NONE), ("cora", Answer.NONE),
    ]  # fmt: skip


def test_who_stays_invited_keeps_the_answer_and_nobody_is_no_meeting() -> None:
    raw = invitation.taken(meeting(), invitation.answered(meeting(), B, Answer.YES, "", NOW), BERT.address)
    again = invitation.invited(raw, ANNA, (BERT,), NOW)
    assert said(again, B) == ("ACCEPTED", "")
    assert Parts(again).said("", C) is None
    assert b"ORGANIZER" not in invitation.invited(again, ANNA, (), NOW)


@pytest.mark.parametrize(
    "words", ["遅れます", 'a"b', "a^b", "a;b:c,d", "二行\n目", "x" * 280, "^'^n", "\x07鐘"]
)
def test_a_word_to_the_answer_comes_through_as_it_was(words: str) -> None:
    raw = invitation.answered(meeting(), B, Answer.MAYBE, words, NOW)
    assert ics.parse(raw).raw() == raw
    assert said(raw, B) == ("TENTATIVE", words.replace("\x07", ""))


def test_of_an_attendees_copy_nothing_but_their_own_answer_counts() -> None:
    copy = invitation.answered(meeting(), B, Answer.NO, "", NOW)
    copy = invitation.answered(copy, C, Answer.YES, "", NOW)  # bert answers for cora
    copy = copy.replace("会議".encode(), "乗っ取り".encode()).replace(b"mailto", b"mailto")
    mine = invitation.taken(meeting(), copy, BERT.address)
    assert said(mine, B) == ("DECLINED", "")
    assert said(mine, C) == ("NEEDS-ACTION", "")
    assert Parts(mine).master.value("SUMMARY") == "会議"


def test_an_older_answer_never_overwrites() -> None:
    first = invitation.answered(meeting(), B, Answer.YES, "", NOW)
    second = invitation.answered(first, B, Answer.NO, "", NOW)  # by the same clock: still later
    mine = invitation.taken(meeting(), second, BERT.address)
    assert invitation.taken(mine, first, BERT.address) == mine
    assert said(mine, B) == ("DECLINED", "")


def test_an_answer_to_another_time_does_not_count() -> None:
    answer = invitation.answered(meeting(), B, Answer.YES, "", NOW + timedelta(days=1))
    assert said(invitation.taken(moved(meeting(), 3), answer, BERT.address), B) == ("NEEDS-ACTION", "")


def test_a_moved_meeting_asks_anew_on_both_sides() -> None:
    copy = invitation.answered(meeting(), B, Answer.YES, "", NOW)
    new = moved(invitation.taken(meeting(), copy, BERT.address), 3)
    assert said(new, B) == ("NEEDS-ACTION", "")
    assert said(new, A) == ("ACCEPTED", "")
    assert said(invitation.adopted(copy, new, B), B) == ("NEEDS-ACTION", "")


def test_moved_away_and_back_asks_anew() -> None:
    copy = invitation.answered(meeting(), B, Answer.YES, "", NOW)
    mine = invitation.taken(meeting(), copy, BERT.address)
    back = moved(moved(mine, 3), 0, NOW + timedelta(hours=1))
    assert said(invitation.adopted(copy, back, B), B) == ("NEEDS-ACTION", "")


def test_the_organiser_cannot_answer_in_somebodys_name() -> None:
    forged = invitation.answered(meeting(), B, Answer.YES, "", NOW + timedelta(days=9))
    assert said(invitation.adopted(None, forged, B), B) == ("NEEDS-ACTION", "")
    copy = invitation.answered(meeting(), B, Answer.NO, "", NOW)
    assert said(invitation.adopted(copy, forged, B), B) == ("DECLINED", "")


def test_a_clock_ahead_elsewhere_does_not_silence_the_answer() -> None:
    ahead = moved(meeting(), 3, NOW + timedelta(days=30))
    copy = invitation.adopted(meeting(), ahead, B)
    answer = invitation.answered(copy, B, Answer.YES, "", NOW)
    assert said(invitation.taken(ahead, answer, BERT.address), B) == ("ACCEPTED", "")


def test_the_copy_keeps_ones_own_alarms_and_takes_nobody_elses() -> None:
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT30M\r\nEND:VALARM\r\n"
    copy = meeting().replace(b"END:VEVENT", alarm + b"END:VEVENT")
    theirs = meeting().replace(b"END:VEVENT", alarm.replace(b"30", b"5") + b"END:VEVENT")
    assert invitation.adopted(copy, theirs, B).count(b"TRIGGER:-PT30M") == 1
    assert b"VALARM" not in invitation.adopted(None, theirs, B)


def test_one_occurrence_is_answered_and_an_invented_one_is_not_taken() -> None:
    raw = meeting(rule="FREQ=WEEKLY;COUNT=4")
    second = "20261209T100000"
    copy = invitation.answered(raw, B, Answer.NO, "出張", NOW, second)
    mine = invitation.taken(raw, copy, BERT.address)
    assert said(mine, B, second) == ("DECLINED", "出張")
    assert said(mine, B) == ("NEEDS-ACTION", "")
    invented = copy.replace(
        b"RECURRENCE-ID;TZID=Asia/Tokyo:20261209", b"RECURRENCE-ID;TZID=Asia/Tokyo:20261210"
    )
    assert invented != copy
    assert invitation.taken(raw, invented, BERT.address) == raw


def test_a_reply_answers_only_to_what_it_names() -> None:
    """Found on Cyrus, which sends one reply for the series and one for each occurrence."""
    raw = meeting(rule="FREQ=WEEKLY;COUNT=4")
    second = "20261209T100000"
    mine = invitation.taken(raw, invitation.answered(raw, B, Answer.NO, "", NOW, second), BERT.address)
    series = invitation.answered(raw, B, Answer.YES, "", NOW)
    series = series.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:REPLY").replace(
        b"DTSTAMP:20261126T01", b"DTSTAMP:20261126T09"
    )
    both = invitation.taken(mine, series, BERT.address)
    assert [said(both, B)[0], said(both, B, second)[0]] == ["ACCEPTED", "DECLINED"]
    one = Parts(invitation.answered(raw, B, Answer.MAYBE, "", NOW + timedelta(hours=1), second))
    calendar = next(iter(one.tree.children()))
    calendar.replace("METHOD", b"METHOD:REPLY\r\n")
    calendar.parts = [part for part in calendar.parts if part is not one.master]
    again = invitation.taken(both, one.tree.raw(), BERT.address)
    assert [said(again, B)[0], said(again, B, second)[0]] == ["ACCEPTED", "TENTATIVE"]


def test_one_reply_says_another_thing_to_one_occurrence_than_to_the_series() -> None:
    """Found on Cyrus: both parts carry the time of the reply, and so does the organiser's series."""
    raw = meeting(rule="FREQ=WEEKLY;COUNT=4")
    second = "20261209T100000"
    series = invitation.answered(raw, B, Answer.YES, "", NOW)
    copy = invitation.answered(series, B, Answer.NO, "", NOW, second)
    reply = copy.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:REPLY").replace(
        b"DTSTAMP:20261126T01", b"DTSTAMP:20261126T09"
    )
    carried = series.replace(b"X-MAHOROBA-DTSTAMP=20261126T01", b"X-DTSTAMP=20261126T09")
    assert carried != series
    for before in (raw, carried):
        mine = invitation.taken(before, reply, BERT.address)
        assert [said(mine, B)[0], said(mine, B, second)[0]] == ["ACCEPTED", "DECLINED"]
        assert invitation.taken(mine, reply, BERT.address) == mine
    theirs = carried.replace(b"T090000Z", b"T010001Z")
    assert theirs != carried
    kept = invitation.adopted(copy, theirs, B)
    assert [said(kept, B)[0], said(kept, B, second)[0]] == ["ACCEPTED", "DECLINED"]


def test_an_answered_occurrence_stays_answered_when_the_title_changes_and_not_when_the_series_moves() -> None:
    raw = meeting(rule="FREQ=WEEKLY;COUNT=4")
    second = "20261209T100000"
    copy = invitation.answered(raw, B, Answer.NO, "", NOW, second)
    renamed = edit.changed(raw, Change(summary="新"), "", Scope.ALL, NOW)
    kept = invitation.adopted(copy, renamed, B)
    assert said(kept, B, second) == ("DECLINED", "")
    assert Parts(kept).events[second].value("SUMMARY") == "新"
    assert list(Parts(invitation.adopted(copy, moved(raw, 3), B)).events) == [""]


def test_two_answers_that_met_on_the_server_are_both_kept_and_the_later_of_one_person() -> None:
    base = meeting()
    bert = invitation.answered(base, B, Answer.YES, "", NOW)
    both = three_way(base, bert, invitation.answered(base, C, Answer.NO, "", NOW))
    assert both.raw is not None
    assert both.clashes == ()
    assert [said(both.raw, who)[0] for who in (B, C)] == ["ACCEPTED", "DECLINED"]
    changed = invitation.answered(base, B, Answer.NO, "", NOW + timedelta(minutes=1))
    for mine, theirs in ((bert, changed), (changed, bert)):
        merged = three_way(base, mine, theirs)
        assert merged.raw is not None
        assert (merged.clashes, said(merged.raw, B)[0]) == ((), "DECLINED")


def test_an_answer_that_meets_a_move_is_asked_for_anew() -> None:
    base = meeting()
    answer = invitation.answered(base, B, Answer.YES, "", NOW + timedelta(days=1))
    for mine, theirs in ((answer, moved(base, 3)), (moved(base, 3), answer)):
        merged = three_way(base, mine, theirs)
        assert merged.raw is not None
        assert (merged.clashes, said(merged.raw, B)[0]) == ((), "NEEDS-ACTION")


@pytest.mark.parametrize(
    "given", ["", "nonsense", "99991231T000000Z", "20261126T010000", "2026-11-26T01:00Z"]
)
def test_a_stamp_that_is_none_counts_as_unsaid(given: str) -> None:
    line = Line("ATTENDEE", f"ATTENDEE;PARTSTAT=ACCEPTED;X-MAHOROBA-DTSTAMP={given}:/bert/\r\n".encode())
    assert attendee(line).stamp == ""
    assert later(NOW, given) == "20261126T010000Z"


def test_an_unknown_answer_is_none() -> None:
    line = Line("ATTENDEE", b"ATTENDEE;PARTSTAT=DELEGATED:/bert/\r\n")
    assert attendee(line).answer is Answer.NONE


def test_crowds_and_too_many_parts_are_refused_with_a_sentence() -> None:
    crowd = [Attendee(f"/{n}/", str(n)) for n in range(MOST_ATTENDEES + 1)]
    with pytest.raises(SuiteError, match="参加者が多すぎます"):
        Parts(meeting(*crowd))
    part = b"BEGIN:VEVENT\r\nUID:u1\r\nRECURRENCE-ID:%dT010000Z\r\nEND:VEVENT\r\n"
    many = b"".join(part % (20270101 + n // 28 * 100 + n % 28) for n in range(300))
    years = b"".join(many.replace(b":2027", b":%d" % (2030 + n)) for n in range(2))
    with pytest.raises(SuiteError, match="例外が多すぎます"):
        Parts(meeting().replace(b"END:VCALENDAR", years + b"END:VCALENDAR"))
    assert MOST_PARTS < 600


# what others put up in their own calendars


def nowhere() -> Remote:
    raise AssertionError("nothing is sent here")


class Bert:
    """bert's schedule with what the others' calendars are downloaded as."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "b.db")
        self.schedule = Schedule(Owner("bert", "bert"), self.store, nowhere, Events())
        self.calendars = {n: self.schedule.subscribe(f"/{n}/main/", n, "person") for n in ("anna", "cora")}

    def sees(self, whose: str, raw: bytes, href: str = "u1.ics") -> None:
        self.store.receive(self.calendars[whose], [(f"/{whose}/main/{href}", f'"{len(raw)}"', raw)])
        self.schedule.meetings.look()

    def waiting(self) -> list[str]:
        return [w.organiser for w in self.schedule.meetings.waiting(START - timedelta(days=1))]


@pytest.fixture
def bert(tmp_path: Path) -> Bert:
    return Bert(tmp_path)


def test_an_invitation_in_the_organisers_own_calendar_is_taken(bert: Bert) -> None:
    bert.sees("anna", meeting())
    assert bert.waiting() == ["anna"]
    assert bert.schedule.meetings.refusals() == []
    bert.schedule.meetings.look()
    assert len(bert.store.rows(1)) == 1
    assert [o.collection for o in bert.schedule.search("会議", START.date())] == [1]


def test_an_invitation_whose_organiser_did_not_write_it_is_refused_and_said(bert: Bert) -> None:
    raw = invitation.invited(
        edit.new_event(Draft(1, "会議", START, START + timedelta(hours=1)), "u1", NOW), ANNA, (BERT,), NOW
    )
    bert.sees("cora", raw)
    assert bert.waiting() == []
    assert bert.schedule.meetings.refusals() == ["「cora」の予定にある招待は、主催者が別の人になっています。"]


def test_a_known_meeting_is_not_changed_by_whoever_is_not_its_organiser(bert: Bert) -> None:
    bert.sees("anna", meeting())
    before = bert.store.object(bert.store.uids(1)["u1"])
    forged = edit.changed(meeting(), Change(summary="別の会議"), "", Scope.ALL, NOW)
    bert.sees("cora", forged)
    bert.sees("cora", invitation.invited(forged, CORA, (BERT,), NOW))
    assert bert.store.object(bert.store.uids(1)["u1"]) == before
    assert len(bert.store.rows(1)) == 1


def test_a_crowd_is_not_taken_and_said(bert: Bert) -> None:
    crowd = [BERT, *(Attendee(f"/{n}/", str(n)) for n in range(MOST_ATTENDEES))]
    bert.sees("anna", meeting(*crowd))
    assert bert.waiting() == []
    assert bert.schedule.meetings.refusals() == ["参加者が多すぎます（300 人まで）。"]


def test_an_answer_by_somebody_who_was_not_asked_is_refused_and_said(bert: Bert) -> None:
    event = bert.schedule.create(Draft(1, "会議", START, START + timedelta(hours=1))).steps[0][0]
    bert.schedule.invite(event, [ANNA])
    mine = bert.store.object(event)
    assert mine is not None
    assert mine.content is not None
    line = Line("ATTENDEE", new_line(CORA, True))
    uninvited = mine.content.replace(b"END:VEVENT", line.raw + b"END:VEVENT")
    bert.sees("cora", invitation.answered(uninvited, C, Answer.YES, "", NOW))
    assert bert.store.object(event) == mine
    assert bert.schedule.meetings.refusals() == ["「cora」は、招いていない会議に返事をしています。"]


def test_a_meeting_that_vanishes_from_the_organisers_calendar_is_called_off(bert: Bert) -> None:
    bert.sees("anna", meeting())
    bert.store.receive(bert.calendars["anna"], [], ["/anna/main/u1.ics"])
    bert.schedule.meetings.look()
    (o,) = bert.schedule.between(START, START + timedelta(hours=1))
    assert (o.status, o.busy) == ("CANCELLED", False)
    assert bert.waiting() == []


def test_who_is_no_longer_invited_sees_the_meeting_called_off(bert: Bert) -> None:
    bert.sees("anna", meeting())
    bert.sees("anna", invitation.invited(meeting(), ANNA, (CORA,), NOW))
    (o,) = bert.schedule.between(START, START + timedelta(hours=1))
    assert o.status == "CANCELLED"


def test_what_others_arrange_among_themselves_is_nobodys_invitation(bert: Bert) -> None:
    bert.sees("anna", meeting(CORA))
    assert bert.waiting() == []
    assert bert.store.rows(1) == {}
    assert bert.store.fresh_meetings() == []


def test_a_meeting_moved_and_moved_back_by_undo_before_anything_was_sent_keeps_the_answers(
    bert: Bert,
) -> None:
    event = bert.schedule.create(Draft(1, "会議", START, START + timedelta(hours=1))).steps[0][0]
    bert.schedule.invite(event, [ANNA])
    mine = bert.store.object(event)
    assert mine is not None
    assert mine.content is not None
    bert.sees("anna", invitation.answered(mine.content, A, Answer.YES, "", NOW))
    (o,) = bert.schedule.between(START, START + timedelta(hours=1))
    assert [a.answer for a in bert.schedule.detail(o).attendees] == [Answer.YES, Answer.YES]
    act = bert.schedule.change(
        event, Change(start=START + timedelta(hours=2), end=START + timedelta(hours=3))
    )
    bert.schedule.undo(act)
    (o,) = bert.schedule.between(START, START + timedelta(hours=1))
    assert o.start == START
    assert [a.answer for a in bert.schedule.detail(o).attendees] == [Answer.YES, Answer.YES]
