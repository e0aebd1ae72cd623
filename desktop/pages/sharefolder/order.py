"""A folder's rows in order: sorted outside Qt, on a job's thread, in steps that the window does not feel."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Sequence
from typing import Any

from desktop.ui.search import fold
from sharefolder.model import Entry

Order = tuple[int, bool]
"""Column and whether downwards."""
_STEP = 500
"""Rows at a time: some two milliseconds, and sorting does not let another thread in before it has ended."""
_NUMBER = re.compile("[0-9]+")


def arranged(
    entries: Sequence[Entry], order: Order, words: str, breathe: Callable[[], object] = lambda: None
) -> list[Entry]:
    """The entries with every word, folders first, by ``order``. Slow for many: not on the UI thread.
    ``breathe`` is called every few milliseconds."""
    wanted = [fold(word) for word in words.split()]
    column, down = order
    key = _KEYS[column]
    runs = []
    for start in range(0, len(entries), _STEP):
        breathe()
        part = entries[start : start + _STEP]
        if wanted:
            part = [e for e in part if all(word in fold(e.name) for word in wanted)]
        # Folders come first both ways, and equal ones stay as they came: no two rows have one number.
        keyed = [(e.folder is down, key(e), -n if down else n, e) for n, e in enumerate(part, start)]
        keyed.sort(reverse=down)
        runs.append(keyed)
    made: list[Entry] = []
    for each in heapq.merge(*runs, reverse=down):
        made.append(each[3])
        if len(made) % _STEP == 0:
            breathe()
    return made


def _natural(name: str) -> str:
    """``第2回`` before ``第10回``: each number behind how many digits it has, with its zeros taken away."""
    return _NUMBER.sub(_counted, name.casefold())


def _counted(found: re.Match[str]) -> str:
    digits = found[0].lstrip("0")
    return f"\0{len(digits):03}{digits}"


_KEYS: tuple[Callable[[Entry], Any], ...] = (
    lambda e: _natural(e.name),
    lambda e: f"{e.name.rpartition('.')[2].casefold()}\0{_natural(e.name)}",
    lambda e: e.size,
    lambda e: e.changed,
)
