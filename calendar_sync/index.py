"""When what happens and which words it has: the part of the cache that is read to show and to search.

A series is expanded into rows for a rolling window; a plain event is one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

from calendar_sync import occurrences
from calendar_sync.model import Occurrence
from calendar_sync.scan import Entry, Scan, fold, scan
from calendar_sync.tables import Tables
from core.errors import SuiteError

_EPOCH = datetime(1970, 1, 1)
CONTENT = "CASE WHEN dirty THEN local ELSE base END"


class Index(Tables):
    """Occurrences and words of every object."""

    def window(self) -> tuple[date, date]:
        """The days for which series are expanded."""
        facts = dict(
            self._sql.execute("SELECT name, value FROM fact WHERE name IN ('first', 'last')").fetchall()
        )
        if len(facts) == 2:
            return date.fromisoformat(facts["first"]), date.fromisoformat(facts["last"])
        today = self._now().date()
        return today - timedelta(days=400), today + timedelta(days=500)

    def widen(self, first: date, last: date) -> None:
        """Have series expanded for ``first`` … ``last`` as well."""
        known = self.window()
        wanted = (min(first, known[0]), max(last, known[1]))
        if wanted == known and self.fact("first"):
            return
        with self._write():
            for name, day in zip(("first", "last"), wanted, strict=True):
                self._sql.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, day.isoformat()))
            query = f"SELECT id, collection, {CONTENT} FROM object WHERE repeats"  # noqa: S608 - ours
            for number, collection, raw in self._sql.execute(query).fetchall():
                self._index(number, collection, raw, scan(raw) if raw is not None else None)

    def expand_later_ones(self) -> int:
        """Expand the series that a first download has only noted; how many. Slice by slice: it can be
        interrupted."""
        waiting = [r[0] for r in self._sql.execute("SELECT id FROM object WHERE repeats = 2")]
        query = f"SELECT collection, {CONTENT} FROM object WHERE id = ?"  # noqa: S608 - ours
        for start in range(0, len(waiting), 100):
            with self._write():
                for number in waiting[start : start + 100]:
                    row = self._sql.execute(query, (number,)).fetchone()
                    if row is not None and row[1] is not None:
                        self._index(number, row[0], row[1], scan(row[1]))
        return len(waiting)

    def _index(
        self,
        number: int,
        collection: int,
        raw: bytes | None,
        scanned: Scan | None,
        fresh: bool = False,
        later: bool = False,
    ) -> None:
        """Inside a transaction: occurrences and words of one object as they are now.

        ``fresh``: there are none yet. ``later``: a series shows its first event only, until it is expanded.
        """
        if not fresh:
            self._sql.execute("DELETE FROM occurrence WHERE object = ?", (number,))
            self._sql.execute("DELETE FROM words WHERE object = ?", (number,))
            self._sql.execute(
                "DELETE FROM meeting WHERE object = ?1 AND ?2", (number, not _has_organiser(raw))
            )
        if raw is None or scanned is None:
            return
        self._note_meetings([(number, scanned.uid, raw)])
        try:
            series = scanned.repeats and not later
            entries = occurrences.expand(raw, scanned, *self.window()) if series else scanned.entries
        except SuiteError as error:
            entries = scanned.entries
            self._sql.execute("UPDATE object SET problem = ? WHERE id = ?", (error.code, number))
        if scanned.repeats:
            self._sql.execute("UPDATE object SET repeats = ? WHERE id = ?", (2 if later else 1, number))
        self._add_rows(rows_of(number, collection, entries), words_of(number, scanned))

    def _note_meetings(self, items: Iterable[tuple[int, str, bytes]]) -> None:
        """Of ``items`` (object, UID, bytes), what has an organiser is to be looked at (``invited``)."""
        self._sql.executemany(
            "INSERT INTO meeting (object, uid) VALUES (?, ?)"
            " ON CONFLICT (object) DO UPDATE SET fresh = fresh + 1, uid = excluded.uid",
            [(number, uid) for number, uid, raw in items if _has_organiser(raw)],
        )

    def _add_rows(self, happens: Iterable[tuple[Any, ...]], words: Iterable[tuple[int, str]]) -> None:
        self._sql.executemany("INSERT INTO occurrence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", happens)
        self._sql.executemany("INSERT INTO words VALUES (?, ?)", words)

    def between(self, first: datetime, last: datetime, collections: Iterable[int]) -> list[Occurrence]:
        """What happens from ``first`` until before ``last`` (office clock), in time order."""
        chosen = ",".join(str(int(c)) for c in collections)
        a, b = seconds(first), seconds(last)
        head = f"SELECT {COLUMNS} FROM occurrence WHERE collection IN ({chosen})"  # noqa: S608 - numbers only
        near = f"{head} AND start >= ? AND start < ? AND (end > ? OR start >= ?) AND end - start <= {_LONG}"
        far = f"{head} AND start < ? AND (end > ? OR start >= ?) AND end - start > {_LONG}"
        rows = self._sql.execute(near, (a - _LONG, b, a, a)).fetchall()
        rows += self._sql.execute(far, (b, a, a)).fetchall()
        rows.sort(key=_IN_TIME)
        return self._made(rows)

    def handled(self) -> dict[tuple[int, str], datetime]:
        """Reminders put off, and until when; ``datetime.max``: done with."""
        rows = self._sql.execute("SELECT object, occurrence, until FROM reminder")
        return {(r[0], r[1]): datetime.max if r[2] is None else _wall(r[2]) for r in rows}

    def handle(self, event: int, occurrence: str, until: datetime | None) -> None:
        """Put the reminder of ``occurrence`` off, or be done with it; gone when the event is."""
        with self._write():
            self._sql.execute(
                "INSERT OR REPLACE INTO reminder SELECT id, ?, ? FROM object WHERE id = ?",
                (occurrence, seconds(until) if until is not None else None, event),
            )

    def search(self, text: str, around: datetime, limit: int = 50) -> list[Occurrence]:
        """Events with every word of ``text``: each one's occurrence nearest to ``around``, nearest first."""
        words = [fold(word) for word in text.split()][:8]
        if not words:
            return []
        where = " AND ".join(["instr(w.text, ?)"] * len(words))
        query = (
            f"SELECT {COLUMNS}, min(abs(start - ?)) AS distance FROM words w"  # noqa: S608 - placeholders only
            " JOIN occurrence ON occurrence.object = w.object"
            f" WHERE {where} GROUP BY w.object ORDER BY distance LIMIT ?"
        )
        return self._made(self._sql.execute(query, (seconds(around), *words, limit)).fetchall())

    def _made(self, rows: Sequence[Sequence[Any]]) -> list[Occurrence]:
        unsent = {r[0] for r in self._sql.execute("SELECT id FROM object WHERE dirty")}
        conflict = {r[0] for r in self._sql.execute("SELECT object FROM conflict WHERE settled = ''")}
        made, kind = tuple.__new__, Occurrence  # past its own constructor: half the time
        return [
            made(kind, (
                r[0], r[1], r[2], _wall(r[3]), _wall(r[4]), _YES[r[5]], r[6], r[7], r[8], _YES[r[9]],
                _YES[r[10]], r[1] != "", r[0] in unsent, r[0] in conflict, "",
            ))
            for r in rows
        ]  # fmt: skip


_LONG = 86_400  # s: what is longer has an index of its own (``occurrence_long``)
COLUMNS = (
    "occurrence.object, recurrence, collection, start, end, all_day, summary, location, status, private, busy"
)
_IN_TIME = itemgetter(3)
_YES = (False, True)


def _has_organiser(raw: bytes | None) -> bool:
    return raw is not None and b"ORGANIZER" in raw


def seconds(moment: datetime) -> int:
    """A naive time as a number that sorts."""
    return int((moment - _EPOCH).total_seconds())


def rows_of(number: int, collection: int, entries: Iterable[Entry]) -> list[tuple[Any, ...]]:
    return [
        (
            number, e.recurrence, seconds(e.span.start), seconds(e.span.end), e.span.all_day, e.summary,
            e.location, e.status, e.private, e.busy, collection, nth,
        )
        for nth, e in enumerate(entries) if e.span is not None
    ]  # fmt: skip


def words_of(number: int, scanned: Scan) -> list[tuple[int, str]]:
    return [(number, scanned.words)] if scanned.words.strip() else []


@lru_cache(maxsize=1 << 16)
def _wall(number: int) -> datetime:
    return _EPOCH + timedelta(seconds=number)
