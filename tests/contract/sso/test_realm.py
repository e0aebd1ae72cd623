"""The development realm itself: it stands from nothing, beside others, and goes without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from core.errors import SuiteError
from installer.realm import command, processes
from installer.realm.layout import Layout
from tests.contract.sso.conftest import realm_missing

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.root


def test_every_service_answers(realm: Layout) -> None:
    answers = command.status(realm.folder)
    assert len(answers) == 6
    assert all(answers.values()), answers


def test_a_second_up_leaves_the_standing_realm_alone(realm: Layout) -> None:
    with pytest.raises(SuiteError) as caught:
        command.up(realm.folder)
    assert caught.value.code == "REALM-006"
    assert all(command.status(realm.folder).values())


def test_a_folder_of_somebody_else_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(SuiteError) as caught:
        command.down(tmp_path)
    assert caught.value.code == "REALM-007"
    assert (tmp_path / "letter.txt").read_text("utf-8") == "mine"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_second_realm_beside_the_first_goes_without_a_trace_though_its_up_was_killed(realm: Layout) -> None:
    folder = Path(tempfile.mkdtemp(prefix="realm-"))
    before = Path("/etc/hosts").read_bytes(), Path("/etc/krb5.conf").exists()
    starting = subprocess.Popen(
        [sys.executable, "-P", "-m", "desktop", "realm", "up", "--folder", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while "smbd" not in processes.running(folder).values() and time.monotonic() < end:
        time.sleep(0.05)
    starting.send_signal(signal.SIGKILL)
    starting.wait(10)
    assert "smbd" in processes.running(folder).values()
    assert command.down(folder)
    assert processes.running(folder) == {}
    assert not folder.exists()
    assert (Path("/etc/hosts").read_bytes(), Path("/etc/krb5.conf").exists()) == before
    layout = command.up(folder)
    try:
        assert layout.address != realm.address
        assert all(command.status(folder).values())
        assert all(command.status(realm.folder).values())
    finally:
        command.down(folder)


def test_the_fixture_says_why_it_is_skipped() -> None:
    assert os.geteuid() == 0 or "root" in realm_missing()
