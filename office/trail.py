"""The audit trail, found again in a million rows: an index beside it that keeps up with it.

The trail itself stays append-only and untouched. The index holds for each row the words that it is found by
(action, people, terminal, reason), where each day begins, and the sums that the console shows. It is a cache:
deleted, damaged or of another release, it is built again from the trail.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from sqlite_utils import Database

from core.audit import Entry
from core.clock import TOKYO
from core.db import Connections, Migration, database_errors, transaction
from core.errors import SuiteError

BATCH = 5_000
ACCEPTED, REFUSED = "sign-in.accepted", "sign-in.refused"
Read = Callable[[int, int], Sequence[Entry]]
"""``core.audit.AuditLog.after``: the rows after an id, oldest first."""
_log = logging.getLogger(__name__)

_SCHEMA = (
    "CREATE TABLE mentions (word TEXT, id INTEGER, PRIMARY KEY (word, id)) WITHOUT ROWID",
    "CREATE TABLE words (word TEXT PRIMARY KEY, kind TEXT NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE days (day TEXT PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE sign_ins (
        day TEXT, hour INTEGER, outcome TEXT, reason TEXT, count INTEGER NOT NULL,
        PRIMARY KEY (day, hour, outcome, reason)
    ) WITHOUT ROWID""",
    # of each person and terminal: the newest month, and all before it
    """CREATE TABLE scores (
        kind TEXT, name TEXT, month TEXT NOT NULL, count INTEGER NOT NULL, total REAL NOT NULL,
        before INTEGER NOT NULL, total_before REAL NOT NULL, PRIMARY KEY (kind, name)
    ) WITHOUT ROWID""",
    """CREATE TABLE active (
        month TEXT, family TEXT, actor TEXT, PRIMARY KEY (month, family, actor)
    ) WITHOUT ROWID""",
    "CREATE TABLE used (day TEXT, terminal TEXT, PRIMARY KEY (day, terminal)) WITHOUT ROWID",
    "CREATE TABLE reached (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL)",
    "INSERT INTO reached VALUES (1, 0)",
)


def _create(database: Database) -> None:
    for statement in _SCHEMA:
        database.conn.execute(statement)


def _again(database: Database) -> None:
    """Rows of an earlier month that had come late were counted as the newest: everything is summed anew."""
    for table in ("mentions", "words", "days", "sign_ins", "scores", "active", "used"):
        database.conn.execute(f"DELETE FROM {table}")  # noqa: S608 our own names
    database.conn.execute("UPDATE reached SET id = 0")


def _marked(database: Database) -> None:
    """Which trail an index of before belongs to is not known: anew."""
    database.conn.execute("ALTER TABLE reached ADD COLUMN mark TEXT NOT NULL DEFAULT ''")
    _again(database)


@dataclass(frozen=True)
class Wish:
    """What is looked for: every word, as it is or all in capitals or small letters; from day to day
    (``YYYY-MM-DD``, both included; empty: open)."""

    words: tuple[str, ...] = ()
    first_day: str = ""
    last_day: str = ""


def _query(spellings: Sequence[int]) -> str:
    """Of rows that mention each word, in one of so many ``spellings``: the rarest word first."""
    joined, marks = "", [", ".join("?" * count) for count in spellings]
    for number, each in enumerate(marks[1:], 1):
        joined += f" JOIN mentions m{number} ON m{number}.id = m0.id AND m{number}.word IN ({each})"
    once = "DISTINCT " if max(spellings) > 1 else ""  # a row may have both
    return (
        f"SELECT {once}m0.id FROM mentions m0{joined} WHERE m0.word IN ({marks[0]})"  # noqa: S608 numbers only
        " AND m0.id >= ? AND m0.id < ? ORDER BY m0.id DESC LIMIT ?"
    )


@dataclass(frozen=True)
class SignIns:
    """A cell of the sign-ins: how many on a day in an hour (Japanese time) ended so."""

    day: str
    hour: int
    outcome: str
    reason: str
    count: int


@dataclass(frozen=True)
class Score:
    """The mean distance of a person's accepted faces in a month (``YYYY-MM``)."""

    month: str
    name: str
    count: int
    mean: float


class TrailIndex:
    """Safe from any thread; one follower at a time."""

    def __init__(self, path: Path, read: Read) -> None:
        self._path, self._read = path, read
        self._connections = Connections(
            path,
            [
                Migration(1, "index of the trail", _create),
                Migration(2, "sums", _again),
                Migration(3, "mark", _marked),
            ],
        )
        self._following = threading.Lock()

    def follow(self, progress: Callable[[int], object] = lambda _id: None) -> int:
        """Take up what has been written since; the id of the last row. A damaged index begins anew."""
        with self._following:
            try:
                return self._follow(progress)
            except SuiteError as error:
                if error.code not in ("DB-004", "DB-005"):
                    raise
                _log.warning("the index of the trail is made anew: %s", error.code)
                self._begin_anew()
                return self._follow(progress)

    def _follow(self, progress: Callable[[int], object]) -> int:
        reached, mark = self._reached()
        if reached and mark != _mark(self._read(reached - 1, 1)):  # another trail was put in its place
            self._begin_anew()
            reached = 0
        while rows := self._read(reached, BATCH):
            with transaction(self._connections.get()) as database:
                _take_up(database, rows)
            reached = rows[-1].id
            progress(reached)
        return reached

    def _begin_anew(self) -> None:
        self._connections.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _reached(self) -> tuple[int, str]:
        """The last row taken up, and its mark."""
        with self._reading() as database:
            id_, mark = database.conn.execute("SELECT id, mark FROM reached").fetchone()
            return int(id_), str(mark)

    def find(self, wish: Wish, limit: int = 200, before: int | None = None) -> list[int]:
        """Ids of rows, newest first, under ``before`` (for paging)."""
        with self._reading() as database:
            low, high = self._span(database, wish)
            high = min(high, before) if before is not None else high
            words = sorted((self._spelt(database, word) for word in wish.words), key=lambda found: found[1])
            if not words:
                top = min(high, self._reached()[0] + 1)
                return list(range(top - 1, max(low, top - limit) - 1, -1))
            values = [each for spellings, _count in (*words[1:], words[0]) for each in spellings]
            found = database.conn.execute(
                _query([len(spellings) for spellings, _count in words]), (*values, low, high, limit)
            )
            return [id_ for (id_,) in found]

    def words(self, kind: str, beginning: str = "", limit: int = 200) -> list[tuple[str, int]]:
        """Known words of a kind (action, person, terminal, reason) with their number of rows, most first."""
        with self._reading() as database:
            rows = database.conn.execute(
                "SELECT word, count FROM words WHERE kind = ? AND word >= ? AND word < ?"
                " ORDER BY count DESC, word LIMIT ?",
                (kind, beginning, beginning + "\U0010ffff", limit),
            )
            return [(word, count) for word, count in rows]

    def sign_ins(self, first_day: str, last_day: str) -> list[SignIns]:
        with self._reading() as database:
            rows = database.conn.execute(
                "SELECT day, hour, outcome, reason, count FROM sign_ins WHERE day BETWEEN ? AND ?"
                " ORDER BY day, hour",
                (first_day, last_day),
            )
            return [SignIns(*row) for row in rows]

    def near(self, limit: float, fewest: int, first_month: str, most: int = 500) -> list[Score]:
        """People whose mean distance in their newest month is ``limit`` or more, the largest first."""
        with self._reading() as database:
            rows = database.conn.execute(
                "SELECT month, name, count, total / count FROM scores WHERE kind = 'person'"
                " AND month >= ? AND total / count >= ? AND count >= ? ORDER BY total / count DESC LIMIT ?",
                (first_month, limit, fewest, most),
            )
            return [Score(*row) for row in rows]

    def before_and_now(self) -> list[tuple[str, int, float, int, float]]:
        """Of each terminal: (name, count and sum of the months before the newest, count and sum of that)."""
        with self._reading() as database:
            return database.conn.execute(
                "WITH newest AS (SELECT max(month) AS month FROM scores WHERE kind = 'terminal')"
                " SELECT name, before + iif(now, 0, count), total_before + iif(now, 0, total),"
                " iif(now, count, 0), iif(now, total, 0.0) FROM (SELECT scores.*, scores.month = newest.month"
                " AS now FROM scores, newest WHERE kind = 'terminal')"
            ).fetchall()

    def people_active(self, month: str, family: str) -> int:
        """How many people did something of ``family`` (the action's first word) in a month."""
        with self._reading() as database:
            query = "SELECT count(*) FROM active WHERE month = ? AND family = ?"
            return int(database.conn.execute(query, (month, family)).fetchone()[0])

    def days_used(self, beginning: str, first_day: str, last_day: str) -> tuple[int, int]:
        """(terminals, days of use) of terminals whose name begins so; a day counts once a terminal."""
        with self._reading() as database:
            row = database.conn.execute(
                "SELECT count(DISTINCT terminal), count(*) FROM used"
                " WHERE day BETWEEN ? AND ? AND terminal >= ? AND terminal < ?",
                (first_day, last_day, beginning, beginning + "\U0010ffff"),
            ).fetchone()
            return int(row[0]), int(row[1])

    @contextmanager
    def _reading(self) -> Iterator[Database]:
        with database_errors(self._path):
            yield self._connections.get()

    def _spelt(self, database: Database, word: str) -> tuple[list[str], int]:
        """The spellings of ``word`` that the trail has (or none: the word itself), and in how many rows."""
        rows = database.conn.execute(
            "SELECT word, count FROM words WHERE word IN (?, ?, ?)", (word, word.upper(), word.lower())
        ).fetchall()
        return [str(row[0]) for row in rows] or [word], sum(int(row[1]) for row in rows)

    def _span(self, database: Database, wish: Wish) -> tuple[int, int]:
        """Ids from the first row of the first day up to the first row after the last day."""
        low, high = 1, 2**62
        if wish.first_day:
            query = "SELECT min(first) FROM days WHERE day >= ?"
            low = database.conn.execute(query, (wish.first_day,)).fetchone()[0] or high
        if wish.last_day:
            query = "SELECT min(first) FROM days WHERE day > ?"
            high = database.conn.execute(query, (wish.last_day,)).fetchone()[0] or high
        return low, high


def _take_up(database: Database, rows: Sequence[Entry]) -> None:
    mentions: list[tuple[str, int]] = []
    words: Counter[tuple[str, str]] = Counter()
    sign_ins: Counter[tuple[str, int, str, str]] = Counter()
    scores: dict[tuple[str, str, str], list[float]] = {}
    days: dict[str, int] = {}
    active: set[tuple[str, str, str]] = set()
    used: set[tuple[str, str]] = set()
    for entry in rows:
        when = datetime.fromisoformat(entry.time).astimezone(TOKYO)
        day, month = f"{when:%Y-%m-%d}", f"{when:%Y-%m}"
        days.setdefault(day, entry.id)
        named = dict(_named(entry))
        mentions += [(word, entry.id) for word in named]
        words.update((word, kind) for word, kind in named.items())
        if entry.actor:
            active.add((month, entry.action.partition(".")[0], entry.actor))
        if entry.action not in (ACCEPTED, REFUSED):
            continue
        terminal = str(entry.detail.get("terminal", ""))
        sign_ins[(day, when.hour, entry.action, str(entry.detail.get("reason", "")))] += 1
        distance = entry.detail.get("distance")
        if entry.action == ACCEPTED:
            used.add((day, terminal))
            if isinstance(distance, int | float):
                scores.setdefault((month, "terminal", terminal), []).append(float(distance))
                scores.setdefault((month, "person", entry.subject), []).append(float(distance))
    _write(database, mentions, words, sign_ins, scores, days)
    run = database.conn.executemany
    run("INSERT OR IGNORE INTO active VALUES (?, ?, ?)", active)
    run("INSERT OR IGNORE INTO used VALUES (?, ?)", used)
    database.conn.execute("UPDATE reached SET id = ?, mark = ?", (rows[-1].id, _mark(rows[-1:])))


def _mark(rows: Sequence[Entry]) -> str:
    """What tells the row that was reached from one with its number in another trail (a restored one, that has
    grown since): its time is to the microsecond. Empty where there is no row."""
    text = json.dumps([astuple(row) for row in rows], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest() if rows else ""


def _write(
    database: Database,
    mentions: list[tuple[str, int]],
    words: Counter[tuple[str, str]],
    sign_ins: Counter[tuple[str, int, str, str]],
    scores: dict[tuple[str, str, str], list[float]],
    days: dict[str, int],
) -> None:
    run = database.conn.executemany
    run("INSERT OR IGNORE INTO mentions VALUES (?, ?)", sorted(mentions))
    run(
        "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT (word) DO UPDATE SET count = count + excluded.count",
        [(word, kind, count) for (word, kind), count in words.items()],
    )
    run(
        "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count",
        [(*key, count) for key, count in sign_ins.items()],
    )
    run(
        "INSERT INTO scores VALUES (?, ?, ?, ?, ?, 0, 0.0) ON CONFLICT DO UPDATE SET"
        " before = before + CASE WHEN excluded.month > month THEN count"
        "  WHEN excluded.month < month THEN excluded.count ELSE 0 END,"
        " total_before = total_before + CASE WHEN excluded.month > month THEN total"
        "  WHEN excluded.month < month THEN excluded.total ELSE 0.0 END,"
        " count = iif(excluded.month < month, 0, excluded.count) + iif(excluded.month > month, 0, count),"
        " total = iif(excluded.month < month, 0.0, excluded.total) + iif(excluded.month > month, 0.0, total),"
        " month = max(month, excluded.month)",
        [
            (kind, name, month, len(found), sum(found))
            for (month, kind, name), found in sorted(scores.items())
        ],
    )
    run("INSERT OR IGNORE INTO days VALUES (?, ?)", days.items())


def _named(entry: Entry) -> Iterator[tuple[str, str]]:
    """The words that a row is found by, with their kind."""
    yield entry.action, "action"
    for person in (entry.actor, entry.subject):
        if person:
            yield person, "person"
    for key in ("terminal", "reason"):
        if value := entry.detail.get(key):
            yield str(value)[:200], key


def in_order(ids: Sequence[int], read: Read) -> list[Entry]:
    """The trail's rows of ``ids`` (newest first), read in as few runs as they form."""
    found: list[Entry] = []
    run: list[int] = []
    for id_, following in pairwise([*ids, -1]):
        run.append(id_)
        if following != id_ - 1:
            found += reversed(read(run[-1] - 1, len(run)))
            run = []
    return found
