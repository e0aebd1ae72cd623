"""What every register promises the matcher: the same class on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from auth.bulletins import FORGOTTEN_AFTER_S, Bulletin, Bulletins
from auth.codes import OneTimeCodes, Purpose
from auth.face.compare import Metric
from auth.lockout import Lock
from auth.matcher.store import IssuedChallenge, Register, SealedTemplate
from auth.matcher.vault import Vault
from auth.model import Person, Role
from auth.register import SqliteRegister, SqlRegister, open_register
from auth.savings import OfficeTimes
from core.errors import SuiteError
from tests.fakes.counted import CountedClock
from tests.fakes.office import code_of
from tests.fakes.postgres import cluster, fresh_database
from tests.unit.core import death

HANAKO = Person("A-001", "管理 花子", "かんり はなこ", "情報政策課", Role.IT, True, "窓口")
TARO = Person("B-002", "職員 太郎_100%", "しょくいん", "土木部")
MODEL = ("mobilefacenet", "1")


def template(number: str = "A-001", sealed: bytes = b"sealed", enrolled: float = 5.0) -> SealedTemplate:
    return SealedTemplate(number, *MODEL, 12, 3, enrolled, sealed)


def at_once(work: Callable[[], bool], threads: int = 8) -> int:
    """How many of the threads, started together, got True."""
    start, won = threading.Barrier(threads), []

    def run() -> None:
        start.wait()
        if work():
            won.append(1)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return len(won)


class RegisterContract:
    """Subclasses give a fixture ``register`` (empty) and ``again`` (the same data, opened anew)."""

    def test_persons_are_added_found_changed(self, register: Register) -> None:
        assert register.is_empty()
        register.add_person(HANAKO, "hash", first=True)
        register.add_person(TARO)
        assert not register.is_empty()
        assert register.person("A-001") == HANAKO
        assert register.person("Z-999") is None
        assert register.people() == [HANAKO, TARO]
        register.change_person(replace(TARO, section="税務課", active=False), TARO)
        assert register.person("B-002") == replace(TARO, section="税務課"), "who is stopped is set_active's"
        register.set_active("B-002", False)
        now = replace(TARO, section="税務課", active=False)
        assert register.person("B-002") == now
        for stale in (TARO, replace(now, active=True)):
            change = partial(register.change_person, replace(now, name="別名"), stale)
            assert code_of(change) == "AUTH-038", "changed, or stopped, since it was read"
        assert register.person("B-002") == now
        assert register.pin_hash("A-001") == "hash", "changing a person leaves the PIN"
        assert register.active_people() == 1

    @pytest.mark.parametrize(
        ("text", "found"),
        [("花子", [HANAKO]), ("B-0", [TARO]), ("しょく", [TARO]), ("情報", [HANAKO]), ("%", [TARO]),
         ("_", [TARO]), ("'", []), ("", [HANAKO, TARO])],
    )  # fmt: skip
    def test_a_search_takes_the_text_as_it_is(
        self, register: Register, text: str, found: list[Person]
    ) -> None:
        register.add_person(HANAKO)
        register.add_person(TARO)
        assert register.people(text) == found

    def test_a_number_exists_once_and_the_first_comes_first(self, register: Register) -> None:
        register.add_person(HANAKO, first=True)
        assert code_of(lambda: register.add_person(HANAKO)) == "AUTH-003"
        assert code_of(lambda: register.add_person(TARO, first=True)) == "AUTH-004"
        for act in (
            lambda: register.change_person(TARO, TARO),
            lambda: register.set_active("B-002", False),
            lambda: register.set_pin_hash("B-002", "x"),
            lambda: register.put_template(template("B-002"), "v1"),
        ):
            assert code_of(act) == "AUTH-005"

    def test_of_many_first_administrators_one_is(self, register: Register) -> None:
        numbers = iter(range(8))

        def first() -> bool:
            try:
                register.add_person(replace(HANAKO, staff_number=f"A-{next(numbers)}"), first=True)
            except Exception as error:
                if getattr(error, "code", "") != "AUTH-004":
                    raise
                return False
            return True

        assert at_once(first) == 1

    def test_a_group_is_its_active_members(self, register: Register) -> None:
        register.add_person(HANAKO)
        register.add_person(replace(TARO, group="窓口", active=False))
        register.add_person(replace(TARO, staff_number="C-003"))
        assert register.group("窓口") == [HANAKO]
        assert register.group("") == []

    def test_a_template_is_replaced_whole_with_its_consent(self, register: Register) -> None:
        register.add_person(HANAKO)
        register.add_person(TARO)
        marks = [register.templates_mark()]
        register.put_template(template(), "v1")
        marks.append(register.templates_mark())
        register.put_template(template(sealed=b"newer", enrolled=9.0), "v2")
        marks.append(register.templates_mark())
        assert register.template("A-001") == template(sealed=b"newer", enrolled=9.0)
        assert register.consent("A-001") == ("v2", 9.0)
        register.put_template(template("B-002"), "v1")
        assert [t.staff_number for t in register.templates(*MODEL)] == ["A-001", "B-002"]
        assert list(register.templates("mobilefacenet", "2")) == []
        assert register.delete_template("A-001")
        assert not register.delete_template("A-001")
        assert register.template("A-001") is None
        assert register.consent("A-001") is None
        marks.append(register.templates_mark())
        assert len(set(marks)) == 4

    def test_locks_change_all_or_none(self, register: Register) -> None:
        register.change_locks(("a", "b"), lambda _now: (Lock(1, 0.0), Lock(2, 9.5)))

        def fail(_now: tuple[Lock, ...]) -> tuple[Lock, ...]:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            register.change_locks(("a", "b"), fail)
        seen: list[Lock] = []

        def look(now: tuple[Lock, ...]) -> tuple[Lock, ...]:
            seen.extend(now)
            return now

        register.change_locks(("b", "c", "a"), look)
        assert seen == [Lock(2, 9.5), Lock(), Lock(1, 0.0)]

    def test_notices_are_shown_for_their_time_read_by_each_and_then_forgotten(
        self, register: Register
    ) -> None:
        clock = CountedClock()
        assert isinstance(register, SqlRegister)
        notices = Bulletins(register.sql, clock)
        begin = clock.now()
        calm = notices.write(Bulletin("計画停電", "止まります。", begin, begin + 100), "A-001")
        urgent = notices.write(Bulletin("不審なメール", "開かない。", begin, begin + 100, True), "A-001")
        notices.write(Bulletin("来週", "まだです。", begin + 500, begin + 900), "A-001")
        assert [each.id for each in notices.now("B-002")] == [urgent, calm]
        assert at_once(lambda: notices.read(calm, "B-002", True) is None) == 8, "once, whoever asks twice"
        assert {each.id: each.readers for each in notices.every()}[calm] == 1
        assert [each.read for each in notices.now("B-002")] == [False, True]
        assert [each.read for each in notices.now("A-001")] == [False, False]
        notices.read(calm, "B-002", False)
        notices.withdraw(urgent, True)
        assert [(each.id, each.read) for each in notices.now("B-002")] == [(calm, False)]
        notices.withdraw(urgent, False)
        for act in (lambda: notices.read(999, "B-002", True), lambda: notices.withdraw(999, True)):
            with pytest.raises(SuiteError, match="NEWS-002"):
                act()
        clock.time += FORGOTTEN_AFTER_S + 101
        later = notices.write(Bulletin("新しい", "今です。", clock.now(), clock.now() + 100), "A-001")
        assert [each.title for each in notices.every()] == ["新しい", "来週"]
        assert [each.id for each in notices.now("B-002")] == [later]

    def test_the_office_s_sign_ins_are_counted_and_nobody_s(self, register: Register) -> None:
        clock = CountedClock()
        assert isinstance(register, SqlRegister)
        times = OfficeTimes(register.sql, clock)
        assert at_once(lambda: times.count(3.0, True) is None) == 8
        for seconds in (1.04, 5.0, 1e9, -1.0):
            times.count(seconds, False)
        clock.time += 40 * 86_400
        times.count(2.0, True)
        newer, older = times.by_month(30, 15)
        assert (newer.sign_ins, newer.seconds, newer.replaced) == (1, 2.0, 4)
        assert (older.sign_ins, older.seconds, older.replaced) == (12, 3.0, 8 * 4 + 4 * 2)
        assert older.hours * 3600 == pytest.approx(8 * 42 + 29 + 25 + 0 + 30)
        assert set(register.sql.rows("SELECT * FROM sign_in_times")[0]) == {
            "month",
            "tenths",
            "tickets",
            "times",
        }

    def test_locks_that_last_are_listed(self, register: Register) -> None:
        register.change_locks(("a", "b"), lambda _now: (Lock(6, 10.0, 5.0), Lock(7, 20.0, 6.0)))
        assert register.locks(10.0) == {"b": Lock(7, 20.0, 6.0)}
        assert set(register.locks(0.0)) == {"a", "b"}

    def test_locks_count_every_one_of_parallel_changes(self, register: Register) -> None:
        def add() -> bool:
            register.change_locks(("a",), lambda now: (Lock(now[0].failures + 1, 1.0),))
            return True

        assert at_once(add, 12) == 12
        register.change_locks(("a",), lambda now: now if now[0].failures == 12 else (Lock(-1),))

    def test_a_challenge_is_spent_once_by_its_terminal_in_time(self, register: Register) -> None:
        def issued(nonce: bytes) -> IssuedChallenge:
            return IssuedChallenge(nonce, "sign-in", "A-001", "t1", 100.0, 160.0)

        for nonce in (b"1", b"2", b"3"):
            assert register.add_challenge(issued(nonce), per_minute=9)
        assert register.spend_challenge(b"1", "t2", 101.0) is None
        assert register.spend_challenge(b"1", "t1", 160.0) is None, "it has ended"
        assert register.spend_challenge(b"1", "t1", 159.0) == issued(b"1")
        assert register.spend_challenge(b"1", "t1", 101.0) is None
        assert register.spend_challenge(b"9", "t1", 101.0) is None
        assert at_once(lambda: register.spend_challenge(b"2", "t1", 101.0) is not None) == 1

    def test_a_challenge_is_given_out_so_often_a_minute(self, register: Register) -> None:
        def given(n: int, device: str, now: float) -> bool:
            challenge = IssuedChallenge(b"%d" % n, "sign-in", "", device, now, now + 60)
            return register.add_challenge(challenge, per_minute=2)

        assert [given(1, "t1", 0), given(2, "t1", 1), given(3, "t1", 2), given(4, "t2", 2)] == [
            True, True, False, True,
        ]  # fmt: skip
        assert given(5, "t1", 61.5)
        assert [given(n, "t3", 9000.0) for n in (6, 7)] == [True, True]
        assert given(8, "t3", 6000.0), "a clock that was set back is no reason to wait"

    def test_the_terminals_last_people_come_latest_first(self, register: Register) -> None:
        register.add_person(HANAKO)
        register.add_person(TARO)
        register.add_person(replace(TARO, staff_number="C-003", active=False))
        for number, time in (("A-001", 1.0), ("B-002", 2.0), ("C-003", 3.0), ("A-001", 4.0)):
            register.remember("t1", number, time)
        assert register.last_people("t1", 5) == [HANAKO, TARO]
        assert register.last_people("t1", 1) == [HANAKO]
        assert register.last_people("t2", 5) == []

    def test_all_of_it_is_there_when_opened_again(self, register: Register, again: Register) -> None:
        register.add_person(HANAKO, "hash")
        register.put_template(template(), "v1")
        codes = OneTimeCodes(register, CountedClock())
        code = codes.issue(Purpose.START, "A-001", "A-001").code
        register.add_challenge(IssuedChallenge(b"1", "sign-in", "", "t1", 1.0, 60.0), per_minute=9)
        assert register.spend_challenge(b"1", "t1", 2.0)
        assert again.person("A-001") == HANAKO
        assert again.template("A-001") == template()
        assert OneTimeCodes(again, CountedClock()).spend(Purpose.START, "A-001", code)
        assert not codes.spend(Purpose.START, "A-001", code)
        assert again.spend_challenge(b"1", "t1", 3.0) is None, "spent before the restart, spent after it"


class TestSqliteRegister(RegisterContract):
    @pytest.fixture
    def register(self, tmp_path: Path) -> SqliteRegister:
        return SqliteRegister(tmp_path / "auth.db")

    @pytest.fixture
    def again(self, tmp_path: Path, register: SqliteRegister) -> SqliteRegister:
        return SqliteRegister(tmp_path / "auth.db")

    @pytest.mark.parametrize("package", ["auth", "core"])
    def test_kill_during_enrolment_leaves_the_former_or_the_new_template(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
    ) -> None:
        root = Path(death.__file__).resolve().parents[3]
        monkeypatch.setattr(death, "_CORE", str(root / package))
        path, key, homes = tmp_path / "x", bytes(32), iter(range(10_000))
        one, two = np.eye(8, 16, dtype=np.float32), np.eye(9, 16, dtype=np.float32)

        def prepare() -> None:
            nonlocal path
            path = tmp_path / str(next(homes)) / "auth.db"
            register = SqliteRegister(path)
            register.add_person(HANAKO)
            Vault(register, key).put("A-001", *MODEL, list(one), 2, 1.0, "v1")

        def renew() -> None:
            Vault(SqliteRegister(path), key).put("A-001", *MODEL, list(two), 3, 2.0, "v2")

        seen = set()
        for _line in death.every_death(prepare, renew):
            register = SqliteRegister(path)
            row = register.template("A-001")
            assert row is not None
            vectors = Vault(register, key).open(row)
            assert (len(vectors), register.consent("A-001")) in ((8, ("v1", 1.0)), (9, ("v2", 2.0)))
            gallery = Vault(register, key).gallery(*MODEL, Metric.COSINE)
            assert gallery.numbers == ("A-001",)
            seen.add(len(vectors))
        assert 8 in seen

    def test_a_template_that_is_deleted_is_nowhere_in_the_files(
        self, register: SqliteRegister, tmp_path: Path
    ) -> None:
        """Whoever withdraws the consent is owed more than a row that is no longer shown."""
        register.add_person(HANAKO)
        register.put_template(template(sealed=b"sealed face" * 40), "v1")
        found = [b"sealed face" in path.read_bytes() for path in tmp_path.glob("auth.db*")]
        assert any(found)
        assert register.delete_template("A-001")
        assert not any(b"sealed face" in path.read_bytes() for path in tmp_path.glob("auth.db*"))

    def test_the_file_is_private(self, register: SqliteRegister, tmp_path: Path) -> None:
        register.add_person(HANAKO)
        assert os.stat(tmp_path / "auth.db").st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster("fsync=off") as url:
        yield url


class TestPostgresRegister(RegisterContract):
    @pytest.fixture
    def url(self, server: str) -> str:
        return fresh_database(server, f"db-{os.urandom(8).hex()}")

    @pytest.fixture
    def register(self, url: str, tmp_path: Path) -> Iterator[SqlRegister]:
        register = open_register(url, tmp_path / "unused")
        yield register
        register.sql.close()  # type: ignore[attr-defined]

    @pytest.fixture
    def again(self, url: str, register: SqlRegister, tmp_path: Path) -> Iterator[SqlRegister]:
        again = open_register(url, tmp_path / "unused")
        yield again
        again.sql.close()  # type: ignore[attr-defined]
