"""What must never stand in a log: known secrets of the tests, and whatever has the shape of one."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

from core.log import SafeFormatter

KNOWN = ("917358", "604827", "Ken-2026-test", "00010203040506070809", "AAAQEAYEAUDAOCAJ")
"""PINs, passwords and seeds that the tests type."""
SHAPES = {
    "a private key": re.compile(r"PRIVATE KEY"),
    "a signed statement": re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    "a one-time code": re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}\b"),
    "a vector": re.compile(r"(-?0\.\d{3,},?\s+){4}"),
    "a PIN's hash": re.compile(r"\$argon2id\$"),
}


def _whole(secret: str) -> re.Pattern[str]:
    """Not as some digits of a longer number."""
    return re.compile(rf"(?<![\w.]){re.escape(secret)}(?![\w.])")


def leaks(line: str) -> list[str]:
    """The kinds of secret that ``line`` holds."""
    known = [f"{secret[:2]}…" for secret in KNOWN if _whole(secret).search(line)]
    return known + [kind for kind, shape in SHAPES.items() if shape.search(line)]


class Watch:
    """Sees every record of this process as the suite's log file would have it, whatever the handlers."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._before = logging.getLogRecordFactory()
        self._formatter = SafeFormatter()
        self._inside = threading.local()  # the formatter makes a record of its own

    def __enter__(self) -> Watch:
        logging.setLogRecordFactory(self._record)
        return self

    def __exit__(self, *_error: Any) -> None:
        logging.setLogRecordFactory(self._before)

    def _record(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = logging.LogRecord(*args, **kwargs)
        if getattr(self._inside, "busy", False):
            return record
        self._inside.busy = True
        try:
            line = self._formatter.format(record)
        finally:
            self._inside.busy = False
        self.found += [f"{kind} in {record.name}:{record.lineno}" for kind in leaks(line)]
        return record
