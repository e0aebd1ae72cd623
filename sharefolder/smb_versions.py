"""Earlier versions that an SMB server keeps ("previous versions", Samba's vfs_shadow_copy2): which there are,
and a file opened as it was then (MS-SMB2 2.2.13.2.7, MS-SMB 2.2.7.2.2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from smbprotocol.create_contexts import (
    CreateContextName,
    SMB2CreateContextRequest,
    SMB2CreateTimewarpToken,
)
from smbprotocol.exceptions import SMBResponseException
from smbprotocol.file_info import FileAttributes
from smbprotocol.ioctl import CtlCode, IOCTLFlags, SMB2IOCTLRequest, SMB2IOCTLResponse
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.tree import TreeConnect

from sharefolder import errors, smb_listing, smb_wire

MOST = 200  # of the newest moments are looked at
_ANSWER = 1 << 16
_FORM = "@GMT-%Y.%m.%d-%H.%M.%S"
_TOKEN = re.compile(r"@GMT-\d{4}\.\d\d\.\d\d-\d\d\.\d\d\.\d\d")


def moments(fd: Open) -> list[float] | None:
    """The times (seconds, UTC) of which the server keeps the share, the newest first; None where it keeps
    none. ``fd`` is any open file or folder of the share."""
    request = SMB2IOCTLRequest()
    request["ctl_code"] = CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS
    request["file_id"] = fd.file_id
    request["max_output_response"] = _ANSWER
    request["flags"] = IOCTLFlags.SMB2_0_IOCTL_IS_FSCTL
    try:
        answer = smb_wire.receive(fd, smb_wire.send(fd, request))
    except SMBResponseException:  # not supported here: there is no other sign of it
        return None
    response = SMB2IOCTLResponse()
    response.unpack(answer["data"].get_value())
    return parsed(bytes(response["buffer"].get_value()))


def parsed(buffer: bytes) -> list[float]:
    """The moments in an SRV_SNAPSHOT_ARRAY, the newest first; what is no moment is left out."""
    found = set()
    for token in buffer[12:_ANSWER].decode("utf-16-le", "replace").split("\0"):
        if _TOKEN.fullmatch(token):
            try:
                found.add(datetime.strptime(token, _FORM).replace(tzinfo=UTC).timestamp())
            except ValueError:  # month 13
                continue
    return sorted(found, reverse=True)[:MOST]


@contextmanager
def opened(tree: TreeConnect, path: str, moment: float) -> Iterator[Open]:
    """The file at ``path`` as it was at ``moment``, for reading. SMBResponseException where it was not."""
    fd = _open(tree, path, moment, CreateOptions.FILE_OPEN_REPARSE_POINT)
    try:
        if fd.file_attributes & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT:
            if smb_listing.is_link(smb_listing.tag_of(fd)):
                raise errors.outside()
            fd.close()
            fd = _open(tree, path, moment, 0)  # the file itself, which the server holds elsewhere
        yield fd
    finally:
        fd.close()


def _open(tree: TreeConnect, path: str, moment: float, options: int) -> Open:
    token, context = SMB2CreateTimewarpToken(), SMB2CreateContextRequest()
    token["timestamp"] = datetime.fromtimestamp(moment, UTC)
    context["buffer_name"] = CreateContextName.SMB2_CREATE_TIMEWARP_TOKEN
    context["buffer_data"] = token
    fd = Open(tree, path.replace("/", "\\"))
    fd.create(
        ImpersonationLevel.Impersonation,
        FilePipePrinterAccessMask.FILE_READ_DATA | FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES,
        FileAttributes.FILE_ATTRIBUTE_NORMAL,
        ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE,
        CreateDisposition.FILE_OPEN,
        CreateOptions.FILE_NON_DIRECTORY_FILE | options,
        create_contexts=[context],
    )
    return fd


def written(fd: Open) -> float:
    """When its content was last changed: seconds, UTC."""
    stamp: float = fd.last_write_time.timestamp()
    return stamp
