"""A rename that is never over another, on a path: the system looks and renames in one step, so that of two
terminals that want one name at the same moment only one gets it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

_HERE, _NO_REPLACE = -100, 1  # AT_FDCWD, RENAME_NOREPLACE: renameat2(2)
_NOT_SO = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""This kernel, or this file system, cannot refuse."""
_NO_SECOND_NAME = (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS)


def rename_new(start: Path, end: Path) -> None:
    """Give ``start`` the name ``end``. OSError, FileExistsError where something has it.

    Where neither the rename can refuse nor a file can have two names (an old kernel, some network mounts) it
    is looked at before, which two at the same moment can both pass.
    """
    if sys.platform == "win32":
        os.rename(start, end)  # refuses by itself
    elif not (_refusing(start, end) or _by_second_name(start, end)):
        if os.path.lexists(end):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(end))
        start.rename(end)


def _refusing(start: Path, end: Path) -> bool:
    """Whether the system could be asked so. OSError."""
    if _rename is None:
        return False
    if _rename(_HERE, os.fsencode(start), _HERE, os.fsencode(end), _NO_REPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_SO:
        return False
    raise OSError(number, os.strerror(number), str(end))


def _by_second_name(start: Path, end: Path) -> bool:
    """The file under both names, then under the new one alone. Whether it could be done so. OSError."""
    if start.is_dir():
        return False
    try:
        os.link(start, end, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NO_SECOND_NAME:
            return False
        raise
    start.unlink()
    return True


def _renameat2() -> Callable[[int, bytes, int, bytes, int], int] | None:
    if sys.platform != "linux":
        return None
    try:
        found = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # glibc before 2.28
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return found


_rename = _renameat2()
