"""The index service beside a real Samba: each reader gets his own answers, every change is found."""

from __future__ import annotations

import json
import os
import pwd
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from sharefolder.index.remote import RemoteIndex
from sharefolder.index.store import WAITING, Wish
from sharefolder.index.usage import Usage
from sharefolder.index.vouching import DESCRIPTION, HELLO
from sharefolder.ports import Credential
from sharefolder.searching import ServiceBeside
from sharefolder.service import ShareService
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba, running

QUIET = Report(lambda _done, _total, _text: None)
PATIENCE_S = 60.0


class Office:
    """A Samba with an index service on its disk; ``games`` works in 財政課, ``news`` does not."""

    def __init__(self, server: Samba, home: Path) -> None:
        self.disk, self.port = server.export, server.port
        self.disk.chmod(0o777)
        for name in ("games", "news"):
            server.admit(name)
        self.write("全庁/電話帳.txt", "代表は二一〇一です。", 0o755)
        self.write("財政課/査定.txt", "秘密の査定額", 0o750, "games")
        self.write("財政課/壊れた.xlsx", "これは表ではない", 0o750, "games")
        self.index_folder = home / "index"
        self.beside = ServiceBeside(self.disk, self.index_folder)
        self.opened: list[SmbStorage] = []
        self.beside.ready(self.storage("root"), QUIET)

    def write(self, path: str, text: str, mode: int = 0o755, owner: str = "root") -> None:
        """As somebody on the server itself."""
        file = self.disk / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        who = pwd.getpwnam(owner)
        for each in (file, file.parent):
            os.chown(each, who.pw_uid, who.pw_gid)
        file.parent.chmod(mode)
        file.chmod(mode & 0o666)

    def storage(self, name: str) -> SmbStorage:
        made = SmbStorage("127.0.0.1", "zencho", lambda: Credential(name, PASSWORD), port=self.port)
        self.opened.append(made)
        return made

    def index(self, name: str) -> RemoteIndex:
        found = RemoteIndex.found(self.storage(name))
        assert found is not None
        return found

    def close(self) -> None:
        self.beside.close()
        for each in self.opened:
            each.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server, closing(Office(server, tmp_path_factory.mktemp("beside"))) as made:
        yield made


def found(index: RemoteIndex, words: str) -> set[str]:
    return {hit.entry.path for hit in index.search(Wish(words), 50).hits}


def comes(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_each_reader_gets_an_answer_of_his_own(office: Office) -> None:
    own, other = office.index("games"), office.index("news")
    assert found(own, "査定") == {"財政課/査定.txt"}
    assert found(own, "秘密の査定額") == {"財政課/査定.txt"}
    assert found(other, "査定") == set() == found(other, "秘密")
    assert found(other, "代表") == {"全庁/電話帳.txt"}
    assert found(office.index("root"), "査") == {"財政課/査定.txt"}


def test_a_document_that_cannot_be_read_is_counted_and_named_to_its_readers(office: Office) -> None:
    standing = office.index("games").standing()
    assert standing["counts"]["damaged"] == 1
    assert standing["unread"] == [["財政課/壊れた.xlsx", "damaged"]]
    assert office.index("news").standing()["unread"] == []
    assert standing["notices"] is True


def test_every_change_is_found(office: Office) -> None:
    """By somebody over SMB, on the server's own disk in a nested new folder, renamed, changed and deleted."""
    index, storage = office.index("root"), office.storage("root")
    with storage.append("全庁/おしらせ.txt", 0) as sink:
        sink.write("防災訓練は金曜です".encode())
    comes(lambda: found(index, "防災訓練") == {"全庁/おしらせ.txt"})
    office.write("全庁/新しい/もっと奥/手引.txt", "土のうの積み方")
    comes(lambda: found(index, "土のう") == {"全庁/新しい/もっと奥/手引.txt"})
    storage.move("全庁/おしらせ.txt", "全庁/お知らせ（済）.txt")
    comes(lambda: found(index, "防災訓練") == {"全庁/お知らせ（済）.txt"})
    office.write("全庁/お知らせ（済）.txt", "訓練は延期です。あらためて知らせます。")
    comes(lambda: found(index, "延期") == {"全庁/お知らせ（済）.txt"})
    assert found(index, "防災訓練") == set()
    storage.remove("全庁/お知らせ（済）.txt")
    comes(lambda: not found(index, "延期"))


def test_a_terminal_searches_by_the_service_and_says_what_it_cannot_read(
    office: Office, tmp_path: Path
) -> None:
    who = Credential("games", PASSWORD)
    service = ShareService(tmp_path / "share", Events(), lambda: "K1", lambda: who)
    with closing(service):
        service.add_place("全庁共有", f"smb://127.0.0.1:{office.port}/zencho")
        assert service.index_again("全庁共有", QUIET)["damaged"] == 1
        (hit,) = service.search("全庁共有", Wish("査定額"))
        assert hit.entry.path == "財政課/査定.txt"
        assert hit.in_text
        assert service.unread("全庁共有") == [("財政課/壊れた.xlsx", "damaged")]
        names = {entry.name for batch in service.entries("全庁共有", "") for entry in batch}
        assert names == {"全庁", "財政課"}  # what the service keeps on the share is not for people


def test_who_used_the_share_is_counted_once_and_never_named(office: Office) -> None:
    for name in ("games", "games", "news", "root"):
        office.index(name).standing()
    kept = office.index_folder / "usage.json"
    assert sum(Usage(kept).months().values()) == 3
    assert sum(office.index("news").standing()["used"].values()) == 3, "the plan's figure asks for it"
    for account in ("games", "news"):
        assert account not in kept.read_text("ascii")
        assert not re.search(rf"\b{pwd.getpwnam(account).pw_uid}\b", kept.read_text("ascii"))


def test_nobody_is_admitted_by_guessing(office: Office) -> None:
    """No file, a name that nobody gave, a folder, a link, a path: none of them is a reader."""
    said = json.loads((office.disk / DESCRIPTION).read_bytes())
    hello = office.disk / HELLO
    with httpx.Client(base_url=said["address"], verify=False, trust_env=False) as client:  # noqa: S501

        def given() -> str:
            return str(client.post("/name").json()["name"])

        def refused(name: str) -> None:
            assert client.post("/reader", json={"hello": name}).status_code == 401, name

        (hello / (folder := given())).mkdir()
        (hello / (link := given())).symlink_to("/etc/hostname")
        (hello / ("c" * 32)).touch()
        for name in (folder, link, "c" * 32, given(), "../service.json", "", "A" * 32):
            refused(name)
        (hello / (mine := given())).touch()
        assert client.post("/reader", json={"hello": mine}).status_code == 200
        assert not (hello / mine).exists()
        (hello / mine).touch()
        refused(mine)  # it counts once
        for content in ("", "大事な決裁案"):  # somebody else's, moved there by whoever may
            office.write("共用/決裁案.txt", content, 0o777, "games")
            name = given()
            os.utime(office.disk / "共用/決裁案.txt")
            if content:  # even one that was born since: it stays whole
                office.write("共用/決裁案2.txt", content, 0o777, "games")
                os.replace(office.disk / "共用/決裁案2.txt", office.disk / "共用/決裁案.txt")
            os.replace(office.disk / "共用/決裁案.txt", hello / name)
            refused(name)
            assert (hello / name).read_text("utf-8") == content
        for value in ("Bearer x", "x", "Bearer", "Basic cm9vdDo="):
            headers = {"Authorization": value}
            assert client.post("/search", json={"words": "査定"}, headers=headers).status_code == 401
            assert client.get("/standing", headers=headers).status_code == 401
        assert client.post("/reader", content=b"[" * 50_000).status_code == 401
    with pytest.raises(SuiteError) as error:  # nobody sees by which names others come in
        list(office.storage("news").list(HELLO))
    assert error.value.code == "SHARE-003"


def test_another_service_under_its_address_is_not_believed(office: Office, tmp_path: Path) -> None:
    """The description's certificate is the only one trusted."""
    other = ServiceBeside(office.disk.parent / "log", tmp_path / "other")
    with closing(other):
        root = office.disk.parent / "log"
        comes(lambda: (root / DESCRIPTION).exists())
        address = json.loads((root / DESCRIPTION).read_bytes())["address"]
        certificate = json.loads((office.disk / DESCRIPTION).read_bytes())["certificate"]
        with pytest.raises(SuiteError) as error:
            RemoteIndex(office.storage("root"), address, certificate).standing()
        assert error.value.code == "SHARE-041"


def test_a_service_that_has_gone_leaves_the_terminal_its_own_index(tmp_path: Path) -> None:
    root = tmp_path / "share"
    root.mkdir()
    (root / "手引.txt").write_text("土のうの積み方", "utf-8")
    service = ShareService(tmp_path / "home", Events(), lambda: "K1")
    with closing(service):
        service.add_place("共有", str(root))
        service.serve_index("共有", QUIET)
        assert service.index_again("共有", QUIET).get(WAITING) is None
        assert [h.entry.name for h in service.search("共有", Wish("土のう"))] == ["手引.txt"]
    again = ShareService(tmp_path / "home", Events(), lambda: "K1")
    with closing(again):
        assert (root / DESCRIPTION).exists()  # what it left behind
        again.index_again("共有", QUIET)
        assert [h.entry.name for h in again.search("共有", Wish("土のう"))] == ["手引.txt"]
