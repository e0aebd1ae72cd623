"""An office's PostgreSQL database in a backup: tables by COPY from one snapshot, back in one transaction.

The tables themselves are made by the suite's programs; a backup holds rows only, so that an older backup goes
into a newer release as long as its columns are there (PostgreSQL manual, COPY; SET TRANSACTION SNAPSHOT).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _
from office.backup.manifest import Item, Manifest
from office.backup.restore import running
from office.backup.take import Dump, Dumped

FOLDER = "database"
PATIENCE = "10s"
"""How long a restore waits for who is writing (PostgreSQL's lock_timeout)."""


def dump_of(url: str) -> Dump:
    """For ``take``. SuiteError BACKUP-007 if the server does not answer."""

    def dump(target: Path) -> Dumped:
        try:
            with psycopg.connect(url, connect_timeout=10) as connection:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                return _dump(connection, _tables(connection), target)
        except psycopg.Error as error:
            raise _unreachable() from error

    return dump


@contextmanager
def replacing(url: str, folder: Path, made: Manifest, aside: Path) -> Iterator[Dumped]:
    """In one transaction: nobody else writes, every row there is now is dumped into ``aside``, the backup's
    rows take their place. It ends well only when the block does; otherwise all is as it was.
    SuiteError BACKUP-005 (somebody writes and does not stop), BACKUP-007, BACKUP-008."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            tables = _tables(connection)
            _check_tables(made, tables)
            _hold(connection, tables)
            make_private_folder(aside)
            dumped = _dump(connection, tables, aside)
            _load(connection, folder, made)
            yield dumped
    except psycopg.errors.LockNotAvailable as error:
        raise running() from error
    except psycopg.Error as error:
        raise _unreachable() from error


def _table_items(made: Manifest) -> dict[str, Item]:
    return {Path(item.path).stem: item for item in made.items if item.kind == "table"}


def _check_tables(made: Manifest, known: Sequence[str]) -> None:
    if missing := sorted(set(_table_items(made)) - set(known)):
        raise _no_table(missing[0])


def _hold(connection: psycopg.Connection, tables: Sequence[str]) -> None:
    """Until the transaction ends nobody else reads or writes; who is at it now has ten seconds to finish."""
    connection.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(_list(tables)))


def _load(connection: psycopg.Connection, folder: Path, made: Manifest) -> None:
    items = _table_items(made)
    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(_list(items)))
    for name in sorted(items, key=lambda name: _after_parents(connection, name)):
        _copy_in(connection, name, folder / items[name].path)
        if _count(connection, name) != made.rows[f"{items[name].path}:{name}"]:
            raise _no_table(_("件数"))


def _dump(connection: psycopg.Connection, tables: Sequence[str], target: Path) -> Dumped:
    items, rows = [], {}
    for table in tables:
        item, count = _copy_out(connection, table, target)
        items.append(item)
        rows[f"{item.path}:{table}"] = count
    return items, rows


def _tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    return [name for (name,) in rows if name != "schema_migrations"]


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows]


def _copy_out(connection: psycopg.Connection, table: str, target: Path) -> tuple[Item, int]:
    name = f"{FOLDER}/{table}.copy"
    path = target / name
    make_private_folder(path.parent)
    columns = _columns(connection, table)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:

        def write(chunk: bytes) -> None:
            nonlocal size
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)

        write(json.dumps(columns).encode() + b"\n")
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _list(columns))
        with connection.cursor().copy(statement) as copy:
            for chunk in copy:
                write(bytes(chunk))
        file.flush()
        os.fsync(file.fileno())
    return Item(name, "table", size, digest.hexdigest()), _count(connection, table)


def _copy_in(connection: psycopg.Connection, table: str, path: Path) -> None:
    with path.open("rb") as file:
        columns = [str(name) for name in json.loads(file.readline(100_000))]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _list(columns))
        with connection.cursor().copy(statement) as copy:
            while chunk := file.read(2**20):
                copy.write(chunk)
    for column in columns:  # numbers given out by the database go on after the highest
        if _is_serial(connection, table, column):
            connection.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, %s),"
                    " coalesce((SELECT max({}) FROM {}), 0) + 1, false)"
                ).format(sql.Identifier(column), sql.Identifier(table)),
                [table, column],
            )


def _is_serial(connection: psycopg.Connection, table: str, column: str) -> bool:
    row = connection.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column]).fetchone()
    return row is not None and row[0] is not None


def _after_parents(connection: psycopg.Connection, table: str) -> int:
    """How many tables a row of ``table`` refers to: those without come first."""
    row = connection.execute(
        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass", [table]
    ).fetchone()
    return int(row[0]) if row is not None else 0


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row is not None else 0


def _list(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in columns)


def _unreachable() -> SuiteError:
    return SuiteError(
        _("データベースを控えたり戻したりできませんでした。"),
        _("データベースサーバーが応答しないか、拒みました。"),
        _("サーバーの状態と方針の servers.database を確かめて、もう一度実行してください。"),
        "BACKUP-007",
    )


def _no_table(name: str) -> SuiteError:
    return SuiteError(
        _("データベースを戻しませんでした。"),
        _("「{name}」が、いまのデータベースと合いません。").format(name=name),
        _("照合と署名のサーバーを一度始めて表を作ってから、もう一度実行してください。"),
        "BACKUP-008",
    )
