"""A command speaks the language that is set: by the policy, by the person, by the system, else Japanese."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def said(home: Path, *command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *command],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "", "LANG": "C.UTF-8", "MAHOROBA_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "policy.toml").write_text('[security]\nsecret_backend = "file-key"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("command", "ja", "en"),
    [
        (("backup", "verify", "/nowhere"), "バックアップを読めませんでした", "could not be read"),
        (("self-test", "--only", "disk"), "ディスク", "Disk"),
    ],
)
def test_a_command_speaks_the_language_of_the_settings(
    home: Path, command: tuple[str, ...], ja: str, en: str
) -> None:
    assert ja in said(home, *command)
    (home / "config" / "settings.toml").write_text('[appearance]\nlanguage = "en"\n')
    assert en in said(home, *command)


def test_the_policy_decides_and_the_system_only_where_nobody_has(home: Path) -> None:
    (home / "policy.toml").write_text('[appearance]\nlanguage = "ja"\n')
    assert "職場のデータ" in said(home, "backup", "--help", LANG="en_US.UTF-8")
    (home / "policy.toml").unlink()
    assert "the office's data" in said(home, "backup", "--help", LANG="en_US.UTF-8")
    assert "職場のデータ" in said(home, "backup", "--help", LANG="C.UTF-8")
    (home / "config" / "settings.toml").write_bytes(b"\xff broken")
    assert "職場のデータ" in said(home, "backup", "--help")
