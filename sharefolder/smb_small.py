"""Small files over SMB: created, written, renamed and closed in one compound request (MS-SMB2 3.2.4.1.4),
several files in flight. smbprotocol's own messages cost too much for thousands; these are packed by hand, and
where the session is signed and not encrypted they go past it (``smb_signed``).
"""

from __future__ import annotations

import struct
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle
from typing import Any

from smbprotocol.exceptions import SMBException
from smbprotocol.header import Commands, NtStatus
from smbprotocol.tree import TreeConnect

from core.errors import SuiteError
from sharefolder import errors, smb_answers, smb_signed
from sharefolder.ports import Small
from sharefolder.smb_wire import PATIENCE_S

IN_FLIGHT = 8
_FILE = b"\xff" * 16  # whatever the create of the same compound has opened
_READ, _WRITE, _LOOK, _MARK, _DELETE = 0x1, 0x2, 0x80, 0x100, 0x10000
_READ_WRITE_DELETE = 7
_OPEN, _OVERWRITE_IF, _NOT_A_FOLDER, _LINK_ITSELF = 1, 5, 0x40, 0x200000
_TIMES, _RENAME = 4, 10  # FileBasicInformation, FileRenameInformation
_EPOCH = 116_444_736_000_000_000  # 1970 in FILETIME, 100 ns since 1601


class _Packed:
    """A message as smbprotocol's ``send`` wants it, its bytes made already."""

    def __init__(self, command: int, body: bytes) -> None:
        self.COMMAND, self._body = command, body

    def pack(self) -> bytes:
        return self._body

    def __len__(self) -> int:
        return len(self._body)

    def __getitem__(self, _field: str) -> _Packed:
        """smbprotocol looks at lengths to count credits: none of ours needs more than one."""
        return self

    def get_value(self) -> int:
        return 0


def _create(path: str, access: int, disposition: int, options: int) -> _Packed:
    name = path.replace("/", "\\").encode("utf-16-le")
    how = (access, 0x80, _READ_WRITE_DELETE, disposition, options)
    head = struct.pack("<HBBIQQIIIII", 57, 0, 0, 2, 0, 0, *how)
    return _Packed(Commands.SMB2_CREATE, head + struct.pack("<HHII", 120, len(name), 0, 0) + name)


def _write(content: bytes) -> _Packed:
    head = struct.pack("<HHIQ", 49, 112, len(content), 0) + _FILE + struct.pack("<IIHHI", 0, 0, 0, 0, 0)
    return _Packed(Commands.SMB2_WRITE, head + (content or b"\0"))


def _rename(path: str) -> _Packed:
    name = path.replace("/", "\\").encode("utf-16-le")
    return _set(_RENAME, struct.pack("<B7xQI", 0, 0, len(name)) + name)  # replaces nothing


def _changed(when: float) -> _Packed:
    return _set(_TIMES, struct.pack("<QQQQI4x", 0, 0, round(when * 10_000_000) + _EPOCH, 0, 0))  # 0: as it is


def _set(kind: int, info: bytes) -> _Packed:
    head = struct.pack("<HBBIHHI", 33, 1, kind, len(info), 96, 0, 0)
    return _Packed(Commands.SMB2_SET_INFO, head + _FILE + info)


def _close() -> _Packed:
    return _Packed(Commands.SMB2_CLOSE, struct.pack("<HHI", 24, 0, 0) + _FILE)


def put_many(
    trees: Sequence[TreeConnect],
    files: Iterable[Small],
    readable: Callable[[int], SuiteError],
) -> Iterator[SuiteError | None]:
    """For each what went wrong, or None once it lies under its ``target``, whole and acknowledged by the
    (signed) server, whether or not that has taken its time. ``trees``: the same share, by as many
    connections, taken in turn. ``readable`` words a status. SMBException when a connection breaks.
    """
    waiting: deque[tuple[TreeConnect, list[Any], int | None]] = deque()
    for each, tree in zip(files, cycle(trees), strict=False):
        while len(waiting) >= IN_FLIGHT * len(trees):
            yield _settled(*waiting.popleft(), readable)
        messages = [_write(each.content)] if each.content else []
        timed = None if each.changed is None else len(messages) + 1
        access = _WRITE | _LOOK | _DELETE
        if each.changed is not None:
            access |= _MARK
            messages.append(_changed(each.changed))
        made = _create(each.part, access, _OVERWRITE_IF, _NOT_A_FOLDER)
        waiting.append((tree, _sent(tree, [made, *messages, _rename(each.target), _close()]), timed))
    while waiting:
        yield _settled(*waiting.popleft(), readable)


def may_read(paths: Iterable[str], tree: TreeConnect) -> list[bool]:
    """Whether each of ``paths`` may be opened for reading; one that is open elsewhere may in general."""
    found: list[bool] = []
    waiting: deque[list[Any]] = deque()

    def take() -> None:
        statuses: list[int] = []
        _settled(tree, waiting.popleft(), None, lambda status: statuses.append(status) or errors.no_right(""))  # type: ignore[func-returns-value]
        found.append(not statuses or statuses[0] == NtStatus.STATUS_SHARING_VIOLATION)

    for path in paths:
        while len(waiting) >= IN_FLIGHT:
            take()
        waiting.append(_sent(tree, [_create(path, _READ, _OPEN, _LINK_ITSELF), _close()]))
    while waiting:
        take()
    return found


def _sent(tree: TreeConnect, messages: list[_Packed]) -> list[Any]:
    """A related compound on its way, past smbprotocol where it is signed as ``smb_signed`` can."""
    if smb_signed.can(tree):
        return [*smb_signed.chain(tree, [(each.COMMAND, each.pack()) for each in messages], PATIENCE_S)]
    connection, end = tree.session.connection, time.monotonic() + PATIENCE_S
    while True:
        try:
            sent: list[Any] = connection.send_compound(
                messages, tree.session.session_id, tree.tree_connect_id, related=True
            )
            return sent
        except SMBException as error:
            if "credits" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.001)


def _settled(
    tree: TreeConnect, requests: list[Any], no_matter: int | None, readable: Callable[[int], SuiteError]
) -> SuiteError | None:
    """What the first says that did not do, but for the one at ``no_matter``."""
    said = [smb_answers.status(tree.session.connection, request, PATIENCE_S) for request in requests]
    if no_matter is not None:
        said[no_matter] = 0
    return next((readable(status) for status in said if status), None)
