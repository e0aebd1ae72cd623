"""The figure of CI, on a repository of one file: what is green, what is red, and what was not run at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import suite_ci

GREEN = "..\n3 skipped: no camera here\n4120 passed, 3 skipped, 41 deselected in 1034.56s (0:17:14)\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Beside it lies the shared data, as beside a real one; something in it is not committed."""
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "shared" / "data" / "face.txt").write_text("a face")
    made = tmp_path / "checkout"
    (made / ".ci").mkdir(parents=True)
    return made


def holds(checkout: Path, script: str) -> Path:
    run = checkout / ".ci" / "run"
    run.write_text(f"#!/bin/sh\n{script}")
    run.chmod(0o755)
    git = ["git", "-C", str(checkout), "-c", "user.name=T", "-c", "user.email=t@example.invalid"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "a CI"], check=True)
    (checkout / "not-committed").write_text("x")
    return checkout


def test_a_green_run_in_time_is_held_and_counts_its_tests(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    script = (
        "test ! -e not-committed && test ! -e .venv && grep -q face ../shared/data/face.txt || exit 1\n"
        'test -z "$PYTHONPATH$MAHOROBA_HOME" && test ! -e "$UV_CACHE_DIR" || exit 1\n'
        f"cat <<'E'\n{GREEN}E\n"
    )
    record = suite_ci.measure(holds(checkout, script), checkout.parent / "shared")
    assert record.held is True
    assert (record.name, record.unit, record.bar) == ("CI from nothing", "min", "≤ 20, green")
    assert record.n.startswith("4,120 passed, 3 skipped, 0 failed; green, commit ")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo '2 failed, 40 passed, 1 skipped in 3.20s'; exit 1", "40 passed, 1 skipped, 2 failed; RED"),
        ("echo '40 passed, 2 errors in 3.20s'; exit 1", "40 passed, 0 skipped, 2 failed; RED"),
        ("echo '✗ types (3 s)'; echo '40 passed in 3.20s'; exit 1", "40 passed, 0 skipped, 0 failed; RED"),
        ("echo 'check: all good'; exit 0", "0 passed, 0 skipped, 0 failed; RED"),
        ("echo 'no tests ran in 0.01s'; exit 0", "0 passed, 0 skipped, 0 failed; RED"),
        ("echo '40 passed in 3.20s'; kill -9 $$", "40 passed, 0 skipped, 0 failed; RED"),
    ],
)
def test_a_run_that_fails_or_runs_nothing_is_not_held(
    checkout: Path, script: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    record = suite_ci.measure(holds(checkout, script), checkout.parent / "shared")
    assert record.held is False
    assert record.n.startswith(words)
    assert capfd.readouterr().err, "its last lines are shown"


def test_what_does_not_end_is_ended_and_not_held(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_ci, "TIMEOUT_S", 0.2)
    record = suite_ci.measure(
        holds(checkout, "echo '40 passed in 3.20s'; sleep 300"), checkout.parent / "shared"
    )
    assert record.held is False


def test_without_the_shared_data_it_is_left_out_with_a_word(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suite_ci, "ROOT", checkout / "deeper")
    assert list(suite_ci.records()) == []
    assert "left out: ../shared is not there" in capsys.readouterr().err


def test_it_is_measured_only_when_it_is_named() -> None:
    own = ("suite", "benchmarks.suite_ci")
    assert own not in list(bench.parts([]))
    assert own not in list(bench.parts(["suite"]))
    assert list(bench.parts(["suite_ci"])) == [own]
