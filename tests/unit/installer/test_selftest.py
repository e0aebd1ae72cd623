"""The self-test: each answer bounded in time, and nothing that was not seen to work counts as ok."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from core.config import Config
from core.errors import SuiteError
from core.paths import Paths
from core.secrets import MemorySecrets, open_secrets
from desktop import __main__ as command
from installer import selftest
from installer.selftest import OF_A_VERSION, Check, Outcome, State, machine, network, policy, services, suite
from installer.selftest.checks import KEYS, Terminal, checks
from tests.fakes.tls import certificate


def answer(state: State) -> Outcome:
    return Outcome(state, state.value, "", "X-001")


def test_each_answer_comes_in_its_order_and_is_told_as_it_comes() -> None:
    told: list[str] = []
    results = selftest.run(
        [Check(state.value, state.value, lambda state=state: answer(state)) for state in State],  # type: ignore[misc]
        lambda result: told.append(result.key),
    )
    assert [each.outcome.state for each in results] == list(State)
    assert sorted(told) == sorted(State)


def test_what_does_not_answer_is_left_behind_and_is_unknown() -> None:
    never = threading.Event()
    slow = Check("slow", "遅い", lambda: answer(State.OK) if never.wait(300) else answer(State.FAIL), 0.2)
    late, quick = selftest.run([slow, Check("quick", "早い", lambda: answer(State.OK), 60)])
    never.set()
    assert late.outcome.state is State.UNKNOWN
    assert (late.outcome.code, bool(late.outcome.next_step)) == ("SELF-001", True)
    assert quick.outcome.state is State.OK


def test_a_check_that_breaks_is_a_failure_in_words() -> None:
    def breaks() -> Outcome:
        raise ZeroDivisionError

    def refuses() -> Outcome:
        raise SuiteError("できません。", "ないからです。", "頼んでください。", "ABC-001")

    broken, refused = selftest.run([Check("a", "a", breaks), Check("b", "b", refuses)])
    assert (broken.outcome.state, broken.outcome.code) == (State.FAIL, "GEN-001")
    assert refused.outcome == Outcome(State.FAIL, "できません。ないからです。", "頼んでください。", "ABC-001")


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ([State.OK, State.OK], State.OK),
        ([State.OK, State.UNKNOWN], State.UNKNOWN),
        ([State.UNKNOWN, State.FAIL, State.OK], State.FAIL),
        ([], State.UNKNOWN),
    ],
)
def test_unknown_never_counts_as_ok(states: list[State], whole: State) -> None:
    results = [selftest.Result(state, state, answer(state), 0.0) for state in states]
    assert selftest.worst(results) is whole


def terminal() -> Terminal:
    paths = Paths.from_environment()
    config = Config.load(paths)

    def camera() -> None:
        raise SuiteError(
            "カメラを使えません。", "カメラがありません。", "暗証番号を使ってください。", "CAM-001"
        )

    return Terminal(config, paths, camera, lambda: open_secrets(config, paths))  # type: ignore[arg-type]


def test_every_check_answers_on_this_machine_and_says_what_to_do() -> None:
    patient = [replace(check, seconds=60) for check in checks(terminal())]
    results = selftest.run(patient)
    assert tuple(each.key for each in results) == KEYS
    assert [each.key for each in results if each.outcome.code == "SELF-001"] == [], "these never answered"
    for each in results:
        assert each.outcome.what, each
        if each.outcome.state is not State.OK:
            assert each.outcome.next_step, each
            assert each.outcome.code, each
    by_key = {each.key: each.outcome for each in results}
    assert by_key["models"].state is State.OK
    assert by_key["disk"].state is State.OK
    assert by_key["program"].state is State.OK
    assert by_key["window"].state is State.OK
    assert by_key["camera"].code == "CAM-001"
    assert by_key["realm"].state is State.UNKNOWN  # nothing is set up here: never ok


def test_the_whole_ends_within_what_the_page_and_the_guides_say() -> None:
    assert max(check.seconds for check in checks(terminal())) == 30
    for file in ("docs/guide/README.md", "docs/operator/install.md", "desktop/pages/settings/self_test.py"):
        assert "30 秒" in (Path(__file__).resolve().parents[3] / file).read_text("utf-8"), file


def test_only_what_is_chosen_is_asked() -> None:
    assert {check.key for check in checks(terminal(), OF_A_VERSION)} == set(OF_A_VERSION)


def test_the_command_speaks_json_and_its_exit_code_is_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["self-test", "--json", "--only", "disk"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["state"], [each["key"] for each in said["checks"]]) == ("ok", ["disk"])
    assert command.main(["self-test", "--only", "disk", "proxy"]) == 2
    assert "SELF-080" in capsys.readouterr().out
    assert command.main(["self-test", "--only", "camera", "proxy"]) in (1, 2)  # a machine may have a camera


def test_a_changed_a_missing_and_a_foreign_file_of_a_package_are_named(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    lines = [f"{suite._digest(tmp_path / name)}  {name}" for name in ("a", "b", "c")]
    (tmp_path / "MANIFEST").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert suite.changed_files(tmp_path) == []
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").unlink()
    (tmp_path / "d").write_text("d")
    assert suite.changed_files(tmp_path) == ["a", "b", "d"]


def test_a_key_store_that_forgets_is_found_out() -> None:
    class Forgetful(MemorySecrets):
        def get(self, name: str) -> bytes | None:
            return None

    assert suite.keyring(MemorySecrets).state is State.OK
    assert suite.keyring(Forgetful).state is State.FAIL


class _Refusing(http.server.BaseHTTPRequestHandler):
    status = 403

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_a_server_that_answers_but_refuses_this_terminal_is_told_from_one_that_is_gone() -> None:
    paths = Paths.from_environment()
    terminal = paths.data / "terminal"
    terminal.mkdir()
    whole = certificate(terminal / "device-ca.pem")
    for name in ("device.pem", "device.key"):
        (terminal / name).write_bytes(whole.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    with http.server.HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        paths.policy.write_text(f'[servers]\nmatcher = "https://127.0.0.1:{server.server_port}"\n', "utf-8")
        config = Config.load(paths)
        refused = services.matcher(config, paths)
        assert (refused.state, refused.code, bool(refused.next_step)) == (State.FAIL, "SELF-102", True)
        assert "403" in refused.what
        server.shutdown()
    assert services.matcher(config, paths).code == "SELF-101"


class _Quiet(http.server.BaseHTTPRequestHandler):
    def do_OPTIONS(self) -> None:
        self.send_response(407)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_a_proxy_that_answers_anything_in_http_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths.from_environment()
    paths.policy.write_text('[tickets]\nproxy = "127.0.0.1"\n', "utf-8")
    config = Config.load(paths)
    monkeypatch.setattr(network, "PROXY_PORTS", ())
    with http.server.HTTPServer(("127.0.0.1", 0), _Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
        assert network.proxy(config).state is State.OK
        server.shutdown()
    monkeypatch.delenv("http_proxy")
    assert network.proxy(config).state is State.FAIL


def test_an_empty_home_is_as_empty_after_it_was_asked(capfd: pytest.CaptureFixture[str]) -> None:
    paths = Paths.from_environment()
    before = sorted(paths.data.rglob("*"))
    assert network.schedule(paths).state is State.OK
    assert network.share(paths).state is State.UNKNOWN
    assert network.index_service(paths).state is State.UNKNOWN
    assert sorted(paths.data.rglob("*")) == before
    assert capfd.readouterr() == ("", ""), "what is found is the answer, not a line on the side"


def test_the_server_that_a_schedule_is_on_has_to_answer() -> None:
    from calendar_sync.discovery import Account
    from calendar_sync.store import Store

    paths = Paths.from_environment()
    store = Store(paths.data / "calendar" / "K000001.db")
    with http.server.HTTPServer(("127.0.0.1", 0), _Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        account = Account(f"http://127.0.0.1:{server.server_port}/", "/home/", "K000001")
        store.move_home("/K000001/", account.home, "account", json.dumps(asdict(account)))
        assert network.schedule(paths).state is State.OK
        server.shutdown()
    gone = network.schedule(paths)
    assert (gone.state, gone.code, bool(gone.next_step)) == (State.FAIL, "SELF-086", True)


def test_a_share_that_is_gone_fails_and_one_that_is_there_is_ok(tmp_path: Path) -> None:
    from core.events import Events
    from sharefolder.service import ShareService

    paths, folder = Paths.from_environment(), tmp_path / "全庁"
    assert network.share(paths).state is State.UNKNOWN
    folder.mkdir()
    service = ShareService(paths.data / "share", Events(), lambda: "K1")
    service.add_place("全庁", str(folder))
    service.close()
    assert network.share(paths).state is State.OK
    folder.rmdir()
    gone = network.share(paths)
    assert gone.state is State.FAIL
    assert gone.next_step


def test_the_index_service_that_a_share_names_has_to_answer(tmp_path: Path) -> None:
    from core.events import Events
    from core.jobs import Report
    from sharefolder.index.vouching import DESCRIPTION
    from sharefolder.service import ShareService

    paths, folder = Paths.from_environment(), tmp_path / "全庁"
    assert network.index_service(paths).code == "SELF-090"
    folder.mkdir()
    service = ShareService(paths.data / "share", Events(), lambda: "K1")
    try:
        service.add_place("全庁", str(folder))
        assert network.index_service(paths).code == "SELF-063", "none is named: not known, never ok"
        service.serve_index("全庁", Report(lambda _done, _total, _text: None))
        assert network.index_service(paths).state is State.OK
    finally:
        service.close()
    silent = network.index_service(paths)
    assert (silent.state, silent.code, bool(silent.next_step)) == (State.FAIL, "SHARE-041", True)
    (folder / DESCRIPTION).write_text("{}", "utf-8")
    assert network.index_service(paths).code == "SHARE-041", "a description that says nothing is no service"


def test_a_policy_written_here_is_ok_only_while_it_can_be_used() -> None:
    paths = Paths.from_environment()
    assert policy.policy(paths).code == "SELF-110"
    paths.policy.write_text("[presence]\nafter_s = 10\n", "utf-8")
    assert policy.policy(paths).state is State.OK
    paths.policy.write_text("[presence]\nafter_s = 7\n", "utf-8")
    with pytest.raises(SuiteError, match="CONF-002"):
        policy.policy(paths)


def test_a_clock_that_went_back_fails() -> None:
    paths = Paths.from_environment()
    (paths.state / "clock.json").write_bytes(b"4102444800.0")  # this terminal has seen the year 2100
    assert machine.clock(paths).code == "SELF-021"


def test_a_printer_is_asked_of_the_systems_own_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "lpstat"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for words, state in (
        ("P1 accepting requests since today", State.OK),
        ("P1 not accepting requests since today", State.FAIL),
        ("", State.UNKNOWN),
    ):
        program.write_text(f"#!/bin/sh\necho '{words}'\n")
        program.chmod(0o755)
        assert machine.printer().state is state, words
