"""One large SMB write, packed and signed by hand: its bytes go to the socket as they are.

smbprotocol copies each MiB about twelve times on its way (structure, header, signature, packet, what the
socket did not take at once), which holds an upload below half of what the wire takes. Here the signature is
made over the pieces where they lie, and the socket gathers them.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from smbprotocol import Dialects
from smbprotocol.connection import Request, SigningAlgorithms
from smbprotocol.exceptions import SMBException
from smbprotocol.header import Commands, SMB2HeaderRequest
from smbprotocol.open import Open, SMB2WriteRequest

_CREDIT = 1 << 16  # bytes of a payload that one credit pays for, MS-SMB2 3.1.5.2
_SIGNED = 8  # SMB2_FLAGS_SIGNED, MS-SMB2 2.2.1.2
_HEADER = struct.Struct("<4sHHIHHIIQIIQ")  # MS-SMB2 2.2.1.2 up to the signature
_WRITE = struct.Struct("<HHIQ16sIIHHI")  # MS-SMB2 2.2.21 without its data
_DATA_AT = 112


def can(fd: Open) -> bool:
    """Whether writes to this file may go this way: signed with SMB 3's algorithms, and not encrypted."""
    connection, tree, session = fd.connection, fd.tree_connect, fd.tree_connect.session
    return bool(
        connection.dialect >= Dialects.SMB_3_0_0
        and connection.supports_multi_credit
        and session.signing_required
        and session.signing_key
        and _algorithm(connection) in (SigningAlgorithms.AES_GMAC, SigningAlgorithms.AES_CMAC)
        and not (session.encrypt_data or tree.encrypt_data or tree.is_dfs_share)
    )


def write(fd: Open, chunk: bytes, offset: int, credits_wanted: int) -> Any | None:
    """Send ``chunk`` for ``offset`` of the file: the request, for smbprotocol to receive the answer to. None
    while the connection has not the credits for it. SMBException, OSError when it breaks."""
    connection, tree = fd.connection, fd.tree_connect
    charge = (max(len(chunk), 1) - 1) // _CREDIT + 1
    with connection.sequence_lock:
        number = connection.sequence_window["low"]
        if charge > connection.sequence_window["high"] - number:
            return None
        connection.sequence_window["low"] += charge
    wanted = (charge, 0, Commands.SMB2_WRITE, credits_wanted, _SIGNED, 0, number, 0)
    whose = (tree.tree_connect_id, tree.session.session_id)
    header = _HEADER.pack(b"\xfeSMB", 64, *wanted, *whose)
    body = _WRITE.pack(49, _DATA_AT, len(chunk), offset, fd.file_id, 0, 0, 0, 0, 0)
    pieces = [header, bytes(16), body, chunk]
    pieces[1] = _signature(connection, tree.session.signing_key, number, pieces)
    request = _request(connection, number, tree.session.session_id)
    connection._check_worker_running()
    _send(connection.transport, pieces)
    return request


def _algorithm(connection: Any) -> int:
    if connection.dialect >= Dialects.SMB_3_1_1 and connection.signing_algorithm_id is not None:
        return int(connection.signing_algorithm_id)
    return int(SigningAlgorithms.AES_CMAC)


def _signature(connection: Any, key: bytes, number: int, pieces: Sequence[bytes]) -> bytes:
    """MS-SMB2 3.1.4.1: over all of the message, its signature zeros."""
    if _algorithm(connection) == SigningAlgorithms.AES_CMAC:
        made = CMAC(algorithms.AES(key))
        for piece in pieces:
            made.update(piece)
        return made.finalize()
    nonce = number.to_bytes(8, "little") + bytes(4)  # a request, and not one to cancel
    over = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    for piece in pieces:
        over.authenticate_additional_data(piece)
    over.finalize()
    return over.tag


def _request(connection: Any, number: int, session: int) -> Any:
    """What smbprotocol's receiver looks the answer up by."""
    header = SMB2HeaderRequest()
    header["message_id"] = number
    made = Request(header, SMB2WriteRequest, connection, session_id=session)
    connection.outstanding_requests[number] = made
    return made


def _send(transport: Any, pieces: Sequence[bytes]) -> None:
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


def patient_write(fd: Open, chunk: bytes, offset: int, credits_wanted: int, patience: float) -> Any:
    """``write`` that waits up to ``patience`` seconds while other threads hold the connection's credits."""
    end = time.monotonic() + patience
    while (request := write(fd, chunk, offset, credits_wanted)) is None:
        if time.monotonic() > end:
            raise SMBException("no credits to write with")
        time.sleep(0.002)
    return request
