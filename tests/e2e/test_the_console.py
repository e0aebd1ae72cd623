"""What the IT section does at its console, from outside: a rule for all terminals, a server that stops."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import trial
from desktop.trial import Scene
from tests.contract.test_policy_url import Server
from tests.e2e.conftest import ROOT, Suite
from tests.e2e.person import Person
from tests.e2e.stage import Stage
from tests.e2e.test_the_day import registers_first

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]
DAYS = "オフラインで使える日数"


def at_the_console(suite: Suite) -> Person:
    """The first start by PIN, without a face, then the administration."""
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    registers_first(person)
    person.sees("顔のデータの扱いについて")
    person.presses("顔は使わない")
    person.sees("わたしの用件")
    person.presses("管理")
    return person


def looks_up(person: Person, setting: str) -> None:
    person.chooses("管理の対象: 方針")
    person.sees("この端末の方針: ")
    person.writes("設定を絞り込む", setting)
    person.selects(setting)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "web"
    folder.mkdir()
    made = Server(folder)
    yield made
    made.close()


def mahoroba(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = trial.environment(home) | {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(ROOT / "mahoroba"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_rule_that_it_decides_reaches_another_terminal_and_so_does_its_absence(
    suite: Suite, stage: Stage, server: Server, tmp_path: Path
) -> None:
    person = at_the_console(suite)
    looks_up(person, DAYS)
    person.chooses("決め方: 方針で決める")
    person.types("方針の値", "7")
    person.sees("既定（14） → 7")
    person.photographs("difference")
    person.presses("方針を保存")
    person.sees("方針を保存しました（1 件）。")
    suite.stop()

    policy = suite.home / "policy.toml"
    signed = mahoroba(suite.home, "policy", "sign", str(policy), "--version", "12")
    assert signed.returncode == 0, signed.stderr
    server.files = {
        f"/{name}": (suite.home / name).read_bytes() for name in ("policy.toml", "policy.toml.sig")
    }

    home = tmp_path / "another"
    home.mkdir()
    (home / "policy-key.pem").write_bytes((suite.home / "policy-key.pem").read_bytes())
    source = f'url = "{server.url}"\nauthority = "{server.authority}"\n'
    (home / "policy-source.toml").write_text(source, "utf-8")
    fetched = mahoroba(home, "policy", "fetch")
    assert fetched.returncode == 0, fetched.stderr
    another = Suite(stage, home, suite.pictures)
    try:
        person = at_the_console(another)
        looks_up(person, DAYS)
        person.sees("この端末の方針: 方針は版 12")
        person.sees("7", role="table_cell")
        server.files = {}
        assert mahoroba(home, "policy", "fetch").returncode == 1
        person.chooses("管理の対象: サービス")
        person.sees("から、新しい方針を受け取れていません。版 12")
        person.photographs("not-fetched")
    finally:
        another.stop()


class _Proxy(http.server.BaseHTTPRequestHandler):
    def do_OPTIONS(self) -> None:
        self.send_response(407)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_it_sees_which_server_is_down_what_to_do_and_that_it_is_back(suite: Suite) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Proxy) as proxy:
        port = proxy.server_port  # closed again: nobody is there
    suite.policy(trial.POLICY + '\n[tickets]\nproxy = "127.0.0.1"\n')
    suite.joins({"http_proxy": f"http://127.0.0.1:{port}", "no_proxy": "*"})
    person = at_the_console(suite)
    person.chooses("管理の対象: サービス")
    person.sees("代理サーバー 127.0.0.1 が応答しません。")
    person.selects("代理サーバー")
    person.sees("代理サーバー: ネットワークの線や無線を確かめ")
    person.photographs("down")
    with http.server.HTTPServer(("127.0.0.1", port), _Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        person.presses("いま確かめる")
        person.sees("代理サーバー 127.0.0.1 が応答します。")
        person.sees("（前は問題）")
        person.photographs("back")
        proxy.shutdown()
