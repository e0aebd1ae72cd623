"""Keeps the process small: one heap that shrinks again, and memory that is not used given back to the system.

glibc gives each thread a heap of its own and never returns what a camera thread has used (measured: 25 MiB
more after each look). Elsewhere there is nothing to do.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterator

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h
_LARGE = 128 * 1024  # bytes; a picture or a model is mapped and unmapped, not kept in the heap
_MADV_DONTNEED = 4  # madvise(2)
# The head of a mapping that is readable, private and not writable: proc_pid_smaps(5).
_LIBRARY = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r-[-x]p \S+ \S+ \d+ +(/.*\.so(?:\.[\d.]+)?)$")
_COMES_AND_GOES = ("/plugins/", "/gconv/")


def stay_small() -> None:
    """Call before the first thread starts and before numpy is loaded: our matrices are small, so one BLAS
    thread is as fast and needs no buffers for the others."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Trim the heap and let go of code that nobody runs now; some 20 ms, so not on the UI thread."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)
        libc.madvise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        for start, size in _unchanged_code():
            libc.madvise(start, size, _MADV_DONTNEED)


def _unchanged_code() -> Iterator[tuple[int, int]]:
    """(address, bytes) of what libraries brought from their files and nobody may write: more than half of it
    ran once, at start. The system has it in its cache: whoever calls it again has it back in microseconds.

    Libraries stay where they are until the program ends; plugins may not, and are left alone.
    """
    with open("/proc/self/smaps", encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    found = None
    for line in lines:
        if not line[:1].isupper():  # the head of a mapping; the facts below it begin with a capital
            found = _LIBRARY.match(line)
            found = None if found and any(each in found[3] for each in _COMES_AND_GOES) else found
        elif found and line.split()[:2] == ["Anonymous:", "0"]:
            start = int(found[1], 16)
            yield start, int(found[2], 16) - start


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
