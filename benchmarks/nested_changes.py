"""Changes in folders below the watched one: told by notices where the server gives any, else by re-listing.

A part of ``sharefolder_smb``'s figures, on its server.
"""

from __future__ import annotations

import os
import queue
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks.record import Record
from core.jobs import Report
from sharefolder.index import crawl
from sharefolder.index.store import IndexStore
from sharefolder.ports import Storage

FOLDERS, CHANGES = 60, 60
_QUIET = Report(lambda _done, _total, _text: None)


def records(storage: Storage, other: Storage, disk: Path) -> Iterator[Record]:
    """``storage`` looks, ``other`` is another's connection, ``disk`` the same share on its server."""
    folders = [f"下/課{number:02}/中" for number in range(FOLDERS)]
    for folder in folders:
        (disk / folder).mkdir(parents=True)
    took, missed = _told(storage, other, folders)
    p95 = statistics.quantiles(took, n=20)[-1] * 1000
    n = f"{CHANGES} changes two folders down, {missed} missed"
    yield Record("change in a folder below, by another over SMB → told here, p95", p95, "ms",
                 "≤ 100, 0 missed", p95 <= 100 and not missed, n=n)  # fmt: skip
    seconds, missed = _found_again(storage, disk, folders)
    n = f"{CHANGES} changes two folders down, of which no server tells; one look at {2 * FOLDERS + 1} folders"
    yield Record("… on the server's own disk: missed by the look that is taken now and then", missed, "", "0",
                 not missed, n=f"{n} took {seconds * 1000:.0f} ms")  # fmt: skip


def _told(storage: Storage, other: Storage, folders: list[str]) -> tuple[list[float], int]:
    told: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
    watch = storage.watch("下", lambda folder: told.put((time.monotonic(), folder)), tree=True)
    time.sleep(1)
    took, missed = [], 0
    for number in range(CHANGES):
        folder = folders[number % FOLDERS]
        begin = time.monotonic()
        with other.append(f"{folder}/{os.urandom(4).hex()}.txt", 0):
            pass
        with suppress(queue.Empty):
            while (heard := told.get(timeout=3))[1] != folder or heard[0] < begin:
                pass
            took.append(heard[0] - begin)
            continue
        missed += 1
    watch.stop()
    return took, missed


def _found_again(storage: Storage, disk: Path, folders: list[str]) -> tuple[float, int]:
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as home:
        index = IndexStore(Path(home) / "index.db")
        crawl.list_again(storage, index, _QUIET, "下")
        for number in range(CHANGES):
            (disk / folders[number % FOLDERS] / f"{os.urandom(4).hex()}.csv").touch()
        begin = time.monotonic()
        found = crawl.list_again(storage, index, _QUIET, "下").changed
        return time.monotonic() - begin, CHANGES - found
