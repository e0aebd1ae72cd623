"""The index of one share in one SQLite file: contentless FTS5 over character pairs.

Of a document it keeps which pairs it holds, and its lines, each once, folded, sorted and compressed, to see
whether a longer word really stands there. The file is as confidential as what it was made from.

Through apsw, whose SQLite is new enough for ``contentless_delete``. A connection a thread; WAL, so that
searching and updating do not wait for each other. The index can always be built again.
"""

from __future__ import annotations

import threading
import zlib
from calendar import timegm
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import MAXYEAR
from itertools import islice
from pathlib import Path

import apsw

from core.files import make_private_folder
from sharefolder.documents.kinds import CLOSED, UNKNOWN_KIND
from sharefolder.index import bigram
from sharefolder.model import Entry

_VERSION = 6
_SCHEMA = """
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, parent TEXT NOT NULL, name TEXT NOT NULL,
    folder INTEGER NOT NULL, size INTEGER NOT NULL, changed REAL NOT NULL,
    touched REAL NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX files_parent ON files (parent);
CREATE INDEX files_state ON files (state) WHERE state != 'text';
CREATE INDEX files_read ON files (changed) WHERE state IN ('text', 'partly');
CREATE TABLE newest (
    changed REAL NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, section TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (changed, id)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE names USING fts5(t, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE bodies USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE TABLE lines (id INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
"""
WAITING, TEXT, PARTLY, NO_TEXT = "waiting", "text", "partly", "none"
"""States: to be read, read, its beginning read, without words; anything else is the reason why it could not
be read."""
_FEW = 2_000
_SLICE, _PAGE = 500, 100
_READ = (TEXT, PARTLY)
_ALWAYS = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class Wish:
    """What is looked for, and the filters: first folder (section), kinds (suffixes), year of change (UTC)."""

    words: str
    section: str = ""
    kinds: frozenset[str] = frozenset()
    year: int | None = None


@dataclass(frozen=True)
class Hit:
    """``in_name``, ``in_text``: where the words were found."""

    entry: Entry
    in_name: bool
    in_text: bool


class IndexStore:
    """See the module. All methods are safe from any thread; one writer at a time."""

    def __init__(self, path: Path, few: int = _FEW) -> None:
        """``few``: so many hits are put in order by their dates; of more, entries are looked through by date
        until enough hold the words."""
        make_private_folder(path.parent)
        self._path, self._few = path, few
        self._local = threading.local()
        self._writing = threading.RLock()
        with self._writing:
            try:
                version = self._open().pragma("user_version")
            except (apsw.NotADBError, apsw.CorruptError):  # everything in it is read from the share again
                self._local.database = version = None
                for damaged in (path, *(path.with_name(f"{path.name}-{end}") for end in ("wal", "shm"))):
                    damaged.unlink(missing_ok=True)
            if version != _VERSION:
                self._begin_anew(self._open())

    def _open(self) -> apsw.Connection:
        database: apsw.Connection | None = getattr(self._local, "database", None)
        if database is None:
            database = self._local.database = apsw.Connection(str(self._path))
            database.set_busy_timeout(5000)
            database.pragma("auto_vacuum", 2)  # incremental; counts for a new file only
            database.pragma("journal_mode", "wal")
            database.pragma("synchronous", "normal")
            database.pragma("cache_size", -16384)
        return database

    def _begin_anew(self, database: apsw.Connection) -> None:
        with database:
            for name in ("files", "newest", "names", "bodies", "lines"):
                database.execute(f"DROP TABLE IF EXISTS {name}")
            database.execute(_SCHEMA)
            database.pragma("user_version", _VERSION)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All of the block in one transaction."""
        with self._writing, self._open():
            yield

    def known(self, folder: str) -> dict[str, tuple[int, float, float, bool]]:
        """path → (size, changed, touched, folder) of what the index has directly in ``folder``."""
        rows = self._open().execute(
            "SELECT path, size, changed, touched, folder FROM files WHERE parent = ?", (folder,)
        )
        return {path: (*seen, bool(is_folder)) for path, *seen, is_folder in rows}

    def holds(self, path: str) -> bool:
        """Whether the index has this very path."""
        return self._open().execute("SELECT 1 FROM files WHERE path = ?", (path,)).fetchone() is not None

    def put(self, entries: Iterable[Entry], readable: Callable[[Entry], bool]) -> None:
        """Take in new or changed entries: their names are found at once, their text once it is read."""
        with self.writing():
            database = self._open()
            for entry in entries:
                self._forget(database, entry.path)
                closed = UNKNOWN_KIND if kind(entry) in CLOSED else NO_TEXT
                state = WAITING if readable(entry) else closed
                row = (entry.path, entry.parent, entry.name, int(entry.folder), *entry[3:])
                database.execute(
                    "INSERT INTO files (path, parent, name, folder, size, changed, touched, kind, state)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, kind(entry), state),
                )
                number = database.last_insert_rowid()
                database.execute(
                    "INSERT INTO names (rowid, t) VALUES (?, ?)", (number, bigram.tokens(entry.name))
                )
                section = entry.path.partition("/")[0]
                dated = (entry.changed, number, _folded(entry.name), section, kind(entry))
                database.execute("INSERT INTO newest VALUES (?, ?, ?, ?, ?)", dated)

    def forget(self, paths: Iterable[str]) -> None:
        """These and everything below them are no longer on the share."""
        with self.writing():
            database = self._open()
            for path in paths:
                below = database.execute(
                    "SELECT path FROM files WHERE path = ? OR (path > ? AND path < ?)",
                    (path, f"{path}/", f"{path}0"),  # "0" follows "/"
                )
                for (each,) in list(below):
                    self._forget(database, each)

    def _forget(self, database: apsw.Connection, path: str) -> None:
        for number, changed in list(
            database.execute("SELECT id, changed FROM files WHERE path = ?", (path,))
        ):
            database.execute("DELETE FROM newest WHERE changed = ? AND id = ?", (changed, number))
            for table in ("names", "bodies", "lines"):
                database.execute(f"DELETE FROM {table} WHERE rowid = ?", (number,))  # noqa: S608 - ours
            database.execute("DELETE FROM files WHERE id = ?", (number,))

    def waiting(self, limit: int) -> list[Entry]:
        """Documents whose text is still to be read, the newest first."""
        rows = self._open().execute(
            "SELECT path, name, folder, size, changed, touched FROM files WHERE state = ?"
            " ORDER BY changed DESC LIMIT ?",
            (WAITING, limit),
        )
        return [Entry(p, n, bool(f), *rest) for p, n, f, *rest in rows]

    def read(self, answers: Iterable[tuple[Entry, str | None, str]]) -> None:
        """What came of reading documents: (which, its ``bigram.lines`` or None, why not or not all). One
        that has changed meanwhile keeps waiting."""
        with self.writing():
            database = self._open()
            for entry, lines, reason in answers:
                found = database.execute(
                    "SELECT id FROM files WHERE path = ? AND size = ? AND changed = ? AND touched = ?",
                    (entry.path, *entry[3:]),
                ).fetchone()
                if found is None:
                    continue
                if lines is not None:
                    body = (found[0], bigram.once(lines))
                    database.execute("INSERT INTO bodies (rowid, t) VALUES (?, ?)", body)
                    packed = (found[0], zlib.compress(lines.encode()))
                    database.execute("INSERT INTO lines (id, packed) VALUES (?, ?)", packed)
                state = reason or TEXT
                database.execute("UPDATE files SET state = ? WHERE id = ?", (state, found[0]))

    def unread(self) -> list[tuple[str, str]]:
        """(path, reason) of every document that could not be read, or not all of it."""
        rows = self._open().execute(
            "SELECT path, state FROM files WHERE state NOT IN (?, ?, ?) ORDER BY path",
            (WAITING, TEXT, NO_TEXT),
        )
        return [(path, state) for path, state in rows]

    def counts(self) -> dict[str, int]:
        """How many entries are in each state."""
        return dict(self._open().execute("SELECT state, count(*) FROM files GROUP BY state"))

    def matching(self, words: str) -> set[int]:
        """The rows of all entries whose name or text holds ``words``, in the order in which they were put."""
        found = set(self._holding("names", words))
        doubtful, database = bigram.to_verify(words), self._open()
        found.update(n for n in self._holding("bodies", words) if _stand_in(database, n, doubtful))
        return found

    def _holding(self, table: str, words: str) -> Iterator[int]:
        """The rows of ``names`` that hold every one of ``words``; of ``bodies`` those that may."""
        expression = bigram.match(words, places=table == "names")
        if expression:
            query = f"SELECT rowid FROM {table} WHERE {table} MATCH ?"  # noqa: S608 - ours
            yield from (number for (number,) in self._open().execute(query, (expression,)))

    def search(self, wish: Wish, limit: int = 500) -> list[Hit]:
        """The first ``limit`` of ``found``."""
        return list(islice(self.found(wish), limit))

    def found(self, wish: Wish) -> Iterator[Hit]:
        """Every hit, names first, and of both the newest first. Not yet filtered by the reader's rights. For
        the thread that begins it alone."""
        database, words = self._open(), bigram.words(wish.words)
        if not words:
            return
        for entry, number, read in self._rows(database, wish, self._named(wish, words)):
            yield Hit(entry, True, read and _stand_in(database, number, words))
        for entry, _number, _read in self._rows(database, wish, self._written(wish, words)):
            if not _holds(entry.name, words):
                yield Hit(entry, False, True)

    def _named(self, wish: Wish, words: list[str]) -> Iterator[int]:
        """The rows whose names hold ``words``, the newest first."""
        few = list(islice(self._holding("names", wish.words), self._few + 1))
        if len(few) <= self._few:
            yield from self._by_date(few)
            return
        where, values = _filters(wish, "section = ?", (wish.section.partition("/")[0],))
        query = (
            f"SELECT id FROM newest WHERE {where}{' AND instr(name, ?)' * len(words)}"  # noqa: S608 - bound values
            " ORDER BY changed DESC, id DESC"
        )
        yield from (number for (number,) in self._open().execute(query, (*values, *words)))

    def _written(self, wish: Wish, words: list[str]) -> Iterator[int]:
        """The rows whose texts hold ``words``, the newest first."""
        database, few = self._open(), list(islice(self._holding("bodies", wish.words), self._few + 1))
        doubtful = words
        if len(few) <= self._few:
            numbers, doubtful = iter(self._by_date(few)), bigram.to_verify(wish.words)
        else:
            where, values = _filters(wish)
            query = (
                f"SELECT id FROM files WHERE state IN ('text', 'partly') AND {where}"  # noqa: S608 - bound values
                " ORDER BY changed DESC"
            )
            numbers = (number for (number,) in database.execute(query, values))
        yield from (number for number in numbers if _stand_in(database, number, doubtful))

    def _by_date(self, numbers: list[int]) -> list[int]:
        dated: list[tuple[float, int]] = []
        for start in range(0, len(numbers), _SLICE):
            part = numbers[start : start + _SLICE]
            query = f"SELECT changed, id FROM files WHERE id IN ({', '.join('?' * len(part))})"  # noqa: S608 - bound values
            dated += self._open().execute(query, part)
        return [number for _changed, number in sorted(dated, reverse=True)]

    def _rows(
        self, database: apsw.Connection, wish: Wish, numbers: Iterator[int]
    ) -> Iterator[tuple[Entry, int, bool]]:
        """The entries of ``numbers`` that pass the filters, in that order; whether their text is known."""
        where, values = _filters(wish)
        size = _PAGE
        while part := list(islice(numbers, size)):
            query = (
                "SELECT id, path, name, folder, size, changed, state FROM files WHERE id IN"  # noqa: S608 - bound values
                f" ({', '.join('?' * len(part))}) AND {where}"
            )
            rows = {row[0]: row[1:] for row in database.execute(query, (*part, *values))}
            for number in part:
                if (row := rows.get(number)) is not None:
                    path, name, folder, length, changed, state = row
                    yield Entry(path, name, bool(folder), length, changed), number, state in _READ
            size = _SLICE

    def settle(self) -> None:
        """Everything into the one file (it may have a log beside it)."""
        self._open().execute("PRAGMA wal_checkpoint(truncate)").fetchall()

    def optimise(self) -> None:
        """Merge what many small updates have left; after a crawl."""
        with self.writing():
            for table in ("names", "bodies"):
                self._open().execute(f"INSERT INTO {table}({table}) VALUES('optimize')")
        self._open().execute("PRAGMA incremental_vacuum").fetchall()


def _folded(name: str) -> str:
    return bigram.fold(name).replace("_", " ")


def _holds(name: str, words: Iterable[str]) -> bool:
    folded = _folded(name)
    return all(word in folded for word in words)


_BELOW = "(path = ? OR (path > ? AND path < ?))"


def _filters(
    wish: Wish, section: str = _BELOW, places: tuple[str, ...] = ()
) -> tuple[str, list[float | str]]:
    """A condition and its values; ``section`` and ``places``: how a table tells what is below the section."""
    where, values = ["changed >= ? AND changed < ?"], list[float | str](_span(wish.year))
    if wish.section:
        where.append(section)
        values += places or (wish.section, f"{wish.section}/", f"{wish.section}0")
    if wish.kinds:
        where.append(f"kind IN ({', '.join('?' * len(wish.kinds))})")
        values += sorted(wish.kinds)
    return " AND ".join(where), values


def _span(year: int | None) -> tuple[float, float]:
    """From when on and until when ``year`` is, in UTC."""
    if year is None:
        return _ALWAYS
    if not 1 <= year < MAXYEAR:
        return 1.0, 0.0
    return float(timegm((year, 1, 1, 0, 0, 0))), float(timegm((year + 1, 1, 1, 0, 0, 0)))


def _stand_in(database: apsw.Connection, number: int, words: Collection[str]) -> bool:
    if not words:
        return True
    row = database.execute("SELECT packed FROM lines WHERE id = ?", (number,)).fetchone()
    text = zlib.decompress(row[0]).decode() if row is not None else ""
    return all(word in text for word in words)


def kind(entry: Entry) -> str:
    """``folder``, or the suffix in lower case."""
    if entry.folder:
        return "folder"
    stem, dot, suffix = entry.name.rpartition(".")
    return suffix.lower() if dot and stem and len(suffix) <= 8 else ""
