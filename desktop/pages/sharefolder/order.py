"""A folder's rows in order: sorted outside Qt, on a job's thread, in steps that the window does not feel."""

from __future__ import annotations

import heapq
import re
from array import array
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
) -> array[int]:
    """The numbers of the entries with every word, folders first, by ``order``; equal ones as they came. Slow
    for many: not on the UI thread. ``breathe`` is called every few milliseconds."""
    wanted = [fold(word) for word in words.split()]
    column, down = order
    key = _KEYS[column]
    keys: list[Any] = []  # by number; sorting numbers by them makes no object a row
    folders: list[list[int]] = []
    files: list[list[int]] = []
    for start in range(0, len(entries), _STEP):
        breathe()
        part = entries[start : start + _STEP]
        keys += map(key, part)
        fit = [n for n, e in enumerate(part, start) if all(word in fold(e.name) for word in wanted)]
        for runs, kind in ((folders, True), (files, False)):
            run = [n for n in fit if part[n - start].folder is kind]
            run.sort(key=keys.__getitem__, reverse=down)
            runs.append(run)
    made: array[int] = array("I")
    for runs in (folders, files):
        for number in heapq.merge(*filter(None, runs), key=keys.__getitem__, reverse=down):
            made.append(number)
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
