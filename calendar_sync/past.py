"""What was: thirty days of history with a trash, and the conflicts that wait for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, timedelta

from calendar_sync.index import Index
from calendar_sync.model import Conflict, Seen

KEPT_DAYS = 30


class Past(Index):
    """History and conflicts; written in the transaction of what they tell of."""

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
        query = "SELECT id, object, clashes, mine, theirs FROM conflict WHERE settled = '' ORDER BY id"
        rows = self._sql.execute(query)
        return [Conflict(id, event, tuple(json.loads(clashes)), *both) for id, event, clashes, *both in rows]

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
