"""The answers of an SMB server, as they come from the socket.

What ``smb_signed`` asked for is taken here in two pieces, its signature checked where it lies: smbprotocol
copies each MiB eight times more. Everything else goes to smbprotocol, after one look: in a session that is
signed an answer without a signature is nobody's (MS-SMB2 3.2.5.1.3), which smbprotocol lets pass.
"""

from __future__ import annotations

import errno
import hmac
import selectors
import socket
import struct
import time
from typing import Any, NamedTuple

from smbprotocol.connection import Request
from smbprotocol.exceptions import SMBException, SMBResponseException
from smbprotocol.header import Commands, NtStatus
from smbprotocol.open import Open, SMB2ReadResponse, SMB2WriteResponse

from sharefolder import smb_signed
from sharefolder.ports import Buffer
from sharefolder.smb_signed import SIGNED, Asked

_MOST = (1 << 24) - 1  # bytes of a message, MS-SMB2 2.1
_HEADER = struct.Struct("<4sHHIHHIIQIIQ16s")  # MS-SMB2 2.2.1.2
_READ, _WRITTEN = struct.Struct("<HBBIII"), struct.Struct("<HHIIHH")  # 2.2.20, 2.2.22
_HEAD = _HEADER.size + _READ.size
_ANSWER, _ASYNC = 1, 2  # flags, 2.2.1.2
_CHAINED = 64  # answers in one message; we ask for four at once
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # no limit to a descriptor's number
_NOTHING = memoryview(b"")
_WHOLE: int = getattr(socket, "MSG_WAITALL", 0)
_LOOK_S = 0.5
_BROKEN = (errno.ESHUTDOWN, errno.ECONNRESET, errno.ECONNABORTED)
_UNSIGNED = (
    NtStatus.STATUS_PENDING,
    NtStatus.STATUS_USER_SESSION_DELETED,
    0xC000035C,  # STATUS_NETWORK_SESSION_EXPIRED
)
"""What a server says before it has a key to sign with, or no more."""


def taken(session: Any) -> None:
    """From now on what comes over the connection of ``session`` comes through here. SMBException."""
    connection = session.connection
    if not isinstance(getattr(connection.transport.recv, "__self__", None), Answers):
        connection.transport.recv = Answers(connection).recv
        connection.echo(session.session_id)  # its answer is the last that smbprotocol takes for itself


def read(fd: Open, asked: Asked, patience: float) -> memoryview:
    """The bytes that ``asked`` brought. SMBException, also when none come."""
    if isinstance(done := _done(fd.connection, asked, patience), memoryview):
        return done
    answer = SMB2ReadResponse()
    answer.unpack(_received(fd.connection, asked, patience)["data"].get_value())
    return memoryview(answer["buffer"].get_value())


def written(fd: Open, asked: Asked, patience: float) -> int:
    """How many bytes the server has taken of what ``asked`` sent. SMBException, also when it does not say."""
    if isinstance(done := _done(fd.connection, asked, patience), int):
        return done
    answer = SMB2WriteResponse()
    answer.unpack(_received(fd.connection, asked, patience)["data"].get_value())
    return int(answer["count"].get_value())


def status(connection: Any, asked: Request, patience: float) -> int:
    """What the server says to one of a chain, 0: done. SMBException when it says nothing."""
    if isinstance(asked, Asked) and isinstance(done := _done(connection, asked, patience), int):
        return done
    try:
        _received(connection, asked, patience)
    except SMBResponseException as error:
        return int(error.status)
    return 0


def _received(connection: Any, asked: Request, patience: float) -> Any:
    """What smbprotocol has taken. A file that is a link is nothing that we ask for."""
    return connection.receive(asked, timeout=patience, resolve_symlinks=False)


def _done(connection: Any, asked: Asked, patience: float) -> memoryview | int | None:
    """What has been taken here; None: smbprotocol has it. A server that says to wait is given ``patience``
    anew: it says so once (MS-SMB2 3.3.4.2)."""
    end = time.monotonic() + patience
    while (left := end - time.monotonic()) > 0:
        if asked.response_event.wait(min(left, _LOOK_S)):
            with asked.response_event_lock:
                if asked.done is not None or not _to_wait(asked.response):
                    return asked.done
                asked.response_event.clear()
            end = time.monotonic() + patience
        elif _over(connection):
            return asked.done
    raise SMBException("no answer to a read or a write")


def _over(connection: Any) -> bool:
    """Nothing is received any more. Its end wakes whoever waits, but not who asks in that moment."""
    return connection._t_exc is not None or not connection.transport.connected


def _to_wait(answer: Any) -> bool:
    """None: the connection has broken, which smbprotocol says."""
    return answer is not None and answer["status"].get_value() == NtStatus.STATUS_PENDING


class _Head(NamedTuple):
    protocol: bytes
    size: int
    charge: int
    status: int
    command: int
    credits: int
    flags: int
    next: int
    number: int
    process: int
    tree: int
    session: int
    signature: bytes


class Answers:
    """In the place of ``Tcp.recv``; called by the connection's one receiving thread."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._transport = connection, connection.transport

    def recv(self, timeout: float) -> bytes:
        """The next message that is smbprotocol's; nothing when the connection has ended. TimeoutError when
        none has begun in ``timeout`` seconds; SMBException: one that is not the server's."""
        while size := self._take(4, timeout):
            length = int.from_bytes(size, "big")
            if length > _MOST:
                raise SMBException("a message that is too long")
            head = bytes(self._rest(min(length, _HEAD), timeout))
            mine = self._mine(head, length)
            rest = self._rest(length - len(head), timeout, mine[1].place if mine else None)
            if mine is not None:
                self._finish(*mine, head, rest)
            elif chained := self._chained(message := head + rest):
                self._finish_chain(chained, message)
            else:
                self._check(message)
                return message
        return b""

    def _mine(self, head: bytes, length: int) -> tuple[_Head, Asked] | None:
        """Whose answer begins with ``head``, if it is whole, signed, good, and to a request of ours."""
        if len(head) < _HEAD:
            return None
        said = _Head._make(_HEADER.unpack_from(head))
        asked = self._connection.outstanding_requests.get(said.number)
        flags = said.flags & (_ANSWER | SIGNED)  # ASYNC or not: whether the disk was slow
        plain = (said.protocol, said.size, said.status, said.next, flags)
        if not isinstance(asked, Asked) or asked.chained or plain != (b"\xfeSMB", 64, 0, 0, _ANSWER | SIGNED):
            return None
        return (said, asked) if said.command == asked.command else None

    def _chained(self, message: bytes) -> list[tuple[_Head, Asked]]:
        """The answers in ``message``, if each is whole, signed, and to one of a chain of ours."""
        found: list[tuple[_Head, Asked]] = []
        at, more = 0, True
        while more:
            if len(message) - at < _HEADER.size or len(found) >= _CHAINED:
                return []
            said = _Head._make(_HEADER.unpack_from(message, at))
            asked = self._connection.outstanding_requests.get(said.number)
            flags = said.flags & (_ANSWER | _ASYNC | SIGNED)
            plain = (said.protocol, said.size, flags)
            if (
                not isinstance(asked, Asked)
                or not asked.chained
                or plain != (b"\xfeSMB", 64, _ANSWER | SIGNED)
            ):
                return []
            if said.command != asked.command or (said.next and said.next < _HEADER.size):
                return []
            found.append((said, asked))
            at, more = at + said.next, bool(said.next)
        return found

    def _finish_chain(self, chained: list[tuple[_Head, Asked]], message: bytes) -> None:
        at = 0
        for said, asked in chained:
            end = at + said.next if said.next else len(message)
            self._verify(said, asked, (message[at : at + 48], bytes(16), message[at + 64 : end]))
            at = end
        for said, asked in chained:
            self._settle(said, asked, said.status)

    def _finish(self, said: _Head, asked: Asked, head: bytes, rest: memoryview) -> None:
        self._verify(said, asked, (head[:48], bytes(16), head[64:], rest))
        self._settle(said, asked, _content(said.command, head, rest))

    def _verify(self, said: _Head, asked: Asked, pieces: tuple[Buffer, ...]) -> None:
        """SMBException where ``pieces``, without its signature, is not what the server has signed."""
        key = self._connection.session_table[asked.session_id].signing_key
        expected = smb_signed.signature(self._connection, key, said.number, pieces, answer=True)
        if not hmac.compare_digest(expected, said.signature):
            raise SMBException("an answer whose signature is not the server's")

    def _settle(self, said: _Head, asked: Asked, done: memoryview | int) -> None:
        with self._connection.sequence_lock:
            self._connection.sequence_window["high"] += said.credits
        self._connection.outstanding_requests.pop(said.number, None)  # none when it says it twice
        with asked.response_event_lock:
            asked.done = done
            asked.response_event.set()

    def _check(self, message: bytes) -> None:
        """SMBException where an answer in ``message`` ought to be signed and is not."""
        at = 0
        for _answer in range(_CHAINED):
            if len(message) - at < _HEADER.size or message[:4] != b"\xfeSMB":
                return
            said = _Head._make(_HEADER.unpack_from(message, at))
            request = self._connection.outstanding_requests.get(said.number)
            session = self._connection.session_table.get(request.session_id) if request is not None else None
            signed = said.flags & SIGNED or said.status in _UNSIGNED
            beginning = said.command in (Commands.SMB2_NEGOTIATE, Commands.SMB2_SESSION_SETUP)
            if session is not None and session.signing_required and not (signed or beginning):
                raise SMBException("an answer without a signature in a signed session")
            if not said.next:
                return
            at += max(said.next, _HEADER.size)
        raise SMBException("more answers in one message than anybody asked for")

    def _rest(self, length: int, timeout: float, place: bytearray | None = None) -> memoryview:
        """``length`` more bytes of a message that has begun, in ``place`` if they fit in."""
        try:
            found = self._take(length, timeout, place) if length else _NOTHING
        except TimeoutError as error:
            raise SMBException("a message that does not end") from error
        if len(found) < length:
            raise SMBException("the connection ended in the middle of a message")
        return found

    def _take(self, length: int, timeout: float, place: bytearray | None = None) -> memoryview:
        """Exactly so many bytes, gathered by the system where it can; nothing at the connection's end."""
        fits = place is not None and len(place) >= length
        whole = memoryview(place if place is not None and fits else bytearray(length))[:length]
        got, end = 0, time.monotonic() + timeout
        while got < length:
            more = self._piece(whole[got:], max(end - time.monotonic(), 1))
            if not more:
                self._transport.close()
                return _NOTHING
            got += more
        return whole

    def _piece(self, left: memoryview, timeout: float) -> int:
        with self._transport._close_lock:  # it is not closed while we are in it, only shut down
            if not self._transport.connected:
                return 0
            with _Selector() as ready:
                ready.register(self._transport._sock, selectors.EVENT_READ)
                if not ready.select(timeout):
                    raise TimeoutError
            try:
                return int(self._transport._sock.recv_into(left, 0, _WHOLE))
            except OSError as error:
                if error.errno not in _BROKEN:
                    raise
                return 0


def _content(command: int, head: bytes, rest: memoryview) -> memoryview | int:
    """What a READ brought, or how much a WRITE took."""
    if command == Commands.SMB2_WRITE:
        return int(_WRITTEN.unpack_from(head, _HEADER.size)[2])
    _size, at, _reserved, length, _left, _flags = _READ.unpack_from(head, _HEADER.size)
    if at == _HEAD and length == len(rest):
        return rest
    found = memoryview(head + rest)[at : at + length]
    if at < _HEAD or len(found) != length:
        raise SMBException("a read whose length is not what it says")
    return found
