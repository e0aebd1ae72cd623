"""A certificate is made for a true, fresh, unused statement about this key, terminal and person, or not."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from auth.agent.certificate import SignInKey
from auth.matcher.statement import FOR_AGENT, FOR_MATCHER, StatementSigner
from auth.model import Evidence, Factor
from auth.signer.signer import RATE
from core.errors import SuiteError
from tests.fakes.office import code_of
from tests.fakes.signing import TARO, ZONES, Desk


@pytest.fixture(scope="module")
def key() -> SignInKey:
    return SignInKey()


@pytest.fixture(scope="module")
def other_key() -> SignInKey:
    return SignInKey()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_true_statement_becomes_a_certificate_with_a_row_and_a_line(desk: Desk, key: SignInKey) -> None:
    statement = desk.statement(key)
    made = desk.issue(desk.matcher.sign(statement, "mahoroba-signer"), key)
    assert (made.principal, made.realm) == ("s-100", "PREF.TEST")
    assert made.certificate.public_key() == key.private.public_key()
    (row,) = desk.log.all()
    assert (row.statement, row.nonce, row.subject, row.key) == (
        statement.id,
        statement.nonce,
        "S-100",
        key.hash,
    )
    assert row.serial == f"{made.certificate.serial_number:x}"
    entry = desk.audit.entries(1)[0]
    assert (entry.action, entry.detail["serial"]) == ("certificate.issued", row.serial)


def test_one_flipped_bit_anywhere_is_refused(desk: Desk, key: SignInKey) -> None:
    token = desk.token(key)
    for place in range(0, len(token) - 1, 11):
        flipped = token[:place] + chr(ord(token[place]) ^ 1) + token[place + 1 :]
        assert code_of(lambda flipped=flipped: desk.issue(flipped, key)) == "AUTH-020"
    assert not list(desk.log.all())


def test_expired_early_for_another_audience_device_or_key_is_refused(
    desk: Desk, key: SignInKey, other_key: SignInKey
) -> None:
    for audience in (FOR_AGENT, FOR_MATCHER):
        token = desk.token(key, audience)
        assert code_of(lambda token=token: desk.issue(token, key)) == "AUTH-020"
    assert code_of(lambda: desk.issue(desk.token(key), key, "t2")) == "AUTH-020", "another terminal"
    assert code_of(lambda: desk.issue(desk.token(key), other_key)) == "SIGN-004", "another CSR"
    assert code_of(lambda: desk.issue(desk.token(key, key=""), key)) == "SIGN-004", "for no key"
    early, token = desk.token(key, issued=desk.clock.time + 30), desk.token(key)
    assert code_of(lambda: desk.issue(early, key)) == "AUTH-020"
    desk.clock.time += 63
    assert code_of(lambda: desk.issue(token, key)) == "AUTH-020"


def test_a_matcher_that_dates_its_statements_long_gains_nothing(desk: Desk, key: SignInKey) -> None:
    """The access token lives for twelve hours: under the signer's audience it would still be a minute's."""
    token = desk.token(key, issued=desk.clock.time - 59)
    desk.clock.time += 5
    assert code_of(lambda: desk.issue(token, key)) in ("AUTH-020", "SIGN-006")


def test_another_matchers_key_and_another_zones_statement_are_refused(desk: Desk, key: SignInKey) -> None:
    foreign = StatementSigner(bytes(32)).sign(desk.statement(key), "mahoroba-signer")
    assert code_of(lambda: desk.issue(foreign, key)) == "AUTH-020"
    assert code_of(lambda: desk.issue(desk.token(key, zone="number"), key)) == "SIGN-005"
    assert code_of(lambda: desk.issue(desk.token(key, policy_version="older"), key)) == "SIGN-005"


def test_a_nonce_is_good_once_also_after_a_restart(desk: Desk, key: SignInKey) -> None:
    token = desk.token(key)
    desk.issue(token, key)
    assert code_of(lambda: desk.issue(token, key)) == "SIGN-006"
    desk.signer = desk.again()
    assert code_of(lambda: desk.issue(token, key)) == "SIGN-006"
    nonce = next(desk.log.all()).nonce
    assert code_of(lambda: desk.issue(desk.token(key, nonce=nonce), key)) == "SIGN-006", (
        "a new id does not help"
    )
    assert len(list(desk.log.all())) == 1


def test_eight_at_once_get_one_certificate(desk: Desk, key: SignInKey) -> None:
    token, start = desk.token(key), threading.Barrier(8)
    made: list[object] = []
    refused: list[str] = []

    def run() -> None:
        start.wait()
        try:
            made.append(desk.issue(token, key))
        except SuiteError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(list(desk.log.all())) == 1
    assert refused == ["SIGN-006"] * 7


@pytest.mark.parametrize(
    ("zone", "factors", "held"),
    [
        ("office", {Factor.FACE}, True),
        ("office", {Factor.PIN}, True),
        ("office", {Factor.TOTP}, False),
        ("number", {Factor.FACE}, False),
        ("number", {Factor.PIN}, False),
        ("number", {Factor.FACE, Factor.PIN}, True),
        ("number", {Factor.FACE, Factor.TOTP}, True),
        ("number", {Factor.PIN, Factor.TOTP}, False),
        ("number", {Factor.BREAK_GLASS}, True),
    ],
)
def test_the_policy_is_applied_again_whatever_the_statement_says(
    tmp_path: Path, key: SignInKey, zone: str, factors: set[Factor], held: bool
) -> None:
    desk = Desk(tmp_path, zone=zone)
    evidence = tuple(Evidence(f, desk.clock.time) for f in factors)
    token = desk.token(key, evidence=evidence)
    if held:
        assert desk.issue(token, key)
    else:
        assert code_of(lambda: desk.issue(token, key)) == "SIGN-005"


def test_a_face_that_counts_only_beside_another_factor_is_not_enough(desk: Desk, key: SignInKey) -> None:
    weak = (Evidence(Factor.FACE, desk.clock.time, alone=False),)
    assert code_of(lambda: desk.issue(desk.token(key, evidence=weak), key)) == "SIGN-005"
    assert code_of(lambda: desk.issue(desk.token(key, satisfied=False), key)) == "SIGN-005"


def test_a_disabled_or_unknown_account_is_refused_at_the_next_request(desk: Desk, key: SignInKey) -> None:
    desk.issue(desk.token(key), key)
    desk.register.set_active(TARO.staff_number, False)
    assert code_of(lambda: desk.issue(desk.token(key), key)) == "ACC-001"
    assert desk.audit.entries(1)[0].detail["code"] == "ACC-001"
    assert code_of(lambda: desk.issue(desk.token(key, subject="S-999"), key)) == "ACC-002"


def test_many_for_one_person_or_terminal_have_to_wait(desk: Desk, key: SignInKey) -> None:
    for _time in range(RATE.per_person):
        desk.issue(desk.token(key), key)
    assert code_of(lambda: desk.issue(desk.token(key), key)) == "SIGN-007"
    desk.clock.time += 61
    desk.issue(desk.token(key), key)
    for number in range(RATE.per_terminal - 1):
        desk.register.add_person(replace(TARO, staff_number=f"A-{number:03}"))
        desk.issue(desk.token(key, subject=f"A-{number:03}"), key)
    desk.register.add_person(replace(TARO, staff_number="B-001"))
    assert code_of(lambda: desk.issue(desk.token(key, subject="B-001"), key)) == "SIGN-007"
    desk.issue(desk.token(key, subject="B-001", device="t2"), key, "t2")


def test_the_next_authority_signs_when_its_time_has_come(desk: Desk, key: SignInKey) -> None:
    first = desk.issue(desk.token(key), key).certificate
    desk.authorities.rotate(first.not_valid_before_utc, begins=first.not_valid_after_utc)
    desk.clock.time += 600
    second = desk.issue(desk.token(key), key).certificate
    assert first.issuer != second.issuer


def test_the_zones_of_the_test_are_those_shipped() -> None:
    from core.settings import SecuritySettings

    assert list(ZONES.values()) == list(SecuritySettings().zones.values())
