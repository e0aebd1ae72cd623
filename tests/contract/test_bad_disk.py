"""A full disk, a database that another program holds, a home that cannot be written: a clear error, nothing
lost, and nobody let in. Nothing is pretended: the disk is a small real one."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import core.db
from auth.model import Locked, SignedOut
from core.errors import SuiteError
from tests.fakes.office import CHIEF, PIN, Office

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk needs root and the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    target = folder / "fill"
    with target.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return target


def refused(office: Office) -> str:
    """The code with which the right PIN is refused; nobody is signed in afterwards."""
    with pytest.raises(SuiteError) as caught:
        office.service.sign_in_pin(CHIEF.staff_number, PIN)
    assert office.service.session is None
    return caught.value.code


def signs_in_again(office: Office, rows: int) -> None:
    """What was there is there, and the trail is whole."""
    assert office.start().sign_in_pin(CHIEF.staff_number, PIN).accepted
    assert office.audit.verify().ok
    assert len(office.audit.entries(1000)) > rows


@pytest.fixture
def office(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(core.db, "BUSY_SECONDS", 0.05)  # nobody waits for what is not going to be free
    made = Office(small_disk)
    assert made.service.create_first_administrator(CHIEF, PIN).accepted
    made.start()
    return made


@pytest.mark.root
def test_on_a_full_disk_nobody_is_let_in_and_nothing_is_lost(office: Office, small_disk: Path) -> None:
    rows = len(office.audit.entries(1000))
    filling = fill(small_disk)
    assert refused(office).startswith("DB-")
    filling.unlink()
    signs_in_again(office, rows)


@pytest.mark.root
def test_on_a_full_disk_the_screen_is_locked_and_left_all_the_same(office: Office, small_disk: Path) -> None:
    """Locked and SignedOut are what takes the page off the screen and the tickets away."""
    assert office.service.sign_in_pin(CHIEF.staff_number, PIN).accepted
    filling = fill(small_disk)
    for leave in (office.service.lock, office.service.sign_out):
        with pytest.raises(SuiteError, match="DB-"):
            leave()
    told = [event for event in office.heard if isinstance(event, Locked | SignedOut)]
    assert told[-2:] == [Locked(CHIEF.staff_number, "person"), SignedOut(CHIEF.staff_number)]
    assert office.service.session is None
    filling.unlink()


@pytest.mark.root
@pytest.mark.parametrize("name", ["auth.db", "audit.db"])
def test_a_database_that_another_program_holds_lets_nobody_in(office: Office, name: str) -> None:
    rows = len(office.audit.entries(1000))
    with closing(sqlite3.connect(office.paths.data / name, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert refused(office) == "DB-001"
        other.execute("ROLLBACK")
    signs_in_again(office, rows)


@pytest.mark.root
def test_a_home_that_cannot_be_written_is_said_in_a_sentence(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for command in (("audit", "verify"), ("run",)):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "desktop", *command],
            env={**os.environ, "PYTHONPATH": str(ROOT), "MAHOROBA_HOME": str(small_disk / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "CORE-001" in done.stderr
        assert "Traceback" not in done.stderr
