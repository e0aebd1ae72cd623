"""The cache: nothing is forgotten before it is known to be sent, nothing taken in over an unsent edit.

Its layers, each a file: ``tables`` < ``index`` < ``past`` < ``objects`` < ``journal`` < ``invited`` < this
one, which takes in what the server has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from calendar_sync.index import rows_of, words_of
from calendar_sync.invited import Invited
from calendar_sync.journal import Attempt
from calendar_sync.objects import Object
from calendar_sync.scan import Scan, scan
from core.errors import SuiteError

__all__ = ["Attempt", "Object", "Store"]


class Store(Invited):
    """All of one person's calendars."""

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
        if first:
            items = list(items)
            received = self._receive_new(collection, items)
            items = items[received:]
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

    def _receive_new(self, collection: int, items: Sequence[tuple[str, str, bytes]]) -> int:
        """The quick way for a first download: rows in bulk, as long as nothing is known of any of them; how
        many of ``items`` that was (all or none). A power cut may take them back: they are still there."""
        scans = [_scanned(raw) for _href, _etag, raw in items]
        for pragma in ("synchronous=NORMAL", "wal_autocheckpoint=0"):  # into its place with a later commit
            self._sql.execute(f"PRAGMA {pragma}")
        try:
            with self._write():
                return self._insert_all(collection, items, scans) if self._all_new(collection, items) else 0
        finally:
            for pragma in ("synchronous=FULL", "wal_autocheckpoint=1000"):
                self._sql.execute(f"PRAGMA {pragma}")

    def _all_new(self, collection: int, items: Sequence[tuple[str, str, bytes]]) -> bool:
        hrefs = [href for href, _etag, _raw in items]
        known = (
            "SELECT EXISTS (SELECT 1 FROM object"
            " WHERE collection = ?1 AND href IN (SELECT value FROM json_each(?2)))"
            " OR EXISTS (SELECT 1 FROM history WHERE collection = ?1)"
        )
        row = self._sql.execute(known, (collection, json.dumps(hrefs))).fetchone()
        return len(set(hrefs)) == len(hrefs) and not row[0]

    def _insert_all(
        self, collection: int, items: Sequence[tuple[str, str, bytes]], scans: Sequence[tuple[Scan, str]]
    ) -> int:
        last = int(self._sql.execute("SELECT coalesce(max(id), 0) FROM object").fetchone()[0])
        rows: list[tuple[Any, ...]] = []
        happens: list[tuple[Any, ...]] = []
        words: list[tuple[int, str]] = []
        for number, ((href, etag, raw), (scanned, problem)) in enumerate(
            zip(items, scans, strict=True), last + 1
        ):
            rows.append((number, collection, href, scanned.uid, etag, raw, problem, 2 * scanned.repeats))
            happens += rows_of(number, collection, scanned.entries)
            words += words_of(number, scanned)
        self._sql.executemany(
            "INSERT INTO object (id, collection, href, uid, etag, base, problem, repeats)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._add_rows(happens, words)
        named = zip(range(last + 1, last + 1 + len(items)), scans, items, strict=True)
        self._note_meetings((number, found[0].uid, item[2]) for number, found, item in named)
        return len(items)

    def _receive(self, collection: int, href: str, etag: str, raw: bytes, first: bool) -> bool:
        was = self.object_at(collection, href)
        if was is not None and was.dirty:
            if was.etag != etag:
                self._look_again(was.id)
            return False
        if was is not None and was.base == raw and was.etag == etag:
            self._sql.execute("UPDATE object SET reread = 0 WHERE id = ?", (was.id,))
            return False
        scanned, problem = _scanned(raw)
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


def _scanned(raw: bytes) -> tuple[Scan, str]:
    """What ``raw`` says, or that it says nothing, and the code of why."""
    try:
        return scan(raw), ""
    except SuiteError as error:
        return Scan("", (), False, (), ""), error.code


def _echo(ours: bytes, theirs: bytes) -> bool:
    """Whether the server only sent our own words back in its own handwriting."""
    from calendar_sync.merge import same

    try:
        return same(ours, theirs)
    except SuiteError:
        return False
