"""Reading and setting the list of rights of an open file on an SMB server (MS-SMB2 2.2.37, 2.2.39)."""

from __future__ import annotations

from collections.abc import Sequence

from smbprotocol.file_info import InfoType
from smbprotocol.ioctl import CtlCode, IOCTLFlags, SMB2IOCTLRequest, SMB2IOCTLResponse
from smbprotocol.open import Open, SMB2QueryInfoRequest, SMB2QueryInfoResponse, SMB2SetInfoRequest

from sharefolder import security, smb_lsa, smb_wire
from sharefolder.model import Rights

READ_CONTROL, WRITE_DAC = 0x00020000, 0x00040000
_OWNER_AND_DACL, _DACL = 0x05, 0x04
_NO_GROUP = "None"  # the group of every account of a server without a domain: says nothing
_MOST = 1 << 16  # bytes of a descriptor


def query(fd: Open) -> security.Descriptor:
    """Who owns ``fd`` and who may what. ``fd`` is open with READ_CONTROL."""
    request = SMB2QueryInfoRequest()
    request["info_type"] = InfoType.SMB2_0_INFO_SECURITY
    request["output_buffer_length"] = _MOST
    request["additional_information"] = _OWNER_AND_DACL
    request["file_id"] = fd.file_id
    response = SMB2QueryInfoResponse()
    response.unpack(smb_wire.receive(fd, smb_wire.send(fd, request))["data"].get_value())
    return security.parsed(bytes(response["buffer"].get_value()))


def replace(fd: Open, descriptor: bytes) -> None:
    """Make ``descriptor``'s list the list of ``fd``, which is open with WRITE_DAC."""
    request = SMB2SetInfoRequest()
    request["info_type"] = InfoType.SMB2_0_INFO_SECURITY
    request["additional_information"] = _DACL
    request["file_id"] = fd.file_id
    request["buffer"] = descriptor
    smb_wire.receive(fd, smb_wire.send(fd, request))


def names(fd: Open, sids: Sequence[bytes]) -> dict[bytes, str]:
    """The names of ``sids``, as far as the server's answer can be read; ``fd`` is its pipe ``lsarpc``."""

    def transact(message: bytes) -> bytes:
        request = SMB2IOCTLRequest()
        request["ctl_code"] = CtlCode.FSCTL_PIPE_TRANSCEIVE
        request["file_id"] = fd.file_id
        request["max_output_response"] = _MOST
        request["flags"] = IOCTLFlags.SMB2_0_IOCTL_IS_FSCTL
        request["buffer"] = message
        response = SMB2IOCTLResponse()
        response.unpack(smb_wire.receive(fd, smb_wire.send(fd, request))["data"].get_value())
        return bytes(response["buffer"].get_value())

    try:
        return smb_lsa.names_of(sids, transact)
    except ValueError:
        return {}


def described(read: bool, write: bool, found: security.Descriptor | None, named: dict[bytes, str]) -> Rights:
    """In names, as far as the server tells them."""
    if found is None:
        return Rights(read, write, known=False)

    def said(sids: list[bytes]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for n in (_name(sid, named) for sid in sids) if n != _NO_GROUP))

    if found.aces is None:
        return Rights(read, write, _name(found.owner, named), ("*",), ("*",))
    return Rights(
        read,
        write,
        _name(found.owner, named) if found.owner else "",
        said(found.allowed(write=False)),
        said(found.allowed(write=True)),
        denied=said(found.denied()),
    )


def _name(sid: bytes, named: dict[bytes, str]) -> str:
    return "*" if sid == security.EVERYONE else named.get(sid) or security.words(sid)


def everyone_named(found: security.Descriptor) -> list[bytes]:
    """Every identifier in ``found`` that wants a name."""
    sids = [found.owner, *(ace.sid for ace in found.aces or ())]
    return [sid for sid in dict.fromkeys(sids) if sid and sid != security.EVERYONE]
