"""A machine without a screen: `./mahoroba run` performs the main job, and its exit code says if it held."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_without_screen(out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [str(ROOT / "mahoroba"), "run", "--out", str(out)],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_the_main_job_is_performed_and_recorded(tmp_path: Path) -> None:
    done = run_without_screen(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["held"] is True
    assert [step["held"] for step in summary["steps"]] == [True] * 11
    assert all((tmp_path / step["screenshot"]).stat().st_size > 10_000 for step in summary["steps"])
    assert "すべて確かめました。" in (tmp_path / "summary.txt").read_text("utf-8")


@pytest.mark.timeout(300)
def test_what_did_not_hold_is_named_and_the_exit_code_says_no(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    nowhere = {"MAHOROBA_MODELS": str(tmp_path / "models"), "UV_OFFLINE": "1", "npm_config_offline": "true"}
    done = run_without_screen(tmp_path / "out", **nowhere)
    assert done.returncode == 1, done.stdout + done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["held"] is False
    assert [step["held"] for step in summary["steps"]] == [True, True, False]
    assert "✗ 顔を登録" in (tmp_path / "out" / "summary.txt").read_text("utf-8")
