"""A wire between a terminal and a server that a test can cut, or let go silent, at any byte."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Wire:
    """Carries TCP from ``port`` (at ``host``) to ``target`` until ``cut``; ``mend`` makes it good again.

    Silent: connections stay, nothing comes through any more, as when a cable between two switches breaks.
    """

    def __init__(self, host: str, target: tuple[str, int]) -> None:
        self.host, self._target = host, target
        self._listening = socket.create_server((host, 0))
        self.port = int(self._listening.getsockname()[1])
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._whole, self._silent, self._ended = True, False, False
        self.cut_after: int | None = None
        self.silence_after: int | None = None
        """Cut, or silent, by itself once so many bytes have gone towards the server from now on."""
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            self._whole = False
            closing, self._open = self._open, set()
        for each in closing:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def silence(self) -> None:
        self._silent = True

    def mend(self) -> None:
        self._whole, self._silent = True, False
        self.cut_after = self.silence_after = None

    def close(self) -> None:
        self._ended = True
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            if not self._whole:
                near.close()
                continue
            try:
                far = socket.create_connection(self._target, 10)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            threading.Thread(target=self._carry, args=(near, far), name="wire", daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        try:
            while self._whole:
                readable, _writable, _bad = select.select((near, far), (), (), 0.1)
                for one in () if self._silent else readable:
                    data = one.recv(65_536)
                    if not data:
                        return
                    (far if one is near else near).sendall(data)
                    if one is near:
                        self._count(len(data))
        except (OSError, ValueError):
            return
        finally:
            for each in (near, far):
                each.close()
            with self._lock:
                self._open -= {near, far}

    def _count(self, sent: int) -> None:
        if self.cut_after is not None:
            self.cut_after -= sent
            if self.cut_after < 0:
                self.cut()
        if self.silence_after is not None:
            self.silence_after -= sent
            if self.silence_after < 0:
                self.silence()


@contextmanager
def wire(host: str, target: tuple[str, int]) -> Iterator[Wire]:
    made = Wire(host, target)
    try:
        yield made
    finally:
        made.close()
