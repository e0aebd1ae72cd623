"""A terminal fetches its policy from a real https server: taken only if signed, whole, newer and good."""

from __future__ import annotations

import datetime
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.clock import TOKYO
from core.config import Config
from core.errors import SuiteError
from core.paths import Paths
from core.policy import PolicySigner
from installer.policy.fetch import Tried, fetch, tried
from installer.selftest import State
from installer.selftest.policy import LATE_S, policy
from tests.fakes.tls import certificate

NOW = time.time()
OLD, NEW = b"[presence]\nafter_s = 60\n", b"[presence]\nafter_s = 10\n"


class Server:
    """What it serves can be changed; ``drip`` seconds pass between two bytes."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, bytes] = {}
        self.drip = 0.0
        self.status = 200
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = served.files.get(self.path)
                self.send_response(served.status if content is not None else 404)
                self.send_header("Location", "/other.toml")
                self.end_headers()
                try:
                    for number in range(len(content or b"")) if served.drip else ():
                        self.wfile.write((content or b"")[number : number + 1])
                        time.sleep(served.drip)
                    if not served.drip:
                        self.wfile.write(content or b"")
                except OSError:
                    return  # the client has had enough

            def log_message(self, *_about: object) -> None:
                pass

        self.authority = folder / "authority.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(self.authority))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}/policy.toml"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class House:
    """An office that signs and a terminal that fetches."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.server, self.signer = server, PolicySigner(b"s" * 32)
        home = folder / "terminal"
        names = ("data", "config", "cache", "state")
        self.paths = Paths(*(home / n for n in names), home / "etc" / "policy.toml")
        for path in (self.paths.data, self.paths.config, self.paths.cache, self.paths.state, home / "etc"):
            path.mkdir(parents=True)
        self.write("policy-source.toml", f'url = "{server.url}"\nauthority = "{server.authority}"\n'.encode())
        self.write("policy-key.pem", self.signer.public)

    def write(self, name: str, content: bytes) -> None:
        self.paths.policy.with_name(name).write_bytes(content)

    def offer(
        self, content: bytes, version: int, signer: PolicySigner | None = None, days: int = 90, age: float = 0
    ) -> None:
        signature = (signer or self.signer).sign(content, version, NOW - age, days)
        self.server.files = {"/policy.toml": content, "/policy.toml.sig": signature}

    def refused(self, code: str, **more: float) -> None:
        """Fetching fails with ``code``; what was here still counts."""
        before = self.after_s()
        with pytest.raises(SuiteError, match=code):
            fetch(self.paths, NOW, **more)
        assert self.after_s() == before
        assert tried(self.paths.policy).code == code

    def after_s(self) -> int:
        return Config.load(self.paths).presence.after_s


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.close()


@pytest.fixture
def house(tmp_path: Path, server: Server) -> House:
    made = House(tmp_path, server)
    made.offer(OLD, 3)
    assert fetch(made.paths, NOW).version == 3
    assert made.after_s() == 60
    return made


def test_a_newer_one_counts_from_the_next_start(house: House) -> None:
    house.offer(NEW, 4)
    assert fetch(house.paths, NOW).version == 4
    assert house.after_s() == 10
    assert fetch(house.paths, NOW).version == 4, "the same again is nothing new, and no error"
    assert tried(house.paths.policy).code == ""


def test_an_older_one_and_another_under_the_same_number_are_refused(house: House) -> None:
    for version in (2, 3):
        house.offer(NEW, version)
        house.refused("POL-007")


def test_another_key_a_changed_byte_and_no_signature_are_refused(house: House) -> None:
    house.offer(NEW, 4, PolicySigner(b"x" * 32))
    house.refused("POL-003")
    house.offer(NEW, 4)
    house.server.files["/policy.toml"] = NEW.replace(b"10", b"30")
    house.refused("POL-003")
    house.server.files["/policy.toml.sig"] = b"eyJhbGciOiJub25lIn0.e30."
    house.refused("POL-003")


def test_one_that_has_ended_is_refused(house: House) -> None:
    house.offer(NEW, 4, days=1, age=2 * 86_400)
    house.refused("POL-006")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[presence]\nafter_s = 7\n", "CONF-002"),
        (b"not a table", "CONF-001"),
        (b"presence = 3\n", "CONF-002"),
    ],
)
def test_one_that_this_version_cannot_use_is_refused_though_it_is_signed(
    house: House, content: bytes, code: str
) -> None:
    house.offer(content, 4)
    house.refused(code)


def test_no_server_endless_answers_redirects_and_strangers_are_bounded(house: House, tmp_path: Path) -> None:
    house.server.files["/policy.toml"] = b"#" * (300 * 1024)
    house.refused("POL-011")
    house.offer(NEW, 4)
    house.server.status = 302
    house.refused("POL-011")
    house.server.status, house.server.drip = 200, 0.2
    house.refused("POL-011", within_s=1.0)
    house.server.drip = 0.0
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    certificate(stranger / "authority.pem")
    house.write(
        "policy-source.toml",
        f'url = "{house.server.url}"\nauthority = "{stranger / "authority.pem"}"\n'.encode(),
    )
    house.refused("POL-011")


def test_since_when_no_newer_one_arrives_is_seen_until_one_does(house: House) -> None:
    assert policy(house.paths, NOW + 60).state is State.OK
    assert policy(house.paths, NOW + LATE_S + 60).code == "SELF-111", "nobody looked: not known, never ok"
    house.server.status = 503
    for hour in (1, 2):
        with pytest.raises(SuiteError, match="POL-011"):
            fetch(house.paths, NOW + hour * 3600)
    late = policy(house.paths, NOW + 2 * 3600)
    since = datetime.datetime.fromtimestamp(NOW + 3600, TOKYO).strftime("%Y/%m/%d %H:%M")
    assert (late.state, late.code) == (State.FAIL, "POL-011")
    assert late.what.startswith(f"{since} から、新しい方針を受け取れていません。版 3")
    assert "mahoroba policy fetch" in late.next_step
    house.server.status = 200
    house.offer(NEW, 2)
    with pytest.raises(SuiteError, match="POL-007"):
        fetch(house.paths, NOW + 3 * 3600)
    other = policy(house.paths, NOW + 3 * 3600)
    assert (other.code, since in other.what, "署名して書き出す" in other.next_step) == ("POL-007", True, True)
    house.offer(NEW, 4)
    fetch(house.paths, NOW + 4 * 3600)
    assert policy(house.paths, NOW + 4 * 3600).state is State.OK
    assert tried(house.paths.policy).since == 0.0
    assert policy(house.paths, NOW + 91 * 86_400).code == "POL-005"


@pytest.mark.parametrize("note", [b"", b"[1]", b'{"time": 1, "code": "X", "since": 2e99}', b"[" * 900])
def test_a_damaged_note_is_no_knowledge(house: House, note: bytes) -> None:
    house.write("policy-fetch.json", note)
    assert tried(house.paths.policy) == Tried()
    assert policy(house.paths, NOW).code == "SELF-111"


def test_without_a_network_the_last_good_one_goes_on_and_says_when_it_ends(house: House) -> None:
    house.server.close()
    house.refused("POL-011", within_s=5.0)
    config = Config.load(house.paths)
    assert (config.presence.after_s, config.notices) == (60, ())


def test_one_edited_here_by_hand_stops_the_suite_until_it_is_fetched_again(house: House) -> None:
    whole = house.paths.policy.read_bytes()
    house.paths.policy.write_bytes(whole.replace(b"60", b"30"))
    with pytest.raises(SuiteError, match="POL-003"):
        policy(house.paths)
    fetch(house.paths, NOW)
    assert house.paths.policy.read_bytes() == whole


def test_before_the_first_one_has_come_nothing_starts_with_defaults(house: House) -> None:
    house.paths.policy.unlink()
    with pytest.raises(SuiteError, match="POL-004"):
        Config.load(house.paths)


def test_a_key_is_replaced_while_both_count(house: House) -> None:
    other = PolicySigner(b"n" * 32)
    house.offer(NEW, 4, other)
    house.refused("POL-003")
    house.write("policy-key.pem", house.signer.public + other.public)
    assert fetch(house.paths, NOW).version == 4


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b'url = "http://policy.example/p.toml"\n', "POL-001"),
        (b'url = "https://x@evil/p.toml"\n', "POL-001"),
        (b"nothing", "POL-001"),
        (b'url = "https://p.example/p"\nodd = 1\n', "POL-001"),
    ],
)
def test_a_source_that_is_none_is_named(house: House, source: bytes, code: str) -> None:
    house.write("policy-source.toml", source)
    with pytest.raises(SuiteError, match=code):
        fetch(house.paths, NOW)
    with pytest.raises(SuiteError, match=code):
        Config.load(house.paths)


def test_an_old_policy_goes_on_with_a_word(house: House) -> None:
    house.offer(NEW, 5, days=1, age=86_400 - 30)  # half a minute left
    fetch(house.paths, NOW)
    config = Config.load(house.paths, now=NOW + 60)
    assert config.presence.after_s == 10
    assert [notice.code for notice in config.notices] == ["POL-005"]


def test_the_candidate_is_not_left_behind(house: House) -> None:
    house.offer(b"[presence]\nafter_s = 7\n", 4)
    house.refused("CONF-002")
    left = {path.name for path in house.paths.policy.parent.iterdir()}
    assert left == {
        "policy.toml",
        "policy-source.toml",
        "policy-key.pem",
        "policy-fetch.json",
        ".policy.lock",
    }
    assert replace(house.paths).policy.stat().st_mode & 0o777 == 0o644
