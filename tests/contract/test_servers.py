"""Matcher and signer as programs over mutual TLS: who is let in, and what a client may not do to them."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

from auth.agent.certificate import SignInKey
from auth.agent.terminal import enrol, renew
from auth.model import Person
from auth.register import open_register
from core.config import Config
from core.errors import SuiteError
from core.paths import Paths
from installer.selftest import services
from tests.fakes.office import code_of
from tests.fakes.servers import REALM, Servers, Terminal, office

pytestmark = pytest.mark.timeout(400)  # six programs start, where many share a machine
PIN = "917358"
TARO = Person("S-100", "職員 太郎")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with office(tmp_path_factory.mktemp("office")) as running:
        pin_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
        open_register("", running.home / "data" / "auth.db").add_person(TARO, pin_hash)
        running.start("signer")
        running.start("matcher")
        yield running


@pytest.fixture(scope="module")
def terminal(servers: Servers) -> Terminal:
    return servers.terminal("t-1")


@pytest.fixture(scope="module")
def key() -> SignInKey:
    return SignInKey()


def test_a_pin_at_a_terminal_becomes_a_certificate(
    servers: Servers, terminal: Terminal, key: SignInKey
) -> None:
    serial = terminal.sign_in("S-100", PIN, key)
    listed = json.loads(servers.run(servers.home, "audit", "reconcile", "--json"))
    assert serial in listed["serials"]
    assert listed["problems"] == []
    assert REALM


def test_the_person_signs_in_at_a_second_terminal_never_used_before(servers: Servers, key: SignInKey) -> None:
    assert servers.terminal("t-2").sign_in("S-100", PIN, key)


def test_a_revoked_terminal_is_dead_at_the_next_request_on_an_open_connection(
    servers: Servers, key: SignInKey
) -> None:
    lost = servers.terminal("t-lost")
    with lost.matcher() as matcher, lost.signer() as signer:
        head = {"staff_number": "S-100", "pin": PIN, "nonce": "aa" * 32, "key": key.hash}
        answer = matcher.post("/v1/evidence/pin", json=head).json()
        assert answer["accepted"]
        servers.run(servers.home, "signer", "device", "revoke", "t-lost")
        assert matcher.post("/v1/evidence/pin", json=head).json()["code"] == "DEV-002"
        asked = {"statement": answer["for_signer"], "request": key.request()}
        assert signer.post("/v1/certificates", json=asked).json()["code"] == "DEV-002"
        assert signer.post("/v1/devices/renew", json={"request": key.request()}).json()["code"] == "DEV-002"
    assert "t-lost\trevoked" in servers.run(servers.home, "signer", "device", "list", "lost")


def test_the_console_sees_servers_that_answer_or_are_gone(servers: Servers, tmp_path: Path) -> None:
    names = ("data", "config", "cache", "state")
    paths = Paths(*(tmp_path / name for name in names), tmp_path / "policy.toml")

    def state(matcher: str, signer: str) -> list[str]:
        paths.policy.write_text(f'[servers]\nmatcher = "{matcher}"\nsigner = "{signer}"\n', "utf-8")
        config = Config.load(paths)
        return [services.matcher(config, paths).code, services.signer(config, paths).code]

    seen = servers.terminal("t-console")
    paths.data.mkdir()
    (paths.data / "terminal").symlink_to(seen.folder)
    assert state(servers.matcher_url, servers.signer_url) == ["", ""]
    assert state("https://127.0.0.1:9", "") == ["SELF-101", "SELF-100"]


def test_without_a_certificate_nobody_is_heard(servers: Servers, terminal: Terminal, key: SignInKey) -> None:
    trust = ssl.create_default_context(cafile=str(terminal.folder / "device-ca.pem"))
    with httpx.Client(base_url=servers.matcher_url, verify=trust) as http, pytest.raises(httpx.HTTPError):
        http.post("/v1/evidence/pin", json={})
    with httpx.Client(base_url=servers.signer_url, verify=trust) as http:
        head = {"mahoroba-terminal": "t-1"}
        answer = http.post("/v1/certificates", json={"statement": "x", "request": "y"}, headers=head)
        assert answer.json()["code"] == "DEV-001"


def test_a_header_does_not_name_another_terminal(terminal: Terminal, key: SignInKey) -> None:
    """The statement names the certificate's terminal, whatever is written into a header."""
    with terminal.matcher() as matcher:
        head = {"staff_number": "S-100", "pin": PIN, "nonce": "ab" * 32, "key": key.hash}
        answer = matcher.post("/v1/evidence/pin", json=head, headers={"mahoroba-terminal": "t-9"}).json()
    other = terminal.servers.terminal("t-9")
    with other.signer() as signer:
        asked = {"statement": answer["for_signer"], "request": key.request()}
        assert signer.post("/v1/certificates", json=asked).json()["code"] == "AUTH-020"
    with terminal.signer() as signer:
        assert signer.post("/v1/certificates", json=asked).status_code == 200
        assert signer.post("/v1/certificates", json=asked).json()["code"] == "SIGN-006"


def test_a_code_enrols_one_terminal_once(servers: Servers, terminal: Terminal, tmp_path: Path) -> None:
    code = servers.run(servers.home, "signer", "device", "add", "t-new").strip()
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        shutil.copy2(terminal.folder / "device-ca.pem", tmp_path / name)
    assert code_of(lambda: enrol(servers.signer_url, "t-other", code, tmp_path / "one")) == "DEV-005"
    enrol(servers.signer_url, "t-new", code, tmp_path / "two")
    assert code_of(lambda: enrol(servers.signer_url, "t-new", code, tmp_path / "three")) == "DEV-005"
    assert not (tmp_path / "three" / "device.pem").exists()


def test_a_renewed_certificate_ends_the_former_when_it_is_used(servers: Servers, key: SignInKey) -> None:
    terminal = servers.terminal("t-renew")
    before = servers.folder / "terminals" / "before"
    shutil.copytree(terminal.folder, before)
    former = Terminal(servers, before)
    with terminal.signer() as signer:
        renew(signer, terminal.folder)
    assert former.sign_in("S-100", PIN, key), "the new one may have been lost on its way"
    assert terminal.sign_in("S-100", PIN, key)
    with pytest.raises(SuiteError, match="DEV-001"):
        former.sign_in("S-100", PIN, key)


def test_oversized_malformed_and_endless_requests_are_cut_off(terminal: Terminal) -> None:
    with terminal.signer() as signer:
        big = signer.post("/v1/certificates", content=b"x" * 100_000)
        assert (big.status_code, big.json()["code"]) == (400, "WIRE-001")
        for body in (b"", b"[]", b"{", b'{"statement": 1}', b'{"statement": "x", "request": "y"}', b"\xff"):
            assert signer.post("/v1/certificates", content=body).json()["code"] == "WIRE-001"
        assert signer.get("/v1/nothing").status_code == 404
    with terminal.signer() as signer, pytest.raises(httpx.HTTPError):
        signer.get("/v1/anchors", headers={"x": "y" * 100_000}).raise_for_status()


def test_a_client_that_says_nothing_does_not_keep_its_place(servers: Servers) -> None:
    """It is closed by the server; the test waits for that, it does not measure it."""
    with socket.create_connection(("127.0.0.1", servers.signer_port)) as raw:
        trust = ssl._create_unverified_context()  # noqa: S323 - a hostile client verifies nothing
        with trust.wrap_socket(raw, server_hostname="127.0.0.1") as silent:
            silent.settimeout(60)
            silent.sendall(b"POST /v1/certificates HTTP/1.1\r\nhost: x\r\n")
            assert silent.recv(100) == b""
