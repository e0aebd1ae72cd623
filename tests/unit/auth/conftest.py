"""What the tests of signing in share: a clock that stands still, cheap PIN hashes, a register in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from auth.pin import Pins
from auth.register import SqliteRegister


class StandingClock:
    def __init__(self, time: float = 1_800_000_000.0) -> None:
        self.time = time

    def now(self) -> float:
        return self.time


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def pins() -> Pins:
    return Pins(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def register(tmp_path: Path) -> SqliteRegister:
    return SqliteRegister(tmp_path / "auth.db")
