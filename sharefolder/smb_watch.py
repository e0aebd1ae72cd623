"""Change notices of an SMB server (MS-SMB2 2.2.35), asked for again each time one has come.

The handle stays open between two requests, so the server keeps what happens meanwhile; an overflow or a lost
connection is told as "anything may have changed". What a server does to its own disk in a nested folder
raises no notice: for that there is the periodic look.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from smbprotocol.change_notify import (
    ChangeNotifyFlags,
    CompletionFilter,
    SMB2ChangeNotifyRequest,
    SMB2ChangeNotifyResponse,
)
from smbprotocol.exceptions import NotifyEnumDir, SMBException
from smbprotocol.header import NtStatus
from smbprotocol.open import Open

from core.errors import SuiteError
from sharefolder import names, smb_wire

_GLANCE_S = 0.5
_PAUSES_S = (1, 2, 5, 15, 30)
_WHAT = (
    CompletionFilter.FILE_NOTIFY_CHANGE_FILE_NAME
    | CompletionFilter.FILE_NOTIFY_CHANGE_DIR_NAME
    | CompletionFilter.FILE_NOTIFY_CHANGE_SIZE
    | CompletionFilter.FILE_NOTIFY_CHANGE_LAST_WRITE
)


class SmbWatch:
    """``opened`` opens the folder; ``changed`` gets the folder (below ``folder`` too with ``tree``)."""

    def __init__(
        self,
        folder: str,
        opened: Callable[[], AbstractContextManager[Open]],
        changed: Callable[[str], None],
        tree: bool,
    ) -> None:
        self._folder, self._opened, self._changed, self._tree = folder, opened, changed, tree
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="share watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; returns when no more will be told."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                with self._opened() as fd:
                    if failures:
                        self._changed(self._folder)
                    failures = 0
                    self._listen(fd)
            except SuiteError as error:
                if error.code in ("SHARE-002", "SHARE-003"):  # gone, or no longer for this reader
                    self._changed(self._folder)
                    return
                self._stop.wait(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                failures += 1

    def _listen(self, fd: Open) -> None:
        while not self._stop.is_set():
            message = SMB2ChangeNotifyRequest()
            message["flags"] = ChangeNotifyFlags.SMB2_WATCH_TREE if self._tree else 0
            message["output_buffer_length"] = min(1 << 16, fd.connection.max_transact_size)
            message["file_id"] = fd.file_id
            message["completion_filter"] = _WHAT
            request = smb_wire.send(fd, message)
            if not self._answered(request):
                with suppress(SMBException):
                    request.cancel()
                    fd.connection.receive(request, timeout=2)
                return
            for folder in self._folders(fd, request):
                self._changed(folder)

    def _answered(self, request: Any) -> bool:
        """Wait for more than "pending"; False when it is to end."""
        while not self._stop.is_set():
            if request.response_event.wait(_GLANCE_S):
                with request.response_event_lock:
                    response = request.response
                    if response is None or response["status"].get_value() != NtStatus.STATUS_PENDING:
                        return True
                    request.response_event.clear()
        return False

    def _folders(self, fd: Open, request: Any) -> set[str]:
        try:
            answer = fd.connection.receive(request, timeout=smb_wire.PATIENCE_S)
        except NotifyEnumDir:
            return {self._folder}
        response = SMB2ChangeNotifyResponse()
        response.unpack(answer["data"].get_value())
        told = parsed(bytes(response["buffer"].get_value()))
        if not told:
            return {self._folder}
        return {names.join(self._folder, path.rpartition("/")[0]).rstrip("/") for path in told}


def parsed(buffer: bytes) -> list[str]:
    """The paths in FILE_NOTIFY_INFORMATION (MS-FSCC 2.7.1), with ``/``. ValueError where a length lies."""
    found, offset = [], 0
    while offset + 12 <= len(buffer):
        step, _action, length = struct.unpack_from("<III", buffer, offset)
        start = offset + 12
        if start + length > len(buffer) or (step and step < 12):
            raise ValueError("a notice longer than its answer")
        found.append(buffer[start : start + length].decode("utf-16-le", "replace").replace("\\", "/"))
        if not step:
            break
        offset += step
    return found
