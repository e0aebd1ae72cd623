"""What the keeper of the tickets does where no server is needed to see it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auth.agent import tickets
from auth.agent.ticket import KerberosCache, NoRealm
from auth.agent.tickets import State, TicketKeeper, words
from auth.model import Locked, SignedOut
from core.errors import SuiteError
from core.events import Events


class Identity:
    principal = "s-100"

    @property
    def ends(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=5)

    def identity(self) -> bytes:
        return b""


@pytest.fixture
def without_realm() -> Iterator[TicketKeeper]:
    keeper = TicketKeeper(NoRealm(), (), Events(), destroy_at_lock=True)
    yield keeper
    keeper.close()


def test_where_no_service_is_named_nothing_fails_and_nothing_is_logged(
    without_realm: TicketKeeper, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        without_realm.open(Identity()).result(10)
        without_realm.without(SuiteError("", "", "", "NET-002"))
    assert without_realm.now.state is State.NO_REALM
    assert words(without_realm)[0][1] == "この端末には領域（Kerberos）が設定されていません"
    assert not caplog.records


def test_a_cache_that_a_killed_program_left_is_gone_before_anybody_signs_in(tmp_path: Path) -> None:
    cache = KerberosCache(tmp_path)
    cache.path.write_bytes(b"tickets of the one before")
    TicketKeeper(cache, (), Events(), destroy_at_lock=True).close()
    assert not cache.path.exists()


class Memory:
    """A ticket cache in memory: tickets of ``life`` seconds; ``gate`` holds a first one back."""

    def __init__(self, life: int) -> None:
        self.life, self.held, self.renewals = life, False, 0
        self.gate, self.asked = threading.Event(), threading.Event()
        self.gate.set()

    def obtain(self, principal: str, identity: bytes) -> None:
        self.asked.set()
        assert self.gate.wait(60)
        self.held = True

    def renew(self) -> None:
        self.renewals += 1

    def ask(self, service: str, host: str) -> None:
        pass

    def seconds_left(self) -> int:
        return self.life if self.held else 0

    def destroy(self) -> None:
        self.held = False


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_ticket_is_renewed_before_it_ends_however_short_the_kdc_makes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tickets, "RETRY_S", 0.05)
    cache = Memory(life=1)
    keeper = TicketKeeper(cache, (), Events(), destroy_at_lock=True)
    keeper.open(Identity()).result(10)
    wait_until(lambda: cache.renewals >= 2)
    assert keeper.now.state is State.GOOD
    keeper.close()


@pytest.mark.parametrize(("at_lock", "left"), [(True, False), (False, True)])
def test_at_a_lock_the_tickets_go_or_stay_as_the_policy_says_and_at_the_end_they_go(
    at_lock: bool, left: bool
) -> None:
    events, cache = Events(), Memory(life=36_000)
    keeper = TicketKeeper(cache, (), events, destroy_at_lock=at_lock)
    keeper.open(Identity()).result(10)
    events.publish(Locked("S-100", "away"))
    assert cache.held is left
    keeper.without(SuiteError("", "", "", "OFF-004"))
    assert keeper.now.state is (State.GOOD if left else State.FAILED), "kept over a lock, they go on"
    events.publish(SignedOut("S-100"))
    assert not cache.held
    keeper.close()


def test_tickets_that_were_on_their_way_at_the_lock_are_gone_when_they_come() -> None:
    events, cache = Events(), Memory(life=36_000)
    keeper = TicketKeeper(cache, (), events, destroy_at_lock=True)
    cache.gate.clear()
    coming = keeper.open(Identity())
    assert cache.asked.wait(60)
    events.publish(Locked("S-100", "away"))
    cache.gate.set()
    coming.result(60)
    assert not cache.held
    assert keeper.now.state is State.NONE
    keeper.close()
