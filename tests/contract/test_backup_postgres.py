"""An office's backup on the real PostgreSQL: rows out of one snapshot, back all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from auth.model import Person
from auth.register import open_register
from core.errors import SuiteError
from core.paths import Paths
from office.backup import restore, take
from office.backup.postgres import dump_of, load_into
from tests.fakes.postgres import cluster, fresh_database

KEY = b"k" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster() as url:
        yield url


def filled(url: str, unused: Path) -> None:
    register = open_register(url, unused)
    for number in range(30):
        register.add_person(Person(f"K{number:06}", f"職員 {number}\t\\N", "", "情報政策課"))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO consents (staff_number, version, time) VALUES ('K000001', '1', 5)")
        connection.execute(
            "INSERT INTO templates VALUES ('K000001', 'm', '1', 8, 2, 5, %s)", [b"\x00\x01\xff\\"]
        )
    register.sql.close()  # type: ignore[attr-defined]


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()  # noqa: S608
            for name in ("persons", "consents", "templates")
        }


def test_an_office_s_rows_come_back_into_an_empty_database(server: str, tmp_path: Path) -> None:
    paths = Paths(*(tmp_path / name for name in ("data", "config", "cache", "state")), tmp_path / "policy")
    for folder in (paths.data, paths.config):
        folder.mkdir()
    old, new = fresh_database(server, "old"), fresh_database(server, "new")
    filled(old, tmp_path / "unused.db")
    taken = take.take(paths, tmp_path / "out", KEY, [dump_of(old)])
    assert taken.manifest.rows["database/persons.copy:persons"] == 30
    made = restore.verify(taken.folder, KEY)
    with pytest.raises(SuiteError, match="BACKUP-008"):  # nobody has made the tables yet
        load_into(new, taken.folder, made)
    open_register(new, tmp_path / "unused.db").sql.close()  # type: ignore[attr-defined]
    load_into(new, taken.folder, made)
    assert rows(new) == rows(old)
    with psycopg.connect(new) as connection:  # numbers go on after the highest
        connection.execute("INSERT INTO consents (staff_number, version, time) VALUES ('K000002', '1', 6)")
    load_into(new, taken.folder, made)
    assert rows(new) == rows(old), "again, over what had been added"


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="BACKUP-007"):
        dump_of("host=127.0.0.1 port=1 user=nobody dbname=none")(tmp_path)
