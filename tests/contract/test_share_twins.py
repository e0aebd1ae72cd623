"""Twins (case, NFC and NFD) are one name for every verb, on a path and on a real Samba; and what has come
with a bad name can be given a good one and be put into the bin."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.secrets import MemorySecrets
from sharefolder.model import Entry
from sharefolder.service import ShareService
from tests.fakes.samba import PASSWORD, Samba, running

NFD = unicodedata.normalize("NFD", "がぎ")


@pytest.fixture(params=["a path", "samba"])
def share(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[ShareService, Path]]:
    """The service with the place ``P``, and the disk behind it."""
    service = ShareService(tmp_path / "home", Events(), lambda: "K1", secrets=MemorySecrets())
    if request.param == "a path":
        disk = tmp_path / "disk"
        disk.mkdir()
        service.add_place("P", str(disk))
        yield service, disk
        service.close()
        return
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        service.add_place("P", f"smb://127.0.0.1:{server.port}/zencho", "root", PASSWORD)
        yield service, server.export
        service.close()


def entry(service: ShareService, name: str) -> Entry:
    return next(each for batch in service.entries("P", "") for each in batch if each.name == name)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(SuiteError) as error:
        act()
    return error.value.code


def test_no_verb_makes_a_twin(share: tuple[ShareService, Path]) -> None:
    service, disk = share
    (disk / NFD).mkdir()
    (disk / "Abc").mkdir()
    (disk / "Abc" / "がぎ").write_text("x")
    (disk / "d.txt").write_text("d")
    changes = service.changes
    for name in ("がぎ", "abc"):
        assert refused(lambda name=name: changes.make_folder("P", "", name)) == "SHARE-005"
        assert refused(lambda name=name: changes.rename("P", entry(service, "d.txt"), name)) == "SHARE-005"
    inside = next(each for batch in service.entries("P", "Abc") for each in batch)
    assert [error.code for _entry, error in changes.move_into("P", [inside], "")] == ["SHARE-005"]
    changes.rename("P", entry(service, "d.txt"), "D.txt")
    assert {each.name for each in disk.iterdir()} >= {NFD, "Abc", "D.txt"}


@pytest.mark.parametrize("share", ["a path"], indirect=True)
@pytest.mark.parametrize("name", ["a:b.txt", "trail.", NFD])
def test_a_bad_name_that_is_there_can_be_mended_and_deleted(
    share: tuple[ShareService, Path], name: str
) -> None:
    service, disk = share
    (disk / name).write_text("x")
    trashed = service.changes.trash("P", [entry(service, name)])
    assert not (disk / name).exists()
    service.changes.bring_back("P", trashed)
    (back,) = (each for each in disk.iterdir() if each.name != ".recycle")
    assert back.read_text() == "x"
    back.rename(disk / name)
    service.changes.rename("P", entry(service, name), "よい名前.txt")
    assert (disk / "よい名前.txt").read_text() == "x"
