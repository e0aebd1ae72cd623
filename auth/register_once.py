"""What the register counts and what it lets happen once: wrong tries, one-time codes, challenges.

Each is one transaction, so it holds between threads, processes, hosts and restarts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from auth.lockout import Lock
from auth.matcher.store import IssuedChallenge
from core.sql import Sql

_FORGOTTEN_LOCK_S = 30 * 86_400.0


class SqlOnce:
    """That part of ``auth.matcher.store.Register``."""

    def __init__(self, sql: Sql) -> None:
        self.sql = sql

    # counters

    def change_locks(
        self, keys: tuple[str, ...], change: Callable[[tuple[Lock, ...]], tuple[Lock, ...]]
    ) -> None:
        marks = ", ".join("?" for _key in keys)
        with self.sql.write() as writing:
            writing.lock(*keys)
            rows = writing.rows(f"SELECT key, failures, until, last FROM locks WHERE key IN ({marks})", *keys)  # noqa: S608
            found = {r["key"]: Lock(r["failures"], r["until"], r["last"]) for r in rows}
            before = tuple(found.get(k, Lock()) for k in keys)
            for key, old, new in zip(keys, before, change(before), strict=True):
                if new == Lock() != old:
                    writing.run("DELETE FROM locks WHERE key = ?", key)
                elif new != old:
                    writing.run(
                        "INSERT INTO locks (key, failures, until, last) VALUES (?, ?, ?, ?)"
                        " ON CONFLICT (key) DO UPDATE SET"
                        " failures = excluded.failures, until = excluded.until, last = excluded.last",
                        key,
                        *asdict(new).values(),
                    )

    def locks(self, after: float) -> dict[str, Lock]:
        rows = self.sql.rows("SELECT key, failures, until, last FROM locks WHERE until > ?", after)
        return {row["key"]: Lock(row["failures"], row["until"], row["last"]) for row in rows}

    # one-time codes

    def add_code(
        self, digest: str, purpose: str, staff_number: str, issued_by: str, now: float, expires: float
    ) -> None:
        with self.sql.write() as change:
            if purpose in ("start", "device"):  # a lost code must not stay good beside its successor
                change.run("DELETE FROM codes WHERE purpose = ? AND staff_number = ?", purpose, staff_number)
            change.run(
                "INSERT INTO codes (digest, purpose, staff_number, issued_by, issued, expires)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                digest,
                purpose,
                staff_number,
                issued_by,
                now,
                expires,
            )

    def asked_by(self, purpose: str, staff_number: str, now: float) -> list[str]:
        text = (
            "SELECT DISTINCT issued_by FROM codes WHERE purpose = ? AND staff_number = ?"
            " AND used IS NULL AND expires > ?"
        )
        return [row["issued_by"] for row in self.sql.rows(text, purpose, staff_number, now)]

    def end_codes(self, purpose: str, staff_number: str) -> None:
        with self.sql.write() as change:
            change.run("DELETE FROM codes WHERE purpose = ? AND staff_number = ?", purpose, staff_number)

    def spend_code(self, digest: str, purpose: str, staff_number: str, now: float) -> bool:
        text = (
            "UPDATE codes SET used = ? WHERE digest = ? AND purpose = ? AND staff_number = ?"
            " AND used IS NULL AND expires > ?"
        )
        with self.sql.write() as change:
            return change.run(text, now, digest, purpose, staff_number, now) == 1

    # challenges

    def add_challenge(self, challenge: IssuedChallenge, *, per_minute: int) -> bool:
        now = challenge.issued
        with self.sql.write() as change:
            change.lock("challenges:" + challenge.device)
            # an answered nonce is kept until long after its end, so that it can never be answered again
            change.run("DELETE FROM challenges WHERE expires < ?", now - 3600)
            change.run("DELETE FROM locks WHERE until < ? AND last < ?", now, now - _FORGOTTEN_LOCK_S)
            recent = change.rows(
                "SELECT count(*) AS n FROM challenges WHERE device = ? AND issued > ? AND issued < ?",
                challenge.device,
                now - 60,
                now + 60,  # what a clock that was set back has left in the future is no reason to wait
            )
            if recent[0]["n"] >= per_minute:
                return False
            row = {**asdict(challenge), "nonce": challenge.nonce.hex()}
            change.run(
                "INSERT INTO challenges (nonce, purpose, staff_number, device, issued, expires, used)"
                " VALUES (?, ?, ?, ?, ?, ?, 0)",
                *row.values(),
            )
        return True

    def spend_challenge(self, nonce: bytes, device: str, now: float) -> IssuedChallenge | None:
        with self.sql.write() as change:
            spent = change.run(
                "UPDATE challenges SET used = 1 WHERE nonce = ? AND device = ? AND used = 0 AND expires > ?",
                nonce.hex(),
                device,
                now,
            )
            if spent != 1:
                return None
            row = change.rows("SELECT * FROM challenges WHERE nonce = ?", nonce.hex())[0]
        del row["used"]
        return IssuedChallenge(**{**row, "nonce": nonce})
