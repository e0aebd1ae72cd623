"""A child process that answers lines with lines: one question at a time, each with an end in time."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "TEMP", "MAHOROBA_TEST_RUN")


class Died(Exception):  # noqa: N818 - what became of the child
    """It ended before it answered."""


class Child:
    """``python -m module arguments`` with a bare environment: it gets no secret of ours."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            cwd=_ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ}
            | {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"},
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def ask(self, line: str, timeout: float) -> str:
        """The answer to ``line`` (without its end). TimeoutError or Died: ``end`` it then."""
        try:
            assert self._process.stdin is not None  # noqa: S101 - made with a pipe
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        except OSError as error:
            raise Died from error
        if not answer:
            raise Died
        return answer

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):  # what was still to be written has nobody to read it
                self._process.stdin.close()

    def _listen(self) -> None:
        """Its lines, then one empty line when it is gone."""
        with self._process.stdout or Path(os.devnull).open() as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put("")
