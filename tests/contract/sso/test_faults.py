"""Servers of the realm go away and come back: each time a sentence, local work, and no restart needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auth.agent import tickets
from auth.agent.tickets import Service, State, words
from core.errors import SuiteError
from installer.realm import directory, servers
from installer.realm.layout import FILES, PROXY, Layout
from installer.realm.staff import PIN
from tests.contract.sso.desk import certified, through_the_proxy
from tests.contract.sso.terminal import Terminal

SERVICES = (Service("internet", "HTTP", PROXY), Service("share", "cifs", FILES))
pytestmark = [pytest.mark.root, pytest.mark.long, pytest.mark.timeout(400)]


@pytest.fixture
def terminal(
    realm: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Terminal]:
    monkeypatch.setattr(tickets, "RETRY_S", 0.5)
    name = f"desk-{len(request.node.name)}"
    made = Terminal(realm, name, tmp_path / "home", SERVICES, monkeypatch)
    yield made
    made.close()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end, "it did not come back"
        time.sleep(0.1)


def test_without_a_directory_the_session_opens_for_local_work_and_the_next_unlock_brings_tickets(
    realm: Layout, terminal: Terminal
) -> None:
    """One machine is KDC and directory: the signer certifies nobody of whom it cannot ask."""
    directory.stop(realm)
    try:
        outcome = terminal.auth.sign_in_pin("K100308", PIN)
        assert outcome.accepted
        assert outcome.notice is not None
        assert outcome.notice.code == "DIR-001"
        assert "名簿（AD）のサーバーが応答しません。" in words(terminal.keeper)[0][1]
    finally:
        directory.start(realm)
    terminal.auth.lock()
    assert terminal.auth.unlock_pin(PIN).accepted
    assert terminal.is_open, terminal.keeper.now


def test_without_a_kdc_the_tickets_of_a_certificate_come_when_it_is_back(
    realm: Layout, terminal: Terminal
) -> None:
    directory.stop(realm)
    try:
        terminal.keeper.open(certified(realm, "K100308")).result(60)
        assert terminal.keeper.now.state is State.FAILED
        assert "認証サーバー（KDC）が応答しません。自動でやり直します。" in words(terminal.keeper)[0][1]
    finally:
        directory.start(realm)
    wait_until(lambda: terminal.is_open)
    assert through_the_proxy(realm, terminal.cache.path) == 200


def test_a_ticket_that_is_there_goes_on_working_without_a_kdc(realm: Layout, terminal: Terminal) -> None:
    assert terminal.auth.sign_in_pin("K100308", PIN).accepted
    assert terminal.is_open
    directory.stop(realm)
    try:
        assert through_the_proxy(realm, terminal.cache.path) == 200
        terminal.keeper.check()
        wait_until(lambda: terminal.keeper.now.error is not None)
        assert terminal.keeper.now.state is State.GOOD
        assert words(terminal.keeper)[0][1].startswith("つながります（")
        assert "KDC" in words(terminal.keeper)[0][1]
    finally:
        directory.start(realm)
    wait_until(lambda: terminal.keeper.now.error is None)


def test_without_a_signer_the_session_opens_for_local_work_and_the_next_unlock_brings_tickets(
    realm: Layout, terminal: Terminal
) -> None:
    servers.stop(realm, "signer")
    try:
        outcome = terminal.auth.sign_in_pin("K100308", PIN)
        assert outcome.accepted
        assert outcome.notice is not None
        assert outcome.notice.code == "NET-002"
        assert "署名サーバーが応答しない" in words(terminal.keeper)[0][1]
    finally:
        servers.start(realm, "signer")
    terminal.auth.lock()
    assert terminal.auth.unlock_pin(PIN).accepted
    assert terminal.is_open, terminal.keeper.now


def test_without_a_matcher_nobody_is_let_in_and_it_is_said(realm: Layout, terminal: Terminal) -> None:
    servers.stop(realm, "matcher")
    try:
        with pytest.raises(SuiteError) as caught:
            terminal.auth.sign_in_pin("K100308", PIN)
        assert caught.value.code == "NET-001"
        assert terminal.auth.session is None
    finally:
        servers.start(realm, "matcher")
    assert terminal.auth.sign_in_pin("K100308", PIN).accepted
    assert terminal.is_open, terminal.keeper.now
