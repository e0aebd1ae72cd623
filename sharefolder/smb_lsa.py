"""Whom a server's security identifiers stand for: LsarLookupSids over the pipe ``lsarpc`` (MS-LSAT 3.1.4.11).

smbprotocol has no RPC; this is the one call that the rights need, over DCE/RPC (C706 12.6) in the pipe.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Sequence

LOOKUP_AT_ONCE = 32
Transact = Callable[[bytes], bytes]
"""Sends one request down the pipe and gives the answer (FSCTL_PIPE_TRANSCEIVE). SMBException, SuiteError."""

_LSA = uuid.UUID("12345778-1234-abcd-ef00-0123456789ab")
_NDR = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860")
_BIND, _REQUEST = 11, 0
_LOOKUP_SIDS, _OPEN_POLICY2 = 15, 44
_POLICY_LOOKUP_NAMES = 0x800
_SOME = (0, 0x107, 0xC0000073)  # all, some, none of them mapped


def names_of(sids: Sequence[bytes], transact: Transact) -> dict[bytes, str]:
    """The names that the server knows among ``sids`` (binary form), at most ``LOOKUP_AT_ONCE`` of them.
    ValueError for an answer that is none."""
    transact(_bind())
    attributes = struct.pack("<IIIIII", 24, 0, 0, 0, 0, 0)
    opened = _call(transact, _OPEN_POLICY2, bytes(4) + attributes + struct.pack("<I", _POLICY_LOOKUP_NAMES))
    if len(opened) < 24 or opened[20:24] != bytes(4):
        raise ValueError("no policy handle")
    asked = list(sids)[:LOOKUP_AT_ONCE]
    answer = _call(transact, _LOOKUP_SIDS, opened[:20] + _asked(asked))
    return {sid: name for sid, name in zip(asked, _names(answer), strict=False) if name}


def _pdu(kind: int, body: bytes) -> bytes:
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, 1) + body


def _bind() -> bytes:
    syntaxes = _LSA.bytes_le + struct.pack("<HH", 0, 0) + _NDR.bytes_le + struct.pack("<I", 2)
    return _pdu(_BIND, struct.pack("<HHIB3xHBx", 4280, 4280, 0, 1, 0, 1) + syntaxes)


def _call(transact: Transact, number: int, stub: bytes) -> bytes:
    answer = transact(_pdu(_REQUEST, struct.pack("<IHH", len(stub), 0, number) + stub))
    if len(answer) < 24 or answer[2] != 2 or not answer[3] & 2:  # a response, in one piece
        raise ValueError("not one whole RPC response")
    return answer[24 : struct.unpack_from("<H", answer, 8)[0]]


def _asked(sids: Sequence[bytes]) -> bytes:
    pointers = b"".join(struct.pack("<I", 0x20000 + 4 * number) for number in range(len(sids)))
    bodies = b"".join(struct.pack("<I", sid[1]) + sid for sid in sids)
    buffer = struct.pack("<III", len(sids), 0x10000, len(sids)) + pointers + bodies
    return buffer + struct.pack("<IIHxxI", 0, 0, 1, 0)


class _Reader:
    """NDR from the left (C706 14); every read is checked against the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, form: str) -> tuple[int, ...]:
        size = struct.calcsize(form)
        if self._at + size > len(self._data):
            raise ValueError("an RPC answer that ends early")
        found: tuple[int, ...] = struct.unpack_from(form, self._data, self._at)
        self._at += size
        return found

    def number(self) -> int:
        return self.take("<I")[0]

    def count(self) -> int:
        number = self.number()
        if number > 4 * LOOKUP_AT_ONCE:
            raise ValueError("more names than asked for")
        return number

    def text(self) -> str:
        _most, _offset, length = self.take("<III")
        if self._at + 2 * length > len(self._data):
            raise ValueError("a name longer than its answer")
        raw = self._data[self._at : self._at + 2 * length]
        self._at += (2 * length + 3) & ~3
        return raw.decode("utf-16-le", "replace").rstrip("\0")

    def sid(self) -> None:
        count = self.number()
        self._at += 8 + 4 * count


def _names(answer: bytes) -> list[str]:
    reader = _Reader(answer)
    if reader.number():  # the domains that the names refer to: passed over
        entries, pointer, _most = reader.take("<III")
        if pointer and entries:
            rows = [reader.take("<HHII") for _each in range(reader.count())]
            for _length, _max, name, sid in rows:
                if name:
                    reader.text()
                if sid:
                    reader.sid()
    _entries, pointer = reader.take("<II")
    found = [reader.take("<HxxHHIi") for _each in range(reader.count())] if pointer else []
    names = [(use, reader.text() if name else "") for use, _length, _max, name, _domain in found]
    _mapped, status = reader.take("<II")
    if status not in _SOME:
        raise ValueError(f"lookup refused: 0x{status:08x}")
    return [name if use not in (7, 8) else "" for use, name in names]  # 7 invalid, 8 unknown
