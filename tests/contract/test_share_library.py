"""The library of specifications on a local path and a real Samba: added, changed by two, copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Cancelled, Report
from sharefolder import transfer
from sharefolder.errors import Disconnected
from sharefolder.library.shelf import PLACE, Shelf, fitting
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.ports import Credential, Storage
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba

QUIET = Report(lambda _done, _total, _text: None)
Share = tuple[Storage, Path]
WORDS = "道路台帳システムの保守業務 仕様書"


@pytest.fixture(params=["local", "zencho", "secret"])
def share(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Share]:
    """An empty share and the disk behind it; ``secret`` is encrypted."""
    if request.param == "local":
        yield LocalStorage(tmp_path), tmp_path
        return
    server: Samba = request.getfixturevalue("samba")
    for each in server.export.iterdir():
        shutil.rmtree(each)
    storage = SmbStorage("127.0.0.1", request.param, lambda: Credential("root", PASSWORD), port=server.port)
    yield storage, server.export
    storage.close()


def add(storage: Storage, disk: Path, title: str, **values: str) -> str:
    """A specification of one document that lies in a section's folder; its folder."""
    (disk / "道路課").mkdir(exist_ok=True)
    if not (disk / "道路課" / "仕様書.txt").exists():
        (disk / "道路課" / "仕様書.txt").write_text(WORDS, "utf-8")
    bring = partial(transfer.copy_inside, storage, "道路課/仕様書.txt", report=QUIET)
    return Shelf(storage).put(title, values, bring, "道路課").folder


class TestLibrary:
    def test_a_specification_is_found_by_everything_that_is_known_of_it(self, share: Share) -> None:
        storage, disk = share
        folder = add(storage, disk, "道路台帳 保守", system="道路台帳", year="2026", kind="業務委託")
        add(storage, disk, "公園の清掃", kind="業務委託")
        found = Shelf(storage).every(QUIET)
        assert [each.title for each in found] == ["公園の清掃", "道路台帳 保守"]
        assert (found[1].folder, found[1].value("year")) == (folder, "2026")
        assert [d.name for d in found[1].documents] == ["仕様書.txt"]
        assert [e.title for e in fitting(found, "台帳　２０２６")] == ["道路台帳 保守"]
        assert [e.title for e in fitting(found, "業務委託")] == ["公園の清掃", "道路台帳 保守"]
        kept = disk / PLACE / "道路台帳 保守" / "仕様書.txt"
        assert kept.read_text("utf-8") == WORDS, "plain files: there without us"

    def test_two_people_at_once_lose_nothing(self, share: Share) -> None:
        storage, disk = share
        folder = add(storage, disk, "道路台帳", system="台帳", year="2025")
        mine, theirs = Shelf(storage), Shelf(storage)
        one, other = mine.one(folder), theirs.one(folder)
        mine.change(one, {"year": "2026", "system": "道路台帳"}, "道路課")
        theirs.change(other, {"kind": "業務委託", "system": "道路台帳システム"}, "財政課")
        now = mine.one(folder)
        assert (now.value("year"), now.value("kind")) == ("2026", "業務委託")
        both = {now.value("system"), *now.known.others["system"]}
        assert both == {"道路台帳", "道路台帳システム"}
        settled = mine.change(now, {"system": "道路台帳システム"}, "道路課")
        assert (settled.value("system"), settled.known.others) == ("道路台帳システム", {})

    def test_many_who_add_the_same_title_at_once_all_get_their_own(self, share: Share) -> None:
        storage, disk = share
        (disk / "道路課").mkdir()
        (disk / "道路課" / "仕様書.txt").write_text(WORDS, "utf-8")
        with ThreadPoolExecutor(4) as people:
            made = list(people.map(lambda _n: add(storage, disk, "清掃"), range(4)))
        assert len(set(made)) == 4
        assert [len(each.documents) for each in Shelf(storage).every(QUIET)] == [1] * 4

    def test_a_copy_gets_a_free_name_and_is_counted(self, share: Share) -> None:
        storage, disk = share
        folder = add(storage, disk, "道路台帳")
        (disk / "財政課").mkdir()
        shelf = Shelf(storage)
        document = shelf.one(folder).documents[0]
        for wanted in ("新.txt", "新 (2).txt"):
            assert shelf.copy(document, "財政課", "新.txt", "財政課") == (f"財政課/{wanted}", True)
            assert (disk / "財政課" / wanted).read_text("utf-8") == WORDS
        assert shelf.one(folder).uses == 2
        with pytest.raises(SuiteError) as error:
            shelf.copy(document, "財政課", "a:b.txt")
        assert error.value.code == "SHARE-006"
        assert shelf.one(folder).uses == 2

    def test_what_is_cut_off_while_it_is_added_is_on_no_shelf(self, share: Share) -> None:
        storage, disk = share
        add(storage, disk, "前から")

        def cut(folder: str) -> None:
            transfer.copy_inside(storage, "道路課/仕様書.txt", folder, QUIET)
            raise Cancelled

        with pytest.raises(Cancelled):
            Shelf(storage).put("半分", {}, cut)
        assert [each.title for each in Shelf(storage).every(QUIET)] == ["前から"]

    def test_damaged_and_hostile_records_are_counted_and_the_others_hold(self, share: Share) -> None:
        storage, disk = share
        folder = add(storage, disk, "道路台帳", system="道路台帳")
        for number, content in enumerate((b"", b"[" * 9_000, b"x" * 30_000, b'{"format": 1}')):
            (disk / folder / f"記録-20990101T000000-{number:012x}.json").write_bytes(content)
        found = Shelf(storage).one(folder)
        assert (found.value("system"), found.damaged) == ("道路台帳", 4)
        assert len(found.documents) == 1

    def test_no_library_is_an_empty_one(self, share: Share) -> None:
        assert Shelf(share[0]).every(QUIET) == []


def test_a_share_that_is_away_has_no_empty_library(tmp_path: Path) -> None:
    with pytest.raises(Disconnected):
        Shelf(LocalStorage(tmp_path / "gone")).every(QUIET)


@pytest.mark.root
def test_the_readers_rights_hold(samba: Samba) -> None:
    """``games`` sees no closed one; of one that they may only read the copy comes, and nothing is counted."""
    owner = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=samba.port)
    for each in samba.export.iterdir():
        shutil.rmtree(each)
    (samba.export / "権利").mkdir()
    open_, closed = add(owner, samba.export, "開いた"), add(owner, samba.export, "閉じた")
    samba.export.chmod(0o755)
    (samba.export / PLACE).chmod(0o755)
    (samba.export / open_).chmod(0o755)
    for each in (samba.export / open_).iterdir():
        each.chmod(0o644)
    (samba.export / closed).chmod(0o700)
    (samba.export / "権利").chmod(0o777)
    owner.close()
    samba.admit("games")
    reader = SmbStorage("127.0.0.1", "zencho", lambda: Credential("games", PASSWORD), port=samba.port)
    shelf = Shelf(reader)
    assert [each.title for each in shelf.every(QUIET)] == ["開いた"]
    document: Entry = shelf.one(open_).documents[0]
    assert shelf.copy(document, "権利", "写し.txt") == ("権利/写し.txt", False)
    assert shelf.one(open_).uses == 0
    reader.close()
