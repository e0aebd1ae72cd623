"""Twins (case, NFC and NFD) are one name for every verb, on a path and on a real Samba; and what has come
with a bad name can be given a good one and be put into the bin."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from core.secrets import MemorySecrets
from sharefolder import names
from sharefolder.model import Entry
from sharefolder.service import ShareService
from sharefolder.transfer import IfExists
from tests.fakes.samba import PASSWORD, Samba, running

QUIET = Report(lambda _done, _total, _text: None)
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
    trashed = changes.trash("P", [entry(service, "D.txt")])
    (disk / "d.TXT").write_text("another's, since")
    assert refused(lambda: changes.bring_back("P", trashed)) == "SHARE-005"
    (disk / "d.TXT").unlink()
    changes.bring_back("P", trashed)
    assert (disk / "D.txt").read_text() == "d"


def test_a_folder_is_not_sent_beside_its_twin_unasked(
    share: tuple[ShareService, Path], tmp_path: Path
) -> None:
    """Where the server would keep both, it is asked about as a file is; where it takes both for one, it is
    one folder."""
    service, disk = share
    for theirs, mine in (("Abc", "abc"), (NFD, "がぎ")):
        (disk / theirs / "中").mkdir(parents=True)
        (disk / theirs / "メモ.txt").write_text("theirs")
        folder = tmp_path / "mine" / mine
        (folder / "中").mkdir(parents=True)
        (folder / "中" / "私.txt").write_text("mine")
        told_apart = not (disk / mine).exists() and not _one_name(service, mine)
        if told_apart:
            for ask in (
                lambda f=folder: service.check_free("P", "", [f]),
                lambda f=folder: service.upload("P", "", [f], IfExists.ASK, QUIET),
            ):
                assert refused(ask) == "SHARE-005"
            assert {each.name for each in (disk / theirs / "中").iterdir()} == set(), "nothing is sent yet"
            service.upload("P", "", [folder], IfExists.KEEP_BOTH, QUIET)
            assert (disk / f"{mine} (2)" / "中" / "私.txt").read_text() == "mine"
        service.upload("P", "", [folder], IfExists.REPLACE, QUIET)
        assert (disk / theirs / "中" / "私.txt").read_text() == "mine"
        assert (disk / theirs / "メモ.txt").read_text() == "theirs"
        alike = [each.name for each in disk.iterdir() if names.same(each.name) == names.same(mine)]
        assert alike == [theirs], "no second one has come to be"


def _one_name(service: ShareService, name: str) -> bool:
    return service.versions._storage("P").stat(name) is not None


def test_a_file_that_replaces_its_twin_keeps_the_one_name(
    share: tuple[ShareService, Path], tmp_path: Path
) -> None:
    service, disk = share
    (disk / "Plan.txt").write_text("old")
    (tmp_path / "plan.txt").write_text("new")
    assert refused(lambda: service.check_free("P", "", [tmp_path / "plan.txt"])) == "SHARE-005"
    service.upload("P", "", [tmp_path / "plan.txt"], IfExists.REPLACE, QUIET)
    found = [each for each in disk.iterdir() if each.name.casefold() == "plan.txt"]
    assert [(each.name, each.read_text()) for each in found] == [("Plan.txt", "new")]


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
