"""Keeps the process small: one heap that shrinks again, and free memory given back to the system.

glibc gives each thread a heap of its own and never returns what a camera thread has used (measured: 25 MiB
more after each look). Elsewhere there is nothing to do.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h
_LARGE = 128 * 1024  # bytes; a picture or a model is mapped and unmapped, not kept in the heap


def stay_small() -> None:
    """Call before the first thread starts and before numpy is loaded: our matrices are small, so one BLAS
    thread is as fast and needs no buffers for the others."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Collect garbage and trim the heap; some milliseconds, so not on the UI thread."""
    gc.collect()
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
