"""The storage port: one class of promises, kept by a local path and by a real Samba server."""

from __future__ import annotations

import os
import queue
import shutil
import threading
import time
import unicodedata
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import transfer
from sharefolder.errors import Disconnected
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.ports import CHUNK, Credential, Small, Storage
from sharefolder.smb import SmbStorage
from sharefolder.transfer import IfExists
from tests.fakes.samba import PASSWORD, Samba

REALM = os.environ.get("MAHOROBA_REALM_SHARE", "")
"""The disk of a realm's share; set by the realm's test, which runs this class as a machine of the realm."""
ADAPTERS = ["realm"] if REALM else ["local", "samba", "samba encrypted"]


@pytest.fixture(params=ADAPTERS)
def share(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Storage, Path]]:
    """The adapter, and the disk behind it."""
    if request.param == "local":
        root = tmp_path / "share"
        root.mkdir()
        yield LocalStorage(root), root
        return
    if request.param == "realm":
        yield from _in_the_realm(tmp_path.name)
        return
    server: Samba = request.getfixturevalue("samba")
    folder = server.export / tmp_path.name
    folder.mkdir()
    share_name = "secret" if "encrypted" in request.param else "zencho"
    storage = SmbStorage("127.0.0.1", share_name, lambda: Credential("root", PASSWORD), port=server.port)
    yield _Below(storage, tmp_path.name), folder  # type: ignore[misc]
    storage.close()


def _in_the_realm(name: str) -> Iterator[tuple[Storage, Path]]:
    from core.gss_spnego import speak_kerberos
    from installer.realm.layout import FILES, SHARE

    speak_kerberos()
    folder = Path(REALM) / name
    folder.mkdir()
    folder.chmod(0o777)
    storage = SmbStorage(FILES, SHARE, Credential)
    yield _Below(storage, name), folder  # type: ignore[misc]
    storage.close()


class _Below:
    """The same storage with every path below a folder, so that each test starts with an empty share."""

    def __init__(self, storage: Storage, folder: str) -> None:
        self._storage, self._folder = storage, folder

    def __getattr__(self, verb: str) -> object:
        method = getattr(self._storage, verb)
        if not callable(method):
            return method
        places = 2 if verb in ("move", "copy") else 1

        def call(*args: object, **named: object) -> object:
            if verb == "all_readable":
                return method([f"{self._folder}/{a}" for a in args[0]])  # type: ignore[attr-defined]
            if verb == "put_many":
                files: Iterable[Small] = args[0]  # type: ignore[assignment]
                at = f"{self._folder}/"
                return method(e._replace(part=at + e.part, target=at + e.target) for e in files)
            if verb == "grant_as":
                sources, target = args
                return method([f"{self._folder}/{s}" for s in sources], f"{self._folder}/{target}")  # type: ignore[attr-defined]
            paths = [f"{self._folder}/{a}" if a else self._folder for a in args[:places]]
            found = method(*paths, *args[places:], **named)
            if isinstance(found, Entry):
                return found._replace(path=found.path.removeprefix(self._folder).lstrip("/"))
            return found

        return call


def put(storage: Storage, path: str, content: bytes) -> None:
    with storage.append(path, 0) as sink:
        sink.write(content)


QUIET = Report(lambda _done, _total, _text: None)


def found(storage: Storage, name: str) -> Entry:
    return next(entry for batch in storage.list("") for entry in batch if entry.name == name)


def listed(storage: Storage, folder: str = "") -> dict[str, tuple[bool, int]]:
    return {e.name: (e.folder, e.size) for batch in storage.list(folder) for e in batch}


def code(error: pytest.ExceptionInfo[SuiteError]) -> str:
    return error.value.code


class TestStorage:
    def test_what_is_written_is_listed_and_read_back(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        content = os.urandom(3 * CHUNK + 17)
        storage.make_folder("土木部")
        put(storage, "土木部/橋りょう 表ソ①㈱髙﨑😀.bin", content)
        assert listed(storage) == {"土木部": (True, listed(storage)["土木部"][1])}
        assert listed(storage, "土木部") == {"橋りょう 表ソ①㈱髙﨑😀.bin": (False, len(content))}
        assert b"".join(map(bytes, storage.read("土木部/橋りょう 表ソ①㈱髙﨑😀.bin"))) == content
        assert (disk / "土木部" / "橋りょう 表ソ①㈱髙﨑😀.bin").read_bytes() == content

    def test_reading_and_writing_go_on_in_the_middle(self, share: tuple[Storage, Path]) -> None:
        storage, _disk = share
        put(storage, "a.bin", b"x" * 100)
        with storage.append("a.bin", 40) as sink:
            sink.write(b"y" * 10)
        assert b"".join(map(bytes, storage.read("a.bin", 35))) == b"x" * 5 + b"y" * 10

    def test_a_chunk_is_good_until_the_next_is_asked_for(self, share: tuple[Storage, Path]) -> None:
        storage, _disk = share
        put(storage, "a.bin", os.urandom(2 * CHUNK))
        for kept in list(storage.read("a.bin")):
            with pytest.raises(ValueError, match="released"):
                bytes(kept)

    def test_a_large_folder_arrives_whole(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        (disk / "many").mkdir()
        for number in range(9_000):
            (disk / "many" / f"資料{number:05}.txt").touch()
        batches = list(storage.list("many"))
        assert len({e.path.rpartition("/")[2] for batch in batches for e in batch}) == 9_000
        assert len(batches) > 1, "the first rows need not wait for the rest"

    def test_nothing_there_is_not_an_error_of_stat_but_of_reading(self, share: tuple[Storage, Path]) -> None:
        storage, _disk = share
        assert storage.stat("無い.txt") is None
        with pytest.raises(SuiteError) as error:
            b"".join(map(bytes, storage.read("無い.txt")))
        assert code(error) == "SHARE-002"
        with pytest.raises(SuiteError) as error:
            listed(storage, "無い")
        assert code(error) == "SHARE-002"

    def test_a_rename_replaces_only_when_told(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        put(storage, "new.part", b"new")
        put(storage, "report.txt", b"old")
        with pytest.raises(SuiteError) as error:
            storage.move("new.part", "report.txt")
        assert code(error) == "SHARE-005"
        storage.move("new.part", "report.txt", replace=True)
        assert {p.name: p.read_bytes() for p in disk.iterdir()} == {"report.txt": b"new"}

    def test_of_many_that_want_one_name_at_once_one_gets_it_and_nothing_is_lost(
        self, share: tuple[Storage, Path]
    ) -> None:
        storage, disk = share
        for number in range(4):
            put(storage, f"{number}.part", str(number).encode())
        start = threading.Barrier(4)

        def rename(number: int) -> str:
            start.wait(30)
            try:
                storage.move(f"{number}.part", "報告.txt")
            except SuiteError as error:
                return error.code
            return "moved"

        with ThreadPoolExecutor(4) as terminals:
            said = [*terminals.map(rename, range(4))]
        assert sorted(said) == ["SHARE-005", "SHARE-005", "SHARE-005", "moved"]
        assert {path.read_bytes() for path in disk.iterdir()} == {b"0", b"1", b"2", b"3"}

    def test_a_copy_never_overwrites(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        content = os.urandom(2 * CHUNK + 5)
        put(storage, "a", content)
        storage.copy("a", "b")
        assert (disk / "b").read_bytes() == content
        (disk / "b").write_bytes(b"theirs")
        with pytest.raises(SuiteError) as error:
            storage.copy("a", "b")
        assert code(error) == "SHARE-005"
        assert (disk / "b").read_bytes() == b"theirs"

    def test_many_small_files_arrive_whole_and_over_nothing(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        put(storage, "3.txt", b"theirs")
        contents = {f"{number}.txt": os.urandom(number * 300) for number in range(40)}
        files = [
            Small(f".mahoroba-{n:016x}.part", name, c, 1e9 + n if n % 2 else None)
            for n, (name, c) in enumerate(contents.items())
        ]
        began = time.time() - 60
        outcomes = list(storage.put_many(iter(files)))
        assert [n for n, failed in enumerate(outcomes) if failed is not None] == [3]
        assert outcomes[3].code == "SHARE-005"  # type: ignore[union-attr]
        there = {p.name: p.read_bytes() for p in disk.iterdir() if p.name in contents}
        assert there == contents | {"3.txt": b"theirs"}
        times = {n: (disk / f"{n}.txt").stat().st_mtime for n in range(40) if n != 3}
        assert all(abs(t - 1e9 - n) < 0.001 if n % 2 else t > began for n, t in times.items())

    def test_what_a_person_decided_to_replace_is_replaced_and_nothing_newer(
        self, share: tuple[Storage, Path], tmp_path: Path
    ) -> None:
        storage, disk = share
        mine = tmp_path / "mine" / "報告.txt"
        mine.parent.mkdir()
        mine.write_bytes(b"mine")
        put(storage, "報告.txt", b"old")
        (decided,) = (e.changed for batch in storage.list("") for e in batch)  # as the question was asked
        sent = transfer.upload(mine, storage, "", QUIET, IfExists.REPLACE, seen=decided)
        assert (sent.path, sent.beside) == ("報告.txt", False)
        for newer in (b"theirs", b"theirs, after nothing was there"):
            (disk / "報告.txt").write_bytes(newer)
            os.utime(disk / "報告.txt", (5, 5))
            seen = decided if newer == b"theirs" else None
            sent = transfer.upload(mine, storage, "", QUIET, IfExists.REPLACE, seen=seen)
            assert sent.beside
            assert (disk / "報告.txt").read_bytes() == newer
            assert (disk / sent.path).read_bytes() == b"mine"

    def test_what_is_sent_fetched_and_copied_keeps_its_time(
        self, share: tuple[Storage, Path], tmp_path: Path
    ) -> None:
        storage, disk = share
        file, old = tmp_path / "mine" / "平成の記録.txt", 987_654_321.25
        file.parent.mkdir()
        file.write_bytes(os.urandom(CHUNK + 7))
        os.utime(file, (old, old))
        began = time.time() - 60
        transfer.upload(file, storage, "", QUIET, dated=True)
        copied = transfer.copy_inside(storage, file.name, "", QUIET, dated=True)
        assert (disk / copied).read_bytes() == file.read_bytes()
        (tmp_path / "down").mkdir()
        got = transfer.download(storage, copied, tmp_path / "down", QUIET)
        for path in (disk / file.name, disk / copied, tmp_path / "down" / got.path):
            assert path.stat().st_mtime == old
        assert storage.stat(file.name).changed == old  # type: ignore[union-attr]
        now = transfer.upload(file, storage, "", QUIET, IfExists.KEEP_BOTH)
        assert (disk / now.path).stat().st_mtime > began, "what is handed in is of now"

    def test_another_of_the_same_name_size_and_time_is_told_apart(self, share: tuple[Storage, Path]) -> None:
        storage, _disk = share
        put(storage, "a.txt", b"old")
        storage.set_changed("a.txt", 1e9)
        was = found(storage, "a.txt")
        time.sleep(0.02)  # more than a step of the clock that dates files
        put(storage, "b.txt", b"new")
        storage.set_changed("b.txt", 1e9)
        storage.move("b.txt", "a.txt", replace=True)
        now = found(storage, "a.txt")
        assert (now.size, now.changed) == (was.size, was.changed)
        assert now.touched > was.touched > 1.7e9, "when it came, not when its content was written"
        assert found(storage, "a.txt") == now, "a look changes nothing"
        assert storage.stat("a.txt") == storage.stat("a.txt")

    def test_a_time_that_may_not_be_set_stays_the_disks_own(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        storage.set_changed("無い", 1e9)
        assert list(disk.iterdir()) == []

    def test_a_case_only_rename_loses_nothing(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        put(storage, "report.txt", b"1")
        storage.move("report.txt", "REPORT.txt")
        assert {p.name: p.read_bytes() for p in disk.iterdir()} == {"REPORT.txt": b"1"}

    def test_a_folder_that_exists_is_not_made_again(self, share: tuple[Storage, Path]) -> None:
        storage, _disk = share
        storage.make_folder("a")
        with pytest.raises(SuiteError) as error:
            storage.make_folder("a")
        assert code(error) == "SHARE-005"

    def test_removing_takes_files_and_empty_folders_only(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        storage.make_folder("a")
        put(storage, "a/b", b"")
        with pytest.raises(SuiteError):
            storage.remove("a")
        storage.remove("a/b")
        storage.remove("a")
        assert list(disk.iterdir()) == []

    @pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc", "a//b", "a\\..\\x", "./x", "x\0y", "C:x"])
    def test_no_path_leaves_the_share(self, share: tuple[Storage, Path], path: str) -> None:
        storage, _disk = share
        for use in (
            storage.stat,
            storage.remove,
            lambda p: b"".join(map(bytes, storage.read(p))),
            storage.make_folder,
        ):
            with pytest.raises(SuiteError) as error:
                use(path)
            assert code(error) in ("SHARE-008", "SHARE-006")

    @pytest.mark.parametrize(
        "name",
        [
            "CON",
            "aux.txt",
            "COM1.xlsx",
            "trail.",
            "trail ",
            " lead",
            "a:b",
            "what?",
            "a|b",
            "<x>",
            unicodedata.normalize("NFD", "が.txt"),
            "あ" * 86,
            "safe\u202egpj.exe",
            "tab\tname",
        ],
    )
    def test_a_bad_name_is_refused_with_one_that_works(self, share: tuple[Storage, Path], name: str) -> None:
        storage, disk = share
        with pytest.raises(SuiteError) as error:
            put(storage, name, b"")
        assert code(error) == "SHARE-006"
        better = error.value.next_step.split("「")[1].split("」")[0]
        put(storage, better, b"1")
        assert listed(storage) == {better: (False, 1)}
        assert len(list(disk.iterdir())) == 1

    def test_a_link_out_of_the_share_is_neither_listed_nor_read(
        self, share: tuple[Storage, Path], tmp_path: Path
    ) -> None:
        storage, disk = share
        secret = tmp_path / "secret"
        secret.mkdir()
        (secret / "pin.txt").write_text("4938")
        (disk / "way").symlink_to(secret)
        (disk / "pin.txt").symlink_to(secret / "pin.txt")
        assert listed(storage) == {}
        for path in ("pin.txt", "way/pin.txt"):
            with pytest.raises(SuiteError):
                b"".join(map(bytes, storage.read(path)))
        with pytest.raises(SuiteError):
            put(storage, "way/new.txt", b"x")
        assert sorted(p.name for p in secret.iterdir()) == ["pin.txt"]

    def test_a_pipe_is_left_out(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        os.mkfifo(disk / "pipe")
        put(storage, "a", b"")
        assert "a" in listed(storage)

    def test_rights_are_what_the_reader_may_do(self, share: tuple[Storage, Path]) -> None:
        storage, _disk = share
        put(storage, "a", b"")
        rights = storage.rights("a")
        assert (rights.read, rights.write) == (True, True)
        assert storage.readable("a")
        assert not storage.readable("無い")
        assert storage.all_readable(["a", "無い", "a"]) == [True, False, True]

    def test_what_another_changes_is_told(self, share: tuple[Storage, Path]) -> None:
        storage, disk = share
        storage.make_folder("受付")
        told: queue.SimpleQueue[str] = queue.SimpleQueue()
        watch = storage.watch("受付", told.put)
        try:
            for number in range(20):
                heard = False
                while not heard:  # the first ones may come before the server has begun to listen
                    (disk / "受付" / f"{number}-{time.monotonic_ns()}.txt").write_text("x")
                    with suppress(queue.Empty):
                        heard = told.get(timeout=5).endswith("受付")
        finally:
            watch.stop()
        while not told.empty():
            told.get()
        (disk / "受付" / "later.txt").touch()
        assert told.empty(), "nothing is told once it has been stopped"

    @pytest.mark.root
    def test_a_folder_gets_the_rights_of_others_and_what_is_made_in_it_too(
        self, share: tuple[Storage, Path]
    ) -> None:
        storage, disk = share
        for name, group in (("財政課", "games"), ("税務課", "news")):
            (disk / name).mkdir()
            shutil.chown(disk / name, group=group)
            (disk / name).chmod(0o2770)
        storage.make_folder("回答")
        assert storage.grant_as(["財政課"], "回答")
        put(storage, "回答/a.txt", b"1")
        for path in ("回答", "回答/a.txt"):
            rights = storage.rights(path)
            assert {"games", "root"} <= set(rights.read_by), "the section and whoever made it"
            assert {"*", "news"}.isdisjoint(rights.read_by), "nobody else"
            assert "games" in rights.write_by
        assert storage.grant_as(["財政課", "税務課"], "回答")
        assert {"games", "news"} <= set(storage.rights("回答").write_by)


@pytest.mark.root
class TestPeople:
    """Two people of different sections on the same server."""

    @pytest.fixture
    def people(self, samba: Samba, tmp_path: Path) -> Iterator[tuple[Path, str, Storage, Storage]]:
        folder = samba.export / tmp_path.name
        folder.mkdir()
        folder.chmod(0o755)
        open_ = []
        for account in ("games", "news"):
            samba.admit(account)
            who = Credential(account, PASSWORD)
            open_.append(SmbStorage("127.0.0.1", "zencho", lambda who=who: who, port=samba.port))  # type: ignore[misc]
        yield folder, tmp_path.name, open_[0], open_[1]
        for storage in open_:
            storage.close()

    def test_what_one_may_not_read_is_refused_with_who_may(
        self, people: tuple[Path, str, Storage, Storage]
    ) -> None:
        folder, name, games, news = people
        (folder / "予算").mkdir(mode=0o750)
        (folder / "予算").chmod(0o750)
        shutil.chown(folder / "予算", group="games")
        (folder / "予算" / "案.txt").write_text("1")
        assert games.readable(f"{name}/予算/案.txt")
        assert not news.readable(f"{name}/予算/案.txt")
        assert news.all_readable([f"{name}/予算/案.txt", name]) == [False, True]
        rights = games.rights(f"{name}/予算")
        assert (rights.read, rights.write) == (True, False)
        assert set(rights.read_by) == {"root", "games"}
        assert rights.write_by == ("root",)
        assert rights.owner == "root"
        rights = news.rights(f"{name}/予算")
        assert not rights.read
        assert listed(news, name) == {}, "hide unreadable"


class TestDisconnected:
    def test_a_vanished_local_root_is_disconnected_never_empty(self, tmp_path: Path) -> None:
        root = tmp_path / "share"
        root.mkdir()
        storage = LocalStorage(root)
        put(storage, "a", b"1")
        root.rename(tmp_path / "elsewhere")
        for use in (listed, lambda s: s.stat("a"), lambda s: b"".join(map(bytes, s.read("a")))):
            with pytest.raises(Disconnected):
                use(storage)

    def test_a_server_that_dies_is_disconnected_and_found_again(self, tmp_path: Path) -> None:
        if reason := Samba.missing():
            pytest.skip(reason)
        server = Samba(tmp_path / "own")
        server.start()
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=server.port)
        put(storage, "a", b"1")
        with pytest.raises(Disconnected), storage.append("b.part", 0) as sink:  # noqa: PT012 - the cut is inside
            sink.write(b"x" * CHUNK)
            server.stop(kill=True)
            for _more in range(20):
                sink.write(b"x" * CHUNK)
        with pytest.raises(Disconnected):
            listed(storage)
        server.start()
        assert "a" in listed(storage)
        storage.close()
        server.stop()

    def test_a_wrong_password_is_said_so(self, samba: Samba) -> None:
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", "wrong"), port=samba.port)
        with pytest.raises(SuiteError) as error:
            listed(storage)
        assert code(error) == "SHARE-012"
        storage.close()

    def test_no_ticket_is_no_lost_network(
        self, samba: Samba, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Whoever has no ticket is asked to sign in, not to look at the cable."""
        from core.gss_spnego import speak_kerberos

        speak_kerberos()
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
        storage = SmbStorage("127.0.0.1", "zencho", Credential, port=samba.port)
        with pytest.raises(SuiteError) as error:
            list(storage.list(""))
        storage.close()
        assert code(error) == "SHARE-012"
