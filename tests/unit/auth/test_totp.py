"""Old tokens: the RFC's own vectors, short seeds, and what a guesser or a replayer gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth.register import SqliteRegister
from auth.tokens_csv import import_tokens
from auth.totp import PERIOD_S, Token, Tokens, seed_of
from core.audit import AuditLog
from core.secrets import MemorySecrets
from tests.fakes.counted import CountedClock
from tests.fakes.office import CHIEF, PIN, Office, code_of

ASCII = b"1234567890" * 7
VECTORS = {  # RFC 6238, Appendix B
    59: ("94287082", "46119246", "90693936"),
    1111111109: ("07081804", "68084774", "25091201"),
    1111111111: ("14050471", "67062674", "99943326"),
    1234567890: ("89005924", "91819424", "93441116"),
    2000000000: ("69279037", "90698825", "38618901"),
    20000000000: ("65353130", "77737706", "47863826"),
}
SEED = bytes(range(10))  # 80 bits
FAR = 4_000_000_000.0


@pytest.mark.parametrize("time", VECTORS)
def test_the_rfcs_vectors(time: int) -> None:
    found = [
        Token(ASCII[:length], 8, kind).code(time // PERIOD_S)
        for kind, length in (("sha1", 20), ("sha256", 32), ("sha512", 64))
    ]
    assert tuple(found) == VECTORS[time]


@pytest.mark.parametrize(
    "text", ["00010203040506070809", "AAAQEAYEAUDAOCAJ", "aaaq eaye auda ocaj", "AAAQEAYEAUDAOCAJ======"]
)
def test_a_seed_of_80_bits_is_read_as_lists_write_it(text: str) -> None:
    assert seed_of(text) == SEED


@pytest.mark.parametrize("text", ["", "0001", "AAAQEAYE", "8" * 16, "00" * 65, "不明" * 10])
def test_what_is_no_seed_is_refused_without_being_quoted(text: str) -> None:
    assert code_of(lambda: seed_of(text)) == "TOTP-001"


@pytest.fixture
def tokens(tmp_path: Path, clock: CountedClock) -> Tokens:
    audit = AuditLog(tmp_path / "audit.db", MemorySecrets())
    return Tokens(SqliteRegister(tmp_path / "auth.db").sql, bytes(32), audit, clock)


def code(clock: CountedClock, steps: int = 0) -> str:
    return Token(SEED).code(int(clock.time) // PERIOD_S + steps)


def test_one_step_early_or_late_is_taken_two_are_not(tokens: Tokens, clock: CountedClock) -> None:
    for steps, taken in ((-2, False), (2, False), (-1, True), (0, True), (1, True)):
        assert tokens.spend("A-1", code(clock, steps)) is False, "nobody has this token yet"
        tokens.put("A-1", Token(SEED), FAR)
        assert tokens.spend("A-1", code(clock, steps)) is taken
        clock.time += 600
        with tokens._sql.write() as change:
            change.run("DELETE FROM totp")


def test_a_code_works_once_and_no_earlier_one_after_it(tokens: Tokens, clock: CountedClock) -> None:
    tokens.put("A-1", Token(SEED), FAR)
    assert tokens.spend("A-1", code(clock))
    assert not tokens.spend("A-1", code(clock))
    assert not tokens.spend("A-1", code(clock, -1))
    assert tokens.spend("A-1", code(clock, 1))
    clock.time -= 3600
    assert not tokens.spend("A-1", code(clock)), "a clock moved back makes nothing good again"


def test_of_eight_at_once_one_gets_in(tokens: Tokens, clock: CountedClock) -> None:
    tokens.put("A-1", Token(SEED), FAR)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _n: tokens.spend("A-1", code(clock)), range(8))) == 1


def test_a_token_ends_and_is_gone(tokens: Tokens, clock: CountedClock, tmp_path: Path) -> None:
    tokens.put("A-1", Token(SEED), clock.time + 100)
    tokens.put("A-2", Token(SEED), FAR)
    assert [number for number, _ends in tokens.left()] == ["A-1", "A-2"]
    clock.time += 100
    assert not tokens.spend("A-1", code(clock))
    assert [number for number, _ends in tokens.left()] == ["A-2"]


def test_a_row_copied_to_another_person_or_read_by_another_server_does_not_open(
    tokens: Tokens, clock: CountedClock
) -> None:
    tokens.put("A-1", Token(SEED), FAR)
    with tokens._sql.write() as change:
        change.run("INSERT INTO totp SELECT 'A-2', sealed, ends, last_step FROM totp")
    assert code_of(lambda: tokens.spend("A-2", code(clock))) == "TOTP-002"
    other = Tokens(tokens._sql, bytes([1] * 32), tokens._audit, clock)
    assert code_of(lambda: other.spend("A-1", code(clock))) == "TOTP-002"


CSV = """職員番号,シード,期限,桁数,方式
IT-001,00010203040506070809,令和40年3月31日,,
IT-001,zzz,2030-01-01,,
X-999,00010203040506070809,2030-01-01,,
IT-001,00010203040506070809,いつか,,
IT-001,00010203040506070809,2030-01-01,7,
"""


def test_a_list_is_read_line_by_line_and_nothing_of_it_is_quoted(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.service.create_first_administrator(CHIEF, PIN)
    report = office.service.administration.import_tokens(CSV.encode())
    assert (report.added, len(report.problems)) == (1, 4)
    assert "zzz" not in "".join(report.problems)
    ((number, _ends),) = office.service.administration.tokens_left()
    assert number == "IT-001"
    stored = b"".join(p.read_bytes() for p in office.paths.data.iterdir())
    assert SEED not in stored


def test_a_token_completes_a_face_or_is_one_way_in_where_the_zone_says_so(tmp_path: Path) -> None:
    office = Office(tmp_path, '[security]\nzone = "z"\nzones = { z = [["totp"], ["pin"]] }\n')
    service = office.service
    service.create_first_administrator(CHIEF, PIN)
    import_tokens(CSV.encode(), service.administration._tokens, office.person)
    office.start()
    assert office.service.sign_in_totp("IT-001", code(office.clock)).accepted
    office.start()
    assert office.service.sign_in_totp("IT-001", code(office.clock)).reason == "totp-wrong", "used"


def test_a_thousand_guesses_in_parallel_get_five_hearings_whatever_the_terminals_say(tmp_path: Path) -> None:
    office = Office(tmp_path, '[security]\nzone = "z"\nzones = { z = [["totp"], ["pin"]] }\n')
    office.service.create_first_administrator(CHIEF, PIN)
    import_tokens(CSV.encode(), office.service.administration._tokens, office.person)
    office.start()
    true = code(office.clock)
    guesses = [f"{n:06}" for n in range(1000) if f"{n:06}" != true]

    def guess(text: str) -> bool:
        try:
            return office.service._client.totp("IT-001", text, None).accepted
        except Exception as error:  # noqa: BLE001 - counted by its code below
            return bool(heard.append(str(error)))

    heard: list[str] = []
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(guess, guesses))
    assert len(guesses) - len(heard) == 5
    assert all("LOCK-001" in text for text in heard)
    assert code_of(lambda: office.service.sign_in_totp("IT-001", true)) == "LOCK-001"
    office.clock.time += 31
    assert office.service.sign_in_totp("IT-001", code(office.clock)).accepted
