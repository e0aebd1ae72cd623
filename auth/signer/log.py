"""What has been signed: one row a statement, written before the certificate exists. The row's keys are what
makes a statement good for one certificate, in every process and after every restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from core.sql import Sql, SqliteSql, Tables

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


class IssuanceLog:
    """Rows are added and read, never changed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def claim(self, issued: Issued) -> bool:
        """Write the row; False if its nonce, statement or serial has been used."""
        with self._sql.write() as change:
            added = change.run(
                f"INSERT INTO issued ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608
                *asdict(issued).values(),
            )
        return added == 1

    def recent(self, device: str, subject: str, since: float) -> tuple[int, int]:
        """How many since then at this terminal, and for this person."""
        row = self._sql.rows(
            "SELECT (SELECT count(*) FROM issued WHERE device = ? AND time > ?) AS there,"
            " (SELECT count(*) FROM issued WHERE subject = ? AND time > ?) AS theirs",
            device,
            since,
            subject,
            since,
        )[0]
        return row["there"], row["theirs"]

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


def open_log(database: str, path: Path) -> IssuanceLog:
    """The log in ``database`` (a libpq connection string), or in the file ``path`` where it is empty."""
    if not database:
        return IssuanceLog(SqliteSql(path, [t.for_sqlite() for t in TABLES]))
    from core.postgres import PostgresSql

    return IssuanceLog(PostgresSql(database, TABLES))
