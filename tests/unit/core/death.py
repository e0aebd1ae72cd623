"""Dying on purpose: a child process that SIGKILLs itself at the n-th line it executes in our packages."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import core

_CORE = str(Path(core.__file__).parent)


def every_death(
    prepare: Callable[[], None], work: Callable[[], None], stride: int = 1, also: Sequence[Path] = ()
) -> Iterator[int]:
    """Run ``prepare`` and then ``work`` in a child that dies at line 1, 1 + stride, … until it lives through.
    Lines of core/ count, and those below the folders ``also``.

    Yields after each death, so that the caller looks at what is left; at least ten deaths must happen.
    """
    line = 1
    while True:
        prepare()
        if not _dies(line, work, (_CORE, *map(str, also))):
            break
        yield line
        line += stride
    assert line > 10 * stride, "the work was never interrupted: nothing was proved"


def in_child(work: Callable[[], None]) -> int:
    """Run ``work`` in a forked child (for limits that cannot be taken back); its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _dies(line: int, work: Callable[[], None], where: tuple[str, ...]) -> bool:
    left = line

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(where):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def traced() -> None:
        sys.settrace(trace)
        work()

    code = in_child(traced)
    assert code in (0, -signal.SIGKILL), f"the child failed with {code} instead of dying"
    return code != 0
