"""The window goes first: while it paints or takes in an answer, jobs hold still at their next report.

Python runs one thread at a time. Painting a table asks Python hundreds of times, and each time a busy job has
the word for up to five milliseconds: together that was seconds in which the window did not answer. Qt's own
signals of its event loop do not tell when it is at work: with glib they come the other way round.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH = 0.001
"""Seconds for which a busy thread keeps the word when another asks for it. Python's own are 5 ms: a few
times in one answer of the window that is more than the 16 ms it has."""
_LONGEST = 0.05
"""Seconds that a job holds still at once: beside a window that is always busy it goes on, slower."""
_at_rest = threading.Event()
_at_rest.set()
_depth = 0  # of ``first`` in ``first``; only the UI thread changes it


@contextmanager
def first() -> Iterator[None]:
    """Nothing of ours competes with the block, but for the milliseconds to a job's next report. On the UI
    thread."""
    global _depth
    _depth += 1
    _at_rest.clear()
    try:
        yield
    finally:
        _depth -= 1
        if not _depth:
            _at_rest.set()


def give_way() -> None:
    """Hold still while the window is at work; from a job's thread."""
    if not _at_rest.is_set():
        _at_rest.wait(_LONGEST)
