"""An organiser and two people who answer, one of them on two machines, over a network that fails in every
way, and killed at every step of a synchronisation.

After healing everybody has each meeting once, at its time, and the last answer that each person gave to that
time stands in both calendars.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from calendar_sync.attendance import Answer, Attendee
from calendar_sync.model import Change, Draft, Owner
from calendar_sync.parts import Parts
from calendar_sync.remote import Credential, Remote
from calendar_sync.schedule import Schedule
from core.errors import SuiteError
from core.events import Events
from tests.contract.test_calendar_histories import SEED
from tests.fakes.faults import Fault, Network
from tests.fakes.mortal import Killed, MortalStore
from tests.fakes.radicale_inside import fast_folder, transport

START = datetime(2026, 12, 1, 9)
ANSWERS = (Answer.YES, Answer.MAYBE, Answer.NO)
MACHINES = ("o", "a", "a", "b")  # whose each is


class Machine:
    """One machine of one person; it starts again after it was killed."""

    def __init__(self, path: Path, network: Network, person: str, story: History) -> None:
        self._path, self._network, self.person, self._story = path, network, person, story
        self.restart()

    def restart(self) -> None:
        self.store = MortalStore(self._path)
        name = self._story.name(self.person)
        connect = lambda: Remote("http://office/", Credential(name, "x"), self._network)  # noqa: E731
        self.schedule = Schedule(Owner(name, name), self.store, connect, Events())
        self.schedule.meetings._now = self._story.now
        for other in sorted({*MACHINES} - {self.person}):
            other_name = self._story.name(other)
            self.schedule.subscribe(f"/{other_name}/main/", other_name, "person")

    def meetings(self) -> list[tuple[int, Parts]]:
        rows = sorted(self.store.rows(1))
        found = [self.store.object_at(1, href) for href in rows]
        return [(o.id, Parts(o.content)) for o in found if o is not None and o.content is not None]

    def sync(self, faults: list[tuple[Fault, int]], death: tuple[int, bool] | None) -> None:
        self._network.plan = list(faults)
        self.store.left, self.store.after = death if death is not None else (-1, False)
        try:
            with suppress(SuiteError):
                self.schedule.sync()
        except Killed:
            self.store.close()
            self.restart()
        finally:
            self._network.plan = []
            self.store.left = -1


class History:
    """``said``: the last answer of each person to each meeting, and the time they saw then."""

    number = 0

    def __init__(self, office: tuple[Path, Network]) -> None:
        History.number += 1
        folder, self.network = office
        self._folder = folder / f"meetings-{History.number}"
        self._clock = count()
        self._moves = count(1)
        self.network.plan = []
        self.said: dict[tuple[str, str], tuple[Answer, object]] = {}
        for person in sorted(set(MACHINES)):
            name = self.name(person)
            with closing(Remote("http://office/", Credential(name, "x"), self.network)) as remote:
                remote.make_calendar(f"/{name}/main/", name)
        self.machines = [
            Machine(self._folder / f"{n}.db", self.network, person, self) for n, person in enumerate(MACHINES)
        ]

    def name(self, person: str) -> str:
        return f"{person}{History.number}"

    def now(self) -> datetime:
        """A clock that goes on with each look, the same for all."""
        return datetime(2026, 11, 26, tzinfo=UTC) + timedelta(seconds=next(self._clock))

    def tell(self, steps: list[tuple[int, Any]]) -> None:
        for who, what in steps:
            machine = self.machines[who]
            if isinstance(what[0], str):
                self._act(machine, *what)
            else:
                machine.sync(*what)
        for _round in range(3):
            for machine in self.machines:
                machine.schedule.sync(thorough=True)

    def _act(self, machine: Machine, kind: str, which: int, choice: int) -> None:
        found = machine.meetings()
        if machine.person == "o" and (kind == "invite" or not found):
            self._invite(machine)
        elif found:
            number, meeting = found[which % len(found)]
            act = self._organise if machine.person == "o" else self._answer
            act(machine, number, meeting, kind, choice)

    def _invite(self, machine: Machine) -> None:
        start = START + timedelta(days=20, hours=next(self._moves))
        draft = Draft(1, "会議", start, start + timedelta(minutes=30))
        event = machine.schedule.create(draft).steps[0][0]
        people = [Attendee(f"/{self.name(p)}/", p) for p in ("a", "b")]
        machine.schedule.invite(event, people)

    def _organise(self, machine: Machine, number: int, _meeting: Parts, kind: str, choice: int) -> None:
        start = START + timedelta(hours=next(self._moves))  # never the same twice
        if kind == "move":
            machine.schedule.change(number, Change(start=start, end=start + timedelta(minutes=30)))
        elif kind == "title":
            machine.schedule.change(number, Change(summary=f"会議 {choice} {start:%H%M}"))
        elif kind == "cancel" and choice == 0:
            machine.schedule.delete(number)

    def _answer(self, machine: Machine, number: int, meeting: Parts, _kind: str, choice: int) -> None:
        if meeting.master.value("STATUS") == "CANCELLED":
            return
        answer = ANSWERS[choice % 3]
        machine.schedule.answer(number, answer)
        uid = meeting.master.value("UID")
        self.said[machine.person, uid] = (answer, meeting.when(""))

    def check(self) -> None:
        organised = {m.master.value("UID"): m for _n, m in self.machines[0].meetings()}
        for machine in self.machines:
            assert machine.schedule.unsent() == 0
            assert machine.schedule.conflicts() == []
            assert machine.schedule.meetings.refusals() == []
            uids = [m.master.value("UID") for _n, m in machine.meetings()]
            assert len(uids) == len(set(uids))
            for uid, meeting in organised.items():
                copy = next((m for _n, m in machine.meetings() if m.master.value("UID") == uid), None)
                self._check_copy(machine.person, uid, meeting, copy)

    def _check_copy(self, person: str, uid: str, meeting: Parts, copy: Parts | None) -> None:
        cancelled = meeting.master.value("STATUS") == "CANCELLED"
        if cancelled and copy is None:
            return
        assert copy is not None
        assert copy.when("") == meeting.when("")
        assert copy.master.value("SUMMARY") == meeting.master.value("SUMMARY")
        assert (copy.master.value("STATUS") == "CANCELLED") == cancelled
        address = [f"/{self.name(person)}/"]
        theirs, mine = meeting.said("", address), copy.said("", address)
        assert theirs is not None
        assert mine is not None
        if person != "o":
            answer, seen = self.said.get((person, uid), (Answer.NONE, meeting.when("")))
            assert mine.answer is (answer if seen == meeting.when("") else Answer.NONE)
        assert mine.answer is theirs.answer

    def end(self) -> None:
        for machine in self.machines:
            machine.store.close()
        shutil.rmtree(self._folder)


_faults = st.lists(st.tuples(st.sampled_from(Fault), st.integers(0, 99)), max_size=12)
_deaths = st.none() | st.tuples(st.integers(0, 10), st.booleans())
_kinds = st.sampled_from(["invite", "move", "title", "cancel"])
_acts = st.tuples(_kinds, st.integers(0, 2), st.integers(0, 2))
_steps = st.lists(st.tuples(st.integers(0, 3), _acts | st.tuples(_faults, _deaths)), min_size=6, max_size=24)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Network]]:
    folder = fast_folder(tmp_path_factory.mktemp("meetings"))
    yield folder, Network(transport(folder / "server"))
    shutil.rmtree(folder)


def told(office: tuple[Path, Network], steps: list[tuple[int, Any]]) -> None:
    history = History(office)
    try:
        history.tell(steps)
        history.check()
    finally:
        history.end()


_quiet = settings(suppress_health_check=list(HealthCheck), max_examples=6, derandomize=True, deadline=None)


@_quiet
@given(steps=_steps)
def test_invited_and_answered_over_a_bad_network(
    office: tuple[Path, Network], steps: list[tuple[int, Any]]
) -> None:
    told(office, steps)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_four_hundred_histories_of_meetings(
    office: tuple[Path, Network], capsys: pytest.CaptureFixture[str]
) -> None:
    @seed(SEED)
    @settings(_quiet, max_examples=400, derandomize=False)
    @given(steps=_steps)
    def tells(steps: list[tuple[int, Any]]) -> None:
        told(office, steps)

    with capsys.disabled():
        print(f"\nMAHOROBA_HISTORIES_SEED={SEED}", flush=True)
    tells()
