"""A clock set back neither shortens nor prolongs a wait, also over a restart and a kill."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import GuardedClock
from core.errors import SuiteError
from tests.unit.core.death import every_death

NOON = 1_795_000_000.0


class Time:
    """The machine's two clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall = NOON
        self.monotonic = 100.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    def clock(self, path: Path) -> GuardedClock:
        return GuardedClock(path, lambda: self.wall, lambda: self.monotonic)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock"


def test_it_follows_the_wall_clock(path: Path, time: Time) -> None:
    clock = time.clock(path)
    assert clock.now() == NOON
    time.passes(60)
    assert clock.now() == NOON + 60
    assert not clock.set_back


def test_set_back_it_goes_on_from_the_last_time(path: Path, time: Time) -> None:
    clock = time.clock(path)
    clock.now()
    time.wall -= 86_400
    time.passes(30)
    assert clock.now() == NOON + 30
    assert clock.set_back
    time.passes(30)
    assert clock.now() == NOON + 60, "a wait of 60 seconds ends after 60 seconds"
    time.wall += 86_400
    assert clock.now() == NOON + 60
    assert not clock.set_back


def test_set_back_while_it_was_not_running(path: Path, time: Time) -> None:
    time.clock(path).now()
    time.wall -= 86_400
    time.monotonic = 5.0
    clock = time.clock(path)
    assert clock.now() == NOON
    assert clock.set_back
    time.passes(10)
    assert clock.now() == NOON + 10


def test_suspended_the_wall_clock_leads(path: Path, time: Time) -> None:
    clock = time.clock(path)
    clock.now()
    time.wall += 3600
    assert clock.now() == NOON + 3600


def test_a_small_correction_is_no_alarm(path: Path, time: Time) -> None:
    clock = time.clock(path)
    clock.now()
    time.wall -= 0.5
    assert clock.now() == NOON
    assert not clock.set_back


def test_two_clocks_on_one_file_agree(path: Path, time: Time) -> None:
    first, second = time.clock(path), time.clock(path)
    time.passes(10)
    assert first.now() == NOON + 10
    time.wall -= 1000
    assert second.now() >= NOON + 10


@given(
    moves=st.lists(st.tuples(st.sampled_from(["wall", "pass", "restart"]), st.floats(-1e6, 1e6)), max_size=20)
)
def test_it_never_goes_back(tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, float]]) -> None:
    path = tmp_path_factory.mktemp("clock") / "clock"
    time = Time()
    clock = time.clock(path)
    last = clock.now()
    for kind, seconds in moves:
        if kind == "wall":
            time.wall += seconds
        elif kind == "pass":
            time.passes(abs(seconds))
        else:
            time.monotonic = 0.0
            clock = time.clock(path)
        now = clock.now()
        assert now >= last
        last = now


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"noon",
        b"nan",
        b"inf",
        b"-1.0",
        b"1e300",
        b"\xff",
        b"\x00" * 8,
        b"9" * 10_000,
    ],
)
def test_a_damaged_file_is_an_error_not_a_new_start(path: Path, time: Time, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SuiteError) as caught:
        time.clock(path).now()
    assert caught.value.code == "CLOCK-001"
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written(tmp_path: Path, time: Time) -> None:
    with pytest.raises(SuiteError) as caught:
        time.clock(tmp_path / "nosuch" / "clock").now()
    assert caught.value.code == "CLOCK-001"


def test_a_folder_in_the_place_of_the_file(path: Path, time: Time) -> None:
    path.mkdir()
    with pytest.raises(SuiteError):
        time.clock(path).now()


def test_a_kill_at_any_line_never_loses_the_last_time(path: Path, time: Time) -> None:
    time.clock(path).now()
    time.passes(5)
    before = path.read_bytes()
    for line in every_death(
        lambda: path.write_bytes(before) and None, lambda: time.clock(path).now() and None
    ):
        later = Time()
        later.wall = 0.0
        assert later.clock(path).now() in (NOON, NOON + 5), line


def test_the_real_clocks(path: Path) -> None:
    clock = GuardedClock(path)
    first = clock.now()
    assert clock.now() >= first > 1_700_000_000
