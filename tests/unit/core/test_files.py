"""A file that somebody else put there is read up to a bound, and nothing but a file is."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from core.files import read_bounded


def test_no_more_than_the_bound_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abcdef")
    assert read_bounded(file, 4) == b"abcd"
    assert read_bounded(file, 10) == b"abcdef"


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "link to a pipe", "nothing"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it"
    if kind == "folder":
        path.mkdir()
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind.endswith("pipe"):
        os.mkfifo(tmp_path / "pipe")
        path = tmp_path / "pipe"
        if kind != "pipe":
            path = tmp_path / "it"
            path.symlink_to(tmp_path / "pipe")
    before = _open_on(path)
    with pytest.raises(OSError, match=r"it|link|pipe|zero"):
        read_bounded(path, 10)
    assert _open_on(path) == before, "nothing stays open"


def _open_on(path: Path) -> int:
    """How often this process has it open; what other tests have left to be closed counts for nothing."""
    wanted, found = os.path.realpath(path), 0
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += os.readlink(each) == wanted
    return found


def test_a_link_is_followed_only_where_a_person_chose_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_bounded(tmp_path / "link", 10) == b"x"
    with pytest.raises(OSError, match=r"it|link|pipe|zero"):
        read_bounded(tmp_path / "link", 10, follow=False)
