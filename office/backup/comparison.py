"""Whether what was put back holds as many rows as when it was backed up, and its databases are whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from core.i18n import _
from office.backup.manifest import Item, Manifest


def database_problems(target: Path, made: Manifest) -> Iterator[str]:
    """A line for each database that is damaged and each table with another number of rows."""
    for item in made.items:
        if item.kind == "table" and _lines(target / item.path) != sum(_rows_of(item, made)) + 1:
            yield _("「{path}」の件数が違います。").format(path=item.path)
        if item.kind != "sqlite":
            continue
        with closing(sqlite3.connect(target / item.path)) as database:
            if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                yield _("「{path}」の中が壊れています。").format(path=item.path)
            for name, count in made.rows.items():
                path, _colon, table = name.rpartition(":")
                if path == item.path and count != _count(database, table):
                    yield _("「{path}」の表 {table} の件数が違います。").format(path=path, table=table)


def _rows_of(item: Item, made: Manifest) -> Iterator[int]:
    return (count for name, count in made.rows.items() if name.rpartition(":")[0] == item.path)


def _lines(path: Path) -> int:
    """Of a table's copy: the columns' names and then one line a row (what is within a row is escaped)."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(2**20), b""))


def _count(database: sqlite3.Connection, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    return int(database.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608
