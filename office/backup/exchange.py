"""One data folder put in another's place: one step where the system has one, and what was there is kept."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from pathlib import Path

from core.files import make_private_folder, sync_folder, write_atomically

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_MARK = "exchanging"


def lay_aside_interrupted(fresh: Path, data: Path) -> None:
    """What a killed restore has left: after its exchange that is the office's former data, kept like any."""
    if (fresh / _MARK).exists() and (fresh / "data").is_dir():
        os.rename(fresh / "data", former_name(data))
    shutil.rmtree(fresh, ignore_errors=True)
    for left in data.parent.glob(f".{data.name}.before-restore-*.partial"):
        shutil.rmtree(left, ignore_errors=True)


def former_name(data: Path) -> Path:
    """A free name for the data that is replaced."""
    stem, number = f"{data.name}.before-restore-{time.strftime('%Y%m%dT%H%M%S')}", 1
    while (free := data.with_name(stem if number == 1 else f"{stem}-{number}")).exists() or rows_of(
        free
    ).exists():
        number += 1
    return free


def rows_of(former: Path) -> Path:
    """Where the database's rows lie that belong to it."""
    return former.with_name(f"{former.name}.database")


def exchange(fresh: Path, data: Path, former: Path) -> None:
    """``data`` becomes ``fresh`` in one step; what was there is ``former``."""
    make_private_folder(data)
    write_atomically(fresh.parent / _MARK, b"")
    if not _exchanged(
        fresh, data
    ):  # no such call here: two steps, and a crash between them leaves both aside
        os.rename(data, former)
        os.rename(fresh, data)
    else:
        os.rename(fresh, former)
    sync_folder(data.parent)


def exchange_back(fresh: Path, data: Path, former: Path) -> None:
    """As it was before ``exchange``."""
    if not _exchanged(former, data):
        os.rename(data, fresh)
        os.rename(former, data)
    else:
        os.rename(former, fresh)
    sync_folder(data.parent)


def _exchanged(one: Path, other: Path) -> bool:
    """renameat2(2) with RENAME_EXCHANGE, Linux only."""
    if not sys.platform.startswith("linux"):
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    done: int = call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0
