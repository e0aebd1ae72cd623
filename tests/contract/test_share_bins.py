"""The bin on a real Samba with the operator guide's masks: staff who may not write at the share's top delete
and bring back, each other's too; what only its folder hides stays hidden."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder.changes import Changes
from sharefolder.guard import MassGuard
from sharefolder.model import Entry
from sharefolder.ports import Credential
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba, running

QUIET = Report(lambda _done, _total, _text: None)


class Section:
    """財政課 of games's group below a top that is closed; everything in it is open to whoever gets there."""

    def __init__(self, server: Samba) -> None:
        self.server, self.opened = server, list[SmbStorage]()
        self.games = pwd.getpwnam("games")
        server.export.chmod(0o755)
        self.disk = server.export / "財政課"
        self.folder(self.disk)

    def folder(self, path: Path, mode: int = 0o2770) -> None:
        path.mkdir()
        os.chown(path, self.games.pw_uid, self.games.pw_gid)
        path.chmod(mode)

    def file(self, path: Path, mode: int = 0o664) -> None:
        path.write_text("x")
        os.chown(path, self.games.pw_uid, self.games.pw_gid)
        path.chmod(mode)

    def changes(self, account: str) -> Changes:
        storage = SmbStorage(
            "127.0.0.1", "zencho", lambda: Credential(account, PASSWORD), port=self.server.port
        )
        self.opened.append(storage)
        return Changes(lambda _place: storage, MassGuard(), lambda: account, lambda *_told: None)


@pytest.fixture(scope="module")
def samba() -> Iterator[Samba]:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        for account in ("games", "news"):
            server.admit(account)
        yield server


@pytest.fixture
def section(samba: Samba) -> Iterator[Section]:
    for each in samba.export.iterdir():
        shutil.rmtree(each)
    made = Section(samba)
    yield made
    for storage in made.opened:
        storage.close()


def entry(path: str) -> Entry:
    return Entry(path, path.rpartition("/")[2], False, 1, 0.0)


def code(error: pytest.ExceptionInfo[SuiteError]) -> str:
    return error.value.code


def test_staff_delete_where_they_may_write_and_nowhere_else(section: Section) -> None:
    section.file(section.disk / "a.txt")
    games, news = section.changes("games"), section.changes("news")
    with pytest.raises(SuiteError) as error:
        news.trash("P", [entry("財政課/a.txt")])
    assert code(error) == "SHARE-003"
    assert "a.txt" in error.value.what
    trashed = games.trash("P", [entry("財政課/a.txt")])
    assert os.listdir(section.disk) == [".recycle"]
    assert os.listdir(section.server.export) == ["財政課"]
    (found,), whole = games.lying("P", "", QUIET)
    assert (found.where, found.path, found.who, whole) == (
        trashed[0].where,
        "財政課/a.txt",
        "games",
        True,
    )
    assert news.lying("P", "", QUIET) == ([], True)
    games.bring_back("P", trashed)
    assert os.listdir(section.disk) == ["a.txt"]


def test_the_second_person_uses_the_bin_of_the_first_and_brings_back_from_it(section: Section) -> None:
    common = section.disk.parent / "共用"
    section.folder(common, 0o777)
    for name in ("a.txt", "b.txt"):
        section.file(common / name)
    first, second = section.changes("games"), section.changes("news")
    first.trash("P", [entry("共用/a.txt")])
    second.trash("P", [entry("共用/b.txt")])
    assert os.listdir(common) == [".recycle"]
    lying, _whole = second.lying("P", "共用", QUIET)
    assert {(each.path, each.who) for each in lying} == {("共用/a.txt", "games"), ("共用/b.txt", "news")}
    second.bring_back("P", lying)
    assert set(os.listdir(common)) == {"a.txt", "b.txt"}


def test_a_bin_that_is_closed_has_another_beside_it(section: Section) -> None:
    common = section.disk.parent / "共用"
    section.folder(common, 0o777)
    section.folder(common / ".recycle", 0o700)
    section.file(common / "b.txt")
    second = section.changes("news")
    second.trash("P", [entry("共用/b.txt")])
    assert set(os.listdir(common)) == {".recycle", ".recycle-news"}
    lying, _whole = second.lying("P", "", QUIET)
    second.bring_back("P", lying)
    assert set(os.listdir(common)) == {".recycle", "b.txt"}


def test_what_only_its_folder_hides_stays_hidden_in_the_bin(section: Section) -> None:
    section.disk.chmod(0o2775)  # everybody may look into the section, but not into this
    section.folder(section.disk / "懲戒")
    section.file(section.disk / "懲戒" / "氏名.txt")
    games, news = section.changes("games"), section.changes("news")
    (trashed,) = games.trash("P", [entry("財政課/懲戒/氏名.txt")])
    storage = section.opened[-1]
    assert storage.all_readable([trashed.where, trashed.where.rpartition("/")[0]]) == [False, False]
    assert news.lying("P", "", QUIET) == ([], True)
    assert [each.path for each in games.lying("P", "", QUIET)[0]] == ["財政課/懲戒/氏名.txt"]
