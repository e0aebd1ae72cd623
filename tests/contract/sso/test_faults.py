"""What the realm is made of goes away and comes back: a sentence, work that goes on, and no restart.

KDC (and directory), signer, matcher, and the network in mid-flight: one class for all four.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auth.agent import tickets
from auth.agent.tickets import Service, State, words
from auth.model import OfficeAnswers
from auth.offline import contact
from core.audit import read_copy
from core.errors import SuiteError
from installer.realm import directory, servers
from installer.realm.layout import FILES, MATCHER_PORT, PROXY, SIGNER_PORT, Layout
from installer.realm.staff import PIN
from tests.contract.sso.desk import certified, through_the_proxy
from tests.contract.sso.terminal import Terminal
from tests.fakes.cut import Wire, wire

SERVICES = (Service("internet", "HTTP", PROXY), Service("share", "cifs", FILES))
pytestmark = [pytest.mark.root, pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture
def to_matcher(realm: Layout) -> Iterator[Wire]:
    with wire(realm.address, (realm.address, MATCHER_PORT)) as made:
        yield made


@pytest.fixture
def to_signer(realm: Layout) -> Iterator[Wire]:
    with wire(realm.address, (realm.address, SIGNER_PORT)) as made:
        yield made


@pytest.fixture
def terminal(
    realm: Layout,
    to_matcher: Wire,
    to_signer: Wire,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Terminal]:
    monkeypatch.setattr(tickets, "RETRY_S", 0.5)
    monkeypatch.setattr(contact, "RETRY_S", 0.5)
    name = "desk-" + re.sub(r"[^a-z]+", "-", request.node.name)[-40:]
    through = {MATCHER_PORT: to_matcher.port, SIGNER_PORT: to_signer.port}
    made = Terminal(realm, name, tmp_path / "home", SERVICES, monkeypatch, through)
    yield made
    made.close()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end, "it did not come back"
        time.sleep(0.1)


def kept(terminal: Terminal) -> None:
    """The office has been asked about whoever is signed in: they are kept for the day it is away."""
    assert terminal.auth.office is not None
    terminal.auth.office.soon().result(60)  # type: ignore[attr-defined]


def refusal(call: Callable[[], object]) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        call()
    return caught.value


class TestWhatGoesAway:
    @pytest.mark.parametrize(
        ("stop", "start", "code", "why"),
        [
            (directory.stop, directory.start, "DIR-001", "名簿（AD）のサーバーが応答しません。"),
            (
                lambda realm: servers.stop(realm, "signer"),
                lambda realm: servers.start(realm, "signer"),
                "NET-002",
                "署名サーバーが応答しない",
            ),
        ],
        ids=["directory", "signer"],
    )
    def test_without_it_the_session_opens_for_local_work_and_the_next_unlock_brings_tickets(
        self,
        realm: Layout,
        terminal: Terminal,
        stop: Callable[[Layout], object],
        start: Callable[[Layout], object],
        code: str,
        why: str,
    ) -> None:
        """One machine is KDC and directory: the signer certifies nobody of whom it cannot ask."""
        stop(realm)
        try:
            outcome = terminal.auth.sign_in_pin("K100308", PIN)
            assert outcome.accepted
            assert outcome.notice is not None
            assert outcome.notice.code == code
            assert why in words(terminal.keeper)[0][1]
        finally:
            start(realm)
        terminal.auth.lock()
        assert terminal.auth.unlock_pin(PIN).accepted
        assert terminal.is_open, terminal.keeper.now

    def test_without_a_kdc_the_tickets_of_a_certificate_come_when_it_is_back(
        self, realm: Layout, terminal: Terminal
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

    def test_a_ticket_that_is_there_goes_on_working_without_a_kdc(
        self, realm: Layout, terminal: Terminal
    ) -> None:
        """A ticket that is there goes on working."""
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

    def test_without_a_matcher_nobody_is_let_in_and_it_is_said(
        self, realm: Layout, terminal: Terminal
    ) -> None:
        """Nobody who never was here."""
        servers.stop(realm, "matcher")
        try:
            refused = refusal(lambda: terminal.auth.sign_in_pin("K100308", PIN))
            assert (refused.code, "職場のサーバーに届かず" in refused.why) == ("OFF-001", True)
            assert terminal.auth.session is None
        finally:
            servers.start(realm, "matcher")
        assert terminal.auth.sign_in_pin("K100308", PIN).accepted
        assert terminal.is_open, terminal.keeper.now

    def test_without_a_matcher_whoever_works_here_goes_on_offline_and_the_office_hears_of_it(
        self, realm: Layout, terminal: Terminal
    ) -> None:
        """Tickets go on; after a lock the work does, offline; what was decided reaches the office's trail."""
        answers: list[object] = []
        terminal.events.subscribe(OfficeAnswers, answers.append)
        assert terminal.auth.sign_in_pin("K100309", PIN).accepted
        kept(terminal)
        servers.stop(realm, "matcher")
        try:
            terminal.keeper.check()
            assert through_the_proxy(realm, terminal.cache.path) == 200
            assert terminal.is_open, "tickets know nothing of the matcher"
            terminal.auth.lock("away")
            outcome = terminal.auth.unlock_pin(PIN)
            assert outcome.accepted
            assert outcome.session is not None
            assert outcome.session.offline_until is not None
            assert "オフラインで使っています" in words(terminal.keeper)[0][1]
            assert not terminal.cache.path.exists(), "this terminal's tickets end with a lock"
        finally:
            servers.start(realm, "matcher")
        wait_until(lambda: bool(answers))
        heard = [row for row in read_copy(realm.folder / "servers" / "data" / "audit.db")
                 if row.action == "offline.sign-in.accepted" and row.subject == "K100309"]  # fmt: skip
        assert len(heard) == 1
        terminal.auth.lock("office")
        outcome = terminal.auth.unlock_pin(PIN)
        assert outcome.session is not None
        assert outcome.session.offline_until is None
        assert terminal.is_open, terminal.keeper.now

    @pytest.mark.parametrize("how", ["cut", "silent"])
    def test_a_network_cut_in_the_middle_of_a_look_is_told_and_the_next_look_goes_on_here(
        self, realm: Layout, terminal: Terminal, to_matcher: Wire, to_signer: Wire, how: str
    ) -> None:
        """It is told; the next look goes on here; when the wire is mended the office is asked again."""
        assert terminal.auth.sign_in_pin("K100307", PIN).accepted
        assert terminal.enrol_face() == "enrolled"
        kept(terminal)
        terminal.auth.sign_out()
        if how == "cut":
            to_matcher.cut_after = 200_000  # the challenge has come, some frames have gone
        else:
            to_matcher.silence_after = 200_000
        broken = refusal(lambda: terminal.look("K100307"))
        assert broken.code == "NET-001"
        assert broken.next_step == "ネットワークを確かめ、もう一度お試しください。"
        assert terminal.auth.session is None
        to_matcher.cut()
        to_signer.cut()
        outcome = terminal.look("K100307")
        assert outcome.accepted, outcome
        assert outcome.session is not None
        assert outcome.session.offline_until is not None
        to_matcher.mend()
        to_signer.mend()
        wait_until(lambda: terminal.auth.office is not None and not terminal.auth.office.away)
        terminal.auth.lock("office")
        assert terminal.auth.unlock_pin(PIN).accepted
        assert terminal.is_open, terminal.keeper.now

    def test_a_network_cut_between_statement_and_certificate_leaves_local_work(
        self, realm: Layout, terminal: Terminal, to_signer: Wire
    ) -> None:
        """The statement is made, the signer is not reached: local work, and nothing is used up for good."""
        to_signer.cut()
        outcome = terminal.auth.sign_in_pin("K100308", PIN)
        assert outcome.accepted
        assert outcome.notice is not None
        assert outcome.notice.code == "NET-002"
        to_signer.mend()
        terminal.auth.lock()
        assert terminal.auth.unlock_pin(PIN).accepted
        assert terminal.is_open, terminal.keeper.now
