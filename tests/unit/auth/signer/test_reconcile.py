"""A certificate that no match stands behind is named, and so is a statement that was used twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from auth.agent.certificate import SignInKey
from auth.reconcile import reconcile
from auth.signer.log import Issued
from core.audit import AuditLog, Entry, read_copy
from core.secrets import MemorySecrets
from tests.fakes.office import code_of

KEY = SignInKey().hash


def row(n: int, **changes: str) -> Issued:
    return replace(Issued(f"n{n}", f"st{n}", f"ab{n}", "S-100", "t1", KEY, "office", "face", 1.0), **changes)


def match(n: int, **changes: str) -> Entry:
    detail = {"statement": f"st{n}", "terminal": "t1", "key": KEY, **changes}
    return Entry(n, "", "statement.signed", "S-100", "S-100", detail)


def signed(n: int, serial: str = "") -> Entry:
    detail = {"statement": f"st{n}", "serial": serial or f"ab{n}"}
    return Entry(n, "", "certificate.issued", "S-100", "S-100", detail)


def test_what_fits_fits() -> None:
    found = reconcile([row(1), row(2)], [match(1), match(2), match(3), signed(1), signed(2)])
    assert (found.serials, found.statements, found.problems) == (("ab1", "ab2"), 3, ())


def test_a_certificate_without_a_statement_is_named() -> None:
    (problem,) = reconcile([row(1), row(2)], [match(1)]).problems
    assert "ab2" in problem


@pytest.mark.parametrize("changes", [{"subject": "S-200"}, {"device": "t2"}, {"key": "00"}])
def test_a_certificate_for_someone_else_is_named(changes: dict[str, str]) -> None:
    (problem,) = reconcile([row(1, **changes)], [match(1)]).problems
    assert "ab1" in problem


def test_a_statement_used_twice_is_named() -> None:
    twice = [row(1), row(2, statement="st1")]
    assert any("st1" in p for p in reconcile(twice, [match(1)]).problems)
    noted = [match(1), signed(1), signed(1, "ff")]
    assert any("st1" in p for p in reconcile([row(1)], noted).problems)


def test_a_row_taken_out_of_the_log_is_named() -> None:
    (problem,) = reconcile([], [match(1), signed(1)]).problems
    assert "ab1" in problem


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    log = AuditLog(tmp_path / "audit.db", MemorySecrets())
    for n in range(5):
        log.append("statement.signed", actor="S-100", detail={"statement": f"st{n}"})
    return tmp_path / "audit.db"


def test_a_copied_trail_is_read_as_it_was_written(trail: Path) -> None:
    assert [e.detail["statement"] for e in read_copy(trail)] == [f"st{n}" for n in range(5)]


@pytest.mark.parametrize(
    "harm", ["DELETE FROM entries WHERE id = 3", "UPDATE entries SET subject = 'S-200' WHERE id = 2"]
)
def test_a_removed_or_changed_row_stops_the_reading(trail: Path, harm: str) -> None:
    with sqlite3.connect(trail) as database:
        database.execute("DROP TRIGGER entries_no_delete")
        database.execute("DROP TRIGGER entries_no_update")
        database.execute(harm)
    assert code_of(lambda: list(read_copy(trail))) == "AUDIT-002"


def test_what_is_no_trail_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"rubbish" * 1000)
    for name in ("x", "nothing"):
        assert code_of(lambda name=name: list(read_copy(tmp_path / name))) == "AUDIT-002"
