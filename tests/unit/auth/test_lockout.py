import threading
from pathlib import Path
from typing import Any

import pytest

from auth.lockout import (
    FREE_TRIES_PERSON,
    FREE_TRIES_TERMINAL,
    TERMINAL_FORGETS_S,
    Lockouts,
    wait_after,
)
from auth.model import Factor
from auth.register import SqliteRegister
from core.clock import GuardedClock
from core.errors import SuiteError


def guess(lockouts: Lockouts, who: str = "A1", where: str = "t1", right: bool = False) -> None:
    attempt = lockouts.claim(Factor.PIN, who, where)
    if right:
        attempt.succeeded()


def refused(lockouts: Lockouts, who: str = "A1", where: str = "t1", right: bool = False) -> bool:
    try:
        guess(lockouts, who, where, right)
    except SuiteError as error:
        return error.code == "LOCK-001"
    return False


@pytest.fixture
def lockouts(register: SqliteRegister, clock: Any) -> Lockouts:
    return Lockouts(register, clock)


def test_waits_begin_after_the_free_tries_and_double_up_to_a_day() -> None:
    assert [wait_after(n, 5) for n in (1, 4, 5, 6, 7)] == [0, 0, 30, 60, 120]
    assert wait_after(10_000, 5) == 86_400


def test_even_the_right_pin_is_not_heard_during_a_wait(lockouts: Lockouts, clock: Any) -> None:
    for _ in range(FREE_TRIES_PERSON):
        assert not refused(lockouts)
    assert refused(lockouts, right=True)
    clock.time += 29
    assert refused(lockouts, right=True)
    clock.time += 2
    assert not refused(lockouts, right=True)
    assert not refused(lockouts), "success has cleared the counter"


def test_each_failure_after_a_wait_doubles_the_next(lockouts: Lockouts, clock: Any) -> None:
    for _ in range(FREE_TRIES_PERSON):
        guess(lockouts)
    for expected in (30, 60, 120, 240):
        assert lockouts.waiting(Factor.PIN, "A1") == expected
        clock.time += expected + 1
        guess(lockouts)


def test_a_refused_attempt_does_not_lengthen_the_wait(lockouts: Lockouts) -> None:
    for _ in range(FREE_TRIES_PERSON):
        guess(lockouts)
    for _ in range(50):
        assert refused(lockouts)
    assert lockouts.waiting(Factor.PIN, "A1") == 30


def test_a_terminal_waits_when_many_people_are_tried_there(lockouts: Lockouts) -> None:
    for n in range(FREE_TRIES_TERMINAL):
        guess(lockouts, who=f"B{n}")
    assert refused(lockouts, who="C1")
    assert not refused(lockouts, who="C1", where="t2")


def test_a_terminal_forgets_everyday_slips_a_person_does_not(lockouts: Lockouts, clock: Any) -> None:
    for day in range(30):
        for slip in range(2):
            assert not refused(lockouts, who=f"B{day}-{slip}")
        clock.time += TERMINAL_FORGETS_S + 1
    for _ in range(FREE_TRIES_PERSON):
        assert not refused(lockouts)
        clock.time += TERMINAL_FORGETS_S + 1
    guess(lockouts)
    assert refused(lockouts)


def test_a_right_pin_ends_the_waits_of_a_face_refused_on_dark_mornings(
    lockouts: Lockouts, clock: Any
) -> None:
    for _morning in range(10):
        for _ in range(2):
            lockouts.claim(Factor.FACE, "A1", "t1")
        guess(lockouts, right=True)
        clock.time += 86_400
    lockouts.check(Factor.FACE, "A1", "t1")


def test_a_colleagues_successes_do_not_reset_the_terminal(lockouts: Lockouts) -> None:
    for n in range(FREE_TRIES_TERMINAL):
        guess(lockouts, who=f"B{n}")
        if n < FREE_TRIES_TERMINAL - 1:
            guess(lockouts, who="colleague", right=True)
    assert refused(lockouts, who="C1")


def test_another_factor_has_its_own_counter_and_the_administrator_clears_all(lockouts: Lockouts) -> None:
    for _ in range(FREE_TRIES_PERSON):
        guess(lockouts)
    lockouts.claim(Factor.FACE, "A1", "t1")
    assert refused(lockouts)
    lockouts.unlock("A1")
    assert not refused(lockouts)


def test_the_wait_survives_a_restart_and_a_clock_set_back(tmp_path: Path) -> None:
    wall, ticks = [1_800_000_000.0], [100.0]

    def started() -> Lockouts:
        clock = GuardedClock(tmp_path / "clock.json", wall=lambda: wall[0], monotonic=lambda: ticks[0])
        return Lockouts(SqliteRegister(tmp_path / "auth.db"), clock)

    for _ in range(FREE_TRIES_PERSON):
        guess(started())
    wall[0] -= 10 * 86_400  # the clock is set back, then the terminal restarts
    assert refused(started(), right=True)
    running = started()
    assert refused(running, right=True)
    ticks[0] += 31  # the wait ends after its length all the same
    assert not refused(running, right=True)


def test_who_waits_is_listed_until_the_wait_ends_or_is_ended(lockouts: Lockouts, clock: Any) -> None:
    for number in range(FREE_TRIES_TERMINAL):
        guess(lockouts, f"A-{number % 4}", "t:1")
    found = {(wait.staff_number, wait.terminal, wait.failures) for wait in lockouts.waits()}
    people = {(f"A-{number}", "", FREE_TRIES_PERSON) for number in range(4)}
    assert found == {("", "t:1", FREE_TRIES_TERMINAL), *people}
    lockouts.unlock_terminal("t:1")
    lockouts.unlock("A-1")
    assert {wait.staff_number for wait in lockouts.waits()} == {"A-0", "A-2", "A-3"}
    clock.time += 60
    assert lockouts.waits() == []


def test_looking_at_a_wait_counts_nothing(lockouts: Lockouts) -> None:
    for _ in range(FREE_TRIES_PERSON):
        lockouts.check(Factor.PIN, "A1", "t1")
        guess(lockouts)
    with pytest.raises(SuiteError):
        lockouts.check(Factor.PIN, "A1", "t1")
    lockouts.check(Factor.PIN, "A2", "t1")


def test_parallel_guesses_are_counted_one_by_one(lockouts: Lockouts) -> None:
    heard: list[int] = []
    start = threading.Barrier(12)

    def hammer() -> None:
        start.wait()
        heard.extend(1 for _ in range(4) if not refused(lockouts))

    threads = [threading.Thread(target=hammer) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(heard) == FREE_TRIES_PERSON
