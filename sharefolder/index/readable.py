"""The first hits that a reader may open, however many others come before them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from sharefolder.index.store import Hit

PATIENCE_S = 2.0
_AT_ONCE = 500


class Found(NamedTuple):
    """``whole``: False where time was up before there were enough hits or no more: others may be there."""

    hits: list[Hit]
    whole: bool


def first_readable(
    may_read: Callable[[Sequence[str]], Sequence[bool]],
    hits: Iterable[Hit],
    limit: int,
    patience_s: float = PATIENCE_S,
) -> Found:
    """The first ``limit`` of ``hits`` whose paths ``may_read`` allows. What it raises passes through."""
    found: list[Hit] = []
    coming, size, end = iter(hits), limit, time.monotonic() + patience_s
    while part := list(islice(coming, size)):
        may = may_read([hit.entry.path for hit in part])
        found += [hit for hit, allowed in zip(part, may, strict=True) if allowed]
        if len(found) >= limit:
            break
        if time.monotonic() > end:
            return Found(found, False)
        size = _AT_ONCE
    return Found(found[:limit], True)
