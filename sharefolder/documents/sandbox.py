"""Asks the limited child about documents: whatever happens to it, the caller gets an answer in time."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.i18n import _
from sharefolder.children import Child, Died
from sharefolder.documents.kinds import UNKNOWN_KIND

TIMEOUT_S = 15.0
MAX_FILE = 100_000_000  # bytes
_START_S = 60.0
"""For a child to come, on a machine that runs much else: no document is to blame for that."""
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
        "formula": _("計算式があります。"),
        "partly": _("長いので、初めの方（100万文字）の言葉だけを探せます。"),
        UNKNOWN_KIND: _("この種類の文書は、名前でだけ探せます。"),
    }.get(reason, reason)


class Sandbox:
    """One child at a time, started at the first question. Safe from any thread."""

    def __init__(self, timeout: float = TIMEOUT_S) -> None:
        self._timeout = timeout
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._asked = 0

    def ask(self, verb: str, path: Path, **more: Any) -> Answer:
        """``text`` gives a string, ``lines`` as ``text.lines``, ``cells`` as ``workbook.read``, ``fill`` as
        ``filling.fill`` (``more``: its other arguments). Never raises for what a file holds."""
        try:
            if path.is_symlink():
                return Answer(None, "link")
            if path.stat().st_size > MAX_FILE:
                return Answer(None, "too large")
        except OSError:
            return Answer(None, "gone")
        with self._lock:
            return self._ask(json.dumps({"verb": verb, "path": str(path), **more}))

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ask(self, request: str) -> Answer:
        if self._asked >= _RECYCLE:
            self._end()
        self._asked += 1
        try:
            if self._child is None:
                self._child = Child("sharefolder.documents.child")
                self._child.ask(json.dumps({"verb": "ready"}), _START_S)
            said = json.loads(self._child.ask(request, self._timeout))
        except TimeoutError:
            self._end()
            return Answer(None, "time")
        except Died:
            self._end()
            return Answer(None, "crash")
        return Answer(said["ok"]) if "ok" in said else Answer(None, str(said["failed"]))

    def _end(self) -> None:
        child, self._child, self._asked = self._child, None, 0
        if child is not None:
            child.end()
