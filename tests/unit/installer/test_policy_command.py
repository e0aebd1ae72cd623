"""``mahoroba policy``: what is signed here is what a terminal believes; what cannot be used is not signed."""

from __future__ import annotations

import pytest

from core.errors import SuiteError
from core.paths import Paths
from core.policy import bound, verified
from installer.policy.command import main


@pytest.fixture
def paths(monkeypatch: pytest.MonkeyPatch) -> Paths:
    made = Paths.from_environment()
    made.policy.write_text('[security]\nsecret_backend = "file-key"\n', "utf-8")
    return made


def test_signing_leaves_signature_and_key_that_verify(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    offered = paths.config / "offered" / "policy.toml"
    offered.parent.mkdir()
    offered.write_bytes(b"[presence]\nafter_s = 10\n")
    assert main(["sign", str(offered), "--version", "7"]) == 0
    signature = offered.with_name("policy.toml.sig").read_bytes().strip()
    signed = verified(offered.read_bytes(), signature, offered.with_name("policy-key.pem"))
    assert (signed.version, round((signed.expires - signed.issued) / 86_400)) == (7, 90)
    with pytest.raises(SuiteError, match="POL-003"):
        verified(b"[presence]\nafter_s = 30\n", signature, offered.with_name("policy-key.pem"))

    paths.policy.write_bytes(bound(offered.read_bytes(), signature))
    key = offered.with_name("policy-key.pem").read_bytes()
    paths.policy.with_name("policy-key.pem").write_bytes(key)
    paths.policy.with_name("policy-source.toml").write_text(
        'url = "https://127.0.0.1:9/policy.toml"\n', "utf-8"
    )
    capsys.readouterr()
    assert main(["show"]) == 0
    assert "方針の版は 7" in capsys.readouterr().out
    assert main(["fetch"]) == 1, "nobody answers there"
    assert main(["show"]) == 0
    assert "POL-011" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"[presence]\nafter_s = 7\n", b"nothing"])
def test_what_no_terminal_could_use_is_not_signed(paths: Paths, content: bytes) -> None:
    wrong = paths.config / "wrong.toml"
    wrong.write_bytes(content)
    assert main(["sign", str(wrong), "--version", "7"]) == 1
    assert not wrong.with_name("wrong.toml.sig").exists()


def test_odd_numbers_are_refused(paths: Paths) -> None:
    fine = paths.config / "fine.toml"
    fine.write_bytes(b"")
    assert main(["sign", str(fine), "--version", "0"]) == 1
    assert main(["sign", str(fine), "--version", "1", "--days", "9999"]) == 1
