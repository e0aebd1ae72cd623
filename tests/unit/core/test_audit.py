"""The audit trail: whatever is changed afterwards shows, whatever kills it leaves whole rows."""

# ruff: noqa: S608 - tampering is written in SQL
from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
import threading
from contextlib import closing
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.audit import AuditLog, Head, _digest, read_copy
from core.errors import SuiteError
from core.secrets import MemorySecrets
from tests.unit.core.death import every_death, in_child

ROWS = 6
ADDED = (
    "INSERT INTO entries SELECT 7, time, action, actor, subject, detail, hash, hash FROM entries WHERE id = 6"
)


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def log(path: Path, secrets: MemorySecrets) -> AuditLog:
    log = AuditLog(path, secrets)
    for n in range(1, ROWS + 1):
        log.append(
            "face.matched", actor="100234", subject=f"2{n:05}", detail={"score": n / 10, "terminal": "窓口"}
        )
    return log


def tamper(path: Path, *statements: str) -> None:
    """As someone would who owns the file: the guards against accidents are taken away first."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS entries_no_update")
        connection.execute("DROP TRIGGER IF EXISTS entries_no_delete")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_an_untouched_trail_is_whole(log: AuditLog) -> None:
    report = log.verify()
    assert (report.ok, report.rows, report.first_bad) == (True, ROWS, None)
    assert str(ROWS) in report.reason


def test_an_empty_trail_is_whole(path: Path, secrets: MemorySecrets) -> None:
    log = AuditLog(path, secrets)
    assert log.verify().ok
    assert log.head() == Head(0, "0" * 64)
    assert log.verify(log.head()).ok


def test_rows_are_read_back_newest_first(log: AuditLog) -> None:
    assert [entry.id for entry in log.entries(limit=2)] == [6, 5]
    assert [entry.id for entry in log.entries(limit=2, before=5)] == [4, 3]
    assert [entry.id for entry in log.entries(subject="200003")] == [3]
    assert log.entries(action="pin.set") == []
    newest = log.entries(limit=1)[0]
    assert (newest.action, newest.actor, newest.detail) == (
        "face.matched",
        "100234",
        {"score": 0.6, "terminal": "窓口"},
    )
    assert newest.time.endswith("+00:00")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE entries SET actor = 'x'", "DELETE FROM entries", "REPLACE INTO entries SELECT * FROM entries"],
)
def test_the_database_itself_refuses_changes(path: Path, log: AuditLog, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA recursive_triggers=ON")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    assert log.verify().ok


SWAP = (
    "UPDATE entries SET id = 100 WHERE id = 2",
    "UPDATE entries SET id = 2 WHERE id = 3",
    "UPDATE entries SET id = 3 WHERE id = 100",
)


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        *[
            ((f"UPDATE entries SET {column} = 'other' WHERE id = 3",), 3)
            for column in ("time", "action", "actor", "subject", "detail", "previous", "hash")
        ],
        (("UPDATE entries SET subject = CAST(x'ff' AS TEXT) WHERE id = 3",), 3),
        (("UPDATE entries SET actor = actor || char(0) WHERE id = 3",), 3),
        (("UPDATE entries SET id = -1 WHERE id = 1",), 1),
        (("DELETE FROM entries WHERE id = 1",), 1),
        (("DELETE FROM entries WHERE id = 3",), 3),
        (("DELETE FROM entries WHERE id = 3", "UPDATE entries SET id = id - 1 WHERE id > 3"), 3),
        (("DELETE FROM entries WHERE id = 6",), 6),
        (("DELETE FROM entries WHERE id > 2",), 3),
        (("DELETE FROM entries",), 1),
        (SWAP, 2),
        ((ADDED,), 7),
        (("UPDATE head SET count = 5",), None),
        (("UPDATE head SET hash = 'other'",), None),
        (("UPDATE head SET seal = '封'",), None),
        (("DELETE FROM head",), None),
        (("DELETE FROM entries", "DELETE FROM head"), None),
    ],
)
def test_every_change_is_found(
    path: Path, log: AuditLog, statements: tuple[str, ...], first_bad: int | None
) -> None:
    tamper(path, *statements)
    report = log.verify()
    assert not report.ok
    assert report.first_bad == first_bad
    assert report.reason


@pytest.mark.parametrize(("changed", "first_bad"), [(1, 2), (3, 4), (ROWS, ROWS)])
def test_a_row_rewritten_together_with_its_own_hash_is_found(
    path: Path, log: AuditLog, changed: int, first_bad: int
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT * FROM entries WHERE id = ?", (changed,)).fetchone()
    digest = _digest((*row[:4], "999999", *row[5:7]))
    tamper(path, f"UPDATE entries SET subject = '999999', hash = '{digest}' WHERE id = {changed}")
    report = log.verify()
    assert (report.ok, report.first_bad) == (False, first_bad)


def forge(path: Path) -> None:
    """Rewrite history from row 3 with correct hashes, as someone who has read this file but has no key."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT * FROM entries ORDER BY id").fetchall()
    previous = rows[1][7]
    statements = []
    for row in rows[2:]:
        changed = (*row[:4], "999999", row[5], previous)
        previous = _digest(changed)
        statements.append(
            f"UPDATE entries SET subject = '999999', previous = '{changed[6]}', hash = '{previous}'"
            f" WHERE id = {row[0]}"
        )
    tamper(path, *statements, f"UPDATE head SET hash = '{previous}'")


def test_a_chain_computed_anew_without_the_key_is_found(path: Path, log: AuditLog) -> None:
    forge(path)
    assert not log.verify().ok


def test_another_key_cannot_seal(path: Path, log: AuditLog) -> None:
    assert not AuditLog(path, MemorySecrets()).verify().ok
    assert log.verify().ok


def test_an_older_copy_is_found_by_a_head_written_down(
    path: Path, log: AuditLog, secrets: MemorySecrets
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    older = shutil.copy(path, path.with_name("older.db"))
    log.append("pin.set", actor="1")
    noted = log.head()
    log.append("pin.set", actor="2")
    assert log.verify(noted).ok
    restored = AuditLog(Path(older), secrets)
    assert restored.verify().ok, "by itself it is whole"
    report = restored.verify(noted)
    assert not report.ok
    assert report.rows == ROWS


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM head",
        "UPDATE head SET count = 0",
        ADDED,
    ],
)
def test_nothing_is_added_over_damage(path: Path, log: AuditLog, damage: str) -> None:
    tamper(path, damage)
    rows = len(log.entries())
    with pytest.raises(SuiteError) as caught:
        log.append("pin.set", actor="1")
    assert caught.value.code == "AUDIT-001"
    assert len(log.entries()) == rows


def test_a_missing_head_is_said(path: Path, log: AuditLog) -> None:
    tamper(path, "DELETE FROM head")
    with pytest.raises(SuiteError) as caught:
        log.head()
    assert caught.value.code == "AUDIT-001"


@pytest.mark.parametrize("detail", ["{", "[1]", "[" * 100_000])
def test_a_damaged_detail_does_not_stop_the_reading(path: Path, log: AuditLog, detail: str) -> None:
    tamper(path, f"UPDATE entries SET detail = '{detail}' WHERE id = 6")
    assert log.entries(limit=1)[0].detail == {"damaged": True}
    assert log.verify().first_bad == 6


def test_a_damaged_file_is_named(path: Path, log: AuditLog, secrets: MemorySecrets) -> None:
    for n in range(300):
        log.append("filler", actor="1", detail={"n": n, "text": "x" * 150})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 12] = b"\xff" * (4096 * 9)
    copy = path.with_name("damaged.db")
    copy.write_bytes(content)
    with pytest.raises(SuiteError) as caught:
        AuditLog(copy, secrets).verify()
    assert caught.value.code == "DB-004"


@pytest.mark.parametrize(
    ("action", "actor", "subject"),
    [
        ("", "1", ""),
        ("sign in", "1", ""),
        ("signed-in", "山田太郎", ""),
        ("signed-in", "1", "山田太郎"),
        ("signed-in", "1\n2", ""),
        ("signed-in", "1", "x" * 129),
    ],
)
def test_names_and_free_text_do_not_get_in(log: AuditLog, action: str, actor: str, subject: str) -> None:
    with pytest.raises(ValueError, match="audit"):
        log.append(action, actor=actor, subject=subject)
    assert log.verify().rows == ROWS


@pytest.mark.parametrize(
    "detail",
    [
        {"score": float("nan")},
        {"score": float("inf")},
        {"image": b"\x89PNG"},
        {"vector": [0.1, 0.2]},
        {"nothing": None},
        {"text": "x" * 201},
        {"two words": 1},
        {f"k{n}": n for n in range(21)},
    ],
)
def test_details_are_bounded_plain_values(log: AuditLog, detail: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own words for NaN
        log.append("x", actor="1", detail=detail)  # type: ignore[arg-type]
    assert log.verify().rows == ROWS


DETAILS = st.dictionaries(
    st.text("abc-_", min_size=1, max_size=5),
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
    ),
    max_size=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=DETAILS)
def test_every_plain_detail_comes_back_as_it_was(
    log: AuditLog, detail: dict[str, str | int | float | bool]
) -> None:
    log.append("x", actor="1", detail=detail)
    assert json.dumps(log.entries(limit=1)[0].detail, sort_keys=True) == json.dumps(detail, sort_keys=True)
    assert log.verify().ok


def test_a_lone_surrogate_is_kept_readable(log: AuditLog) -> None:
    log.append("x", actor="1", detail={"text": "\ud800"})
    assert log.verify().ok


def test_a_clock_set_back_does_not_disturb_the_order(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(1970, 1, 1, tzinfo=tz)

    monkeypatch.setattr("core.audit.datetime", Earlier)
    log.append("later", actor="1")
    assert log.verify().ok
    assert log.entries(limit=1)[0].action == "later"


def test_many_threads_make_one_chain(path: Path, log: AuditLog) -> None:
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(20):
                log.append("x", actor=str(number))
                assert log.verify().ok
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            problems.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert log.verify().rows == ROWS + 80


def test_a_kill_at_any_line_leaves_a_whole_trail(tmp_path: Path, secrets: MemorySecrets) -> None:
    """Creation included: the first start may be killed as well."""
    path = tmp_path / "killed" / "audit.db"
    AuditLog(path.with_name("other.db"), secrets)  # the key exists before the child is forked
    appended = 0

    def work() -> None:
        log = AuditLog(path, secrets)
        log.append("first", actor="1")
        log.append("second", actor="1")

    def fresh() -> None:
        shutil.rmtree(path.parent, ignore_errors=True)

    seen = set()
    for line in every_death(fresh, work):
        log = AuditLog(path, secrets)
        report = log.verify()
        assert report.ok, (line, report)
        seen.add(report.rows)
        appended = log.append("after", actor="1")
        assert appended == report.rows + 1, line
        log._connections.close()
    assert seen == {0, 1, 2}


def _append_without_end(log: AuditLog) -> None:
    for _ in range(10_000):
        log.append("x", actor="1", detail={"text": "x" * 200})


def test_a_file_that_cannot_grow_keeps_whole_rows(path: Path, log: AuditLog, secrets: MemorySecrets) -> None:
    """RLIMIT_FSIZE makes writing fail where a full disk would."""
    log._connections.close()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        child = AuditLog(path, secrets)
        with pytest.raises(SuiteError) as caught:
            _append_without_end(child)
        assert caught.value.code in ("DB-002", "DB-006")
        assert child.verify().ok

    assert in_child(work) == 0
    report = log.verify()
    assert report.ok
    assert report.rows > ROWS
    log.append("after", actor="1")
    assert log.verify().ok


def test_a_copy_whose_damage_breaks_sqlite_s_own_words_is_refused_in_ours(tmp_path: Path) -> None:
    """Found by tests/long/test_fuzz.py: SQLite quotes a damaged schema, and the quote is no UTF-8."""
    path = tmp_path / "copy.db"
    log = AuditLog(path, MemorySecrets())
    log.append("person.added", actor="K100234")
    log._connections.get().conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log._connections.close()
    path.write_bytes(path.read_bytes().replace(b"BEFORE UPDATE", b"BEFORE\xc4UPDATE", 1))
    with pytest.raises(SuiteError, match="AUDIT-002"):
        list(read_copy(path))
