"""Asks the limited child about documents: whatever happens to it, the caller gets an answer in time."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.i18n import _

TIMEOUT_S = 15.0
MAX_FILE = 100_000_000  # bytes
_RECYCLE = 400  # documents, then a fresh child: what a library leaks ends with it


@dataclass(frozen=True)
class Answer:
    """``value`` as the verb gives it, or None and ``reason`` (a key of ``reason_words``)."""

    value: Any
    reason: str = ""


def reason_words(reason: str) -> str:
    """Why a document's inside is not known, in a sentence."""
    return {
        "password": _("パスワードが掛かっています。"),
        "damaged": _("ファイルが壊れています。"),
        "too large": _("大きすぎるため中を読みませんでした。"),
        "time": _("時間内に読めませんでした。"),
        "crash": _("読み取りの途中で止まりました（壊れているか、悪意のあるファイルです）。"),
        "not text": _("文字のファイルではありません。"),
        "gone": _("読む前になくなりました。"),
        "no right": _("読む権利がありません。"),
        "link": _("リンクです。"),
    }.get(reason, reason)


class Sandbox:
    """One child at a time, started at the first question. Safe from any thread."""

    def __init__(self, timeout: float = TIMEOUT_S) -> None:
        self._timeout = timeout
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._asked = 0

    def ask(self, verb: str, path: Path) -> Answer:
        """``text`` and ``lines`` give a string, ``cells`` see ``workbook.read``. Never raises for what a file
        holds."""
        try:
            if path.is_symlink():
                return Answer(None, "link")
            if path.stat().st_size > MAX_FILE:
                return Answer(None, "too large")
        except OSError:
            return Answer(None, "gone")
        with self._lock:
            return self._ask(json.dumps({"verb": verb, "path": str(path)}))

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ask(self, request: str) -> Answer:
        if self._asked >= _RECYCLE:
            self._end()
        child = self._child or self._start()
        self._asked += 1
        try:
            assert child.stdin is not None  # noqa: S101 - made with a pipe
            child.stdin.write(request + "\n")
            child.stdin.flush()
            line = self._answers.get(timeout=self._timeout)
        except queue.Empty:
            self._end()
            return Answer(None, "time")
        except OSError:
            line = ""
        if not line:  # the child's last word: it died
            self._end()
            return Answer(None, "crash")
        said = json.loads(line)
        return Answer(said["ok"]) if "ok" in said else Answer(None, str(said["failed"]))

    def _start(self) -> subprocess.Popen[str]:
        """The child gets no secret of ours: a bare environment."""
        kept = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "TEMP", "MAHOROBA_TEST_RUN")
        self._child = child = subprocess.Popen(
            [sys.executable, "-P", "-m", "sharefolder.documents.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            cwd=Path(__file__).parents[2],
            env={name: os.environ[name] for name in kept if name in os.environ}
            | {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"},
        )
        self._answers, self._asked = queue.SimpleQueue(), 0
        threading.Thread(target=_listen, args=(child, self._answers), daemon=True).start()
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        self._asked = 0
        if child is not None:
            child.kill()
            child.wait()
            if child.stdin is not None:
                with suppress(OSError):  # what was still to be written has nobody to read it
                    child.stdin.close()


def _listen(child: subprocess.Popen[str], answers: queue.SimpleQueue[str]) -> None:
    """Lines of the child, then one empty line when it is gone."""
    with child.stdout or Path(os.devnull).open() as lines:
        for line in lines:
            answers.put(line)
    answers.put("")
