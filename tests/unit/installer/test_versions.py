"""One pointer between versions: it moves only after a self-test, goes back in one rename, and never
dangles."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import SuiteError
from installer.selftest import OF_A_VERSION
from installer.update import versions as command
from installer.update.versions import Versions

PASSES = "echo '{}'\n".format(
    json.dumps({"checks": [{"key": key, "title": key, "code": "", "state": "ok"} for key in OF_A_VERSION]})
)
"""What a version says that works."""


def made(root: Path, *names: str) -> None:
    for name in names:
        folder = root / "versions" / name
        folder.mkdir(parents=True)
        (folder / "VERSION").write_text(name + "\n")


def test_a_version_that_passes_takes_over_and_the_one_before_stays(tmp_path: Path) -> None:
    made(tmp_path, "0.1.0", "0.2.0")
    asked: list[Path] = []
    versions = Versions(tmp_path, lambda folder: asked.append(folder) or "")  # type: ignore[func-returns-value]
    versions.take_over("0.1.0")
    assert (versions.current(), versions.previous()) == ("0.1.0", "")
    versions.take_over("0.2.0")
    assert (versions.current(), versions.previous()) == ("0.2.0", "0.1.0")
    assert asked == [tmp_path / "versions" / "0.1.0", tmp_path / "versions" / "0.2.0"]
    assert os.readlink(tmp_path / "current") == "versions/0.2.0"  # relative: the folder can be moved


def test_a_version_that_does_not_pass_changes_nothing(tmp_path: Path) -> None:
    made(tmp_path, "0.1.0", "0.2.0")
    Versions(tmp_path, lambda _folder: "").take_over("0.1.0")
    versions = Versions(tmp_path, lambda _folder: "画面の部品（SELF-046）")
    with pytest.raises(SuiteError, match="UPD-002") as refused:
        versions.take_over("0.2.0")
    assert "SELF-046" in refused.value.why
    assert (versions.current(), versions.previous()) == ("0.1.0", "")


def test_back_and_forth(tmp_path: Path) -> None:
    made(tmp_path, "0.1.0", "0.2.0")
    versions = Versions(tmp_path, lambda _folder: "")
    with pytest.raises(SuiteError, match="UPD-003"):
        versions.roll_back()
    for name in ("0.1.0", "0.2.0"):
        versions.take_over(name)
    assert versions.roll_back() == "0.1.0"
    assert (versions.current(), versions.previous()) == ("0.1.0", "0.2.0")
    assert versions.roll_back() == "0.2.0"


@pytest.mark.parametrize("name", ["", "..", "../../etc", "0.9", "1", "0.3.0"])
def test_what_is_not_there_whole_is_refused(tmp_path: Path, name: str) -> None:
    made(tmp_path, "0.1.0")
    (tmp_path / "versions" / "0.3.0").mkdir()
    with pytest.raises(SuiteError, match="UPD-001"):
        Versions(tmp_path, lambda _folder: "").take_over(name)


def test_only_two_versions_are_kept(tmp_path: Path) -> None:
    made(tmp_path, "0.1.0", "0.2.0", "0.10.0")
    versions = Versions(tmp_path, lambda _folder: "")
    for name in ("0.1.0", "0.2.0", "0.10.0"):
        versions.take_over(name)
    assert versions.installed() == ["0.1.0", "0.2.0", "0.10.0"]
    assert versions.forget_others() == ["0.1.0"]
    assert versions.installed() == ["0.2.0", "0.10.0"]


def program(root: Path, version: str, text: str) -> None:
    made(root, version)
    file = root / "versions" / version / "mahoroba"
    file.write_text("#!/bin/sh\n" + text)
    file.chmod(0o755)


def test_the_gate_is_the_new_versions_own_self_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = '{"checks": [{"title": "画面", "code": "SELF-046", "state": "fail"}]}'
    call = ["--root", str(tmp_path)]
    program(tmp_path, "0.1.0", PASSES)
    assert command.main([*call, "take-over", "0.1.0"]) == 0
    for version, text in (
        ("0.2.0", f"echo '{rows}'; exit 1\n"),
        ("0.3.0", "echo nonsense; exit 1\n"),
        ("0.3.1", f"echo '{rows}'\n"),  # says that it failed, and ends well
        ("0.3.2", PASSES + "kill -SEGV $$\n"),  # crashes after its answer
        ("0.3.3", "exit 0\n"),  # says nothing
        ("0.3.4", "echo '{\"checks\": []}'\n"),  # asks itself nothing
        ("0.3.5", PASSES.replace("window", "other")),  # leaves a question out
    ):
        program(tmp_path, version, text)
        assert command.main([*call, "take-over", version]) == 1
        assert "UPD-002" in capsys.readouterr().err
        assert Versions(tmp_path).current() == "0.1.0"
    asked = 'test -n "$HOME" -a "$MAHOROBA_HOME" = "$HOME" -a "$1 $2" = "self-test --of-version" || exit 1\n'
    program(tmp_path, "0.4.0", asked + PASSES)
    assert command.main([*call, "take-over", "0.4.0"]) == 0
    assert command.main([*call, "roll-back"]) == 0
    assert "0.1.0" in capsys.readouterr().out
