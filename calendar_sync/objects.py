"""Calendars and the objects in them as the person sees them, and the person's own edits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from calendar_sync.index import CONTENT
from calendar_sync.model import Collection
from calendar_sync.past import Past
from calendar_sync.plan import Row
from calendar_sync.scan import Scan, scan


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


class Objects(Past):
    """``local`` is what the person wants, ``base`` what the server last had."""

    def collections(self) -> list[Collection]:
        rows = self._sql.execute(
            "SELECT id, href, name, colour, writable, shown, held, kind, place, seats FROM collection"
            " ORDER BY id"
        )
        return [
            Collection(
                r[0], r[1], r[2], r[3], bool(r[4]), bool(r[5]), len(json.loads(r[6])), r[7], r[8], int(r[9])
            )
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

    def place_collection(self, collection: int, place: str, seats: int) -> None:
        with self._write():
            self._sql.execute(
                "UPDATE collection SET place = ?, seats = ? WHERE id = ?", (place, seats, collection)
            )

    def move_home(self, old: str, new: str, fact: str, value: str) -> None:
        """The server is another one, named by ``fact``: what lies below ``old`` lies below ``new`` from now
        on. Nothing here is known there: every event is to be sent as new, and what is there comes down."""
        with self._write():
            for table in ("collection", "object"):
                self._sql.execute(
                    f"UPDATE {table} SET href = ?2 || substr(href, ?3)"  # noqa: S608 - ours
                    " WHERE substr(href, 1, ?3 - 1) = ?1 AND ?1 != ?2",
                    (old, new, len(old) + 1),
                )
            self._sql.execute("DELETE FROM object WHERE dirty AND local IS NULL")
            self._sql.execute("DELETE FROM attempt")
            self._sql.execute(
                "UPDATE object SET local = CASE WHEN dirty THEN local ELSE base END, base = NULL, etag = '',"
                " reread = 0, dirty = 1"
            )
            self._sql.execute(
                "UPDATE collection SET token = '', audited_at = '', held = '[]', allow_mass_deletion = 0"
            )
            self._sql.execute(
                "DELETE FROM collection WHERE kind = 'person'"  # downloaded anew, or not there
            )
            self._sql.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (fact, value))

    def allow_writing(self, collection: int, writable: bool) -> None:
        """What the server has said of this person's rights."""
        with self._write():
            self._sql.execute("UPDATE collection SET writable = ? WHERE id = ?", (writable, collection))

    def forget_collection(self, collection: int) -> None:
        """No longer follow somebody's calendar; what of it waits to be sent keeps it here."""
        with self._write():
            self._sql.execute(
                "DELETE FROM collection WHERE id = ?1 AND kind IN ('person', 'room')"
                " AND NOT EXISTS (SELECT 1 FROM object WHERE collection = ?1 AND dirty)",
                (collection,),
            )

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

    def rows(self, collection: int) -> dict[str, Row]:
        """What the plan of a download needs of every object."""
        return _rows(self._sql.execute(f"{_ROW} WHERE collection = ?", (collection,)))

    def rows_named(self, collection: int, hrefs: Iterable[str]) -> dict[str, Row]:
        """The same of ``hrefs`` and of every object that waits to be sent or read again."""
        query = (
            f"{_ROW} WHERE collection = ?1 AND href IN (SELECT value FROM json_each(?2))"  # noqa: S608 - ours
            f" UNION {_ROW} WHERE collection = ?1 AND dirty"
            f" UNION {_ROW} WHERE collection = ?1 AND (reread OR etag = '')"
        )
        return _rows(self._sql.execute(query, (collection, json.dumps(list(hrefs)))))

    def known(self, collection: int) -> int:
        """How many objects the server has given."""
        query = "SELECT count(*) FROM object WHERE collection = ? AND base IS NOT NULL"
        return int(self._sql.execute(query, (collection,)).fetchone()[0])

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

    def uids(self, collection: int) -> dict[str, int]:
        """The event of each UID."""
        query = "SELECT uid, id FROM object WHERE collection = ? AND uid != '' ORDER BY id DESC"
        return {r[0]: r[1] for r in self._sql.execute(query, (collection,))}

    def contents(self, collection: int) -> Iterator[bytes]:
        """Every object as the person sees it."""
        query = f"SELECT {CONTENT} FROM object WHERE collection = ? ORDER BY id"  # noqa: S608 - ours
        return (bytes(r[0]) for r in self._sql.execute(query, (collection,)) if r[0] is not None)

    def containing(self, text: str) -> list[int]:
        """The events in whose bytes ``text`` stands, in any calendar."""
        query = f"SELECT id FROM object WHERE instr({CONTENT}, ?) ORDER BY id"  # noqa: S608 - ours
        return [r[0] for r in self._sql.execute(query, (text.encode(),))]

    def dirty(self, collection: int) -> list[int]:
        """Objects with something to send, oldest first."""
        query = "SELECT id FROM object WHERE collection = ? AND dirty ORDER BY id"
        return [r[0] for r in self._sql.execute(query, (collection,))]

    def unsent(self) -> int:
        return int(self._sql.execute("SELECT count(*) FROM object WHERE dirty").fetchone()[0])

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

    def replace(self, number: int, expected: bytes, raw: bytes) -> bool:
        """The event becomes ``raw`` by what another person has done, if it still is ``expected``: an edit
        made here meanwhile stays."""
        scanned = scan(raw)
        with self._write():
            was = self.object(number)
            if was is None or was.content != expected:
                return False
            self._put_local(was, raw, scanned, "there")
            return True

    def _put_local(self, was: Object, raw: bytes | None, scanned: Scan | None, origin: str) -> None:
        """Inside a transaction: the person's version becomes ``raw``."""
        self._record(was.id, was.collection, origin, was.content, raw)
        unsent = self._is_on_its_way(was.id)
        if raw is None and was.base is None and not unsent:
            self._drop(was.id)  # it never left this machine
            return
        dirty = raw != was.base or unsent
        self._sql.execute(
            "UPDATE object SET local = ?, dirty = ? WHERE id = ?", (raw if dirty else None, dirty, was.id)
        )
        self._index(was.id, was.collection, raw, scanned)

    def _is_on_its_way(self, number: int) -> bool:
        """Whether a request for it has been made whose reply was never seen."""
        return self._sql.execute("SELECT 1 FROM attempt WHERE object = ?", (number,)).fetchone() is not None

    def _drop(self, number: int) -> None:
        self._sql.execute(  # whoever has a copy of this meeting is to look whether it still is one
            "UPDATE meeting SET fresh = fresh + 1 WHERE uid = (SELECT uid FROM meeting WHERE object = ?)",
            (number,),
        )
        self._sql.execute("DELETE FROM object WHERE id = ?", (number,))


_ROW = "SELECT href, etag, reread, dirty, base IS NOT NULL FROM object"


def _rows(found: Iterable[Sequence[Any]]) -> dict[str, Row]:
    return {r[0]: Row("" if r[2] else r[1], bool(r[3]), bool(r[4])) for r in found}
