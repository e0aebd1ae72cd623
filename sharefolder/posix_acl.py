"""POSIX access lists of a local folder, as the kernel keeps them in extended attributes (Linux; acl(5))."""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

USER_OWNER, USER, GROUP_OWNER, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_ACCESS, _DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
_HEAD, _LINE = struct.Struct("<I"), struct.Struct("<HHI")

Lines = dict[tuple[int, int], int]
"""(tag, id) → permission bits (4 read, 2 write, 1 enter)."""


def lines(path: Path) -> Lines:
    """Who may what at ``path``: its list, or what its mode says."""
    seen = path.stat()
    try:
        found = _parsed(os.getxattr(path, _ACCESS, follow_symlinks=False)) if _supported() else None
    except OSError:
        found = None
    if found is None:
        mode = seen.st_mode
        found = {
            (USER_OWNER, _NO_ID): mode >> 6 & 7,
            (GROUP_OWNER, _NO_ID): mode >> 3 & 7,
            (OTHER, _NO_ID): mode & 7,
        }
    mask = found.pop((MASK, _NO_ID), 7)
    made: Lines = {}
    for (tag, who), bits in found.items():
        number = {USER_OWNER: seen.st_uid, GROUP_OWNER: seen.st_gid}.get(tag, who)
        kind = {USER_OWNER: USER, GROUP_OWNER: GROUP}.get(tag, tag)
        allowed = bits if tag in (USER_OWNER, OTHER) else bits & mask
        made[kind, number] = made.get((kind, number), 0) | allowed
    return made


def grant_as(sources: Iterable[Path], target: Path) -> bool:
    """Let at folder ``target`` and below exactly those who may at ``sources``, and its owner. False where
    this file system keeps no lists."""
    if not _supported():
        return False
    made: Lines = {(USER_OWNER, _NO_ID): 7, (GROUP_OWNER, _NO_ID): 0, (MASK, _NO_ID): 7, (OTHER, _NO_ID): 0}
    owner = target.stat().st_uid
    for source in sources:
        for (tag, who), bits in lines(source).items():
            if (tag, who) != (USER, owner):
                made[tag, who] = made.get((tag, who), 0) | bits
    packed = _HEAD.pack(2) + b"".join(_LINE.pack(tag, made[tag, who], who) for tag, who in sorted(made))
    try:
        os.setxattr(target, _ACCESS, packed, follow_symlinks=False)
        os.setxattr(target, _DEFAULT, packed, follow_symlinks=False)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.EINVAL, errno.ENOSYS):
            return False
        raise
    return True


def _supported() -> bool:
    return sys.platform == "linux"


def _parsed(data: bytes) -> Lines | None:
    if len(data) < 4 or _HEAD.unpack_from(data)[0] != 2:
        return None
    return {(tag, who): bits for tag, bits, who in _LINE.iter_unpack(data[4 : 4 + (len(data) - 4) // 8 * 8])}


def names(found: Lines, bit: int) -> tuple[str, ...]:
    """The people and groups that have ``bit``; ``*`` for everybody."""
    import grp
    import pwd

    said = []
    for (tag, who), bits in found.items():
        if not bits & bit:
            continue
        try:
            if tag == OTHER:
                said.append("*")
            else:
                said.append(pwd.getpwuid(who).pw_name if tag == USER else grp.getgrgid(who).gr_name)
        except KeyError:
            said.append(str(who))
    return tuple(dict.fromkeys(said))
