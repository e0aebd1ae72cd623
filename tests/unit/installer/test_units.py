"""The units as systemd reads them: nothing misspelt, every command one of ours, every server's user made."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from desktop.__main__ import ELSEWHERE
from installer.packages import deb

PROGRAM = "/usr/bin/mahoroba"
UNITS = sorted({*(deb.ROOT / "installer" / "units").iterdir(), *deb.HERE.glob("*.service")})
SYSUSERS = deb.HERE / "mahoroba.sysusers"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def complaints(folder: Path, units: dict[str, str]) -> str:
    """What systemd-analyze says of ``units`` with a program in the place of the installed one."""
    program = folder / "mahoroba"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name, text in units.items():
        (folder / name).write_text(text.replace(PROGRAM, str(program)), "utf-8")
    command = ["systemd-analyze", "verify", *(str(folder / name) for name in units)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr + (f"exit {done.returncode}" if done.returncode else "")


@needs("systemd-analyze")
def test_systemd_has_nothing_to_say_about_any_unit(tmp_path: Path) -> None:
    assert len(UNITS) >= 7
    assert complaints(tmp_path, {path.name: path.read_text("utf-8") for path in UNITS}) == ""


@needs("systemd-analyze")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [("ProtectHome=", "ProtectHom="), (PROGRAM, "/usr/bin/no-such-program"), ("Type=oneshot", "Type=once")],
)
def test_what_is_misspelt_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    unit = (deb.ROOT / "installer/units/mahoroba-inventory.service").read_text("utf-8")
    assert right in unit
    assert complaints(tmp_path, {"mahoroba-inventory.service": unit.replace(right, wrong)}) != ""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_packed_and_runs_a_command_of_ours(path: Path) -> None:
    packed = {Path(name).name: place for name, place in deb.PLACES.items()}
    assert packed[path.name] == f"usr/lib/systemd/system/{path.name}"
    if path.suffix == ".timer":
        assert path.with_suffix(".service") in UNITS
        return
    started = re.findall(rf"^ExecStart={PROGRAM} ([a-z-]+)", path.read_text("utf-8"), re.MULTILINE)
    assert len(started) == 1
    assert started[0] in ELSEWHERE


@needs("systemd-sysusers")
def test_the_users_of_the_servers_are_made_and_own_their_homes(tmp_path: Path) -> None:
    """In a folder as the root: nobody is added to this machine."""
    (tmp_path / "etc").mkdir()
    made = tmp_path / "usr" / "lib" / "sysusers.d"
    made.mkdir(parents=True)
    shutil.copyfile(SYSUSERS, made / "mahoroba.conf")
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}"], check=True, capture_output=True, timeout=60)
    lines = (tmp_path / "etc" / "passwd").read_text("ascii").splitlines()
    users = {line.split(":")[0]: line.split(":")[-2:] for line in lines}
    for path in UNITS:
        if named := re.findall(r"^User=(.+)$", path.read_text("utf-8"), re.MULTILINE):
            home, shell = users[named[0]]
            assert f"Environment=MAHOROBA_HOME={home}\n" in path.read_text("utf-8")
            assert f"StateDirectory={Path(home).name}\n" in path.read_text("utf-8")
            assert shell.endswith("nologin")
    assert len(users) == 2
