"""The register: the matcher's port over SQL, in one SQLite file or in an office's PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auth import schema
from auth.lockout import Lock
from auth.matcher.store import IssuedChallenge, SealedTemplate
from auth.model import Person, Role
from core.errors import SuiteError
from core.i18n import _
from core.sql import Row, Sql, SqliteSql, Transaction

_FORGOTTEN_LOCK_S = 30 * 86_400.0
_PAGE = 500
_PERSON = "staff_number, name, kana, section, role, active, group_name"
_TEMPLATE = "staff_number, model, model_version, frames, poses, enrolled, sealed"


class SqlRegister:
    """Implements ``auth.matcher.store.Register``; safe from several threads and processes."""

    def __init__(self, sql: Sql) -> None:
        self.sql = sql

    # persons

    def is_empty(self) -> bool:
        return not self.sql.rows("SELECT 1 FROM persons LIMIT 1")

    def add_person(self, person: Person, pin_hash: str | None = None, *, first: bool = False) -> None:
        with self.sql.write() as change:
            change.lock("persons")
            if first and change.rows("SELECT 1 FROM persons LIMIT 1"):
                raise _exists_already("AUTH-004")
            added = change.run(
                f"INSERT INTO persons ({_PERSON}, pin_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
                " ON CONFLICT (staff_number) DO NOTHING",
                *_person_values(person),
                pin_hash,
            )
            if not added:
                raise _exists_already("AUTH-003")

    def change_person(self, person: Person) -> None:
        number, *values = _person_values(person)
        with self.sql.write() as change:
            changed = change.run(
                "UPDATE persons SET name = ?, kana = ?, section = ?, role = ?, active = ?, group_name = ?"
                " WHERE staff_number = ?",
                *values,
                number,
            )
            if not changed:
                raise _unknown()

    def person(self, staff_number: str) -> Person | None:
        rows = self.sql.rows(f"SELECT {_PERSON} FROM persons WHERE staff_number = ?", staff_number)  # noqa: S608
        return _person_of(rows[0]) if rows else None

    def people(self, text: str = "", limit: int = 10_000) -> list[Person]:
        like = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = ("staff_number", "name", "kana", "section")
        matches = " OR ".join(f"lower({c}) LIKE ? ESCAPE '\\'" for c in columns)
        text = f"SELECT {_PERSON} FROM persons WHERE {matches} ORDER BY staff_number LIMIT ?"  # noqa: S608
        return [_person_of(r) for r in self.sql.rows(text, *[like] * len(columns), limit)]

    def group(self, name: str) -> list[Person]:
        text = f"SELECT {_PERSON} FROM persons WHERE group_name = ? AND active = 1 ORDER BY staff_number"  # noqa: S608
        return [_person_of(r) for r in self.sql.rows(text, name)] if name else []

    # PIN

    def pin_hash(self, staff_number: str) -> str | None:
        rows = self.sql.rows("SELECT pin_hash FROM persons WHERE staff_number = ?", staff_number)
        return rows[0]["pin_hash"] if rows else None

    def set_pin_hash(self, staff_number: str, pin_hash: str) -> None:
        with self.sql.write() as change:
            if not change.run(
                "UPDATE persons SET pin_hash = ? WHERE staff_number = ?", pin_hash, staff_number
            ):
                raise _unknown()

    # templates

    def put_template(self, template: SealedTemplate, consent_version: str) -> None:
        number = template.staff_number
        with self.sql.write() as change:
            if not change.rows("SELECT 1 FROM persons WHERE staff_number = ?", number):
                raise _unknown()
            change.run("DELETE FROM templates WHERE staff_number = ?", number)
            change.run(
                f"INSERT INTO templates ({_TEMPLATE}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                *asdict(template).values(),
            )
            change.run(
                "INSERT INTO consents (staff_number, version, time) VALUES (?, ?, ?)",
                number,
                consent_version,
                template.enrolled,
            )
            _bump(change)

    def template(self, staff_number: str) -> SealedTemplate | None:
        rows = self.sql.rows(f"SELECT {_TEMPLATE} FROM templates WHERE staff_number = ?", staff_number)  # noqa: S608
        return SealedTemplate(**rows[0]) if rows else None

    def templates(self, model: str, model_version: str) -> Iterator[SealedTemplate]:
        """Page by page: all of an office's at once would be hundreds of megabytes."""
        text = (
            f"SELECT {_TEMPLATE} FROM templates WHERE model = ? AND model_version = ? AND staff_number > ?"  # noqa: S608
            " ORDER BY staff_number LIMIT ?"
        )
        last = ""
        while rows := self.sql.rows(text, model, model_version, last, _PAGE):
            for row in rows:
                yield SealedTemplate(**row)
            last = rows[-1]["staff_number"]

    def templates_mark(self) -> str:
        rows = self.sql.rows("SELECT value FROM marks WHERE name = 'templates'")
        return str(rows[0]["value"]) if rows else "0"

    def delete_template(self, staff_number: str) -> bool:
        with self.sql.write() as change:
            gone = change.run("DELETE FROM templates WHERE staff_number = ?", staff_number) > 0
            change.run("DELETE FROM consents WHERE staff_number = ?", staff_number)
            _bump(change)
        return gone

    def consent(self, staff_number: str) -> tuple[str, float] | None:
        text = "SELECT version, time FROM consents WHERE staff_number = ? ORDER BY id DESC LIMIT 1"
        rows = self.sql.rows(text, staff_number)
        return (rows[0]["version"], rows[0]["time"]) if rows else None

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
                "SELECT count(*) AS n FROM challenges WHERE device = ? AND issued > ?",
                challenge.device,
                now - 60,
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

    # the terminal's last people

    def remember(self, device: str, staff_number: str, now: float) -> None:
        with self.sql.write() as change:
            change.run(
                "INSERT INTO last_people (device, staff_number, time) VALUES (?, ?, ?)"
                " ON CONFLICT (device, staff_number) DO UPDATE SET time = excluded.time",
                device,
                staff_number,
                now,
            )

    def last_people(self, device: str, limit: int) -> list[Person]:
        columns = ", ".join("p." + c for c in _PERSON.split(", "))
        text = (
            f"SELECT {columns} FROM last_people l JOIN persons p USING (staff_number)"  # noqa: S608
            " WHERE l.device = ? AND p.active = 1 ORDER BY l.time DESC LIMIT ?"
        )
        return [_person_of(r) for r in self.sql.rows(text, device, limit)]


class SqliteRegister(SqlRegister):
    """The register of one machine: a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteSql(path, schema.SQLITE))


def open_register(database: str, path: Path) -> SqlRegister:
    """The register in ``database`` (a libpq connection string), or in the file ``path`` where it is empty."""
    if not database:
        return SqliteRegister(path)
    from core.postgres import PostgresSql  # an office's: nobody else loads it

    return SqlRegister(PostgresSql(database, schema.POSTGRES))


def _person_values(person: Person) -> list[Any]:
    p = person
    return [p.staff_number, p.name, p.kana, p.section, str(p.role), int(p.active), p.group]


def _person_of(row: Row) -> Person:
    values = dict(row)
    group = values.pop("group_name")
    return Person(**{**values, "group": group, "role": Role(row["role"]), "active": bool(row["active"])})


def _bump(change: Transaction) -> None:
    change.run(
        "INSERT INTO marks (name, value) VALUES ('templates', 1)"
        " ON CONFLICT (name) DO UPDATE SET value = marks.value + 1"
    )


def _unknown() -> SuiteError:
    return SuiteError(
        _("変更できませんでした。"),
        _("この職員番号は登録されていません。"),
        _("職員番号を確かめてください。"),
        "AUTH-005",
    )


def _exists_already(code: str) -> SuiteError:
    return SuiteError(
        _("登録できませんでした。"),
        _("この職員番号、または最初の管理者が、すでに登録されています。"),
        _("一覧から本人を探し、内容を変更してください。"),
        code,
    )
