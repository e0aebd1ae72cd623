"""The session's ticket opens the office's calendar server and its pages, and is shown to nobody else."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from auth.agent.ticket import KerberosCache
from core.errors import SuiteError
from core.negotiate import TicketAuth
from installer.realm.layout import SSO, Layout
from tests.contract.sso.desk import ROOT, certified
from tests.fakes import negotiate_front

NUMBER = "K100309"
MINE, URL = "k100309@PREF.TEST", f"https://{SSO}/"
pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]  # the first test waits for the realm
SCRIPT = """
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
import httpx
from calendar_sync.model import Draft, Owner
from calendar_sync.service import Schedules
from calendar_sync.wire import trust
from core.events import Events
from core.negotiate import TicketAuth
from core.paths import Paths
from core.secrets import MemorySecrets
folder, cache, url = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
ticket = partial(TicketAuth, cache, ["sso.pref.test"])
paths = Paths(*(folder / n for n in ("data", "config", "cache", "state")), folder / "policy.toml")
schedule = Schedules(paths, MemorySecrets(), Events(), ticket=ticket).of(Owner("K100309", "小林 健太"))
start = datetime(2026, 11, 26, 10)
schedule.create(Draft(schedule.collections()[0].id, "課内会議", start, start.replace(hour=11)))
account = schedule.accounts.use(url, "", "")
schedule.sync()
print(account.user, account.home, schedule.unsent(), len(schedule.conflicts()))
with httpx.Client(auth=ticket(""), trust_env=False, verify=trust(url)) as http:
    print(http.get(url + "page/index.html").text)
"""


@pytest.fixture
def cache(realm: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The ticket cache of K100309's session."""
    monkeypatch.setenv("KRB5_CONFIG", str(realm.krb5))
    made = KerberosCache(tmp_path / "run")
    identity = certified(realm, NUMBER)
    made.obtain(identity.principal, b"".join(identity.pem()))
    yield made.path
    made.destroy()


def test_calendar_and_page_open_by_the_ticket_alone(realm: Layout, cache: Path, tmp_path: Path) -> None:
    if reason := negotiate_front.missing():
        pytest.skip(reason)
    with (
        tempfile.TemporaryDirectory(prefix="front-") as folder,
        negotiate_front.running(realm, Path(folder)) as front,
    ):
        Path(folder).chmod(0o755)  # Apache's people are nobody's
        done = subprocess.run(
            [sys.executable, "-P", "-c", SCRIPT, str(tmp_path), str(cache), front.url],
            env={**os.environ, **realm.environment(), "PYTHONPATH": str(ROOT),
                 "SSL_CERT_FILE": str(front.authority)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"{MINE} /{MINE}/ 0 0", "<title>庁内ページ</title>"]
        seen = front.access_log.read_text("ascii")
        assert f"{MINE} PUT /{MINE}/" in seen


class Hostile:
    """A server that asks for a ticket and answers it with ``proof``."""

    def __init__(self, proof: str) -> None:
        self.proof = proof
        self.shown: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if (ticket := request.headers.get("authorization")) is None:
            return httpx.Response(401, headers={"WWW-Authenticate": "Negotiate"})
        self.shown.append(ticket)
        return httpx.Response(
            200, text="どうぞ", headers={"WWW-Authenticate": self.proof} if self.proof else {}
        )


def code_of(server: Hostile, ticket: Callable[[], TicketAuth]) -> str:
    with (
        pytest.raises(SuiteError) as caught,
        httpx.Client(auth=ticket(), transport=httpx.MockTransport(server), trust_env=False) as http,
    ):
        http.get(URL)
    return caught.value.code


@pytest.mark.parametrize(
    "proof", ["", "Negotiate", "Negotiate %%%", "Negotiate " + base64.b64encode(b"x" * 90).decode()]
)
def test_a_server_that_cannot_read_the_ticket_is_not_believed(cache: Path, proof: str) -> None:
    server = Hostile(proof)
    assert code_of(server, lambda: TicketAuth(cache, [SSO])) == "TICKET-011"
    assert len(server.shown) == 1


def test_a_ticket_shown_once_does_not_prove_the_server_the_next_time(cache: Path) -> None:
    """What one server answered is of no use to another: the answer is made with that exchange's own key."""
    first = Hostile("")
    assert code_of(first, lambda: TicketAuth(cache, [SSO])) == "TICKET-011"
    assert code_of(Hostile(first.shown[0]), lambda: TicketAuth(cache, [SSO])) == "TICKET-011"


def test_the_next_person_s_ticket_is_not_shown_in_this_one_s_name(cache: Path) -> None:
    server = Hostile("")
    assert code_of(server, lambda: TicketAuth(cache, [SSO], "k100301@PREF.TEST")) == "TICKET-010"
    assert server.shown == []


def test_a_service_that_the_kdc_does_not_know_gets_nothing(cache: Path) -> None:
    server = Hostile("")
    with (
        pytest.raises(SuiteError, match="TICKET-010"),
        httpx.Client(
            auth=TicketAuth(cache, ["nobody.pref.test"]),
            transport=httpx.MockTransport(server),
            trust_env=False,
        ) as http,
    ):
        http.get("https://nobody.pref.test/")
    assert server.shown == []
