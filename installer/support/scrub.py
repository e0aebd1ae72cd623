"""Takes people out of a log. Our own log holds none by design (``core.log``); this does not rely on it.

A word survives that only we could have written: time, level, the words of our own messages (``WORDS``), what
there is of modules, places in them, exceptions and codes (``ours``), a short number alone. Everything else –
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
from installer.support.ours import CODES, exceptions, modules

GONE = "▢"
_HEAD = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+) ")
"""The formatter's own beginning: time and level."""
_PLACE = re.compile(r"([\w/]+)\.py:\d+")
_CODE = re.compile(r"([A-Z]{2,8})-\d{3}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|「[^」]*」|『[^』]*』|<[^>]*>")
_WORD = re.compile(r"\S+")
_MARK = re.compile(r"[|>:=-]+")
_SHORT = re.compile(r"\d{1,3}")
"""A number too short to be a PIN or a staff number, when it stands alone: four of them are an address."""
_FIGURES = re.compile(r"[\d.,:/()+-]*\d[\d.,:/()+-]*")
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
        self._exceptions = exceptions()

    def line(self, line: str) -> str:
        """``line`` without people."""
        head = _HEAD.match(line)
        begin = head.group() if head else ""
        rest = line[len(begin) :].rstrip("\n")
        rest = _QUOTED.sub(GONE, rest)
        crowded = _crowded(_WORD.findall(rest))
        numbers = iter(range(len(rest)))
        return begin + _WORD.sub(lambda found: self._word(found.group(), next(numbers) in crowded), rest)

    def _word(self, word: str, crowded: bool) -> str:
        core = word.strip("[](){}.,:;?!|")
        parts = re.split(r"[^\w]+|_", core.casefold())
        if core.casefold() in self._known or self._known.intersection(parts):
            return GONE
        if core.casefold() in WORDS or _MARK.fullmatch(core or word) or self._ours(core):
            return word
        return word if _SHORT.fullmatch(core) and not crowded else GONE

    def _ours(self, core: str) -> bool:
        """A code, a module, a place in a module or an exception that there is."""
        if place := _PLACE.fullmatch(core):
            return place[1].replace("/", ".").removesuffix(".__init__") in modules()
        code = _CODE.fullmatch(core)
        return (code is not None and code[1] in CODES) or core in modules() or core in self._exceptions


def _crowded(words: list[str]) -> frozenset[int]:
    """Which words are figures with figures beside them: a telephone number, an address, a day."""
    figures = [False, *(bool(_FIGURES.fullmatch(word)) for word in words), False]
    beside = zip(figures, figures[1:], figures[2:], strict=False)
    return frozenset(at for at, (before, here, after) in enumerate(beside) if here and (before or after))


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
