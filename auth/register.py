"""The register: the matcher's port over SQL, in one SQLite file or in an office's PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auth import schema
from auth.matcher.store import SealedTemplate
from auth.model import Person, Role
from auth.register_once import SqlOnce
from core.errors import SuiteError
from core.i18n import _
from core.sql import Row, SqliteSql, Transaction

_PAGE = 500
_PERSON = "staff_number, name, kana, section, role, active, group_name"
_TEMPLATE = "staff_number, model, model_version, frames, poses, enrolled, sealed"


class SqlRegister(SqlOnce):
    """Implements ``auth.matcher.store.Register``; safe from several threads and processes."""

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

    def change_person(self, person: Person, was: Person) -> None:
        p = person
        with self.sql.write() as change:
            changed = change.run(
                "UPDATE persons SET name = ?, kana = ?, section = ?, role = ?, group_name = ?"
                " WHERE staff_number = ? AND name = ? AND kana = ? AND section = ? AND role = ?"
                " AND active = ? AND group_name = ?",
                *(p.name, p.kana, p.section, str(p.role), p.group),
                p.staff_number,
                *_person_values(was)[1:],
            )
            if not changed and not change.rows(
                "SELECT 1 FROM persons WHERE staff_number = ?", p.staff_number
            ):
                raise _unknown()
            if not changed:
                raise _changed_meanwhile()

    def set_active(self, staff_number: str, active: bool) -> None:
        with self.sql.write() as change:
            if not change.run(
                "UPDATE persons SET active = ? WHERE staff_number = ?", int(active), staff_number
            ):
                raise _unknown()

    def person(self, staff_number: str) -> Person | None:
        rows = self.sql.rows(f"SELECT {_PERSON} FROM persons WHERE staff_number = ?", staff_number)  # noqa: S608
        return _person_of(rows[0]) if rows else None

    def people(self, text: str = "", limit: int = 10_000) -> list[Person]:
        if not text:  # everybody: ten thousand rows need not be searched for nothing
            rows = self.sql.rows(f"SELECT {_PERSON} FROM persons ORDER BY staff_number LIMIT ?", limit)  # noqa: S608
            return [_person_of(r) for r in rows]
        like = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = ("staff_number", "name", "kana", "section")
        matches = " OR ".join(f"lower({c}) LIKE ? ESCAPE '\\'" for c in columns)
        text = f"SELECT {_PERSON} FROM persons WHERE {matches} ORDER BY staff_number LIMIT ?"  # noqa: S608
        return [_person_of(r) for r in self.sql.rows(text, *[like] * len(columns), limit)]

    def active_people(self) -> int:
        return int(self.sql.rows("SELECT COUNT(*) AS n FROM persons WHERE active = 1")[0]["n"])

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
        self.sql.scrub()
        return gone

    def consent(self, staff_number: str) -> tuple[str, float] | None:
        text = "SELECT version, time FROM consents WHERE staff_number = ? ORDER BY id DESC LIMIT 1"
        rows = self.sql.rows(text, staff_number)
        return (rows[0]["version"], rows[0]["time"]) if rows else None

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
    return Person(
        row["staff_number"], row["name"], row["kana"], row["section"], Role(row["role"]), bool(row["active"]),
        row["group_name"],
    )  # fmt: skip


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


def _changed_meanwhile() -> SuiteError:
    return SuiteError(
        _("変更できませんでした。"),
        _("開いている間に、ほかの人がこの職員の登録を変えたか、利用を止めました。"),
        _("一覧から本人を選び直し、いまの内容を確かめてから変更してください。"),
        "AUTH-038",
    )


def _exists_already(code: str) -> SuiteError:
    return SuiteError(
        _("登録できませんでした。"),
        _("この職員番号、または最初の管理者が、すでに登録されています。"),
        _("一覧から本人を探し、内容を変更してください。"),
        code,
    )
