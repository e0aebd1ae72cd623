"""Wiping: what it may not touch, whatever lies there; what it does; going on after a kill."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from core.errors import SuiteError
from liaison.descent import MARK, mark_guest_root
from liaison.wipe import wipe_folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "laptop" / "home"
    made.mkdir(parents=True)
    mark_guest_root(made)
    guest = made / "guest"
    (guest / "a/b/c").mkdir(parents=True)
    (guest / "a/b/c/secret.txt").write_text("MARKER")
    return made


def refused(root: Path, name: str = "guest") -> str:
    with pytest.raises(SuiteError) as error:
        wipe_folder(root, name)
    assert error.value.code == "LIAISON-005"
    return error.value.why


def test_destroys_and_makes_anew(root: Path) -> None:
    wiped = wipe_folder(root, "guest")
    assert list((root / "guest").iterdir()) == []
    assert wiped.entries == 5
    assert wiped.before != wiped.after
    assert oct((root / "guest").stat().st_mode & 0o777) == "0o700"


def test_the_template_comes_back(root: Path, tmp_path: Path) -> None:
    template = tmp_path / "skel"
    (template / ".config").mkdir(parents=True)
    (template / ".config/x").write_text("new")
    wipe_folder(root, "guest", template)
    assert (root / "guest/.config/x").read_text() == "new"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "guest/a",
        "/etc",
        "/",
        "guest\0",
        "~root",
        "*",
        "-rf",
        "Guest",
        "a" * 40,
        ".wiping-0",
    ],
)
def test_hostile_names_are_refused(root: Path, name: str) -> None:
    refused(root, name)
    assert (root / "guest/a/b/c/secret.txt").exists()


@pytest.mark.parametrize(
    "place", ["/", "/home", "/etc", "/dev", "/dev/sda", "relative/home", "/proc/self/root"]
)
def test_real_places_are_refused(place: str) -> None:
    refused(Path(place))


def test_an_unmarked_folder_is_refused(root: Path) -> None:
    (root / MARK).unlink()
    refused(root)
    assert (root / "guest").exists()


@pytest.mark.parametrize("forge", ["text", "link", "folder", "writable"])
def test_a_forged_mark_is_refused(root: Path, tmp_path: Path, forge: str) -> None:
    mark = root / MARK
    good = mark.read_bytes()
    mark.unlink()
    if forge == "text":
        mark.write_text("something else")
    elif forge == "link":
        (tmp_path / "mark").write_bytes(good)
        mark.symlink_to(tmp_path / "mark")
    elif forge == "folder":
        mark.mkdir()
    else:
        mark.write_bytes(good)
        mark.chmod(0o666)
    refused(root)


def test_a_path_with_dots_or_links_is_refused(root: Path, tmp_path: Path) -> None:
    refused(root / ".." / "home")
    (tmp_path / "alias").symlink_to(root)
    refused(tmp_path / "alias")
    (tmp_path / "up").symlink_to(root.parent)
    refused(tmp_path / "up" / "home")


def test_links_inside_are_removed_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    (root / "guest/link").symlink_to(outside)
    (root / "guest/a/up").symlink_to("../../..")
    os.link(outside / "precious", root / "guest/hard")
    wipe_folder(root, "guest")
    assert (outside / "precious").read_text() == "precious"
    assert list((root / "guest").iterdir()) == []


def test_a_home_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    (root / "guest").rename(root / "old")
    (root / "guest").symlink_to(outside)
    refused(root)
    assert (outside / "precious").exists()


def test_leavings_of_a_killed_wipe_are_destroyed(root: Path) -> None:
    (root / "guest").rename(root / ".wiping-0123456789abcdef")
    wipe_folder(root, "guest")
    assert sorted(p.name for p in root.iterdir()) == [MARK, "guest"]


def test_a_leaving_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / ".wiping-0123456789abcdef").symlink_to(outside)
    refused(root)
    assert outside.exists()


@pytest.mark.root
def test_a_mount_inside_is_refused(root: Path, tmp_path: Path) -> None:
    """A bind mount has the same device number: only the mount table shows it."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    point = root / "guest/a"
    subprocess.run(["mount", "--bind", str(outside), str(point)], check=True)
    try:
        refused(root)
        assert (outside / "precious").exists()
    finally:
        subprocess.run(["umount", str(point)], check=True)
