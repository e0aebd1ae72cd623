"""Wiping on a real file system in a loop file: not one marker is left in the raw image."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import SuiteError
from liaison.descent import mark_guest_root
from liaison.wipe import wipe_folder

MARKER = b"MAHOROBA-MARKER-3f9a"


def _why_not() -> str:
    if os.geteuid() != 0:
        return "loop mounts need root"
    if not Path("/dev/loop-control").exists():
        return "no loop devices"
    return "" if shutil.which("mkfs.ext4") else "mkfs.ext4 is not installed"


pytestmark = [
    pytest.mark.root,
    pytest.mark.loop,
    pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "-"),
]


@dataclass
class Disk:
    image: Path
    home: Path

    def markers(self) -> int:
        """How often the marker stands in the raw image, after all is written out."""
        descriptor = os.open(self.home, os.O_RDONLY)
        os.sync()
        os.close(descriptor)
        return self.image.read_bytes().count(MARKER)


@pytest.fixture(params=["encrypt,stable_inodes", "stable_inodes"])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    image, point = tmp_path / "disk.img", tmp_path / "disk"
    image.touch()
    os.truncate(image, 48 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-O", request.param, str(image)], check=True)
    point.mkdir()
    subprocess.run(["mount", "-o", "loop", str(image), str(point)], check=True)
    try:
        home = point / "home"
        home.mkdir()
        mark_guest_root(home)
        yield Disk(image, home)
    finally:
        subprocess.run(["umount", str(point)], check=True)


def work(home: Path) -> None:
    """What a guest leaves: files large and small, and a deleted one."""
    for number in range(5):
        (home / f"report-{MARKER.decode()}-{number}.txt").write_bytes(MARKER * 4000)
    (home / "deleted").write_bytes(MARKER * 4000)
    os.sync()
    (home / "deleted").unlink()
    os.sync()


def test_a_loan_leaves_no_marker_in_the_raw_image(disk: Disk, request: pytest.FixtureRequest) -> None:
    encrypted = "encrypt" in request.node.callspec.params["disk"]
    wipe_folder(disk.home, "guest")  # a home with a fresh key, where the disk can
    work(disk.home / "guest")
    wiped = wipe_folder(disk.home, "guest", trim=True)
    assert list((disk.home / "guest").iterdir()) == []
    if encrypted:
        assert disk.markers() == 0
        assert wiped.method.startswith("Cryptographic erase")
    else:  # without keys it says so, and does not claim more than it did
        assert wiped.method.startswith("Removal of names only")


def test_without_a_key_the_markers_would_be_there(disk: Disk) -> None:
    """The search finds what was not encrypted: it could fail."""
    (disk.home / "plain").mkdir()
    work(disk.home / "plain")
    assert disk.markers() > 0


@pytest.mark.parametrize("disk", ["encrypt,stable_inodes"], indirect=True)
def test_two_loans_have_two_keys(disk: Disk) -> None:
    wipe_folder(disk.home, "guest")
    first, second = (wipe_folder(disk.home, "guest").destroyed[0] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("disk", ["encrypt,stable_inodes"], indirect=True)
def test_an_open_file_keeps_it_pending(disk: Disk) -> None:
    """While somebody holds a file the key cannot go: refused, and the next try completes."""
    wipe_folder(disk.home, "guest")
    work(disk.home / "guest")
    with next((disk.home / "guest").iterdir()).open("rb"), pytest.raises(SuiteError) as error:
        wipe_folder(disk.home, "guest")
    assert error.value.code == "LIAISON-006"
    assert wipe_folder(disk.home, "guest").method.startswith("Cryptographic erase")
    assert disk.markers() == 0
