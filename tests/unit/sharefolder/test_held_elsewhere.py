"""Files of Windows servers that hold their content elsewhere are files; links are none."""

from __future__ import annotations

import struct
from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from smbprotocol.exceptions import NoMoreFiles
from smbprotocol.file_info import FileInformationClass
from smbprotocol.header import SMB2HeaderResponse

from sharefolder import smb_listing, smb_wire

DEDUPLICATED, TIERED, IN_THE_CLOUD, COMPRESSED = 0x80000013, 0xC0000004, 0x9000601A, 0x80000017
SYMLINK, JUNCTION, OF_WSL, DFS, UNSAID = 0xA000000C, 0xA0000003, 0xA000001D, 0x8000000A, 0
PLAIN, FULL = (
    FileInformationClass.FILE_DIRECTORY_INFORMATION,
    FileInformationClass.FILE_FULL_DIRECTORY_INFORMATION,
)
There = tuple[str, int, int | None]  # name, size, tag of a reparse point
FILES: list[There] = [("a.txt", 1, None), ("古い.txt", 2, DEDUPLICATED), ("b.txt", 3, None)]


def answer(entries: list[There], tagged: bool) -> bytes:
    """As a server gives it, each entry at a multiple of eight."""
    made = []
    for number, (name, size, tag) in enumerate(entries):
        attributes = 0x20 if tag is None else 0x420
        spelt = name.encode("utf-16-le")
        body = struct.pack("<IQQQQQQII", 0, 0, 0, 1 << 57, 0, size, size, attributes, len(spelt))
        body += struct.pack("<I", tag or 0) if tagged else b""
        body += spelt
        body += bytes(-(len(body) + 4) % 8)
        last = number == len(entries) - 1
        made.append(struct.pack("<I", 0 if last else len(body) + 4) + body)
    return b"".join(made)


class Server:
    """As much of an open directory as a listing asks: answers of two entries each."""

    def __init__(self, entries: list[There], monkeypatch: pytest.MonkeyPatch) -> None:
        self.entries, self.asked = entries, list[int]()
        self._left: deque[list[There]] = deque()
        self.connection = SimpleNamespace(max_transact_size=1 << 20)
        monkeypatch.setattr(smb_wire, "send", lambda _fd, message: message)
        monkeypatch.setattr(smb_wire, "receive", lambda _fd, request: self._answer(request))

    def query_directory(
        self, _pattern: str, kind: int, flags: int, _index: int, _size: int, send: bool
    ) -> tuple[Any, None]:
        assert not send
        if flags:  # from the beginning
            self.asked.append(kind)
            self._left = deque(self.entries[at : at + 2] for at in range(0, len(self.entries), 2))
        return kind, None

    def _answer(self, kind: int) -> dict[str, SimpleNamespace]:
        if not self._left:
            raise NoMoreFiles(SMB2HeaderResponse())
        said = answer(self._left.popleft(), kind == FULL)
        whole = struct.pack("<HHI", 9, 72, len(said)) + said
        return {"data": SimpleNamespace(get_value=lambda: whole)}


def listed(listing: smb_listing.Listing, server: Server) -> dict[str, int]:
    return {e[0]: e[2] for batch in listing.entries(server) for e in batch}  # type: ignore[arg-type]


@pytest.mark.parametrize("tag", [DEDUPLICATED, TIERED, IN_THE_CLOUD, COMPRESSED])
def test_a_file_whose_content_lies_elsewhere_is_listed(tag: int) -> None:
    entries: list[There] = [("a", 1, None), ("古い.xlsx", 7, tag)]
    unsure: list[str] = []
    assert [e[0] for batch in smb_listing.parse(answer(entries, False), False, unsure) for e in batch] == [
        "a"
    ]
    assert unsure == ["古い.xlsx"]
    told = [e for batch in smb_listing.parse(answer(entries, True), True) for e in batch]
    assert [(name, folder, size) for name, folder, size, *_times in told] == [
        ("a", False, 1),
        ("古い.xlsx", False, 7),
    ]


@pytest.mark.parametrize("tag", [SYMLINK, JUNCTION, OF_WSL, DFS, UNSAID])
def test_a_link_is_left_out(tag: int) -> None:
    said = answer([("a", 1, None), ("link", 0, tag), ("b", 1, None)], tagged=True)
    assert [e[0] for batch in smb_listing.parse(said, True) for e in batch] == ["a", "b"]


def test_a_folder_of_ordinary_files_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server, listing = Server([(f"{n}.txt", n, None) for n in range(5)], monkeypatch), smb_listing.Listing()
    assert listed(listing, server) == {f"{n}.txt": n for n in range(5)}
    assert server.asked == [PLAIN]


def test_tags_are_asked_for_where_there_are_any_and_then_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, listing = Server(FILES, monkeypatch), smb_listing.Listing()
    for _time in range(2):
        assert listed(listing, server) == {name: size for name, size, _tag in FILES}
    assert server.asked == [PLAIN, FULL, FULL]


def test_links_alone_do_not_make_every_listing_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server([("a", 1, None), ("link", 0, SYMLINK)], monkeypatch)
    listing = smb_listing.Listing()
    assert listed(listing, server) == {"a": 1}
    server.entries = server.entries[:1]
    assert listed(listing, server) == {"a": 1}
    assert server.asked == [PLAIN, FULL, PLAIN]
