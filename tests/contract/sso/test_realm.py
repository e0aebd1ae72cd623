"""The development realm itself: it stands from nothing, beside others, and goes without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from auth.agent.ticket import KerberosCache
from auth.agent.tickets import Service, State, TicketKeeper, words
from auth.model import SignedOut
from auth.savings import SignInTimes
from core.errors import SuiteError
from core.events import Events
from installer.realm import command, directory, processes
from installer.realm.identity import CLIENT, ISSUER
from installer.realm.layout import FILES, INTERNET, INTERNET_PORT, PROXY, Layout
from installer.realm.staff import PIN
from tests.contract.sso.browser import browser_missing, opened, openid_token
from tests.contract.sso.conftest import realm_missing
from tests.contract.sso.desk import at_the_share, certified, seen_by_the_proxy, through_the_proxy
from tests.contract.sso.terminal import Terminal

ROOT = Path(__file__).resolve().parents[3]
OUTSIDE = f"http://{INTERNET}:{INTERNET_PORT}/"
SERVICES = (Service("internet", "HTTP", PROXY), Service("share", "cifs", FILES))
pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]  # the first test waits for the realm


@pytest.fixture
def cache(realm: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KerberosCache]:
    """A terminal of the realm: its ticket cache, empty."""
    monkeypatch.setenv("KRB5_CONFIG", str(realm.krb5))
    made = KerberosCache(tmp_path / "run")
    yield made
    made.destroy()


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(SuiteError) as caught:
        call()
    return caught.value.code


def test_every_service_answers(realm: Layout) -> None:
    answers = command.status(realm.folder)
    assert len(answers) == 8
    assert all(answers.values()), answers


def test_a_second_up_leaves_the_standing_realm_alone(realm: Layout) -> None:
    with pytest.raises(SuiteError) as caught:
        command.up(realm.folder)
    assert caught.value.code == "REALM-006"
    assert all(command.status(realm.folder).values())


def test_a_folder_of_somebody_else_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(SuiteError) as caught:
        command.down(tmp_path)
    assert caught.value.code == "REALM-007"
    assert (tmp_path / "letter.txt").read_text("utf-8") == "mine"


def test_a_certificate_of_five_minutes_opens_proxy_and_share(realm: Layout, cache: KerberosCache) -> None:
    assert through_the_proxy(realm, None) == 407
    identity = certified(realm, "K100301")
    cache.obtain("k100301", b"".join(identity.pem()))
    assert cache.path.stat().st_mode & 0o777 == 0o600
    assert cache.path.parent.stat().st_mode & 0o777 == 0o700
    assert cache.seconds_left() > 8 * 3600  # the certificate is forgotten: the ticket lasts for the day
    assert through_the_proxy(realm, cache.path) == 200
    assert seen_by_the_proxy(realm, "k100301@PREF.TEST")
    done = at_the_share(realm, cache.path, "報告.txt")
    assert done.stdout == "['報告.txt']\n本日の報告\n", done.stderr
    assert (realm.share / "報告.txt").read_text("utf-8") == "本日の報告"
    cache.renew()
    assert through_the_proxy(realm, cache.path) == 200


def test_the_share_keeps_every_promise_of_a_storage(realm: Layout, cache: KerberosCache) -> None:
    """The contract class of the shared folder on Samba with AD, by nothing but the ticket."""
    cache.obtain("k100304", b"".join(certified(realm, "K100304").pem()))
    environment = {
        **os.environ,
        **realm.environment(),
        "KRB5CCNAME": f"FILE:{cache.path}",
        "MAHOROBA_REALM_SHARE": str(realm.share),
    }
    chosen = "TestStorage and not rights_of_others"  # unix groups are no groups of this directory
    call = [sys.executable, "-m", "pytest", "tests/contract/test_storage.py", "-q", "-k", chosen]
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " skipped" not in done.stdout


def test_what_is_not_the_person_s_certificate_opens_nothing(realm: Layout, cache: KerberosCache) -> None:
    old, other = certified(realm, "K100302", timedelta(minutes=7)), certified(realm, "K100303")
    assert refusal(lambda: cache.obtain("k100302", b"".join(old.pem()))) == "TICKET-002"
    assert refusal(lambda: cache.obtain("k100302", b"".join(other.pem()))) == "TICKET-002"
    assert not cache.path.exists()
    assert list(cache.path.parent.iterdir()) == []
    assert cache.seconds_left() == 0
    assert refusal(cache.renew) == "TICKET-006"


def test_after_disabling_the_account_the_next_service_ticket_is_refused(
    realm: Layout, cache: KerberosCache
) -> None:
    cache.obtain("k100304", b"".join(certified(realm, "K100304").pem()))
    cache.ask("HTTP", PROXY)
    try:
        directory.enable(realm, "K100304", False)
        assert refusal(lambda: cache.ask("cifs", FILES)) == "TICKET-003"
        assert refusal(cache.renew) == "TICKET-003"
        again = b"".join(certified(realm, "K100304").pem())
        assert refusal(lambda: cache.obtain("k100304", again)) == "TICKET-003"
    finally:
        directory.enable(realm, "K100304", True)
    cache.ask("cifs", FILES)


@pytest.mark.netns
def test_a_browser_with_the_policy_opens_the_internet_and_an_application_without_a_prompt(
    realm: Layout, cache: KerberosCache, tmp_path: Path
) -> None:
    if reason := browser_missing():
        pytest.skip(reason)
    assert "インターネットが開きました" not in opened(realm, tmp_path / "a", OUTSIDE, None)
    cache.obtain("k100306", b"".join(certified(realm, "K100306").pem()))
    assert "インターネットが開きました" in opened(realm, tmp_path / "b", OUTSIDE, cache.path)
    assert seen_by_the_proxy(realm, "k100306@PREF.TEST")
    claims = openid_token(realm, tmp_path / "c", cache.path)
    assert (claims["sub"], claims["iss"], claims["aud"]) == ("k100306", ISSUER, [CLIENT])


def test_the_session_s_tickets_come_are_said_in_words_and_go_with_it(
    realm: Layout, cache: KerberosCache
) -> None:
    events = Events()
    keeper = TicketKeeper(cache, SERVICES, events, destroy_at_lock=True)
    try:
        assert words(keeper)[0] == ("インターネット", "サインインするとつながります")
        keeper.open(certified(realm, "K100305")).result(60)
        assert keeper.now.state is State.GOOD
        assert [name for name, _sentence in words(keeper)] == ["インターネット", "共有フォルダ"]
        assert all(sentence.startswith("つながります（") for _name, sentence in words(keeper))
        assert through_the_proxy(realm, cache.path) == 200
        events.publish(SignedOut("K100305"))
        assert not cache.path.exists()
        assert keeper.now.state is State.NONE
    finally:
        keeper.close()


def test_a_face_opens_everything_at_the_terminal_where_it_was_enrolled_and_at_one_never_used_before(
    realm: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Terminal(realm, "counter-1", tmp_path / "one", SERVICES, monkeypatch)
    try:
        assert first.auth.sign_in_pin("K100307", PIN).accepted
        assert first.is_open, first.keeper.now
        assert first.enrol_face() == "enrolled"
        first.auth.sign_out()
        assert not first.cache.path.exists()
        assert first.look("K100307").accepted
        assert through_the_proxy(realm, first.cache.path) == 200
        first.auth.lock("away")
        assert not first.cache.path.exists()
    finally:
        first.close()
    second = Terminal(realm, "counter-2", tmp_path / "two", SERVICES, monkeypatch)
    try:
        assert second.auth.last_people() == []
        outcome = second.look("K100307")
        assert outcome.accepted, outcome
        assert outcome.notice is None
        assert second.is_open, second.keeper.now
        assert through_the_proxy(realm, second.cache.path) == 200
        assert at_the_share(realm, second.cache.path, "窓口2.txt").returncode == 0
        (month,) = SignInTimes(tmp_path / "two" / "data" / "sign-ins.jsonl").by_month(30, 15)
        assert (month.sign_ins, month.replaced) == (1, 4)
        assert [person.staff_number for person in second.auth.last_people()] == ["K100307"]
    finally:
        second.close()
    assert seen_by_the_proxy(realm, "k100307@PREF.TEST")


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_second_realm_beside_the_first_goes_without_a_trace_though_its_up_was_killed(realm: Layout) -> None:
    folder = Path(tempfile.mkdtemp(prefix="realm-"))
    before = Path("/etc/hosts").read_bytes(), Path("/etc/krb5.conf").exists()
    starting = subprocess.Popen(
        [sys.executable, "-P", "-m", "desktop", "realm", "up", "--folder", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while "smbd" not in processes.running(folder).values() and time.monotonic() < end:
        time.sleep(0.05)
    starting.send_signal(signal.SIGKILL)
    starting.wait(10)
    assert "smbd" in processes.running(folder).values()
    assert command.down(folder)
    assert processes.running(folder) == {}
    assert not folder.exists()
    assert (Path("/etc/hosts").read_bytes(), Path("/etc/krb5.conf").exists()) == before
    layout = command.up(folder)
    try:
        assert layout.address != realm.address
        assert all(command.status(folder).values())
        assert all(command.status(realm.folder).values())
    finally:
        command.down(folder)


def test_the_fixture_says_why_it_is_skipped() -> None:
    assert os.geteuid() == 0 or "root" in realm_missing()
