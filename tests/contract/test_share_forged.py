"""Somebody on the wire between the suite and a real Samba: what they change or forge is not believed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.errors import SuiteError
from sharefolder.ports import Credential, Small
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba, running

pytestmark = pytest.mark.root
CREATE, READ, WRITE, QUERY = 5, 8, 9, 14  # commands, MS-SMB2 2.2.1.2
Change = Callable[[bytes], bytes]
CONTENT = bytes(range(256)) * 20_000  # five answers


@pytest.fixture(scope="module")
def server() -> Iterator[Samba]:
    if why := Samba.missing():
        pytest.skip(why)
    with running() as made:
        (made.export / "予算.bin").write_bytes(CONTENT)
        yield made


@contextmanager
def between(port: int, change: Change) -> Iterator[int]:
    """A port that leads to ``port``; every message of the server goes through ``change``."""
    listening = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = [listening]

    def carry(source: socket.socket, target: socket.socket, how: Change) -> None:
        with suppress(OSError):
            while size := source.recv(4, socket.MSG_WAITALL):
                message = how(source.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
                target.sendall(len(message).to_bytes(4, "big") + message)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _address = listening.accept()
                far = socket.create_connection(("127.0.0.1", port))
                opened.extend((near, far))
                for way in ((near, far, bytes), (far, near, change)):
                    threading.Thread(target=carry, args=way, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        for each in opened:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def of(command: int, change: Change) -> Change:
    """``change`` for what answers ``command``."""

    def maybe(message: bytes) -> bytes:
        return change(message) if int.from_bytes(message[12:14], "little") == command else message

    return maybe


def unsigned(message: bytes) -> bytes:
    flags = int.from_bytes(message[16:20], "little") & ~8
    return message[:16] + flags.to_bytes(4, "little") + message[20:48] + bytes(16) + message[64:]


def another_byte(message: bytes) -> bytes:
    return message[:-9] + bytes([message[-9] ^ 1]) + message[-8:]


def another_signature(message: bytes) -> bytes:
    return message[:48] + bytes([message[48] ^ 1]) + message[49:]


def shorter(message: bytes) -> bytes:
    return message[:-100] if len(message) > 200 else message


def nothing_there(message: bytes) -> bytes:
    """STATUS_NO_MORE_FILES: as if the folder were empty."""
    return unsigned(message[:8] + (0x80000006).to_bytes(4, "little") + message[12:])


def chained(message: bytes) -> bool:
    """Whether more answers follow the first."""
    return int.from_bytes(message[20:24], "little") != 0


@pytest.mark.parametrize("change", [unsigned, another_byte, another_signature, shorter])
def test_what_was_changed_on_its_way_is_not_read(server: Samba, change: Change) -> None:
    with between(server.port, of(READ, change)) as port:
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=port)
        with pytest.raises(SuiteError) as error:
            b"".join(map(bytes, storage.read("予算.bin")))
        storage.close()
    assert error.value.code == "SHARE-001"


@pytest.mark.parametrize("change", [unsigned, another_signature])
def test_a_write_that_somebody_else_confirms_is_not_believed(server: Samba, change: Change) -> None:
    with between(server.port, of(WRITE, change)) as port:
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=port)
        with pytest.raises(SuiteError) as error, storage.append(f"{change.__name__}.bin", 0) as sink:
            sink.write(CONTENT)
        storage.close()
    assert error.value.code == "SHARE-001"


@pytest.mark.parametrize("change", [unsigned, another_byte, another_signature])
def test_many_files_that_somebody_else_confirms_are_not_believed(server: Samba, change: Change) -> None:
    """Four answers in one message, the first to a CREATE; one that is not the server's spoils all."""
    files = [Small(f".{change.__name__}{n}.part", f"{change.__name__}{n}.txt", b"1") for n in range(3)]
    with between(
        server.port, lambda message: of(CREATE, change)(message) if chained(message) else message
    ) as port:
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=port)
        with pytest.raises(SuiteError) as error:
            list(storage.put_many(files))
        storage.close()
    assert error.value.code == "SHARE-001"


@pytest.mark.parametrize("change", [nothing_there, unsigned])
def test_a_folder_is_not_empty_because_somebody_on_the_wire_says_so(server: Samba, change: Change) -> None:
    with between(server.port, of(QUERY, change)) as port:
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=port)
        with pytest.raises(SuiteError) as error:
            list(storage.list(""))
        storage.close()
    assert error.value.code == "SHARE-001"


def test_untouched_everything_comes_through(server: Samba, tmp_path: Path) -> None:
    with between(server.port, bytes) as port:
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=port)
        assert b"".join(map(bytes, storage.read("予算.bin"))) == CONTENT
        with storage.append("写し.bin", 0) as sink:
            sink.write(CONTENT)
        assert (server.export / "写し.bin").read_bytes() == CONTENT
        taken = [
            Small(".a.part", "甲.txt", b"1"),
            Small(".b.part", "予算.bin", b"2", 1e9),
            Small(".c.part", "乙.txt", b""),
        ]
        assert [each and each.code for each in storage.put_many(taken)] == [None, "SHARE-005", None]
        assert (server.export / "甲.txt").read_bytes() == b"1"
        assert (server.export / "予算.bin").read_bytes() == CONTENT
        assert "予算.bin" in {entry.name for batch in storage.list("") for entry in batch}
        storage.close()


def test_many_small_files_are_taken_by_two_processes_of_the_server(server: Samba) -> None:
    """One client's connections are served by one process, in turn: the second has a name of its own."""
    storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=server.port)
    before = server.processes()
    files = [Small(f".{number}.part", f"写真{number}.jpg", b"1") for number in range(60)]
    assert set(storage.put_many(files)) == {None}
    assert len(server.processes() - before) == 2
    storage.close()


def test_a_server_that_is_only_just_coming_back_is_out_of_reach_for_now(server: Samba) -> None:
    """STATUS_NO_MEMORY, seen from a Samba that was killed and started again: the transfer goes on later."""
    storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=server.port)
    assert storage._at.readable(0xC0000017, "予算.bin").code == "SHARE-001"
    assert storage.stat("予算.bin") is not None, "and a new connection is made"
    storage.close()
