"""A form changes a profile: comments stay, the version rises, a wrong value leaves the file as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import SuiteError
from liaison import profile
from liaison.profile_edit import change
from tests.unit.liaison.conftest import SHIPPED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "profiles")) / "liaison.toml"


def test_a_value_changes_and_every_comment_stays(path: Path) -> None:
    before = path.read_text()
    made = change(path, {"wifi.0.ssid": "KEN-HONBU", "screen.lock_after_s": 120, "guest.full_name": "髙﨑"})
    after = path.read_text()
    assert (made.version, made.wifi[0].ssid) == (2, "KEN-HONBU")
    assert made.screen is not None
    assert made.screen.lock_after_s == 120
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    assert comments
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == comments
    assert profile.load(path) == made
    assert profile.load(path).guest.uid == 2000  # what base.toml says of the same table still holds


def test_nothing_new_writes_nothing(path: Path) -> None:
    before = path.read_bytes()
    assert change(path, {"wifi.0.ssid": "KEN-OUEN", "title": "連絡員端末"}).version == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "values",
    [{"wifi.0.password": "short"}, {"screen.lock_after_s": 5}, {"guest.name": "Root!"}, {"titel": "x"}],
)
def test_a_wrong_value_leaves_the_file_as_it_was(path: Path, values: dict[str, str]) -> None:
    before = path.read_bytes()
    with pytest.raises(SuiteError) as error:
        change(path, values)
    assert error.value.code == "LIAISON-001"
    assert path.read_bytes() == before


def test_an_inherited_list_is_taken_over_whole(path: Path) -> None:
    child = path.with_name("child.toml")
    child.write_text('extends = "liaison.toml"\nname = "child"\ntitle = "子"\nversion = 1\n')
    made = change(child, {"wifi.0.ssid": "OTHER"})
    assert made.wifi[0].password == profile.load(path).wifi[0].password
    assert profile.load(path).wifi[0].ssid == "KEN-OUEN"
