"""What has been signed: one row a statement, written before the certificate exists. The row's keys are what
makes a statement good for one certificate, in every process and after every restart; its rows are counted,
in the same transaction, for how many a person and a terminal may have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from core.sql import Sql, SqliteSql, Tables, Transaction

TABLES = (
    Tables(
        1,
        "signer: issued certificates",
        (
            """CREATE TABLE issued (
                nonce TEXT PRIMARY KEY, statement TEXT NOT NULL UNIQUE, serial TEXT NOT NULL UNIQUE,
                subject TEXT NOT NULL, device TEXT NOT NULL, key TEXT NOT NULL, zone TEXT NOT NULL,
                factors TEXT NOT NULL, time {real} NOT NULL
            )""",
            "CREATE INDEX issued_device ON issued (device, time)",
            "CREATE INDEX issued_subject ON issued (subject, time)",
            "CREATE INDEX issued_time ON issued (time, nonce)",
        ),
    ),
)
_COLUMNS = "nonce, statement, serial, subject, device, key, zone, factors, time"
_PAGE = 1000


@dataclass(frozen=True)
class Issued:
    """One certificate: for which statement (``nonce``, ``statement``: its id), with which key (SHA-256), when
    (seconds since the epoch). ``serial``: hex; ``factors``: joined by ``+``."""

    nonce: str
    statement: str
    serial: str
    subject: str
    device: str
    key: str
    zone: str
    factors: str
    time: float


@dataclass(frozen=True)
class Rate:
    """How many certificates a terminal and a person may have within ``window_s`` seconds."""

    per_terminal: int
    per_person: int
    window_s: float


class Claim(Enum):
    """What became of a row that was to be written."""

    WRITTEN = "written"
    USED = "used"
    TOO_MANY = "too many"


class IssuanceLog:
    """Rows are added and read, never changed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def claim(self, issued: Issued, rate: Rate) -> Claim:
        """Write the row, unless its terminal or person has had too many, or its nonce, statement or serial
        has been used. Counted and written in one transaction: of many at once not one more gets through."""
        with self._sql.write() as change:
            change.lock("issued to " + issued.device, "issued for " + issued.subject)
            if _too_many(change, issued, rate):
                return Claim.TOO_MANY
            added = change.run(
                f"INSERT INTO issued ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608
                *asdict(issued).values(),
            )
        return Claim.WRITTEN if added else Claim.USED

    def all(self) -> Iterator[Issued]:
        """Every row, oldest first."""
        time, nonce = -1.0, ""
        text = (
            f"SELECT {_COLUMNS} FROM issued WHERE time > ? OR (time = ? AND nonce > ?)"  # noqa: S608
            f" ORDER BY time, nonce LIMIT {_PAGE}"
        )
        while rows := self._sql.rows(text, time, time, nonce):
            yield from (Issued(**row) for row in rows)
            time, nonce = rows[-1]["time"], rows[-1]["nonce"]


def _too_many(change: Transaction, issued: Issued, rate: Rate) -> bool:
    """Within the window on either side: rows that a clock set back has left in the future count no longer, or
    nobody would be let in until it comes there again."""
    window = (issued.time - rate.window_s, issued.time + rate.window_s)
    row = change.rows(
        "SELECT (SELECT count(*) FROM issued WHERE device = ? AND time > ? AND time < ?) AS there,"
        " (SELECT count(*) FROM issued WHERE subject = ? AND time > ? AND time < ?) AS theirs",
        issued.device,
        *window,
        issued.subject,
        *window,
    )[0]
    return bool(row["there"] >= rate.per_terminal or row["theirs"] >= rate.per_person)


def open_log(database: str, path: Path) -> IssuanceLog:
    """The log in ``database`` (a libpq connection string), or in the file ``path`` where it is empty."""
    if not database:
        return IssuanceLog(SqliteSql(path, [t.for_sqlite() for t in TABLES]))
    from core.postgres import PostgresSql

    return IssuanceLog(PostgresSql(database, TABLES))
