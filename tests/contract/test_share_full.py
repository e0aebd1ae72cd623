"""A disk that is really full, on the server and at home: said so, and gone on with from there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import transfer
from sharefolder.local import LocalStorage
from sharefolder.ports import Credential, Storage
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba, running

pytestmark = [pytest.mark.root, pytest.mark.loop]
NOTHING = Report(lambda _done, _total, _text: None)
MB = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Eight megabytes, five of them taken by ``ballast``."""
    disk = tmp_path / "disk"
    yield from _mounted(disk)


def _mounted(disk: Path) -> Iterator[Path]:
    disk.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", str(disk)], check=False)
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (disk / "ballast").write_bytes(bytes(5 * MB))
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def _who() -> Credential:
    return Credential("root", PASSWORD)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "図面.bin"
    made.write_bytes(bytes(range(256)) * (6 * MB // 256))
    return made


def _fills_up_and_goes_on(storage: Storage, disk: Path, file: Path) -> None:
    with pytest.raises(SuiteError) as error:
        transfer.upload(file, storage, "", NOTHING)
    assert error.value.code == "SHARE-007"
    assert not (disk / file.name).exists()
    (disk / "ballast").unlink()
    sent = transfer.upload(file, storage, "", NOTHING)
    assert (disk / sent.path).read_bytes() == file.read_bytes()
    assert {p.name for p in disk.iterdir()} == {file.name}


def test_a_full_local_share(small_disk: Path, file: Path) -> None:
    _fills_up_and_goes_on(LocalStorage(small_disk), small_disk, file)


def test_a_full_disk_at_home(small_disk: Path, file: Path) -> None:
    share = LocalStorage(file.parent)
    with pytest.raises(SuiteError) as error:
        transfer.download(share, file.name, small_disk, NOTHING)
    assert error.value.code == "SHARE-007"
    (small_disk / "ballast").unlink()
    got = transfer.download(share, file.name, small_disk, NOTHING)
    assert got.resumed > 0
    assert (small_disk / got.path).read_bytes() == file.read_bytes()


def test_what_was_written_out_of_order_before_the_end_is_written_again(file: Path) -> None:
    """A sender that dies has writes under way, and the server does them in whatever order: a hole is left."""
    if reason := Samba.missing():
        pytest.skip(reason)
    file.write_bytes(file.read_bytes() * 3)
    start = LocalStorage(file.parent).stat(file.name)
    assert start is not None
    with running() as server:
        part = server.export / transfer.part_name(start, file.name)
        part.write_bytes(file.read_bytes()[: 9 * MB] + bytes(2 * MB) + file.read_bytes()[11 * MB : 15 * MB])
        storage = SmbStorage("127.0.0.1", "zencho", _who, port=server.port)
        sent = transfer.upload(file, storage, "", NOTHING)
        storage.close()
        assert (server.export / sent.path).read_bytes() == file.read_bytes()
        assert sent.resumed == 7 * MB


def test_a_full_server(file: Path) -> None:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        for disk in _mounted(server.export):
            storage = SmbStorage("127.0.0.1", "zencho", _who, port=server.port)
            _fills_up_and_goes_on(storage, disk, file)
            storage.close()
