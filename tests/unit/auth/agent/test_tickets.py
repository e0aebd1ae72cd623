"""What the keeper of the tickets does where no server is needed to see it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auth.agent.ticket import KerberosCache, NoRealm
from auth.agent.tickets import State, TicketKeeper, words
from core.errors import SuiteError
from core.events import Events


class Identity:
    principal = "s-100"

    @property
    def ends(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=5)

    def pem(self) -> tuple[bytes, bytes]:
        return b"", b""


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
