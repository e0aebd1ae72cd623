"""What the signer's log promises, on SQLite and PostgreSQL: a statement is used up once, by any signer."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auth.agent.certificate import SignInKey
from auth.signer.log import Claim, IssuanceLog, Issued, Rate, open_log
from core.errors import SuiteError
from tests.fakes.postgres import cluster, fresh_database
from tests.fakes.signing import Desk

ROW = Issued("n1", "s1", "a1", "S-100", "t1", "k", "office", "face+pin", 100.0)
FREE = Rate(1000, 1000, 60.0)


def row(number: int, **changes: Any) -> Issued:
    """One that has not been used."""
    return replace(ROW, nonce=f"n{number:04}", statement=f"s{number}", serial=f"a{number}", **changes)


class IssuanceContract:
    """Subclasses give ``log`` and ``other``: two processes' views of one log."""

    def test_each_of_nonce_statement_and_serial_is_used_once(
        self, log: IssuanceLog, other: IssuanceLog
    ) -> None:
        assert log.claim(ROW, FREE) is Claim.WRITTEN
        for same in ({}, {"statement": "s2", "serial": "a2"}, {"nonce": "n2", "serial": "a2"}):
            assert other.claim(replace(ROW, **same), FREE) is Claim.USED
        assert other.claim(row(2, time=101.0), FREE) is Claim.WRITTEN
        assert [each.nonce for each in log.all()] == ["n1", "n0002"]

    def test_of_many_at_once_one_has_it(self, log: IssuanceLog, other: IssuanceLog) -> None:
        start = threading.Barrier(6)

        def claim(n: int) -> bool:
            start.wait()
            return (log, other)[n % 2].claim(replace(ROW, serial=f"a{n}"), FREE) is Claim.WRITTEN

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(claim, range(6))) == 1

    def test_a_terminal_and_a_person_have_so_many_in_a_while(self, log: IssuanceLog) -> None:
        rate = Rate(per_terminal=3, per_person=2, window_s=60.0)
        said = [log.claim(row(n), rate) for n in range(3)]
        assert said == [Claim.WRITTEN, Claim.WRITTEN, Claim.TOO_MANY], "the person's"
        assert log.claim(row(3, device="t2"), rate) is Claim.TOO_MANY, "at another terminal too"
        assert log.claim(row(4, subject="S-200"), rate) is Claim.WRITTEN
        assert log.claim(row(5, subject="S-300"), rate) is Claim.TOO_MANY, "the terminal's"
        assert log.claim(row(6, time=160.5), rate) is Claim.WRITTEN, "a minute later"

    def test_a_clock_that_was_set_back_does_not_keep_everybody_waiting(self, log: IssuanceLog) -> None:
        """A server that began the day in the wrong year: what it signed there counts no longer."""
        rate = Rate(per_terminal=3, per_person=1, window_s=60.0)
        assert log.claim(row(1, time=9_999_999.0), rate) is Claim.WRITTEN
        assert log.claim(row(2, time=100.0), rate) is Claim.WRITTEN
        assert log.claim(row(3, time=99.0), rate) is Claim.TOO_MANY, "a second is no other year"

    def test_of_many_different_at_once_no_more_than_the_rate_get_through(
        self, log: IssuanceLog, other: IssuanceLog
    ) -> None:
        rate, start = Rate(per_terminal=1000, per_person=3, window_s=60.0), threading.Barrier(8)

        def claim(n: int) -> Claim:
            if n < 8:
                start.wait()
            return (log, other)[n % 2].claim(row(n, device=f"t{n % 4}"), rate)

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(claim, range(40)))
        assert (said.count(Claim.WRITTEN), said.count(Claim.TOO_MANY)) == (3, 37)

    def test_every_row_is_read_back_as_it_was(
        self, log: IssuanceLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("auth.signer.log._PAGE", 7)
        rows = [row(n) for n in range(31)]
        for each in rows:
            log.claim(each, FREE)
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
