"""Meetings in the cache: which have changed since they were looked at, and what came of the look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calendar_sync.index import COLUMNS, CONTENT, seconds
from calendar_sync.journal import Journal
from calendar_sync.model import Occurrence
from calendar_sync.scan import scan


@dataclass(frozen=True, slots=True)
class Seat:
    """One calendar's copy of a meeting. ``home``: whose calendar, as a principal's path; ``fresh``: how often
    it has changed since it was looked at."""

    object: int
    collection: int
    kind: str
    home: str
    content: bytes
    fresh: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A meeting in my own calendar: its organiser's address, my answers by part."""

    object: int
    organiser: str
    answers: Mapping[str, str]


class Invited(Journal):
    """Rows of ``meeting``."""

    def fresh_meetings(self) -> list[str]:
        """The UIDs of what has to be looked at."""
        return [r[0] for r in self._sql.execute("SELECT DISTINCT uid FROM meeting WHERE fresh")]

    def dismiss(self, own: Sequence[int], useless: Callable[[bytes], bool]) -> None:
        """Be done with what is in nobody's calendar but others', where its bytes are ``useless``."""
        query = (
            f"SELECT m.object, m.fresh, {CONTENT} FROM meeting m JOIN object o ON o.id = m.object"  # noqa: S608
            " WHERE m.fresh AND NOT EXISTS (SELECT 1 FROM meeting x JOIN object y ON y.id = x.object"
            " WHERE x.uid = m.uid AND y.collection IN (SELECT value FROM json_each(?)))"
        )
        found = self._sql.execute(query, (json.dumps(list(own)),))
        done = [(number, fresh) for number, fresh, raw in found if raw is None or useless(raw)]
        with self._write():
            self._sql.executemany("UPDATE meeting SET fresh = 0 WHERE object = ? AND fresh = ?", done)

    def coming(self, events: Iterable[int], now: datetime) -> list[Occurrence]:
        """The occurrences of ``events`` that are not over, in time order."""
        query = (
            f"SELECT {COLUMNS} FROM occurrence WHERE object IN (SELECT value FROM json_each(?))"  # noqa: S608
            " AND end > ? ORDER BY start LIMIT 2000"
        )
        rows = self._sql.execute(query, (json.dumps(list(events)), seconds(now)))
        return self._made(rows.fetchall())

    def seats(self, uid: str) -> list[Seat]:
        """Everybody's copy of the meeting ``uid`` that is known here."""
        query = (
            f"SELECT o.id, c.id, c.kind, c.href, {CONTENT}, m.fresh FROM meeting m"  # noqa: S608 - ours
            " JOIN object o ON o.id = m.object JOIN collection c ON c.id = o.collection"
            " WHERE m.uid = ? ORDER BY o.id"
        )
        rows = self._sql.execute(query, (uid,)).fetchall()
        return [Seat(n, c, k, owner_of(h), bytes(raw), f) for n, c, k, h, raw, f in rows if raw is not None]

    def looked_at(self, seat: Seat, organiser: str, answers: Mapping[str, str], refused: str = "") -> None:
        """What came of the look at ``seat``; it has to be looked at again only if it has changed since."""
        with self._write():
            self._sql.execute(
                "UPDATE meeting SET organiser = ?, answers = ?, refused = ?,"
                " fresh = CASE WHEN fresh = ? THEN 0 ELSE fresh END WHERE object = ?",
                (organiser, json.dumps(answers), refused, seat.fresh, seat.object),
            )

    def receive_copy(self, collection: int, href: str, raw: bytes) -> bool:
        """A first copy of somebody's meeting for my calendar; False where there is one, or one was deleted
        that has not been sent."""
        scanned = scan(raw)
        with self._write():
            if self.object_at(collection, href) is not None:
                return False
            cursor = self._sql.execute(
                "INSERT INTO object (collection, href, uid, local, dirty) VALUES (?, ?, ?, ?, 1)",
                (collection, href, scanned.uid, raw),
            )
            number = int(cursor.lastrowid or 0)
            self._record(number, collection, "there", None, raw)
            self._index(number, collection, raw, scanned)
            return True

    def standings(self, collections: Sequence[int]) -> dict[int, Standing]:
        """The meetings in my own ``collections``."""
        query = (
            # CROSS: by the index of known meetings first; SQLite would begin with all that my calendars hold
            "SELECT m.object, m.organiser, m.answers FROM meeting m CROSS JOIN object o ON o.id = m.object"
            " WHERE m.organiser != '' AND o.collection IN (SELECT value FROM json_each(?))"
        )
        rows = self._sql.execute(query, (json.dumps(list(collections)),))
        return {r[0]: Standing(r[0], r[1], json.loads(r[2])) for r in rows}

    def refusals(self) -> list[tuple[int, str]]:
        """Objects that were not taken for what they say they are, and why."""
        return [
            (r[0], r[1])
            for r in self._sql.execute(
                "SELECT object, refused FROM meeting WHERE refused != '' ORDER BY object"
            )
        ]

    def copies_elsewhere(self, own: Sequence[int]) -> set[int]:
        """Others' objects of the meetings that are in my ``own`` calendars, too."""
        query = (
            "SELECT m.object FROM meeting m JOIN object o ON o.id = m.object WHERE o.collection NOT IN"
            " (SELECT value FROM json_each(?1)) AND m.uid IN (SELECT x.uid FROM meeting x"
            " JOIN object y ON y.id = x.object WHERE y.collection IN (SELECT value FROM json_each(?1)))"
        )
        return {r[0] for r in self._sql.execute(query, (json.dumps(list(own)),))}

    def was_removed(self, uid: str, collection: int) -> bool:
        """Whether the last thing known of ``uid`` in that calendar is that it went."""
        row = self._sql.execute(
            "SELECT after IS NULL FROM history WHERE uid = ? AND collection = ? ORDER BY id DESC LIMIT 1",
            (uid, collection),
        ).fetchone()
        return bool(row and row[0])


def owner_of(href: str) -> str:
    """Whose the calendar at ``href`` is: the path it lies below."""
    return href.rstrip("/").rpartition("/")[0] + "/"
