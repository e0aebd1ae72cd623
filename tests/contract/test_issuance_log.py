"""What the signer's log promises, on SQLite and PostgreSQL: a statement is used up once, by any signer."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from auth.agent.certificate import SignInKey
from auth.signer.log import IssuanceLog, Issued, open_log
from core.errors import SuiteError
from tests.fakes.postgres import cluster, fresh_database
from tests.fakes.signing import Desk

ROW = Issued("n1", "s1", "a1", "S-100", "t1", "k", "office", "face+pin", 100.0)


class IssuanceContract:
    """Subclasses give ``log`` and ``other``: two processes' views of one log."""

    def test_each_of_nonce_statement_and_serial_is_used_once(
        self, log: IssuanceLog, other: IssuanceLog
    ) -> None:
        assert log.claim(ROW)
        for same in ({}, {"statement": "s2", "serial": "a2"}, {"nonce": "n2", "serial": "a2"}):
            assert not other.claim(replace(ROW, **same))
        assert other.claim(replace(ROW, nonce="n2", statement="s2", serial="a2", time=101.0))
        assert [row.nonce for row in log.all()] == ["n1", "n2"]

    def test_of_many_at_once_one_has_it(self, log: IssuanceLog, other: IssuanceLog) -> None:
        start = threading.Barrier(6)

        def claim(n: int) -> bool:
            start.wait()
            return (log, other)[n % 2].claim(replace(ROW, serial=f"a{n}"))

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(claim, range(6))) == 1

    def test_the_recent_are_counted_by_terminal_and_by_person(self, log: IssuanceLog) -> None:
        log.claim(ROW)
        log.claim(replace(ROW, nonce="n2", statement="s2", serial="a2", device="t2", time=160.0))
        assert log.recent("t1", "S-100", 99.0) == (1, 2)
        assert log.recent("t1", "S-100", 120.0) == (0, 1)
        assert log.recent("t9", "S-999", 0.0) == (0, 0)

    def test_every_row_is_read_back_as_it_was(
        self, log: IssuanceLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("auth.signer.log._PAGE", 7)
        rows = [replace(ROW, nonce=f"n{n:04}", statement=f"s{n}", serial=f"a{n}") for n in range(31)]
        for row in rows:
            log.claim(row)
        assert list(log.all()) == rows


class TestSqliteLog(IssuanceContract):
    @pytest.fixture
    def log(self, tmp_path: Path) -> IssuanceLog:
        return open_log("", tmp_path / "issued.db")

    @pytest.fixture
    def other(self, tmp_path: Path, log: IssuanceLog) -> IssuanceLog:
        return open_log("", tmp_path / "issued.db")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster("fsync=off") as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    return fresh_database(server, f"db-{os.urandom(8).hex()}")


class TestPostgresLog(IssuanceContract):
    @pytest.fixture
    def log(self, url: str, tmp_path: Path) -> IssuanceLog:
        return open_log(url, tmp_path)

    @pytest.fixture
    def other(self, url: str, tmp_path: Path, log: IssuanceLog) -> IssuanceLog:
        return open_log(url, tmp_path)


def test_two_signers_on_one_database_make_one_certificate(url: str, tmp_path: Path) -> None:
    """The same statement at both at once: the second finds it used, whichever is second."""
    desk, key = Desk(tmp_path, url), SignInKey()
    signers = [desk.again(), desk.again()]
    token, start = desk.token(key), threading.Barrier(2)
    from auth.signer.api import request_of

    def issue(n: int) -> str:
        start.wait()
        try:
            return f"{signers[n].issue(token, request_of(key.request()), 't1').certificate.serial_number:x}"
        except SuiteError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(issue, range(2)))
    assert "SIGN-006" in came
    assert [row.serial for row in desk.log.all()] == [c for c in came if c != "SIGN-006"]
