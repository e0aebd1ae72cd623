"""Opening a database: migrations, backups, and every way in which a disk or another program refuses."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

import core.db
from core.db import Connections, Migration, open_database, transaction
from core.errors import SuiteError
from tests.unit.core.death import every_death

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and signals")


def _people(database: Database) -> None:
    database.conn.execute("CREATE TABLE people (number TEXT PRIMARY KEY, name TEXT)")


def _section(database: Database) -> None:
    database["people"].add_column("section", str)
    database.conn.execute("UPDATE people SET section = 'none'")


ONE = [Migration(1, "people", _people)]
TWO = [*ONE, Migration(2, "section", _section)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "auth.db"


def columns(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(people)")]


def fill(path: Path) -> None:
    with closing(open_database(path, ONE)) as database, transaction(database):
        database["people"].insert_all({"number": str(n), "name": "x" * 100} for n in range(50))


def test_a_new_database_is_private_durable_and_strict(path: Path) -> None:
    with closing(open_database(path, ONE)) as database:
        value = lambda pragma: database.conn.execute(f"PRAGMA {pragma}").fetchone()[0]  # noqa: E731
        assert value("journal_mode") == "wal"
        assert value("synchronous") == 2
        assert value("foreign_keys") == 1
        assert value("busy_timeout") == 5000
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not list(path.parent.glob("*.before-*")), "there was nothing to back up"


def test_a_migration_runs_once_and_leaves_a_backup(path: Path) -> None:
    fill(path)
    for _ in range(2):
        with closing(open_database(path, TWO)) as database:
            assert database["people"].count == 50
            applied = [row["number"] for row in database["schema_migrations"].rows]
            assert applied == [1, 2]
    backup = path.with_name("auth.before-2.sqlite")
    assert columns(path) == ["number", "name", "section"]
    assert columns(backup) == ["number", "name"]
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_failing_migration_changes_nothing(path: Path) -> None:
    fill(path)

    def fails(database: Database) -> None:
        _section(database)
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        open_database(path, [*ONE, Migration(2, "fails", fails)])
    assert columns(path) == ["number", "name"]
    open_database(path, TWO).close()


def test_a_migration_that_leaves_its_transaction_is_a_bug_that_shows(path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended its transaction"):
        open_database(path, [Migration(1, "bad", lambda d: d.conn.executescript("SELECT 1") and None)])


@pytest.mark.parametrize("numbers", [[2], [1, 1], [1, 3], [0]])
def test_migrations_are_numbered_without_gaps(path: Path, numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="numbered"):
        open_database(path, [Migration(n, "x", _people) for n in numbers])


def test_a_newer_schema_is_refused_and_untouched(path: Path) -> None:
    open_database(path, TWO).close()
    before = path.read_bytes()
    with pytest.raises(SuiteError) as caught:
        open_database(path, ONE)
    assert caught.value.code == "DB-005"
    assert path.read_bytes() == before


def open_at_once(path: Path, programs: int) -> list[BaseException]:
    """What those who open the same database at the same moment were told."""
    problems: list[BaseException] = []
    start = threading.Barrier(programs)

    def migrate() -> None:
        try:
            start.wait(10)
            open_database(path, TWO).close()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            problems.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return problems


def test_two_programs_migrate_at_once(path: Path) -> None:
    fill(path)
    assert open_at_once(path, 4) == []
    assert columns(path) == ["number", "name", "section"]


def test_of_many_that_make_the_same_database_at_once_none_is_refused(tmp_path: Path) -> None:
    """SQLite does not wait when two turn a new file to WAL: one in fifteen of such moments was DB-001."""
    for moment in range(60):
        assert open_at_once(tmp_path / f"{moment}.db", 8) == []


def test_a_kill_at_any_line_of_a_migration_loses_nothing(path: Path) -> None:
    fill(path)
    original = path.read_bytes()

    def restore() -> None:
        for leftover in path.parent.iterdir():
            leftover.unlink()
        path.write_bytes(original)

    for line in every_death(restore, lambda: open_database(path, TWO).close()):
        for backup in path.parent.glob("*.before-2.sqlite"):
            with closing(sqlite3.connect(backup)) as connection:
                assert connection.execute("SELECT count(*) FROM people").fetchone() == (50,), line
        with closing(open_database(path, TWO)) as database:
            assert database["people"].count == 50, line
            assert database["people"].count_where("section = 'none'") == 50, line
            assert database.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",), line


VISITOR = """
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM people").fetchone())
"""


def visit(path: Path) -> str:
    """What another process, which comes and goes, finds in the database."""
    done = subprocess.run([sys.executable, "-c", VISITOR, str(path)], capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_another_program_that_comes_and_goes_sees_every_commit(path: Path) -> None:
    """POSIX: who closes any descriptor of a file loses all his locks on it. Then the visitor believes to be
    the last, removes the log, and what we commit afterwards is gone (sqlite.org/howtocorrupt.html, 2.2)."""
    fill(path)
    with closing(open_database(path, ONE)) as database:
        assert database["people"].count == 50
        open_database(path, ONE).close()  # as another thread of ours does
        assert visit(path) == "(50,)"
        with transaction(database):
            database["people"].insert({"number": "after", "name": "x"})
        assert visit(path) == "(51,)"
    assert visit(path) == "(51,)"


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(path: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    fill(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
        other.kill()


@pytest.mark.usefixtures("held")
def test_a_database_held_by_another_program(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.db, "BUSY_SECONDS", 0.05)
    with closing(open_database(path, ONE)) as database:
        assert database["people"].count == 50, "reading goes on"
        with pytest.raises(SuiteError) as caught, transaction(database):
            pytest.fail("the block must not be entered")
        assert caught.value.code == "DB-001"
    with pytest.raises(SuiteError) as caught:
        open_database(path, TWO)
    assert caught.value.code == "DB-001"
    assert columns(path) == ["number", "name"]


def test_a_full_disk_changes_nothing(path: Path) -> None:
    fill(path)
    with closing(open_database(path, ONE)) as database:
        pages = database.conn.execute("PRAGMA page_count").fetchone()[0]
        database.conn.execute(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(SuiteError) as caught, transaction(database):
            database["people"].insert_all({"number": f"n{n}", "name": "x" * 4000} for n in range(20))
        assert caught.value.code == "DB-002"
        assert database["people"].count == 50
        with transaction(database):
            database["people"].insert({"number": "after", "name": "small"})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk needs root and the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _insert_without_end(database: Database) -> None:
    for n in range(1000):
        with transaction(database):
            database["people"].insert({"number": f"n{n}", "name": "x" * 4000})


def test_a_really_full_disk_while_migrating(small_disk: Path) -> None:
    path = small_disk / "auth.db"
    fill(path)
    with closing(open_database(path, ONE)) as database:
        with pytest.raises(SuiteError) as caught:
            _insert_without_end(database)
        assert caught.value.code == "DB-002"
        kept = database["people"].count
        assert kept > 50
    with pytest.raises(SuiteError) as caught:
        open_database(path, TWO)
    assert caught.value.code == "DB-002"
    with closing(open_database(path, ONE)) as database:
        assert database["people"].count == kept
        assert database.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_folder_on_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(core.db, "make_private_folder", full)
    with pytest.raises(SuiteError) as caught:
        open_database(path, ONE)
    assert caught.value.code == "DB-002"


def test_a_read_only_place(path: Path) -> None:
    """A file where the folder should be: refused to root as well, unlike a mode."""
    path.parent.write_text("not a folder")
    with pytest.raises(SuiteError) as caught:
        open_database(path, ONE)
    assert caught.value.code == "DB-003"


def test_a_read_only_connection(path: Path) -> None:
    fill(path)
    with closing(open_database(path, ONE)) as database:
        database.conn.execute("PRAGMA query_only=ON")
        with pytest.raises(SuiteError) as caught, transaction(database):
            database["people"].insert({"number": "new", "name": "x"})
        assert caught.value.code == "DB-003"


def test_a_folder_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SuiteError) as caught:
        open_database(path, ONE)
    assert caught.value.code == "DB-003"


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, os.urandom(4096), b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_a_damaged_file_is_named_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SuiteError) as caught:
        open_database(path, ONE)
    assert caught.value.code == "DB-004"
    assert path.read_bytes() == content


def test_a_mistake_in_the_program_is_not_dressed_up(path: Path) -> None:
    with closing(open_database(path, ONE)) as database:
        with pytest.raises(sqlite3.OperationalError), transaction(database):
            database.conn.execute("SELECT * FROM nothing_here")
        with pytest.raises(OSError, match="not ours"), transaction(database):
            raise OSError("not ours")
        with transaction(database):
            database["people"].insert({"number": "1", "name": "x"})


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    with closing(open_database(path, ONE)) as database:
        with pytest.raises(sqlite3.IntegrityError), transaction(database):
            database["people"].insert_all([{"number": "1", "name": "x"}, {"number": "1", "name": "y"}])
        assert database["people"].count == 0


def test_each_thread_has_its_own_connection(path: Path) -> None:
    connections = Connections(path, ONE)
    mine = connections.get()
    assert connections.get() is mine
    others: list[Database] = []
    thread = threading.Thread(target=lambda: others.append(connections.get()))
    thread.start()
    thread.join(10)
    assert len(others) == 1
    assert others[0] is not mine
    connections.close()
    connections.close()
    assert connections.get() is not mine
    connections.close()
