"""The log helps the administrator and never holds a face, a secret or a person's data.

By design, not by care: pictures and bytes are replaced by their shape, long values are cut, exceptions are
written as type and place (their messages quote the data), control characters are escaped, files are bounded.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from enum import Enum
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import PurePath
from typing import Any

from core.crash import describe
from core.files import make_private_folder
from core.paths import Paths

FILE_BYTES = 1_000_000
FILES_KEPT = 5
LONGEST_VALUE = 100
LONGEST_LINE = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TALKATIVE = ("httpx", "httpcore", "asyncio", "matplotlib", "PIL", "keyring")  # they write URLs and names


class SafeFormatter(logging.Formatter):
    """One bounded line a record; see the module."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        safe = logging.makeLogRecord(record.__dict__)
        safe.msg, safe.args = _message(record), None
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            safe.msg += " | " + describe(error).replace("\n", " | ")
        safe.exc_info = safe.exc_text = safe.stack_info = None
        line = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().format(safe))
        return _cut(line, LONGEST_LINE)


class _QuietFile(RotatingFileHandler):
    """A log that cannot be written (full disk) says so without repeating the record on stderr."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_private)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        sys.stderr.write(f"the log could not be written: {type(sys.exc_info()[1]).__name__}\n")


def configure(paths: Paths, level: int = logging.INFO) -> None:
    """Send all to ``state/log/mahoroba.log`` (mode 0600, six files of at most 1 MB), warnings to stderr.

    Replaces the root logger's handlers. Never raises: where no file can be written, stderr has to do.
    """
    screen = logging.StreamHandler()
    screen.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [screen]
    problem = ""
    try:
        folder = make_private_folder(paths.state / "log")
        file = _QuietFile(
            folder / "mahoroba.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
        )
        handlers.append(file)
    except OSError as error:
        problem = type(error).__name__
    for handler in handlers:
        handler.setFormatter(SafeFormatter())
    logging.basicConfig(level=level, handlers=handlers, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if problem:
        logging.getLogger(__name__).warning("no log file: %s", problem)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…(+{len(text) - longest})"


def _message(record: logging.LogRecord) -> str:
    args: Any = record.args
    message = record.msg if isinstance(record.msg, str) else str(safe_value(record.msg))
    if isinstance(args, dict) and "%(" in message:
        args = {key: safe_value(value) for key, value in args.items()}
    elif args:  # logging unpacks a dict given as the only argument: pack it again
        args = tuple(safe_value(value) for value in ((args,) if isinstance(args, dict) else args))
    try:
        return message % args if args else message
    except (TypeError, ValueError, KeyError):
        return f"(bad log arguments at {record.filename}:{record.lineno})"


def safe_value(value: object) -> object:
    """What may stand in a log for ``value``: numbers as they are, text cut, everything else by type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _cut(value, LONGEST_VALUE)
    if isinstance(value, BaseException):
        return describe(value).replace("\n", " | ")
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"<array {value.shape} {value.dtype}>"
    return _by_type(value)


def _by_type(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, PurePath):
        return str(safe_value(value.name))  # folders carry people's names
    return f"<{type(value).__name__}>"
