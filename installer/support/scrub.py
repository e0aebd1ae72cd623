"""Takes people out of a log. Our own log holds none by design (``core.log``); this does not rely on it.

A word survives that only we could have written: time, level, module, the words of our own messages
(``WORDS``), the type of an exception, error codes, places in our code, short numbers. Everything else –
names in whatever letters, addresses, paths, longer numbers – becomes ``▢``; so does, whatever its shape,
every name and number of people that this machine itself knows.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

from core.paths import Paths

GONE = "▢"
_HEAD = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+) ")
"""The formatter's own beginning: time and level."""
_PACKAGES = "auth|calendar_sync|core|desktop|installer|liaison|office|sharefolder"
_OURS = re.compile(rf"\b(?:{_PACKAGES})/[\w/]+\.py:\d+\b")
_CODE = re.compile(r"\b[A-Z]{2,8}-\d{3}\b")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|「[^」]*」|『[^』]*』|<[^>]*>")
_WORD = re.compile(r"\S+")
_MODULE = re.compile(rf"(?:{_PACKAGES})(?:\.[a-z_]+)*")
_EXCEPTION = re.compile(r"[A-Za-z_.]*(?:Error|Exception|Warning|Interrupt|Exit|Cancelled)")
_SHORT = re.compile(r"[|>:=-]+|\d{1,3}")
"""A mark, or a number too short to be a PIN or a staff number."""
WORDS = frozenset((
    "a", "again", "and", "anew", "answer", "at", "cache", "camera", "catalogue", "comparing",
    "database", "did", "display", "does", "everything", "face-report", "failed", "for", "handler", "in",
    "is", "job", "kept", "lane", "listens", "log", "longer", "mainthread", "measured", "no", "not",
    "of", "open", "pid", "pkinit", "port", "presence", "renewed", "request", "seconds", "service",
    "sign-in's", "sync", "template", "the", "ticket", "tickets", "token", "tried", "unexpectedly",
    "unreadable", "valid", "were", "written",
))  # fmt: skip
"""Of the messages in our code; one that is missing here is taken out, which is safe."""
_SHORTEST_NAME = 2
MOST_PEOPLE = 100_000


class Scrubber:
    """``known``: names and numbers to take out wherever they stand, whatever they look like."""

    def __init__(self, known: Iterable[str]) -> None:
        words = {word.casefold() for each in known for word in (each, *each.split())}
        kept = sorted((word for word in words if len(word) >= _SHORTEST_NAME), key=len, reverse=True)
        # one alternation of 100,000 names would be slow: whole words are looked up, longer texts are few
        self._known = frozenset(kept)

    def line(self, line: str) -> str:
        """``line`` without people."""
        head = _HEAD.match(line)
        begin = head.group() if head else ""
        rest = line[len(begin) :].rstrip("\n")
        rest = _QUOTED.sub(GONE, rest)
        return begin + _WORD.sub(lambda found: self._word(found.group()), rest)

    def _word(self, word: str) -> str:
        core = word.strip("[](){}.,:;?!|")
        parts = re.split(r"[^\w]+|_", core.casefold())
        if core.casefold() in self._known or self._known.intersection(parts):
            return GONE
        shapes = (_OURS, _CODE, _MODULE, _EXCEPTION, _SHORT)
        if core.casefold() in WORDS or any(shape.fullmatch(core or word) for shape in shapes):
            return word
        return GONE


def known_here(paths: Paths) -> Iterator[str]:
    """Names and numbers of people that this machine itself has: its accounts, its register, its schedules."""
    yield from paths.data.parts[1:]
    yield from _accounts()
    for file in (paths.data / "calendar").glob("*.db"):
        yield unquote(file.stem)
    yield from _register(paths.data / "auth.db")


def _accounts() -> Iterator[str]:
    """Log-in names and the names behind them; a system's own accounts (daemon, nobody) are no people."""
    if sys.platform == "win32":
        import getpass

        yield getpass.getuser()
        return
    import pwd

    for account in pwd.getpwall():
        if 1000 <= account.pw_uid < 65_000:
            yield account.pw_name
            yield account.pw_gecos.partition(",")[0]


def _register(path: Path) -> Iterator[str]:
    if not path.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as database:
            rows = database.execute("SELECT staff_number, name, kana FROM persons LIMIT ?", (MOST_PEOPLE,))
            for row in rows:
                yield from (str(value) for value in row if value)
    except sqlite3.Error:  # what it would have named is still taken out by its shape
        return
