"""When a file was born, which nobody can set (statx(2)); Python 3.11 does not tell it on Linux."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import time
from pathlib import Path

_AT_FDCWD, _NO_FOLLOW, _BTIME = -100, 0x100, 0x800
_COARSE = 5  # CLOCK_REALTIME_COARSE: the clock by which the kernel dates files
_SIZE, _MASK, _BORN = 256, "<I", "<qI"  # of struct statx; stx_mask at 0, stx_btime at 80


def now() -> int:
    """Nanoseconds, by the clock that dates files; it goes in steps of some milliseconds."""
    return time.clock_gettime_ns(_COARSE) if sys.platform == "linux" else time.time_ns()


def of(path: Path) -> int:
    """Nanoseconds; where the file system does not keep it, when its content was last changed. OSError."""
    if sys.platform != "linux":
        return path.lstat().st_mtime_ns
    buffer = ctypes.create_string_buffer(_SIZE)
    library = ctypes.CDLL(None, use_errno=True)
    if library.statx(_AT_FDCWD, os.fsencode(path), _NO_FOLLOW, _BTIME, buffer):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if not struct.unpack_from(_MASK, buffer, 0)[0] & _BTIME:
        return path.lstat().st_mtime_ns
    seconds, nanoseconds = struct.unpack_from(_BORN, buffer, 80)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)
