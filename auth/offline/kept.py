"""What a terminal keeps of its last people: sealed by AES-256-GCM, bound to terminal and person, with an end.

One row a person in ``offline.db``, beside the counters of wrong guesses: whoever deletes the one loses the
other. The seal's key lies in the secret store. Nothing here signs anything.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.matcher.store import SealedTemplate
from auth.model import Person, check_person
from auth.schema import COUNTERS
from core.errors import SuiteError
from core.sql import Sql, Tables

_NONCE = 12
_OFFICE = ""  # the row that holds the office's policy; no staff number is empty
_NEVER = 1e12
TABLES = Tables(
    1,
    "offline: sealed people, counters, rows to be delivered",
    (
        *COUNTERS,
        """CREATE TABLE kept (
            name TEXT PRIMARY KEY, until {real} NOT NULL, used {real} NOT NULL, sealed {bytes}
        )""",
        """CREATE TABLE unsent (
            id INTEGER PRIMARY KEY AUTOINCREMENT, time {real} NOT NULL, action TEXT NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL
        )""",
        "CREATE TABLE queue (name TEXT PRIMARY KEY)",
    ),
)


@dataclass(frozen=True)
class Kept:
    """One person's copy. ``mark``, ``pin_mark``: of the office's template and PIN at that time; ``pin_hash``
    was made here, of a PIN that the matcher had accepted. Times are seconds since the epoch."""

    person: Person
    mark: str
    since: float
    until: float
    template: SealedTemplate | None = None
    consent: tuple[str, float] | None = None
    pin_hash: str | None = None
    pin_mark: str = ""


@dataclass(frozen=True)
class Standing:
    """What the office says of one of this terminal's people."""

    person: Person
    mark: str
    pin_mark: str


class KeptPeople:
    """The sealed rows. Thread-safe. A row that does not open counts as none."""

    def __init__(self, sql: Sql, key: bytes, device: str) -> None:
        self.sql = sql
        self._aead, self._device = AESGCM(key), device

    def put(self, kept: Kept, used: float) -> None:
        self._write(kept.person.staff_number, kept.until, used, _written(kept))

    def get(self, staff_number: str, now: float) -> Kept | None:
        """The copy while it is good; also None where the clock stands before the copy was made."""
        kept = self._read(staff_number)
        return kept if kept is not None and kept.since <= now < kept.until else None

    def ended(self, staff_number: str, now: float) -> float | None:
        """When a copy that is over ended; None where there is none, or one that is still good."""
        rows = self.sql.rows("SELECT until FROM kept WHERE name = ?", staff_number)
        return float(rows[0]["until"]) if rows and self.get(staff_number, now) is None else None

    def people(self, now: float) -> list[Kept]:
        """All good copies, of whoever was here last first."""
        rows = self.sql.rows("SELECT name FROM kept WHERE name <> '' ORDER BY used DESC, name")
        return [kept for row in rows if (kept := self.get(row["name"], now)) is not None]

    def office(self) -> Mapping[str, Any]:
        """The office's policy as it was last heard; empty if never."""
        return self._open(_OFFICE) or {}

    def settle(self, office: Mapping[str, Any], standing: Mapping[str, Standing]) -> None:
        """Keep the policy; drop whoever is gone, a template that is another now, a PIN that was changed."""
        self._write(_OFFICE, _NEVER, 0.0, dict(office))
        for row in self.sql.rows("SELECT name, used FROM kept WHERE name <> ''"):
            kept, now = self._read(row["name"]), standing.get(row["name"])
            if now is None:
                self.drop([row["name"]])
            elif kept is not None and (fresh := _settled(kept, now)) != kept:
                self.put(fresh, row["used"])

    def forget_face(self, staff_number: str) -> None:
        """At once, by the person's own wish: the office's word comes with the next contact."""
        if (kept := self._read(staff_number)) is not None:
            self.put(_faceless(kept), kept.since)
            self.sql.scrub()

    def trim(self, most: int, now: float) -> None:
        """Keep the last ``most`` people; of copies that are over only that they were there."""
        rows = self.sql.rows("SELECT name FROM kept WHERE name <> '' ORDER BY used DESC, name")
        self.drop([row["name"] for row in rows[most:]])
        with self.sql.write() as change:
            change.run("UPDATE kept SET sealed = NULL WHERE until <= ?", now)

    def drop(self, names: Collection[str]) -> None:
        with self.sql.write() as change:
            for name in names:
                change.run("DELETE FROM kept WHERE name = ?", name)
        if names:
            self.sql.scrub()

    def clear(self) -> None:
        """Nobody's copy is here any longer."""
        with self.sql.write() as change:
            change.run("DELETE FROM kept")
        self.sql.scrub()

    def _read(self, staff_number: str) -> Kept | None:
        found = self._open(staff_number)
        try:
            return _kept_of(found) if found else None
        except (KeyError, TypeError, ValueError, SuiteError):
            return None

    def _write(self, name: str, until: float, used: float, value: Mapping[str, Any]) -> None:
        nonce = os.urandom(_NONCE)
        text = json.dumps(value, ensure_ascii=False).encode()
        sealed = nonce + self._aead.encrypt(nonce, text, self._bound_to(name))
        with self.sql.write() as change:
            change.run(
                "INSERT INTO kept (name, until, used, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
                " DO UPDATE SET until = excluded.until, used = excluded.used, sealed = excluded.sealed",
                name,
                until,
                used,
                sealed,
            )

    def _open(self, name: str) -> dict[str, Any] | None:
        rows = self.sql.rows("SELECT sealed FROM kept WHERE name = ?", name)
        sealed = rows[0]["sealed"] if rows else None
        if not isinstance(sealed, bytes) or len(sealed) <= _NONCE:
            return None
        try:
            plain = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound_to(name))
        except InvalidTag:
            return None
        return dict(json.loads(plain))

    def _bound_to(self, name: str) -> bytes:
        return f"mahoroba offline\0{self._device}\0{name}".encode()


def _faceless(kept: Kept) -> Kept:
    return replace(kept, mark="", template=None, consent=None)


def _settled(kept: Kept, now: Standing) -> Kept:
    fresh = kept if kept.mark == now.mark else _faceless(kept)
    pin_hash = kept.pin_hash if kept.pin_mark == now.pin_mark else None
    return replace(fresh, person=now.person, pin_mark=now.pin_mark, pin_hash=pin_hash)


def _written(kept: Kept) -> dict[str, Any]:
    value = asdict(kept)
    if kept.template is not None:
        value["template"]["sealed"] = base64.b64encode(kept.template.sealed).decode()
    return value


def _kept_of(value: dict[str, Any]) -> Kept:
    template, consent = value.pop("template"), value.pop("consent")
    if template is not None:
        template = SealedTemplate(**{**template, "sealed": base64.b64decode(template["sealed"])})
    person = check_person(Person(**value.pop("person")))
    return Kept(
        person=person, template=template, consent=tuple(consent) if consent is not None else None, **value
    )
