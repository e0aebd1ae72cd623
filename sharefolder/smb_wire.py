"""SMB 2/3 requests that smbprotocol's own file objects do too slowly: reads and writes with several requests
in flight."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from smbprotocol.exceptions import SMBException
from smbprotocol.open import Open

from sharefolder import smb_answers, smb_signed
from sharefolder.ports import CHUNK, Buffer

IN_FLIGHT = 8
PATIENCE_S = 20
"""A server that says nothing for so long is not there."""
_CREDITS = 128  # asked for with each request: enough for the window and a second thread


def send(fd: Open, message: Any) -> Any:
    """Send one request; waits while other threads hold the connection's credits. SMBException."""
    connection, tree = fd.connection, fd.tree_connect
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return connection.send(
                message, tree.session.session_id, tree.tree_connect_id, credit_request=_CREDITS
            )
        except SMBException as error:
            if "credits" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.002)


def receive(fd: Open, request: Any) -> Any:
    """The answer to ``request``. SMBException, also when none comes."""
    return fd.connection.receive(request, timeout=PATIENCE_S)


def read(fd: Open, offset: int) -> Iterator[memoryview]:
    """The file from ``offset`` to the end it had when opened, in order, ``IN_FLIGHT`` requests ahead. A chunk
    is good until the next is asked for: its place is used again, since a gigabyte of fresh memory costs as
    much as to receive it."""
    end = fd.end_of_file or 0
    size, signed = min(CHUNK, fd.connection.max_read_size), smb_signed.can(fd.tree_connect)
    waiting: deque[tuple[Callable[[], memoryview], bytearray, int]] = deque()
    free: list[bytearray] = []
    while offset < end or waiting:
        while offset < end and len(waiting) < IN_FLIGHT:
            length = min(size, end - offset)
            place = free.pop() if free else bytearray(length)  # what is left only becomes less
            waiting.append((_reading(fd, length, offset, signed, place), place, length))
            offset += length
        answer, place, length = waiting.popleft()
        chunk = answer()
        if len(chunk) != length:
            raise SMBException("the file has become shorter")
        yield chunk
        chunk.release()
        free.append(place)


def _reading(fd: Open, length: int, offset: int, signed: bool, place: bytearray) -> Callable[[], memoryview]:
    """A read that is under way: what waits for its bytes."""
    if signed:
        asked = smb_signed.read(fd, length, offset, _CREDITS, PATIENCE_S, place)
        return partial(smb_answers.read, fd, asked, PATIENCE_S)
    message, unpack = fd.read(offset, length, send=False)
    request = send(fd, message)
    return lambda: memoryview(_answered(request, unpack))


def _answered(request: Any, unpack: Callable[[Any], Any]) -> Any:
    if not request.response_event.wait(PATIENCE_S):
        raise SMBException("no answer to a read or a write")
    return unpack(request)


class PipelinedSink:
    """Writes that do not wait for each other; an error comes up at a later write or at ``finish``."""

    def __init__(self, fd: Open, offset: int) -> None:
        self._fd, self._offset, self._signed = fd, offset, smb_signed.can(fd.tree_connect)
        self._size = min(CHUNK, fd.connection.max_write_size)
        self._waiting: deque[tuple[Callable[[], int], int]] = deque()

    def write(self, chunk: Buffer) -> None:
        for start in range(0, len(chunk), self._size):
            part = chunk[start : start + self._size]
            while len(self._waiting) >= IN_FLIGHT:
                self._take()
            self._waiting.append((self._writing(part), len(part)))
            self._offset += len(part)

    def _writing(self, part: Buffer) -> Callable[[], int]:
        """A write that is under way: what waits for how much of it was taken."""
        if self._signed:
            asked = smb_signed.write(self._fd, part, self._offset, _CREDITS, PATIENCE_S)
            return partial(smb_answers.written, self._fd, asked, PATIENCE_S)
        message, unpack = self._fd.write(bytes(part), self._offset, send=False)
        return partial(_answered, send(self._fd, message), unpack)

    def settle(self) -> None:
        """All written, as the server says: in its memory, if not yet on its disk."""
        while self._waiting:
            self._take()

    def finish(self) -> None:
        """All written and on the server's disk."""
        self.settle()
        message, _unpack = self._fd.flush(send=False)
        receive(self._fd, send(self._fd, message))

    def _take(self) -> None:
        answer, length = self._waiting.popleft()
        if answer() != length:
            raise SMBException("the server wrote less than it was given")
