"""One SQLite file a concern: opened the same careful way everywhere, moved forward by numbered migrations."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.files import exclusive, make_private_folder, sync_folder
from core.i18n import _
from core.sqlite import Database

BUSY_SECONDS = 5.0
_creating = threading.Lock()


@dataclass(frozen=True)
class Migration:
    """A step of the schema. ``apply`` runs inside a transaction: no executescript, no commit, no VACUUM."""

    number: int
    name: str
    apply: Callable[[Database], None]


def open_database(path: Path, migrations: Sequence[Migration]) -> Database:
    """Open (or create, mode 0600) ``path`` at the newest schema. The result belongs to this thread.

    WAL, synchronous FULL: what is committed survives a power cut. An existing file is copied to
    ``<name>.before-<n>.sqlite`` before migration ``n`` touches it; each migration is one transaction, so a
    kill leaves the schema before or after it. SuiteError DB-001 … DB-006.
    """
    _check_numbers(migrations)
    try:
        make_private_folder(path.parent)
        _create_private(path)
        with database_errors(path):
            return _opened(path, migrations)
    except OSError as error:
        raise _full() if error.errno == errno.ENOSPC else _unwritable(path) from error


def _create_private(path: Path) -> None:
    """A new file is nobody else's from its first moment. An existing one is left to SQLite: closing a
    descriptor of our own would drop the locks of this process's other connections, and with them what they
    commit (sqlite.org/howtocorrupt.html, 2.2). Nobody connects while a new one is open."""
    with _creating, suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _opened(path: Path, migrations: Sequence[Migration]) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        _write_ahead(connection, path)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # overwritten with zeros, whatever the build's default
        database = Database(connection)
        _migrate(database, path, migrations)
    except BaseException:
        connection.close()
        raise
    return database


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    """Of two that turn a new file to WAL at once SQLite refuses one without waiting (both read, both would
    write: its busy handler is not asked). So one at a time; a file that is in WAL already needs no lock."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        with _moving(path):
            connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def transaction(database: Database) -> Iterator[Database]:
    """Write all of the block or nothing. Takes the write lock first, so what is read inside stays true.

    SuiteError DB-001 … for a busy, full or read-only database. Not nested.
    """
    with database_errors(_path_of(database)):
        database.conn.execute("BEGIN IMMEDIATE")
        try:
            yield database
            database.conn.execute("COMMIT")
        except BaseException:
            if database.conn.in_transaction:
                database.conn.execute("ROLLBACK")
            raise


def scrub(database: Database) -> None:
    """After personal data was deleted: it leaves the log beside the file, too. As long as somebody reads an
    older state, the log stays until the next time."""
    with database_errors(_path_of(database)):
        database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says about ``path`` into an error with a next step."""
    try:
        yield
    except sqlite3.Error as error:
        if (readable := _readable(error, path)) is None:
            raise
        raise readable from error


class Connections:
    """A connection to ``path`` for each thread that asks (a connection must not cross threads)."""

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self.path = path
        self._migrations = migrations
        self._local = threading.local()

    def get(self) -> Database:
        """This thread's connection, opened at its first call."""
        database: Database | None = getattr(self._local, "database", None)
        if database is None:
            database = self._local.database = open_database(self.path, self._migrations)
        return database

    def close(self) -> None:
        """Close this thread's connection (the others close with their threads)."""
        database: Database | None = getattr(self._local, "database", None)
        if database is not None:
            del self._local.database
            database.close()


def _moving(path: Path) -> AbstractContextManager[None]:
    """One program at a time moves ``path`` forward."""
    return exclusive(path.with_name(path.name + ".migrating"))


def _check_numbers(migrations: Sequence[Migration]) -> None:
    if [migration.number for migration in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError("migrations are numbered 1, 2, 3, … without gaps")


def _migrate(database: Database, path: Path, migrations: Sequence[Migration]) -> None:
    version = _version(database)
    if version > len(migrations):
        raise SuiteError(
            _("データを開けません。"),
            _("「{name}」は新しい版のまほろばで作られています。").format(name=path.name),
            _("まほろばを更新してください。データはそのまま残っています。"),
            "DB-005",
        )
    if version == len(migrations):
        return
    with _moving(path):
        version = _version(database)
        if 0 < version < len(migrations):
            _back_up(database, path.with_name(f"{path.stem}.before-{version + 1}.sqlite"))
        for migration in migrations[version:]:
            _apply(database, migration)


def _apply(database: Database, migration: Migration) -> None:
    with transaction(database):
        database.conn.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations"
            " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
        )
        migration.apply(database)
        if not database.conn.in_transaction:
            raise RuntimeError(f"migration {migration.number} ended its transaction")
        database.conn.execute(
            "INSERT INTO schema_migrations VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%SZ'))",
            (migration.number, migration.name),
        )


def _version(database: Database) -> int:
    known = database.conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'").fetchone()
    if not known:
        return 0
    return int(database.conn.execute("SELECT coalesce(max(number), 0) FROM schema_migrations").fetchone()[0])


def _back_up(database: Database, target: Path) -> None:
    """A whole, compact copy under its final name only when it is complete and on disk."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600))  # VACUUM keeps an empty file's mode
    database.conn.execute("VACUUM INTO ?", (str(partial),))
    descriptor = os.open(partial, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(partial, target)
    sync_folder(target.parent)


def _path_of(database: Database) -> Path:
    return Path(database.conn.execute("PRAGMA database_list").fetchone()[2])


def _readable(error: sqlite3.Error, path: Path) -> SuiteError | None:
    """By SQLite's primary result code (https://www.sqlite.org/rescode.html); None: a programming error."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        why, step = _("別のプログラムがデータを使っています。"), _("少し待ってから、もう一度お試しください。")
        return _failed(why, step, "DB-001")
    if code == sqlite3.SQLITE_FULL:
        return _full()
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _unwritable(path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        why = _("「{name}」が壊れています。").format(name=path.name)
        return _failed(why, _("ファイルに触れずに、情報担当に連絡してください。"), "DB-004")
    if code == sqlite3.SQLITE_IOERR:
        return _failed(
            _("ディスクの読み書きに失敗しました。"), _("ディスクの空きと状態を確かめてください。"), "DB-006"
        )
    return None


def _full() -> SuiteError:
    why = _("ディスクの空きがありません。")
    return _failed(why, _("不要なファイルを消してから、もう一度お試しください。"), "DB-002")


def _unwritable(path: Path) -> SuiteError:
    why = _("「{name}」に書き込めません。").format(name=path.name)
    return _failed(why, _("ディスクの空きと権限を確かめるか、情報担当に連絡してください。"), "DB-003")


def _failed(why: str, next_step: str, code: str) -> SuiteError:
    return SuiteError(_("データを保存できませんでした。"), why, next_step, code)
