"""An office's backup on the real PostgreSQL: rows out of one snapshot, back all or nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from auth.model import Person
from auth.register import open_register
from core.errors import SuiteError
from core.paths import Paths
from desktop.__main__ import main
from office.backup import manifest, postgres, restore, take
from office.backup.postgres import dump_of, replacing
from office.backup.record import Act, Record
from office.schema import open_sql
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


def at_home(folder: Path) -> Paths:
    data, config, cache, state = (folder / name for name in ("data", "config", "cache", "state"))
    paths = Paths(data, config, cache, state, folder / "policy.toml")
    for each in (paths.data, paths.config, paths.state):
        each.mkdir(parents=True)
    return paths


def numbers(url: str) -> list[str]:
    return [str(row[0]) for row in rows(url)["persons"]]


def test_an_office_s_rows_come_back_into_an_empty_database(server: str, tmp_path: Path) -> None:
    paths = at_home(tmp_path)
    old, new = fresh_database(server, "old"), fresh_database(server, "new")
    filled(old, tmp_path / "unused.db")
    taken = take.take(paths, tmp_path / "out", KEY, [dump_of(old)])
    assert taken.manifest.rows["database/persons.copy:persons"] == 30
    into = partial(replacing, new)
    with pytest.raises(SuiteError, match="BACKUP-008"):  # nobody has made the tables yet
        restore.restore(taken.folder, paths, KEY, database=into)
    open_register(new, tmp_path / "unused.db").sql.close()  # type: ignore[attr-defined]
    restore.restore(taken.folder, paths, KEY, database=into)
    assert rows(new) == rows(old)
    with psycopg.connect(new) as connection:  # numbers go on after the highest
        connection.execute("INSERT INTO consents (staff_number, version, time) VALUES ('K000002', '1', 6)")
    restore.restore(taken.folder, paths, KEY, database=into)
    assert rows(new) == rows(old), "again, over what had been added"


def backed_up(server: str, name: str, tmp_path: Path) -> tuple[Paths, str, Path]:
    """A home with a database, a backup of thirty people, and the person who came after it."""
    paths, url = at_home(tmp_path), fresh_database(server, name)
    filled(url, tmp_path / "unused.db")
    with closing(sqlite3.connect(paths.data / "local.db")) as database:
        database.execute("CREATE TABLE t (x)")
    folder = take.take(paths, tmp_path / "out", KEY, [dump_of(url)]).folder
    register = open_register(url, tmp_path / "unused.db")
    register.add_person(Person("K999999", "あとの人", "", "税務課"))
    register.sql.close()  # type: ignore[attr-defined]
    return paths, url, folder


def test_rows_that_a_restore_replaces_lie_aside_and_come_back(server: str, tmp_path: Path) -> None:
    paths, url, folder = backed_up(server, "aside", tmp_path)
    done = restore.restore(folder, paths, KEY, database=partial(replacing, url))
    assert "K999999" not in numbers(url)
    _data, aside = done.former
    assert aside.stat().st_mode & 0o777 == 0o700
    restore.verify(aside, KEY)
    (paths.data / "of-now.txt").write_text("いま")
    restore.restore(aside, paths, KEY, database=partial(replacing, url))
    assert "K999999" in numbers(url)
    assert (paths.data / "of-now.txt").is_file(), "a backup of rows alone leaves the files alone"


def test_an_office_in_use_keeps_its_rows(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAHOROBA_HOME", str(tmp_path))
    paths, url = Paths.from_environment(), fresh_database(server, "busy")
    paths.policy.write_text(f'[security]\nsecret_backend = "file-key"\n[servers]\ndatabase = "{url}"\n')
    filled(url, tmp_path / "unused.db")
    assert main(["backup", "take", str(tmp_path / "out")]) == 0
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM persons WHERE staff_number > 'K000009'")
    before, (folder,) = rows(url), take.backups(tmp_path / "out")
    with closing(sqlite3.connect(paths.data / "local.db", isolation_level=None)) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("BEGIN IMMEDIATE")
        assert main(["backup", "restore", str(folder)]) == 1
    assert "BACKUP-005" in capsys.readouterr().err
    assert rows(url) == before
    assert main(["backup", "restore", str(folder)]) == 0
    assert len(rows(url)["persons"]) == 30
    assert ".database" in capsys.readouterr().out, "it says where the rows lie that were there"
    record = Record(open_sql(paths.data / "office.db", url))
    assert record.last()[Act.RESTORED].name == folder.name, "where every console of the office looks"


def test_files_that_cannot_be_exchanged_leave_the_rows(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, url, folder = backed_up(server, "unexchanged", tmp_path)
    before = rows(url)

    def refuse(*_arguments: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(restore, "exchange", refuse)
    with pytest.raises(SuiteError, match="BACKUP-006"):
        restore.restore(folder, paths, KEY, database=partial(replacing, url))
    assert rows(url) == before
    assert not list(tmp_path.glob("*before-restore*")), "nothing has changed, so nothing lies aside"


def test_a_commit_that_fails_takes_the_files_back(server: str, tmp_path: Path) -> None:
    paths, url, folder = backed_up(server, "uncommitted", tmp_path)
    (paths.data / "of-now.txt").write_text("いま")
    with psycopg.connect(url) as connection:  # a rule of the database's own that is looked at on commit
        connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON persons DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    before = rows(url)
    with pytest.raises(SuiteError, match="BACKUP-007"):
        restore.restore(folder, paths, KEY, database=partial(replacing, url))
    assert rows(url) == before
    assert (paths.data / "of-now.txt").is_file()


def test_somebody_who_does_not_stop_writing_is_not_interrupted(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, url, folder = backed_up(server, "writing", tmp_path)
    monkeypatch.setattr(postgres, "PATIENCE", "50ms")
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM persons WHERE staff_number = 'K000003'")
        with pytest.raises(SuiteError, match="BACKUP-005"):
            restore.restore(folder, paths, KEY, database=partial(replacing, url))
        connection.rollback()
    assert "K999999" in numbers(url)


def test_a_backup_with_rows_is_not_half_restored(server: str, tmp_path: Path) -> None:
    paths, _url, folder = backed_up(server, "unnamed", tmp_path)
    with pytest.raises(SuiteError, match="BACKUP-009"):  # servers.database says nothing here
        restore.restore(folder, paths, KEY)
    content = json.loads((folder / manifest.NAME).read_bytes())
    content["rows"]["database/persons.copy:persons"] = 29
    (folder / manifest.NAME).write_text(json.dumps(content))
    (folder / manifest.SEAL).write_bytes(manifest.seal((folder / manifest.NAME).read_bytes(), KEY))
    with pytest.raises(SuiteError, match="BACKUP-004"):
        restore.rehearse(folder, KEY)


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="BACKUP-007"):
        dump_of("host=127.0.0.1 port=1 user=nobody dbname=none")(tmp_path)
