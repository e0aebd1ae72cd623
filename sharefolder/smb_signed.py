"""SMB requests packed and signed by hand: large reads and writes, and chains of small ones.

smbprotocol copies each MiB about twelve times on its way (structure, header, signature, packet, what the
socket did not take at once), which holds a transfer below half of what the wire takes; and its structures
for the four requests of a small file cost more than the file. Here the signature is made over the pieces
where they lie, and the socket gathers them. The answers: ``smb_answers``.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from smbprotocol import Dialects
from smbprotocol.connection import Request, SigningAlgorithms
from smbprotocol.exceptions import SMBException
from smbprotocol.header import Commands
from smbprotocol.open import Open
from smbprotocol.tree import TreeConnect

from sharefolder.ports import Buffer

_CREDIT = 1 << 16  # bytes of a payload that one credit pays for, MS-SMB2 3.1.5.2
RELATED, SIGNED = 4, 8  # flags, MS-SMB2 2.2.1.2
_HEADER = struct.Struct("<4sHHIHHIIQIIQ")  # MS-SMB2 2.2.1.2 up to the signature
_READ = struct.Struct("<HBBIQ16sIIIHHx")  # MS-SMB2 2.2.19, its buffer one empty byte
_WRITE = struct.Struct("<HHIQ16sIIHHI")  # MS-SMB2 2.2.21 without its data
_READ_AT, _WRITE_AT = 80, 112
_NOWHERE = bytearray()
_OF_SERVER = 1 << 64  # in the nonce: an answer, MS-SMB2 3.1.4.1


class Asked(Request):  # type: ignore[misc]  # smbprotocol is untyped
    """A request of ours; ``place``: where what is read is to lie. ``done``: what was read, how many bytes
    were written, or in a chain the status, once the answer has been taken past smbprotocol; None where
    smbprotocol has it."""

    done: memoryview | int | None = None

    def __init__(
        self,
        connection: Any,
        session: int,
        number: int,
        command: int,
        chained: bool = False,
        place: bytearray = _NOWHERE,
    ) -> None:
        super().__init__(_Header(number, command), None, connection, session_id=session)
        self.command, self.chained, self.place = command, chained, place


class _Header:
    """What smbprotocol looks up in the header of a request that waits for its answer."""

    def __init__(self, number: int, command: int) -> None:
        self._fields = {"message_id": _Field(number), "command": _Field(command)}

    def __getitem__(self, name: str) -> _Field:
        return self._fields.get(name, _ZERO)


class _Field(NamedTuple):
    value: int

    def get_value(self) -> int:
        return self.value


_ZERO = _Field(0)


def can(tree: TreeConnect) -> bool:
    """Whether requests to this share can go so: signed with SMB 3's algorithms, and not encrypted."""
    connection, session = tree.session.connection, tree.session
    return bool(
        connection.dialect >= Dialects.SMB_3_0_0
        and connection.supports_multi_credit
        and session.signing_required
        and session.signing_key
        and _algorithm(connection) in (SigningAlgorithms.AES_GMAC, SigningAlgorithms.AES_CMAC)
        and not (session.encrypt_data or tree.encrypt_data or tree.is_dfs_share)
    )


def write(fd: Open, chunk: Buffer, offset: int, credits_wanted: int, patience: float) -> Asked:
    """Send ``chunk`` for ``offset`` of the file; waits up to ``patience`` seconds while other threads hold
    the connection's credits. SMBException, OSError when it breaks."""
    body = _WRITE.pack(49, _WRITE_AT, len(chunk), offset, fd.file_id, 0, 0, 0, 0, 0)
    return _send(fd, Commands.SMB2_WRITE, (body, chunk), len(chunk), credits_wanted, patience)


def read(fd: Open, length: int, offset: int, credits_wanted: int, patience: float, place: bytearray) -> Asked:
    """Ask for ``length`` bytes at ``offset``, to lie in ``place``; otherwise as ``write``."""
    body = _READ.pack(49, _READ_AT, 0, length, offset, fd.file_id, 0, 0, 0, 0, 0)
    return _send(fd, Commands.SMB2_READ, (body,), length, credits_wanted, patience, place)


def chain(tree: TreeConnect, messages: Sequence[tuple[int, bytes]], patience: float) -> list[Asked]:
    """Send ``messages`` (command, body), each at most 64 KiB, as one related compound: what follows is about
    the file that the first opens (MS-SMB2 3.2.4.1.4). Otherwise as ``write``."""
    connection, session = tree.session.connection, tree.session
    first = _number(connection, len(messages), patience)
    whose = (tree.tree_connect_id, session.session_id)
    whole: list[bytes] = []
    for number, (command, body) in enumerate(messages, first):
        last = number - first == len(messages) - 1
        padding = b"" if last else bytes(-len(body) % 8)
        follows = 0 if last else 64 + len(body) + len(padding)
        flags = SIGNED | (RELATED if whole else 0)
        wanted = (1, 0, command, 1, flags, follows, number, 0)
        pieces = [_HEADER.pack(b"\xfeSMB", 64, *wanted, *whose), bytes(16), body, padding]
        pieces[1] = signature(connection, session.signing_key, number, pieces)
        whole += pieces
    asked = [
        _asked(connection, Asked(connection, session.session_id, number, command, chained=True))
        for number, (command, _body) in enumerate(messages, first)
    ]
    _put(connection.transport, whole)
    return asked


def signature(
    connection: Any, key: bytes, number: int, pieces: Sequence[Buffer], answer: bool = False
) -> bytes:
    """MS-SMB2 3.1.4.1: over all of message ``number``, its signature zeros."""
    if _algorithm(connection) == SigningAlgorithms.AES_CMAC:
        made = CMAC(algorithms.AES(key))
        for piece in pieces:
            made.update(piece)  # type: ignore[arg-type]  # takes what the buffer protocol gives
        return made.finalize()
    nonce = (number | (_OF_SERVER if answer else 0)).to_bytes(12, "little")  # and not one to cancel
    over = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    for piece in pieces:
        over.authenticate_additional_data(piece)
    over.finalize()
    return over.tag


def _send(
    fd: Open,
    command: int,
    content: tuple[Buffer, ...],
    payload: int,
    credits_wanted: int,
    patience: float,
    place: bytearray = _NOWHERE,
) -> Asked:
    connection, session = fd.connection, fd.tree_connect.session
    charge = (max(payload, 1) - 1) // _CREDIT + 1
    number = _number(connection, charge, patience)
    wanted = (charge, 0, command, credits_wanted, SIGNED, 0, number, 0)
    whose = (fd.tree_connect.tree_connect_id, session.session_id)
    pieces = [_HEADER.pack(b"\xfeSMB", 64, *wanted, *whose), bytes(16), *content]
    pieces[1] = signature(connection, session.signing_key, number, pieces)
    asked = _asked(connection, Asked(connection, session.session_id, number, command, place=place))
    _put(connection.transport, pieces)
    return asked


def _number(connection: Any, charge: int, patience: float) -> int:
    """The message's number, paid for."""
    end = time.monotonic() + patience
    while True:
        connection._check_worker_running()  # a connection that has broken gets no more credits
        with connection.sequence_lock:
            number = int(connection.sequence_window["low"])
            if charge <= connection.sequence_window["high"] - number:
                connection.sequence_window["low"] += charge
                return number
        if time.monotonic() > end:
            raise SMBException("no credits to read or write with")
        time.sleep(0.002)


def _algorithm(connection: Any) -> int:
    if connection.dialect >= Dialects.SMB_3_1_1 and connection.signing_algorithm_id is not None:
        return int(connection.signing_algorithm_id)
    return int(SigningAlgorithms.AES_CMAC)


def _asked(connection: Any, made: Asked) -> Asked:
    """Known to the receiver, who looks the answer up by its number."""
    connection.outstanding_requests[made.message["message_id"].get_value()] = made
    return made


def _put(transport: Any, pieces: Sequence[Buffer]) -> None:
    """Everything, behind its length (MS-SMB2 2.1), in one call where the socket takes it."""
    length = sum(map(len, pieces))
    left = [memoryview(piece) for piece in (length.to_bytes(4, "big"), *pieces)]
    with transport._sock_lock:
        while left:
            sent = transport._sock.sendmsg(left)
            while left and sent >= len(left[0]):
                sent -= len(left.pop(0))
            if sent:
                left[0] = left[0][sent:]
