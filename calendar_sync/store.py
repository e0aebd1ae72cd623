"""The cache on disk: one SQLite file a person; nothing is forgotten before it is known to be sent.

Threads: each gets its own connection. Every write re-reads what it depends on inside its own transaction,
because the person edits while a synchronisation runs.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from calendar_sync import occurrences
from calendar_sync.model import Collection, Conflict, Occurrence, Seen
from calendar_sync.plan import Row
from calendar_sync.scan import Entry, Scan, fold, scan
from calendar_sync.schema import MIGRATIONS
from core.db import Connections, transaction
from core.errors import SuiteError

KEPT_DAYS = 30
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Object:
    """One calendar object. ``content`` is what the person sees (None: deleted here)."""

    id: int
    collection: int
    href: str
    uid: str
    etag: str
    base: bytes | None
    local: bytes | None
    dirty: bool

    @property
    def content(self) -> bytes | None:
        return self.local if self.dirty else self.base


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request whose outcome is not known yet. ``body`` None: a DELETE."""

    id: str
    object: int
    body: bytes | None
    etag: str


class Store:
    """All of one person's calendars."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._connections = Connections(path, MIGRATIONS)
        self._now = now

    @property
    def _sql(self) -> sqlite3.Connection:
        return self._connections.get().conn

    def _write(self) -> AbstractContextManager[Database]:
        return transaction(self._connections.get())

    def close(self) -> None:
        """Close this thread's connection."""
        self._connections.close()

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")

    # collections

    def collections(self) -> list[Collection]:
        rows = self._sql.execute(
            "SELECT id, href, name, colour, writable, shown, held, kind FROM collection ORDER BY id"
        )
        return [
            Collection(r[0], r[1], r[2], r[3], bool(r[4]), bool(r[5]), len(json.loads(r[6])), r[7])
            for r in rows
        ]

    def remember_collection(
        self,
        href: str,
        name: str,
        colour: str,
        writable: bool = True,
        kind: str = "own",
        shown: bool = True,
    ) -> int:
        """Add or rename a collection; its number."""
        with self._write():
            self._sql.execute(
                "INSERT INTO collection (href, name, colour, writable, kind, shown) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (href) DO UPDATE SET name = excluded.name, writable = excluded.writable,"
                " kind = excluded.kind",
                (href, name, colour, writable, kind, shown),
            )
            return int(self._sql.execute("SELECT id FROM collection WHERE href = ?", (href,)).fetchone()[0])

    def show_collection(self, collection: int, shown: bool) -> None:
        with self._write():
            self._sql.execute("UPDATE collection SET shown = ? WHERE id = ?", (shown, collection))

    def token(self, collection: int) -> tuple[str, str]:
        """The sync token and when all etags were last compared (empty: never)."""
        row = self._sql.execute(
            "SELECT token, audited_at FROM collection WHERE id = ?", (collection,)
        ).fetchone()
        return (row[0], row[1]) if row else ("", "")

    def forget_token(self, collection: int) -> None:
        with self._write():
            self._sql.execute("UPDATE collection SET token = '', audited_at = '' WHERE id = ?", (collection,))

    def allow_mass_deletion(self, collection: int) -> None:
        """A person has said yes to the deletions that are held; the next download carries them out."""
        with self._write():
            self._sql.execute("UPDATE collection SET allow_mass_deletion = 1 WHERE id = ?", (collection,))

    def mass_deletion_allowed(self, collection: int) -> bool:
        query = "SELECT allow_mass_deletion FROM collection WHERE id = ?"
        return bool(self._sql.execute(query, (collection,)).fetchone()[0])

    # reading objects

    def rows(self, collection: int) -> dict[str, Row]:
        """What the plan of a download needs of every object."""
        query = "SELECT href, etag, reread, dirty, base IS NOT NULL FROM object WHERE collection = ?"
        return {
            r[0]: Row("" if r[2] else r[1], bool(r[3]), bool(r[4]))
            for r in self._sql.execute(query, (collection,))
        }

    def object(self, number: int) -> Object | None:
        return self._one("id = ?", (number,))

    def object_at(self, collection: int, href: str) -> Object | None:
        return self._one("collection = ? AND href = ?", (collection, href))

    def _one(self, where: str, values: Sequence[Any]) -> Object | None:
        columns = "id, collection, href, uid, etag, base, local, dirty"
        row = self._sql.execute(f"SELECT {columns} FROM object WHERE {where}", values).fetchone()  # noqa: S608 ours
        if row is None:
            return None
        number, at, href, uid, etag, base, local, dirty = row
        return Object(number, at, href, uid, etag, base, local, bool(dirty))

    def dirty(self, collection: int) -> list[int]:
        """Objects with something to send, oldest first."""
        query = "SELECT id FROM object WHERE collection = ? AND dirty ORDER BY id"
        return [r[0] for r in self._sql.execute(query, (collection,))]

    def unsent(self) -> int:
        return int(self._sql.execute("SELECT count(*) FROM object WHERE dirty").fetchone()[0])

    # the person's edits

    def create(self, collection: int, href: str, raw: bytes, origin: str = "here") -> int:
        """Keep a new event; its number. Committed when this returns."""
        scanned = scan(raw)
        with self._write():
            cursor = self._sql.execute(
                "INSERT INTO object (collection, href, uid, local, dirty) VALUES (?, ?, ?, ?, 1)",
                (collection, href, scanned.uid, raw),
            )
            number = int(cursor.lastrowid or 0)
            self._record(number, collection, origin, None, raw)
            self._index(number, collection, raw, scanned)
            return number

    def change(self, number: int, raw: bytes | None, origin: str = "here") -> bytes | None:
        """The event becomes ``raw`` (None: deleted); what it was. Committed when this returns."""
        scanned = scan(raw) if raw is not None else None
        with self._write():
            was = self.object(number)
            if was is None or was.content == raw:
                return was.content if was is not None else None
            self._put_local(was, raw, scanned, origin)
            return was.content

    def _put_local(self, was: Object, raw: bytes | None, scanned: Scan | None, origin: str) -> None:
        """Inside a transaction: the person's version becomes ``raw``."""
        self._record(was.id, was.collection, origin, was.content, raw)
        unsent = self._attempt(was.id) is not None
        if raw is None and was.base is None and not unsent:
            self._drop(was.id)  # it never left this machine
            return
        dirty = raw != was.base or unsent
        self._sql.execute(
            "UPDATE object SET local = ?, dirty = ? WHERE id = ?", (raw if dirty else None, dirty, was.id)
        )
        self._index(was.id, was.collection, raw, scanned)

    # the journal

    def begin(self, seen: Object) -> Attempt | None:
        """Write down the request that is about to be made; None when there is nothing to send any more."""
        with self._write():
            now = self.object(seen.id)
            if now is None or not now.dirty:
                return None
            attempt = Attempt(uuid.uuid4().hex, now.id, now.local, now.etag)
            self._sql.execute(
                "INSERT INTO attempt VALUES (?, ?, ?, ?, ?)",
                (attempt.id, now.id, attempt.body, attempt.etag, self._stamp()),
            )
            return attempt

    def attempt(self, number: int) -> Attempt | None:
        """The request for object ``number`` whose reply was never seen."""
        return self._attempt(number)

    def _attempt(self, number: int) -> Attempt | None:
        row = self._sql.execute(
            "SELECT id, object, body, etag FROM attempt WHERE object = ?", (number,)
        ).fetchone()
        return None if row is None else Attempt(*row)

    def withdraw(self, attempt: Attempt) -> None:
        """The request certainly had no effect."""
        with self._write():
            self._sql.execute("DELETE FROM attempt WHERE id = ?", (attempt.id,))

    def sent(self, attempt: Attempt, etag: str) -> None:
        """The server has it. ``etag`` empty: not told. The server's own bytes are read at the next
        download."""
        with self._write():
            self._sql.execute("DELETE FROM attempt WHERE id = ?", (attempt.id,))
            now = self.object(attempt.object)
            if now is None:
                return
            if attempt.body is None and now.local is None:
                self._drop(now.id)
                return
            dirty = now.local != attempt.body
            self._sql.execute(
                "UPDATE object SET base = ?, etag = ?, reread = 1, dirty = ?, local = ? WHERE id = ?",
                (
                    attempt.body,
                    etag if attempt.body is not None else "",
                    dirty,
                    now.local if dirty else None,
                    now.id,
                ),
            )

    def landed(self, attempt: Attempt, server: tuple[str, bytes] | None) -> None:
        """A request without a reply has happened after all: ``server`` is what it left there."""
        with self._write():
            self._sql.execute("DELETE FROM attempt WHERE id = ?", (attempt.id,))
            now = self.object(attempt.object)
            if now is None:
                return
            if now.local is None and server is None:
                self._drop(now.id)
                return
            dirty = now.local != attempt.body
            etag, base = server if server is not None else ("", None)
            self._sql.execute(
                "UPDATE object SET base = ?, etag = ?, reread = 0, dirty = ?, local = ? WHERE id = ?",
                (base, etag, dirty, now.local if dirty else None, now.id),
            )

    def merged(
        self,
        number: int,
        expected: bytes | None,
        server: tuple[str, bytes] | None,
        result: bytes | None,
        clashes: Sequence[str],
    ) -> bool:
        """Take in what the server has, merged with the unsent edit ``expected``; False when that has moved
        on.

        ``server``: etag and bytes there (None: deleted there). The losing version of a clash is kept as a
        conflict. Closes an open attempt: what the server has is known now.
        """
        scanned = scan(result) if result is not None else None
        with self._write():
            now = self.object(number)
            if now is None:
                return True
            if not now.dirty or now.local != expected:
                return False
            self._sql.execute("DELETE FROM attempt WHERE object = ?", (number,))
            base = server[1] if server is not None else None
            if clashes:
                self._add_conflict(number, clashes, now.base, now.local, base)
            if result != now.local:
                self._record(number, now.collection, "merge", now.local, result)
            if result is None and base is None:
                self._drop(number)
                return True
            dirty = result != base
            self._sql.execute(
                "UPDATE object SET base = ?, etag = ?, reread = 0, dirty = ?, local = ? WHERE id = ?",
                (base, server[0] if server is not None else "", dirty, result if dirty else None, number),
            )
            self._index(number, now.collection, result, scanned)
            return True

    # the server's changes

    def receive(
        self,
        collection: int,
        items: Iterable[tuple[str, str, bytes]],
        prune: Iterable[str] = (),
        *,
        first: bool = False,
    ) -> tuple[int, int]:
        """Take in downloaded (href, etag, bytes) and drop ``prune``; how many of each changed something.

        Rows that have become dirty meanwhile are left alone: their own sending will meet the change.
        """
        received = removed = 0
        with self._write():
            for href, etag, raw in items:
                received += self._receive(collection, href, etag, raw, first)
            for href in prune:
                was = self.object_at(collection, href)
                if was is not None and was.dirty:
                    self._look_again(was.id)
                elif was is not None:
                    self._record(was.id, collection, "there", was.content, None)
                    self._drop(was.id)
                    removed += 1
        return received, removed

    def _receive(self, collection: int, href: str, etag: str, raw: bytes, first: bool) -> bool:
        was = self.object_at(collection, href)
        if was is not None and was.dirty:
            if was.etag != etag:
                self._look_again(was.id)
            return False
        if was is not None and was.base == raw and was.etag == etag:
            self._sql.execute("UPDATE object SET reread = 0 WHERE id = ?", (was.id,))
            return False
        problem = ""
        try:
            scanned = scan(raw)
        except SuiteError as error:
            scanned, problem = Scan("", (), False, (), ""), error.code
        number = self._sql.execute(
            "INSERT INTO object (collection, href, uid, etag, base, problem) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (collection, href) DO UPDATE SET uid = excluded.uid, etag = excluded.etag,"
            " base = excluded.base, problem = excluded.problem, reread = 0 RETURNING id",
            (collection, href, scanned.uid, etag, raw, problem),
        ).fetchone()[0]
        if was is None and scanned.uid and self._deleted_here(collection, scanned.uid):
            # Another machine has sent it again, not knowing whether its first sending had arrived.
            self._add_conflict(number, ["DELETED"], raw, None, raw)
        echo = was is not None and was.base is not None and _echo(was.base, raw)
        if not first and not echo:
            self._record(number, collection, "there", was.base if was is not None else None, raw)
        self._index(number, collection, raw, scanned, fresh=was is None, later=first)
        return not echo

    def expand_later_ones(self) -> None:
        """Expand the series that a first download has only noted. Slice by slice: it can be interrupted."""
        waiting = [r[0] for r in self._sql.execute("SELECT id FROM object WHERE repeats = 2")]
        for start in range(0, len(waiting), 100):
            with self._write():
                for number in waiting[start : start + 100]:
                    now = self.object(number)
                    if now is not None and now.content is not None:
                        self._index(number, now.collection, now.content, scan(now.content))

    def _look_again(self, number: int) -> None:
        """It has changed there while an edit waits here: if the edit is taken back, it has to be
        downloaded."""
        self._sql.execute("UPDATE object SET reread = 1 WHERE id = ?", (number,))

    def keep_listing(
        self,
        collection: int,
        token: str,
        audited: bool,
        held: Sequence[str],
        stale: Sequence[str],
        allowed_used: bool,
    ) -> None:
        """After everything a listing named has been taken in: its token, and what waits for a person."""
        with self._write():
            for href in stale:
                was = self.object_at(collection, href)
                if was is not None:
                    self._look_again(was.id)
            self._sql.execute(
                "UPDATE collection SET token = ?, held = ?,"
                " audited_at = CASE WHEN ? THEN ? ELSE audited_at END,"
                " allow_mass_deletion = CASE WHEN ? THEN 0 ELSE allow_mass_deletion END WHERE id = ?",
                (token, json.dumps(list(held)), audited, self._stamp(), allowed_used, collection),
            )

    def refuse_mass_deletion(self, collection: int) -> int:
        """A person wants the held events back: they are sent again as new. How many."""
        with self._write():
            row = self._sql.execute("SELECT held FROM collection WHERE id = ?", (collection,)).fetchone()
            held = json.loads(row[0]) if row else []
            for href in held:
                self._sql.execute(
                    "UPDATE object SET local = base, base = NULL, etag = '', dirty = 1"
                    " WHERE collection = ? AND href = ? AND NOT dirty",
                    (collection, href),
                )
            self._sql.execute("UPDATE collection SET held = '[]' WHERE id = ?", (collection,))
            return len(held)

    # conflicts and history

    def _add_conflict(
        self,
        number: int,
        clashes: Sequence[str],
        base: bytes | None,
        mine: bytes | None,
        theirs: bytes | None,
    ) -> None:
        self._sql.execute(
            "INSERT INTO conflict (object, found_at, clashes, base, mine, theirs) VALUES (?, ?, ?, ?, ?, ?)",
            (number, self._stamp(), json.dumps(list(clashes)), base, mine, theirs),
        )

    def conflicts(self) -> list[Conflict]:
        query = (
            "SELECT id, object, found_at, clashes, mine, theirs FROM conflict WHERE settled = '' ORDER BY id"
        )
        return [
            Conflict(r[0], r[1], r[2], tuple(json.loads(r[3])), r[4], r[5]) for r in self._sql.execute(query)
        ]

    def settle(self, number: int, answer: str) -> None:
        with self._write():
            self._sql.execute("UPDATE conflict SET settled = ? WHERE id = ?", (answer, number))

    def history(self, event: int | None = None, since: str = "", limit: int = 200) -> list[Seen]:
        """What changed, newest first; of one event or of all."""
        query = (
            "SELECT at, collection, origin, before, after, id, object FROM history"
            " WHERE (? IS NULL OR object = ?) AND at >= ? ORDER BY id DESC LIMIT ?"
        )
        return [Seen(*row) for row in self._sql.execute(query, (event, event, since, limit))]

    def forget_old(self) -> None:
        """History and trash are kept for thirty days."""
        limit = (self._now().astimezone(UTC) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        with self._write():
            self._sql.execute("DELETE FROM history WHERE at < ?", (limit,))

    def _record(
        self, number: int, collection: int, origin: str, before: bytes | None, after: bytes | None
    ) -> None:
        self._sql.execute(
            "INSERT INTO history (object, collection, at, origin, before, after, uid)"
            " VALUES (?, ?, ?, ?, ?, ?, (SELECT uid FROM object WHERE id = ?))",
            (number, collection, self._stamp(), origin, before, after, number),
        )

    def _deleted_here(self, collection: int, uid: str) -> bool:
        """Whether the last thing known of ``uid`` is that the person deleted it."""
        row = self._sql.execute(
            "SELECT after IS NULL AND origin IN ('here', 'undo') FROM history"
            " WHERE uid = ? AND collection = ? ORDER BY id DESC LIMIT 1",
            (uid, collection),
        ).fetchone()
        return bool(row and row[0])

    def _drop(self, number: int) -> None:
        self._sql.execute("DELETE FROM object WHERE id = ?", (number,))

    # the index

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
            query = (
                "SELECT id, collection, CASE WHEN dirty THEN local ELSE base END FROM object WHERE repeats"
            )
            for number, collection, raw in self._sql.execute(query).fetchall():
                self._index(number, collection, raw, scan(raw) if raw is not None else None)

    def fact(self, name: str) -> str:
        row = self._sql.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

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
        if raw is None or scanned is None:
            return
        try:
            series = scanned.repeats and not later
            entries = occurrences.expand(raw, scanned, *self.window()) if series else scanned.entries
        except SuiteError as error:
            entries = scanned.entries
            self._sql.execute("UPDATE object SET problem = ? WHERE id = ?", (error.code, number))
        if scanned.repeats:
            self._sql.execute("UPDATE object SET repeats = ? WHERE id = ?", (2 if later else 1, number))
        self._sql.executemany(
            "INSERT INTO occurrence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [row for entry in entries if (row := _occurrence_row(number, collection, entry)) is not None],
        )
        if scanned.words.strip():
            self._sql.execute("INSERT INTO words VALUES (?, ?)", (number, scanned.words))

    def between(self, first: datetime, last: datetime, collections: Iterable[int]) -> list[Occurrence]:
        """What happens from ``first`` until before ``last`` (office clock), in time order."""
        chosen = ",".join(str(int(c)) for c in collections)
        a, b = seconds(first), seconds(last)
        query = (
            f"SELECT {_COLUMNS} FROM occurrence o JOIN object b ON b.id = o.object"  # noqa: S608 - numbers only
            f" WHERE o.collection IN ({chosen}) AND o.start < ? AND (o.end > ? OR o.start >= ?)"
            " AND {range} ORDER BY o.start, o.end DESC, o.object"
        )
        near = query.replace("{range}", "o.start >= ? AND o.end - o.start <= 2764800")
        far = query.replace("{range}", "o.end - o.start > 2764800 AND ? = ?")
        found = self._sql.execute(near, (b, a, a, a - 2764800)).fetchall()
        found += self._sql.execute(far, (b, a, a, 1, 1)).fetchall()
        return [_occurrence(row) for row in found]

    def search(self, text: str, around: datetime, limit: int = 50) -> list[Occurrence]:
        """Events with every word of ``text``: each one's occurrence nearest to ``around``, nearest first."""
        words = [fold(word) for word in text.split()][:8]
        if not words:
            return []
        where = " AND ".join(["instr(w.text, ?)"] * len(words))
        query = (
            f"SELECT {_COLUMNS}, min(abs(o.start - ?)) AS distance FROM words w"  # noqa: S608 - placeholders only
            " JOIN occurrence o ON o.object = w.object JOIN object b ON b.id = o.object"
            f" WHERE {where} GROUP BY o.object ORDER BY distance LIMIT ?"
        )
        rows = self._sql.execute(query, (seconds(around), *words, limit)).fetchall()
        return [_occurrence(row[:-1]) for row in rows]


_COLUMNS = (
    "o.object, o.recurrence, o.collection, o.start, o.end, o.all_day, o.summary, o.location, o.status,"
    " o.private, o.busy, b.repeats, b.dirty,"
    " EXISTS (SELECT 1 FROM conflict c WHERE c.object = o.object AND c.settled = '')"
)


def seconds(moment: datetime) -> int:
    """A naive time as a number that sorts."""
    return int((moment - _EPOCH).total_seconds())


def _occurrence_row(number: int, collection: int, entry: Entry) -> tuple[Any, ...] | None:
    if entry.span is None:
        return None
    span = entry.span
    return (
        number, entry.recurrence, seconds(span.start), seconds(span.end), span.all_day, entry.summary,
        entry.location, entry.status, entry.private, entry.busy, collection,
    )  # fmt: skip


def _occurrence(row: Sequence[Any]) -> Occurrence:
    start, end = _EPOCH + timedelta(seconds=row[3]), _EPOCH + timedelta(seconds=row[4])
    return Occurrence(
        row[0], row[1], row[2], start, end, bool(row[5]), row[6], row[7], row[8], bool(row[9]), bool(row[10]),
        bool(row[11]), bool(row[12]), bool(row[13]),
    )  # fmt: skip


def _echo(ours: bytes, theirs: bytes) -> bool:
    """Whether the server only sent our own words back in its own handwriting."""
    from calendar_sync.merge import same

    try:
        return same(ours, theirs)
    except SuiteError:
        return False
