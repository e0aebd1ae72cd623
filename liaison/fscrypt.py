"""A guest's home encrypted with a key of its own loan: destroying the key is destroying the data.

fscrypt v2 policies by the kernel's own interface (Linux, Documentation/filesystems/fscrypt.rst; ext4 with the
``encrypt`` feature, f2fs). The 64-byte key is made here, handed to the kernel and kept nowhere else: not on a
disk, not in a log. When the kernel has let it go, or the laptop has lost its power, nobody can read the home.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import secrets
import struct

_SET_POLICY = 0x800C6613  # FS_IOC_SET_ENCRYPTION_POLICY, _IOR('f', 19, struct fscrypt_policy_v1)
_ADD_KEY = 0xC0506617  # FS_IOC_ADD_ENCRYPTION_KEY, _IOWR('f', 23, 80 bytes)
_REMOVE_KEY = 0xC0406618  # FS_IOC_REMOVE_ENCRYPTION_KEY, _IOWR('f', 24, 64 bytes)
_KEY_STATUS = 0xC080661A  # FS_IOC_GET_ENCRYPTION_KEY_STATUS, _IOWR('f', 26, 128 bytes)
_GET_POLICY = 0xC0096616  # FS_IOC_GET_ENCRYPTION_POLICY_EX, _IOWR('f', 22, 9 bytes)
_V2, _IDENTIFIER = 2, 2
_AES_256_XTS, _AES_256_CTS, _PAD_32 = 1, 4, 3
_ABSENT = 1


class KeyStaysError(Exception):
    """The kernel has not let the key go; the argument says why."""


def encrypt(home: int) -> bytes:
    """Make the empty folder ``home`` (a descriptor) an encrypted one; the key's identifier (16 bytes).

    OSError ENOTTY/EOPNOTSUPP where the file system cannot: then use a home in memory instead.
    """
    raw = bytearray(secrets.token_bytes(64))
    request = bytearray(80 + 64)
    struct.pack_into("<II", request, 0, _IDENTIFIER, 0)
    struct.pack_into("<II", request, 40, len(raw), 0)
    request[80:] = raw
    fcntl.ioctl(home, _ADD_KEY, request)
    identifier = bytes(request[8:24])
    for held in (raw, request):
        ctypes.memset((ctypes.c_char * len(held)).from_buffer(held), 0, len(held))
    policy = struct.pack("<BBBB4x16s", _V2, _AES_256_XTS, _AES_256_CTS, _PAD_32, identifier)
    fcntl.ioctl(home, _SET_POLICY, bytearray(policy))
    return identifier


def identifier_of(home: int) -> bytes | None:
    """Which key ``home`` is encrypted with, or None."""
    request = bytearray(struct.pack("<Q", 24) + bytes(24))
    try:
        fcntl.ioctl(home, _GET_POLICY, request)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTTY, errno.EOPNOTSUPP, errno.EINVAL):
            return None
        raise
    return bytes(request[16:32]) if request[8] == _V2 else None


def destroy_key(folder: int, identifier: bytes) -> None:
    """Have the kernel forget the key on the file system of ``folder`` and say that it has.

    KeyStaysError while somebody still has a file of the home open.
    """
    request = bytearray(64)
    struct.pack_into("<II", request, 0, _IDENTIFIER, 0)
    request[8:24] = identifier
    try:
        fcntl.ioctl(folder, _REMOVE_KEY, request)
    except OSError as error:
        if error.errno != errno.ENOKEY:
            raise KeyStaysError("key-stays") from error
    if key_present(folder, identifier):
        raise KeyStaysError("still-open")


def key_present(folder: int, identifier: bytes) -> bool:
    """Whether the kernel still holds the key, or part of what it opened."""
    request = bytearray(128)
    struct.pack_into("<II", request, 0, _IDENTIFIER, 0)
    request[8:24] = identifier
    fcntl.ioctl(folder, _KEY_STATUS, request)
    (status,) = struct.unpack_from("<I", request, 64)
    return bool(status != _ABSENT)


def available(folder: int) -> bool:
    """Whether new folders in ``folder`` could be encrypted."""
    try:
        key_present(folder, bytes(16))
    except OSError:
        return False
    return os.geteuid() == 0
