"""The command line as the entry script calls it: exit codes, sentences, and no window for what needs none."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.audit import AuditLog
from core.config import Config
from core.paths import Paths
from core.secrets import open_secrets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def paths(home: Path) -> Paths:
    """A home whose policy keeps keys in a file: no key store is needed."""
    found = Paths.from_environment()
    (home / "mahoroba" / "policy.toml").write_text('[security]\nsecret_backend = "file-key"\n', "utf-8")
    return found


def mahoroba(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "desktop", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def keep_three_rows(paths: Paths) -> Path:
    log = AuditLog(paths.data / "audit.db", open_secrets(Config.load(paths), paths))
    for number in range(3):
        log.append("session.opened", actor=f"K10000{number}")
    return paths.data / "audit.db"


def test_a_whole_audit_trail_verifies(paths: Paths) -> None:
    keep_three_rows(paths)
    done = mahoroba("audit", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 行" in done.stdout


def test_a_row_edited_behind_our_back_is_named(paths: Paths) -> None:
    file = keep_three_rows(paths)
    with sqlite3.connect(file) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger [{name}]")
        database.execute("update entries set actor = 'K999999' where id = 2")
    done = mahoroba("audit", "verify")
    assert done.returncode == 1
    assert "2 行目" in done.stdout


def test_a_broken_policy_is_a_sentence_not_a_traceback(paths: Paths, home: Path) -> None:
    (home / "mahoroba" / "policy.toml").write_text("[security\n", "utf-8")
    done = mahoroba("audit", "verify")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "CONF-" in done.stderr


def test_a_command_that_does_not_exist_is_refused() -> None:
    done = mahoroba("dance")
    assert done.returncode == 2
    assert "dance" in done.stderr


def test_without_a_window_qt_is_not_loaded(paths: Paths) -> None:
    program = (
        "import sys; from desktop.__main__ import main; main(['audit', 'verify']); "
        "sys.exit('PySide6' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0
