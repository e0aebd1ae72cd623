"""Who did what, when: append-only, chained by hash, sealed by a key, so that a later change shows.

Each row carries the SHA-256 of its own canonical JSON, which holds the hash of the row before it: edits,
deletions, reordering and insertions break the chain. The head (number and hash of the last row) is sealed by
HMAC-SHA-256 with a key from the secret store: without it neither can the end be cut off nor the whole chain
be computed anew. What the file cannot show by itself is that a whole older copy was put back or that it was
deleted and begun again: for that, ``verify`` compares with a ``head()`` that was written down elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlite_utils import Database

from core.db import Connections, Migration, database_errors, transaction
from core.errors import SuiteError
from core.i18n import _
from core.secrets import SecretStore, get_or_create

Detail = Mapping[str, str | int | float | bool]
KEY_NAME = "audit-seal"  # in the secret store
_GENESIS = "0" * 64
_WORD = re.compile(r"[!-~]{1,128}")  # staff numbers, terminals, codes: ASCII without spaces, never a name
_COLUMNS = "id, time, action, actor, subject, detail, previous, hash"


@dataclass(frozen=True)
class Entry:
    """One row. ``time``: UTC, ISO 8601 with microseconds."""

    id: int
    time: str
    action: str
    actor: str
    subject: str
    detail: Detail


@dataclass(frozen=True)
class Head:
    """The end of the chain at a moment; written down elsewhere, it also unmasks a restored older copy."""

    count: int
    hash: str


@dataclass(frozen=True)
class AuditReport:
    """``first_bad``: the first row that cannot be trusted (None: all fine, or no single row). ``reason``: a
    sentence for the auditor in either case; ``rows``: how many could be read in order."""

    ok: bool
    rows: int
    first_bad: int | None
    reason: str


_SCHEMA = (
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY, time TEXT NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL,
        subject TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX entries_subject ON entries (subject, id)",
    """CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, hash TEXT NOT NULL,
        seal TEXT NOT NULL
    ) STRICT""",
    """CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
        BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
        BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END""",
)


class AuditLog:
    """The trail in one SQLite file. Safe from any thread and from several processes."""

    def __init__(self, path: Path, secrets: SecretStore) -> None:
        """The sealing key is made in ``secrets`` at the first use. SuiteError SEC-00x without it."""
        self._key = get_or_create(secrets, KEY_NAME, 32)
        self._connections = Connections(path, [Migration(1, "entries and sealed head", self._create)])

    def append(
        self,
        action: str,
        *,
        actor: str,
        subject: str = "",
        detail: Detail | None = None,
        allowed: Callable[[], None] = lambda: None,
    ) -> int:
        """Add a row, durable when this returns; its id. ``actor``, ``subject``: staff numbers, never names;
        empty where nobody is known. ``allowed`` runs while nobody else can write: if it raises (a laptop is
        already lent), nothing is added.

        ValueError for anything that is not a bounded plain word or value; SuiteError DB-00x (nothing added).
        AUDIT-001 if the trail's head is missing or forged: then nothing is added over the damage.
        """
        for word in filter(None, (action, actor, subject)):
            if not _WORD.fullmatch(word):
                raise ValueError("audit words are 1-128 printable ASCII characters without spaces")
        if not action:
            raise ValueError("an audit row names its action")
        text = _canonical(_checked_detail(detail or {}))
        with transaction(self._open()) as database:
            head = self._sealed_head(database)
            if head is None:
                raise _damaged()
            allowed()
            row = (
                head.count + 1,
                datetime.now(UTC).isoformat(timespec="microseconds"),
                action,
                actor,
                subject,
                text,
                head.hash,
            )
            self._insert(database, row, _digest(row))
        return row[0]

    def head(self) -> Head:
        """The present end of the chain. SuiteError AUDIT-001 if it is missing or forged."""
        head = self._sealed_head(self._open())
        if head is None:
            raise _damaged()
        return head

    def verify(self, written_down: Head | None = None) -> AuditReport:
        """Check every row, the order, the seal, and that the trail still contains ``written_down``.

        Reads one consistent state while others append. A file that SQLite cannot read: SuiteError DB-004.
        """
        database = self._open()
        with database_errors(self._connections.path), database.atomic():  # a read snapshot
            previous, rows = _GENESIS, 0
            reached = written_down in (None, Head(0, _GENESIS))
            for stored in database.conn.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY id"):  # noqa: S608
                if stored[0] != rows + 1:
                    return AuditReport(
                        False, rows, rows + 1, _("{id} 行目がありません。").format(id=rows + 1)
                    )
                if stored[6] != previous or stored[7] != _digest(stored[:7]):
                    reason = _("{id} 行目かその直前の行が書き換えられています。").format(id=stored[0])
                    return AuditReport(False, rows, stored[0], reason)
                previous, rows = stored[7], stored[0]
                reached = reached or written_down == Head(rows, previous)
            head = self._sealed_head(database)
        if head is None:
            return AuditReport(False, rows, None, _("末尾の封印がないか、偽造されています。"))
        if head != Head(rows, previous):
            first_bad = rows if head.count == rows else min(head.count, rows) + 1
            reason = _("{id} 行目から後の行が消されたか、足されています。").format(id=first_bad)
            return AuditReport(False, rows, first_bad, reason)
        if not reached:
            reason = _("控えておいた末尾が見当たりません。古い写しに戻されています。")
            return AuditReport(False, rows, None, reason)
        reason = _("{rows} 行すべてを確かめました。書き換えはありません。").format(rows=rows)
        return AuditReport(True, rows, None, reason)

    def entries(
        self,
        limit: int = 100,
        before: int | None = None,
        *,
        action: str | None = None,
        subject: str | None = None,
    ) -> list[Entry]:
        """The newest rows first, at most ``limit``, with ids under ``before`` (for paging)."""
        where, values = ["1"], list[Any]()
        for clause, value in (("id < ?", before), ("action = ?", action), ("subject = ?", subject)):
            if value is not None:
                where.append(clause)
                values.append(value)
        query = f"SELECT {_COLUMNS} FROM entries WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"  # noqa: S608
        with database_errors(self._connections.path):
            return list(_entries(self._open().conn.execute(query, (*values, limit))))

    def after(self, id_: int, limit: int) -> list[Entry]:
        """The rows that follow row ``id_``, oldest first, at most ``limit``: for who keeps up with it."""
        query = f"SELECT {_COLUMNS} FROM entries WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608
        with database_errors(self._connections.path):
            return list(_entries(self._open().conn.execute(query, (id_, limit))))

    def _create(self, database: Database) -> None:
        for statement in _SCHEMA:
            database.conn.execute(statement)
        database.conn.execute("INSERT INTO head VALUES (1, 0, ?, ?)", (_GENESIS, self._seal(0, _GENESIS)))

    def _insert(self, database: Database, row: tuple[Any, ...], digest: str) -> None:
        try:
            database.conn.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, digest))
        except sqlite3.IntegrityError as error:  # someone has put a row behind the sealed head
            raise _damaged() from error
        seal = self._seal(row[0], digest)
        database.conn.execute("UPDATE head SET count = ?, hash = ?, seal = ?", (row[0], digest, seal))

    def _open(self) -> Database:
        database = self._connections.get()
        database.conn.text_factory = _lenient
        return database

    def _sealed_head(self, database: Database) -> Head | None:
        """The head if its seal is ours; None if it is missing or forged."""
        stored = database.conn.execute("SELECT count, hash, seal FROM head").fetchone()
        if stored is None:
            return None
        count, digest, seal = stored
        ours = hmac.compare_digest(seal.encode(), self._seal(count, digest).encode())
        return Head(count, digest) if ours else None

    def _seal(self, count: int, digest: str) -> str:
        return hmac.new(self._key, f"mahoroba audit head 1 {count} {digest}".encode(), "sha256").hexdigest()


def head_of(entries: Iterable[Entry]) -> Head:
    """The head of a chain that consists of ``entries`` from its beginning (a trail that came from elsewhere).

    ValueError if a number is missing or a value could not stand in a trail."""
    previous, count = _GENESIS, 0
    for entry in entries:
        count += 1
        if entry.id != count or not all(map(_WORD.fullmatch, filter(None, (entry.action, entry.actor)))):
            raise ValueError(f"row {count} of the trail is not one")
        detail = _canonical(_checked_detail(entry.detail))
        previous = _digest((count, entry.time, entry.action, entry.actor, entry.subject, detail, previous))
    return Head(count, previous)


def read_copy(path: Path) -> Iterator[Entry]:
    """The rows of a trail that was copied from elsewhere, oldest first. Its chain is checked, its seal cannot
    be. SuiteError AUDIT-002 if it is no trail or its chain is broken (after the rows before the break)."""
    previous, count = _GENESIS, 0
    try:
        database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        with closing(database):
            database.text_factory = _lenient
            for row in database.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY id"):  # noqa: S608
                count += 1
                if row[0] != count or row[6] != previous or row[7] != _digest(row[:7]):
                    raise _broken_copy(path)
                previous = row[7]
                yield from _entries([row])
    except (
        sqlite3.Error,
        UnicodeDecodeError,
    ) as error:  # also SQLite's own words about damage may be damaged
        raise _broken_copy(path) from error


def _entries(rows: Any) -> Iterator[Entry]:
    for id_, time, action, actor, subject, detail, _previous, _hash in rows:
        yield Entry(id_, time, action, actor, subject, _parsed(detail))


def _lenient(stored: bytes) -> str:
    """Text that someone has broken must be found by its hash, not stop the reading."""
    return stored.decode("utf-8", "backslashreplace")


def _parsed(detail: str) -> Detail:
    try:
        parsed = json.loads(detail)
    except (ValueError, RecursionError):
        parsed = None
    return parsed if isinstance(parsed, dict) else {"damaged": True}


def _digest(row: tuple[Any, ...]) -> str:
    return hashlib.sha256(_canonical(list(row)).encode()).hexdigest()


def _canonical(value: object) -> str:
    """One spelling a value: sorted keys, no spaces, ASCII only (RFC 8785 without its number rules)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _checked_detail(detail: Detail) -> dict[str, Any]:
    if len(detail) > 20:
        raise ValueError("an audit row has at most 20 details")
    for key, value in detail.items():
        if not _WORD.fullmatch(key) or not isinstance(value, str | int | float | bool):
            raise ValueError("audit details are plain words with text, number or truth values")
        if isinstance(value, str) and len(value) > 200:
            raise ValueError("an audit detail has at most 200 characters")
    return dict(detail)


def _broken_copy(path: Path) -> SuiteError:
    return SuiteError(
        _("操作の記録を読めませんでした。"),
        _("「{name}」は記録のファイルではないか、行が消されたり書き換えられたりしています。").format(
            name=path.name
        ),
        _("そのサーバーで mahoroba audit verify を実行し、情報担当に連絡してください。"),
        "AUDIT-002",
    )


def _damaged() -> SuiteError:
    return SuiteError(
        _("操作の記録を残せませんでした。"),
        _("監査の記録の末尾が壊れているか、書き換えられています。"),
        _("ファイルに触れずに、情報担当に連絡してください。"),
        "AUDIT-001",
    )
