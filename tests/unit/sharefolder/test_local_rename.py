"""Never over another, whatever the disk can do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import local_rename, transfer
from sharefolder.local import LocalStorage
from sharefolder.transfer import IfExists

QUIET = Report(lambda _done, _total, _text: None)


def _no_second_name(*_paths: object, **_how: object) -> None:
    raise OSError(errno.EPERM, "no links on this disk")


@pytest.fixture(params=["in one step", "by a second name", "looked at before"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a disk that can refuse, that can only link, and that can neither."""
    if request.param != "in one step":
        monkeypatch.setattr(local_rename, "_rename", None)
    if request.param == "looked at before":
        monkeypatch.setattr(os, "link", _no_second_name)
    return tmp_path


def test_a_new_name_is_given_and_a_taken_one_refused(disk: Path) -> None:
    storage = LocalStorage(disk)
    (disk / "a").write_bytes(b"a")
    (disk / "folder").mkdir()
    storage.move("a", "b")
    storage.move("folder", "other")
    (disk / "c").write_bytes(b"c")
    (disk / "folder").mkdir()
    for source, target in (("c", "b"), ("c", "other"), ("folder", "b"), ("folder", "other")):
        with pytest.raises(SuiteError) as error:
            storage.move(source, target)
        assert error.value.code == "SHARE-005"
    assert {path.name for path in disk.iterdir()} == {"b", "c", "folder", "other"}
    assert (disk / "b").read_bytes() == b"a"


def test_what_vanished_and_what_may_not_be_is_said_as_ever(disk: Path) -> None:
    storage = LocalStorage(disk)
    with pytest.raises(SuiteError) as error:
        storage.move("無い", "b")
    assert error.value.code == "SHARE-002"


def test_of_two_that_keep_both_under_one_name_both_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes when the first has looked already, and before it renames."""
    for each in "xy":
        (tmp_path / each).mkdir()
        (tmp_path / each / "報告.txt").write_text(each)
    root = tmp_path / "share"
    root.mkdir()
    first = LocalStorage(root)
    real, met = LocalStorage.move, []

    def move(self: LocalStorage, source: str, target: str, replace: bool = False) -> None:
        if self is first and not met:
            met.append(transfer.upload(tmp_path / "y" / "報告.txt", LocalStorage(root), "", QUIET))
        real(self, source, target, replace)

    monkeypatch.setattr(LocalStorage, "move", move)
    sent = transfer.upload(tmp_path / "x" / "報告.txt", first, "", QUIET, IfExists.KEEP_BOTH)
    assert met[0].path == "報告.txt"
    assert {each: (root / each).read_text() for each in (met[0].path, sent.path)} == {
        "報告.txt": "y",
        "報告（競合）.txt": "x",
    }
