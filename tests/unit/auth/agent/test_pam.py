"""Who may make this terminal look: only its own screen, only a named service, only after a key press."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auth.agent import keyring
from auth.agent.pam import NEVER, SESSION, Call, asks_first, call_of, opens_keyring, pin_of, refusal

GREETER = Call("auth", "k100301", "lightdm", "", "", ":0")
SERVICES = ["lightdm", "gdm-password", *NEVER]


OURS = (
    "auth sufficient pam_exec.so expose_authtok quiet stdout /usr/bin/mahoroba pam --home /var/lib/mahoroba\n"
)


def code(call: Call, services: list[str] = SERVICES, stack: str = OURS) -> str:
    refused = refusal(call, services, lambda _service: stack)
    return refused.code if refused is not None else ""


@pytest.mark.parametrize("terminal", ["", ":0", ":1.0", "tty7", "/dev/tty1", "seat0"])
def test_the_greeter_at_this_machine_s_screen_may(terminal: str) -> None:
    assert code(replace(GREETER, terminal=terminal)) == ""


def test_nothing_is_on_until_an_administrator_names_a_service() -> None:
    assert code(GREETER, []) == "PAM-002"
    assert code(replace(GREETER, service="xscreensaver")) == "PAM-002"


@pytest.mark.parametrize("service", sorted(NEVER))
def test_a_stack_that_answers_a_network_or_is_included_by_others_never_does(service: str) -> None:
    assert code(replace(GREETER, service=service)) == "PAM-002", "though the policy of this test names it"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"remote_host": "203.0.113.9"},
        {"remote_host": "localhost"},
        {"remote_user": "somebody"},
        {"terminal": "ssh"},
        {"terminal": "pts/3"},
        {"terminal": "/dev/pts/3"},
        {"terminal": "localhost:10.0"},
        {"terminal": "host.example:0"},
        {"terminal": ":0\nssh"},
    ],
)
def test_a_call_from_elsewhere_is_refused(elsewhere: dict[str, str]) -> None:
    assert code(replace(GREETER, **elsewhere)) == "PAM-003"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stack",
    [
        "",
        OURS.replace("expose_authtok ", ""),
        f"# {OURS}",
        "@include common-auth\n",
        OURS + OURS.replace("expose_authtok ", ""),
        OURS.replace("auth ", "session "),
    ],
)
def test_without_a_key_press_nobody_looks_nor_from_an_included_stack(stack: str) -> None:
    assert code(GREETER, stack=stack) == "PAM-004"
    assert asks_first(OURS + "@include common-auth\n")


@pytest.mark.parametrize(("kind", "user"), [("close_session", "k100301"), ("auth", ""), ("auth", "root")])
def test_only_the_question_who_is_there_is_answered_and_never_for_root(kind: str, user: str) -> None:
    assert code(replace(GREETER, kind=kind, user=user)) == "PAM-001"


def test_the_environment_is_read_as_pam_exec_writes_it() -> None:
    said = {
        "PAM_TYPE": "auth",
        "PAM_USER": "k100301",
        "PAM_SERVICE": "lightdm",
        "PAM_TTY": ":0",
        "PAM_RHOST": "x" * 10_000,
    }
    call = call_of(said)
    assert (call.user, call.service, len(call.remote_host)) == ("k100301", "lightdm", 256)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (b"", ""),
        (b"\0", ""),
        (b"917358", "917358"),
        (b"917358\0", "917358"),
        (b"a password", None),
        ("１２３".encode(), None),
        (b"9" * 65, None),
        (b"\xff", None),
    ],
)
def test_what_was_typed_is_a_key_press_a_pin_or_another_module_s(typed: bytes, meant: str | None) -> None:
    assert pin_of(typed) == meant


def test_a_session_s_call_is_judged_as_the_log_in_s() -> None:
    session = replace(GREETER, kind=SESSION)
    assert code(session, stack="") == "", "the line that asks is the log-in's"
    assert code(replace(session, kind="close_session")) == "PAM-001"
    assert code(replace(session, user="root")) == "PAM-001"
    assert code(replace(session, remote_host="203.0.113.9")) == "PAM-003"
    assert code(replace(session, service="sshd")) == "PAM-002"


def test_the_secret_is_waited_for_where_the_stack_s_session_part_calls_us() -> None:
    line = OURS.replace("auth sufficient", "session optional")
    assert opens_keyring(OURS + line)
    assert opens_keyring("-" + line)
    assert not opens_keyring(OURS)
    assert not opens_keyring("# " + line)
    assert not opens_keyring("session optional pam_exec.so /usr/bin/other")


def test_a_secret_is_taken_once_by_its_person_s_session_and_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    assert keyring.taken("k100301", folder) is None
    keyring.hand_over("k100301", "s", folder)
    assert [(p.stat().st_mode & 0o777) for p in (folder, *folder.iterdir())] == [0o700, 0o600]
    assert keyring.taken("k100302", folder) is None
    assert keyring.taken("k100301", folder) == "s"
    assert keyring.taken("k100301", folder) is None
    keyring.hand_over("../k100301", "s", folder)
    now = keyring._now()
    monkeypatch.setattr(keyring, "_now", lambda: now + keyring.WITHIN_S + 1)
    assert keyring.taken("../k100301", folder) is None
    monkeypatch.setattr(keyring, "_now", lambda: now - 3600)
    keyring.hand_over("k100301", "s", folder)
    monkeypatch.setattr(keyring, "_now", lambda: now - 7200)
    assert keyring.taken("k100301", folder) is None, "of another boot"
