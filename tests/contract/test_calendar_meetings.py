"""Inviting and answering between three people: one class, run on the office's server, Xandikos and Cyrus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from calendar_sync.attendance import Answer
from calendar_sync.model import Change
from core.errors import SuiteError
from tests.fakes import cyrus_server
from tests.fakes.meeting_people import NAMES, START, WAYS, Somebody, settle, together

ANNA, BERT, CORA = NAMES.values()


_RUNS = [pytest.param(way, marks=pytest.mark.long) if way == "xandikos" else way for way in WAYS]
"""Xandikos carries nothing either: it is asked the same in the long run."""


@pytest.fixture(scope="module", params=_RUNS)
def people(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Somebody, Somebody, Somebody]]:
    if request.param == "cyrus" and (why := cyrus_server.missing()):
        pytest.skip(why)
    with together(request.param, tmp_path_factory.mktemp(request.param)) as found:
        settle(*found)
        yield found


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A meeting of the test's own: the calendars are the class's."""
    return request.node.name.partition("[")[0]


class TestMeetings:
    def test_an_invitation_waits_and_the_answer_comes_back(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, cora = people
        event = anna.meets(title, bert, cora)
        settle(anna, bert)
        (waiting,) = [w for w in bert.waiting() if w.occurrence.summary == title]
        assert waiting.occurrence.answer == Answer.NONE
        assert bert.detail(title).invited
        bert.schedule.answer(waiting.occurrence.event, Answer.YES, "10 分遅れます")
        assert bert.one(title).answer == Answer.YES
        assert title not in [w.occurrence.summary for w in bert.waiting()]
        settle(bert, anna)
        assert anna.heard(title) == {ANNA: "ACCEPTED", BERT: "ACCEPTED", CORA: "NEEDS-ACTION"}
        (said,) = [a for a in anna.detail(title).attendees if a.name == BERT]
        assert said.comment == "10 分遅れます"
        assert anna.one(title).event == event
        assert bert.schedule.unsent() == anna.schedule.unsent() == 0

    def test_two_answer_at_once_and_neither_is_lost(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, cora = people
        anna.meets(title, bert, cora)
        settle(anna, bert, cora)
        bert.schedule.answer(bert.one(title).event, Answer.NO)
        cora.schedule.answer(cora.one(title).event, Answer.MAYBE)
        settle(bert, cora, anna)
        assert anna.heard(title) == {ANNA: "ACCEPTED", BERT: "DECLINED", CORA: "TENTATIVE"}
        assert len(bert.found(title)) == len(cora.found(title)) == len(anna.found(title)) == 1
        assert anna.schedule.conflicts() == bert.schedule.conflicts() == cora.schedule.conflicts() == []

    def test_who_is_absent_has_the_time_free(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        anna.meets(title, bert)
        settle(anna, bert)
        assert bert.one(title).busy
        bert.schedule.answer(bert.one(title).event, Answer.NO)
        assert not bert.one(title).busy
        settle(bert)
        bert.schedule.answer(bert.one(title).event, Answer.YES)
        settle(bert, anna)
        assert bert.one(title).busy
        assert anna.heard(title)[BERT] == "ACCEPTED"

    def test_a_meeting_that_moves_asks_everybody_anew(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        event = anna.meets(title, bert)
        settle(anna, bert)
        bert.schedule.answer(bert.one(title).event, Answer.YES)
        settle(bert, anna)
        later = START + timedelta(hours=3)
        anna.schedule.change(event, Change(start=later, end=later + timedelta(hours=1)))
        settle(anna, bert)
        assert (bert.one(title).start, bert.one(title).answer) == (later, Answer.NONE)
        assert title in [w.occurrence.summary for w in bert.waiting()]
        assert anna.heard(title)[BERT] == "NEEDS-ACTION"

    def test_a_new_title_keeps_the_answers(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        event = anna.meets(title, bert)
        settle(anna, bert)
        bert.schedule.answer(bert.one(title).event, Answer.MAYBE)
        settle(bert, anna)
        anna.schedule.change(event, Change(summary=f"{title} 改"))
        settle(anna, bert)
        assert bert.one(f"{title} 改").answer == Answer.MAYBE
        assert anna.heard(f"{title} 改")[BERT] == "TENTATIVE"

    def test_a_meeting_called_off_says_so_on_both_sides(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        event = anna.meets(title, bert)
        settle(anna, bert)
        anna.schedule.delete(event)
        assert anna.one(title).status == "CANCELLED"
        settle(anna, bert)
        assert [(o.status, o.busy) for o in bert.found(title)] == [("CANCELLED", False)]
        assert title not in [w.occurrence.summary for w in bert.waiting()]

    def test_one_occurrence_of_a_series_is_answered(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        event = anna.meets(title, bert)
        seen = anna.schedule._store.object(event)
        assert seen is not None
        assert seen.content is not None
        series = seen.content.replace(b"SUMMARY:", b"RRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:")
        anna.schedule._store.change(event, series)
        settle(anna, bert)
        second = bert.found(title)[1]
        bert.schedule.answer(second.event, Answer.YES)
        bert.schedule.answer(second.event, Answer.NO, recurrence=second.recurrence)
        assert [o.answer for o in bert.found(title)] == ["ACCEPTED", "DECLINED", "ACCEPTED"]
        settle(bert, anna, bert)
        answers = []
        for o in anna.found(title):
            answers += [a.answer.value for a in anna.schedule.detail(o).attendees if a.name == BERT]
        assert answers == ["ACCEPTED", "DECLINED", "ACCEPTED"]
        assert [o.busy for o in bert.found(title)] == [True, False, True]

    def test_who_is_asked_cannot_move_the_meeting(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        anna.meets(title, bert)
        settle(anna, bert)
        o = bert.one(title)
        with pytest.raises(SuiteError, match="主催者だけ"):
            bert.schedule.change(o.event, Change(summary="x"))
        bert.schedule.delete(o.event)
        assert bert.one(title).answer == Answer.NO

    def test_an_answer_given_out_of_reach_is_sent_later(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        anna.meets(title, bert)
        settle(anna, bert)
        bert.schedule.exchange.offline = True
        bert.schedule.answer(bert.one(title).event, Answer.YES)
        with pytest.raises(SuiteError, match="つながりません"):
            bert.sync()
        settle(anna)
        assert anna.heard(title)[BERT] == "NEEDS-ACTION"
        bert.schedule.exchange.offline = False
        settle(bert, anna)
        assert anna.heard(title)[BERT] == "ACCEPTED"

    def test_an_answer_taken_back_is_taken_back_there_too(
        self, people: tuple[Somebody, Somebody, Somebody], title: str
    ) -> None:
        anna, bert, _cora = people
        anna.meets(title, bert)
        settle(anna, bert)
        bert.schedule.answer(bert.one(title).event, Answer.MAYBE)
        settle(bert, anna)
        act = bert.schedule.answer(bert.one(title).event, Answer.NO)
        settle(bert, anna)
        assert anna.heard(title)[BERT] == "DECLINED"
        bert.schedule.undo(act)
        settle(bert, anna, bert)
        assert anna.heard(title)[BERT] == bert.one(title).answer == "TENTATIVE"
