"""Who borrowed: personal data beside the ledger's chain, bound to it by a salted hash, deletable by law."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.db import Connections, Migration, database_errors, scrub, transaction
from core.i18n import _
from liaison import errors


@dataclass(frozen=True)
class Borrower:
    """Personal data: shown and printed, never logged, not in the chain."""

    name: str
    organisation: str
    purpose: str = ""

    def __post_init__(self) -> None:
        for value, most in ((self.name, 60), (self.organisation, 120), (self.purpose, 200)):
            if len(value) > most or any(not c.isprintable() for c in value):
                why = _("氏名は 60 字、所属は 120 字、目的は 200 字までです（改行なし）。")
                raise errors.ledger_refused(why, _("短くして、もう一度お試しください。"))
        if not self.name.strip() or not self.organisation.strip():
            raise errors.ledger_refused(
                _("氏名と所属がありません。"), _("借りる人の氏名と所属を入れてください。")
            )


_SCHEMA = """CREATE TABLE borrowers (
    loan TEXT PRIMARY KEY, name TEXT NOT NULL, organisation TEXT NOT NULL, purpose TEXT NOT NULL,
    salt TEXT NOT NULL
) STRICT"""


class Borrowers:
    """One row a loan in ``borrowers.db``."""

    def __init__(self, path: Path) -> None:
        self._people = Connections(path, [Migration(1, "borrowers", _create)])

    def keep(self, loan: str, borrower: Borrower, salt: str) -> None:
        row = (loan, borrower.name, borrower.organisation, borrower.purpose, salt)
        with transaction(self._people.get()) as database:
            database.conn.execute("INSERT INTO borrowers VALUES (?, ?, ?, ?, ?)", row)

    def read(self, loan: str) -> tuple[Borrower, str] | None:
        """Who it was and the salt that binds; None once deleted."""
        with database_errors(self._people.path):
            row = (
                self._people.get()
                .conn.execute(
                    "SELECT name, organisation, purpose, salt FROM borrowers WHERE loan = ?", (loan,)
                )
                .fetchone()
            )
        return None if row is None else (Borrower(*row[:3]), str(row[3]))

    def delete(self, loan: str) -> None:
        with transaction(self._people.get()) as database:
            database.conn.execute("DELETE FROM borrowers WHERE loan = ?", (loan,))
        scrub(self._people.get())


def _create(database: Database) -> None:
    database.conn.execute(_SCHEMA)


def bind(borrower: Borrower, salt: str) -> str:
    """What stands in the chain instead of the person."""
    text = json.dumps([salt, borrower.name, borrower.organisation, borrower.purpose])
    return hashlib.sha256(text.encode()).hexdigest()
