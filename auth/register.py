"""The register on one machine: the matcher's port over SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from auth.lockout import Lock
from auth.matcher.store import IssuedChallenge, SealedTemplate
from auth.model import Person, Role
from core.db import Connections, Migration, database_errors, transaction
from core.errors import SuiteError
from core.i18n import _

_FORGOTTEN_LOCK_S = 30 * 86_400.0
_PERSON_COLUMNS = "staff_number, name, kana, section, role, active, group_name"


def _first_tables(db: Database) -> None:
    db.table("persons").create(
        {
            "staff_number": str,
            "name": str,
            "kana": str,
            "section": str,
            "role": str,
            "active": int,
            "group_name": str,
            "pin_hash": str,
        },
        pk="staff_number",
        not_null={"name", "kana", "section", "role", "active", "group_name"},
    )
    db.table("consents").create(
        {"id": int, "staff_number": str, "version": str, "time": float},
        pk="id",
        foreign_keys=[("staff_number", "persons")],
    )
    db.table("templates").create(
        {
            "staff_number": str,
            "model": str,
            "model_version": str,
            "frames": int,
            "poses": int,
            "enrolled": float,
            "sealed": bytes,
        },
        pk="staff_number",
        foreign_keys=[("staff_number", "persons")],
    )
    db.table("marks").create({"name": str, "value": int}, pk="name")
    db.table("locks").create({"key": str, "failures": int, "until": float}, pk="key")
    db.table("codes").create(
        {
            "digest": str,
            "purpose": str,
            "staff_number": str,
            "issued_by": str,
            "issued": float,
            "expires": float,
            "used": float,
        },
        pk="digest",
    )
    db.table("challenges").create(
        {
            "nonce": str,
            "purpose": str,
            "staff_number": str,
            "device": str,
            "issued": float,
            "expires": float,
            "used": int,
        },
        pk="nonce",
    )
    db.table("challenges").create_index(["device", "issued"])
    db.table("last_people").create(
        {"device": str, "staff_number": str, "time": float}, pk=("device", "staff_number")
    )


def _lock_times(db: Database) -> None:
    db.table("locks").add_column("last", float, not_null_default=0.0)


MIGRATIONS = (
    Migration(1, "persons, evidence, counters, challenges", _first_tables),
    Migration(2, "the time of the last failure", _lock_times),
)


class SqliteRegister:
    """Implements ``auth.matcher.store.Register``; safe from several threads and processes."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, MIGRATIONS)

    # persons

    def is_empty(self) -> bool:
        return not self._rows("SELECT 1 FROM persons LIMIT 1")

    def add_person(self, person: Person, pin_hash: str | None = None, *, first: bool = False) -> None:
        with self._write() as db:
            if first and db.table("persons").count:
                raise _exists_already("AUTH-004")
            if db.table("persons").count_where("staff_number = ?", [person.staff_number]):
                raise _exists_already("AUTH-003")
            db.table("persons").insert({**_person_row(person), "pin_hash": pin_hash})

    def change_person(self, person: Person) -> None:
        with self._write() as db:
            if not db.table("persons").count_where("staff_number = ?", [person.staff_number]):
                raise _unknown()
            db.table("persons").update(person.staff_number, _person_row(person))

    def person(self, staff_number: str) -> Person | None:
        rows = self._rows(f"SELECT {_PERSON_COLUMNS} FROM persons WHERE staff_number = ?", staff_number)  # noqa: S608
        return _person_of(rows[0]) if rows else None

    def people(self, text: str = "", limit: int = 10_000) -> list[Person]:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        matches = " OR ".join(f"{c} LIKE ?1 ESCAPE '\\'" for c in ("staff_number", "name", "kana", "section"))
        sql = f"SELECT {_PERSON_COLUMNS} FROM persons WHERE {matches} ORDER BY staff_number LIMIT ?2"  # noqa: S608
        return [_person_of(r) for r in self._rows(sql, like, limit)]

    def group(self, name: str) -> list[Person]:
        sql = f"SELECT {_PERSON_COLUMNS} FROM persons WHERE group_name = ? AND active ORDER BY staff_number"  # noqa: S608
        return [_person_of(r) for r in self._rows(sql, name)] if name else []

    # PIN

    def pin_hash(self, staff_number: str) -> str | None:
        rows = self._rows("SELECT pin_hash FROM persons WHERE staff_number = ?", staff_number)
        return rows[0]["pin_hash"] if rows else None

    def set_pin_hash(self, staff_number: str, pin_hash: str) -> None:
        with self._write() as db:
            if not db.table("persons").count_where("staff_number = ?", [staff_number]):
                raise _unknown()
            db.table("persons").update(staff_number, {"pin_hash": pin_hash})

    # templates

    def put_template(self, template: SealedTemplate, consent_version: str) -> None:
        with self._write() as db:
            if not db.table("persons").count_where("staff_number = ?", [template.staff_number]):
                raise _unknown()
            db.table("templates").upsert(asdict(template), pk="staff_number")
            db.table("consents").insert(
                {
                    "staff_number": template.staff_number,
                    "version": consent_version,
                    "time": template.enrolled,
                }
            )
            _bump(db)

    def template(self, staff_number: str) -> SealedTemplate | None:
        rows = self._rows("SELECT * FROM templates WHERE staff_number = ?", staff_number)
        return SealedTemplate(**rows[0]) if rows else None

    def templates(self, model: str, model_version: str) -> Iterator[SealedTemplate]:
        sql = "SELECT * FROM templates WHERE model = ? AND model_version = ? ORDER BY staff_number"
        for row in self._rows(sql, model, model_version):
            yield SealedTemplate(**row)

    def templates_mark(self) -> str:
        rows = self._rows("SELECT value FROM marks WHERE name = 'templates'")
        return str(rows[0]["value"]) if rows else "0"

    def delete_template(self, staff_number: str) -> bool:
        with self._write() as db:
            gone = db.execute("DELETE FROM templates WHERE staff_number = ?", [staff_number]).rowcount > 0
            db.execute("DELETE FROM consents WHERE staff_number = ?", [staff_number])
            _bump(db)
        return gone

    def consent(self, staff_number: str) -> tuple[str, float] | None:
        sql = "SELECT version, time FROM consents WHERE staff_number = ? ORDER BY id DESC LIMIT 1"
        rows = self._rows(sql, staff_number)
        return (rows[0]["version"], rows[0]["time"]) if rows else None

    # counters

    def change_locks(
        self, keys: tuple[str, ...], change: Callable[[tuple[Lock, ...]], tuple[Lock, ...]]
    ) -> None:
        with self._write() as db:
            found = {r["key"]: Lock(r["failures"], r["until"], r["last"]) for k in keys for r in
                     db.query("SELECT * FROM locks WHERE key = ?", [k])}  # fmt: skip
            before = tuple(found.get(k, Lock()) for k in keys)
            for key, old, new in zip(keys, before, change(before), strict=True):
                if new == Lock():
                    db.execute("DELETE FROM locks WHERE key = ?", [key])
                elif new != old:
                    db.table("locks").upsert({"key": key, **asdict(new)}, pk="key")

    # one-time codes

    def add_code(
        self, digest: str, purpose: str, staff_number: str, issued_by: str, now: float, expires: float
    ) -> None:
        with self._write() as db:
            if purpose == "start":  # a lost code must not stay good beside its successor
                db.execute(
                    "DELETE FROM codes WHERE purpose = ? AND staff_number = ?", [purpose, staff_number]
                )
            db.table("codes").insert(
                {
                    "digest": digest,
                    "purpose": purpose,
                    "staff_number": staff_number,
                    "issued_by": issued_by,
                    "issued": now,
                    "expires": expires,
                    "used": None,
                }
            )

    def spend_code(self, digest: str, purpose: str, staff_number: str, now: float) -> bool:
        sql = (
            "UPDATE codes SET used = ? WHERE digest = ? AND purpose = ? AND staff_number = ?"
            " AND used IS NULL AND expires > ?"
        )
        with self._write() as db:
            return db.execute(sql, [now, digest, purpose, staff_number, now]).rowcount == 1

    # challenges

    def add_challenge(self, challenge: IssuedChallenge, *, per_minute: int) -> bool:
        now = challenge.issued
        with self._write() as db:
            # an answered nonce is kept until long after its end, so that it can never be answered again
            db.execute("DELETE FROM challenges WHERE expires < ?", [now - 3600])
            db.execute("DELETE FROM locks WHERE until < ? AND last < ?", [now, now - _FORGOTTEN_LOCK_S])
            recent = db.table("challenges").count_where(
                "device = ? AND issued > ?", [challenge.device, now - 60]
            )
            if recent >= per_minute:
                return False
            row = {**asdict(challenge), "nonce": challenge.nonce.hex(), "used": 0}
            db.table("challenges").insert(row)
        return True

    def spend_challenge(self, nonce: bytes, device: str, now: float) -> IssuedChallenge | None:
        with self._write() as db:
            spent = db.execute(
                "UPDATE challenges SET used = 1 WHERE nonce = ? AND device = ? AND used = 0 AND expires > ?",
                [nonce.hex(), device, now],
            ).rowcount
            if spent != 1:
                return None
            row = next(iter(db.query("SELECT * FROM challenges WHERE nonce = ?", [nonce.hex()])))
        del row["used"]
        return IssuedChallenge(**{**row, "nonce": nonce})

    # the terminal's last people

    def remember(self, device: str, staff_number: str, now: float) -> None:
        row = {"device": device, "staff_number": staff_number, "time": now}
        with self._write() as db:
            db.table("last_people").upsert(row, pk=("device", "staff_number"))

    def last_people(self, device: str, limit: int) -> list[Person]:
        columns = ", ".join("p." + c for c in _PERSON_COLUMNS.split(", "))
        sql = (
            f"SELECT {columns} FROM last_people l JOIN persons p USING (staff_number)"  # noqa: S608
            " WHERE l.device = ? AND p.active ORDER BY l.time DESC LIMIT ?"
        )
        return [_person_of(r) for r in self._rows(sql, device, limit)]

    def _rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        with database_errors(self._connections.path):
            return list(self._connections.get().query(sql, values))

    def _write(self) -> AbstractContextManager[Database]:
        return transaction(self._connections.get())


def _person_row(person: Person) -> dict[str, Any]:
    row = asdict(person)
    row["group_name"] = row.pop("group")
    return {**row, "role": str(person.role), "active": int(person.active)}


def _person_of(row: dict[str, Any]) -> Person:
    values = dict(row)
    group = values.pop("group_name")
    return Person(**{**values, "group": group, "role": Role(row["role"]), "active": bool(row["active"])})


def _bump(db: Database) -> None:
    db.execute(
        "INSERT INTO marks (name, value) VALUES ('templates', 1)"
        " ON CONFLICT (name) DO UPDATE SET value = value + 1"
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
