"""The shares of a terminal: two of one name are two, and one that was taken off comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from core.secrets import MemorySecrets
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.places import Place, Places
from sharefolder.ports import Credential
from sharefolder.service import ShareService

NOTHING = Report(lambda _done, _total, _text: None)


def test_two_shares_of_one_name_are_both_kept(tmp_path: Path) -> None:
    service = ShareService(tmp_path / "home", Events(), lambda: "")
    for each in ("x", "y"):
        (tmp_path / each / "共有").mkdir(parents=True)
        service.add_place("", str(tmp_path / each / "共有"))
    assert [place.name for place in service.places()] == ["共有", "共有 (2)"]
    service.add_place("", str(tmp_path / "x" / "共有"))
    assert len(service.places()) == 2, "the same share again is no other one"
    service.close()


def test_a_place_comes_back_with_its_account_to_where_it_stood(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    places = Places(tmp_path / "places.json", Credential, secrets)
    for name in ("一", "二", "三"):
        places.keep(Place(name, f"smb://server/{name}", "taro"), "秘密")
    before = places.every()
    removed = places.remove("二")
    assert removed is not None
    assert "秘密" not in repr(removed)
    assert [place.name for place in places.every()] == ["一", "三"]
    places.bring_back(removed)
    assert places.every() == before
    assert places._password(before[1]) == "秘密"


def test_many_copies_look_at_their_folder_once_and_at_a_name_taken_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, disk = ShareService(tmp_path / "home", Events(), lambda: ""), tmp_path / "共有"
    (disk / "写し").mkdir(parents=True)
    for number in range(20):
        (disk / f"{number:02}.txt").write_text(str(number))
    (disk / "写し" / "03.TXT").write_text("another's")
    service.add_place("", str(disk))
    entries = [entry for batch in service.entries("共有", "") for entry in batch if not entry.folder]
    entries.sort()
    looked, real = [], LocalStorage.list

    def listing(self: LocalStorage, folder: str) -> Iterator[Sequence[Entry]]:
        looked.append(folder)
        yield from real(self, folder)
        if len(looked) == 1:
            (disk / "写し" / "07.txt").write_text("come since")

    monkeypatch.setattr(LocalStorage, "list", listing)
    made, refused = service.changes.copy_into("共有", entries, "写し", NOTHING)
    assert (len(made), refused, len(looked)) == (20, [], 2)
    assert (disk / "写し" / "03 (2).txt").read_text() == "3"
    assert (disk / "写し" / "07 (2).txt").read_text() == "7"
    assert (disk / "写し" / "07.txt").read_text() == "come since"
    service.close()


def test_a_folder_is_copied_whole_and_never_into_itself(tmp_path: Path) -> None:
    service, disk = ShareService(tmp_path / "home", Events(), lambda: ""), tmp_path / "共有"
    (disk / "a" / "b").mkdir(parents=True)
    (disk / "a" / "b" / "c.txt").write_text("c")
    service.add_place("", str(disk))
    entries = [entry for batch in service.entries("共有", "") for entry in batch]
    made, refused = service.changes.copy_into("共有", entries, "", NOTHING)
    assert (disk / "a (2)" / "b" / "c.txt").read_text() == "c"
    assert made == ["a (2)", "a (2)/b", "a (2)/b/c.txt"]
    assert refused == []
    for inside in ("a/b", "A/b"):  # a server that ignores case would copy what it is just making, without end
        with pytest.raises(SuiteError) as error:
            service.changes.copy_into("共有", entries, inside, NOTHING)
        assert error.value.code == "SHARE-015"
    assert sorted(each.name for each in (disk / "a" / "b").iterdir()) == ["c.txt"]
    service.close()
