"""Requests whose outcome is not known yet: written down before they are made, gone when it is known."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from calendar_sync.model import REFUSED
from calendar_sync.objects import Object, Objects
from calendar_sync.scan import scan


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request whose outcome is not known yet. ``body`` None: a DELETE."""

    id: str
    object: int
    body: bytes | None
    etag: str


class Journal(Objects):
    """At most one open attempt an object."""

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

    def refused(self, number: int) -> int:
        """The server will not have it from this person: the calendar shows what is there, and the edit is
        kept beside it as a conflict ``REFUSED``. How many that made."""
        with self._write():
            now = self.object(number)
            if now is None or not now.dirty or self._is_on_its_way(number):
                return 0
            self._add_conflict(number, (REFUSED,), now.base, now.local, now.base)
            self._record(number, now.collection, "there", now.local, now.base)
            if now.base is None:
                self._drop(number)
                return 1
            self._sql.execute("UPDATE object SET local = NULL, dirty = 0, reread = 1 WHERE id = ?", (number,))
            self._index(number, now.collection, now.base, scan(now.base))
            return 1

    def twin(self, seen: Object) -> Object | None:
        """Where ``seen`` has never been sent: the object that the server has for the same event in the same
        calendar. There may be one only (RFC 4791 section 4.1)."""
        if seen.base is not None or not seen.uid or self._is_on_its_way(seen.id):
            return None
        return self._one("collection = ? AND uid = ? AND base IS NOT NULL", (seen.collection, seen.uid))

    def joined(self, seen: Object, twin: Object, result: bytes | None, clashes: Sequence[str]) -> int:
        """``twin`` becomes ``result``, and ``seen`` is part of it; how many conflicts that made. Nothing
        where either has moved on."""
        with self._write():
            if (self.object(seen.id), self.object(twin.id)) != (seen, twin):
                return 0
            if clashes:
                self._add_conflict(twin.id, clashes, None, seen.local, twin.content)
            self._drop(seen.id)
            if result != twin.content:
                scanned = scan(result) if result is not None else None
                self._put_local(twin, result, scanned, "merge")
            return 1 if clashes else 0

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
