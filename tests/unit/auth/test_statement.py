"""A statement that anyone but the matcher made, altered, kept, or took elsewhere opens nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from auth.matcher.statement import FOR_AGENT, FOR_MATCHER, Statement, StatementSigner, StatementVerifier
from auth.model import Evidence, Factor
from core.errors import SuiteError

SIGNER = StatementSigner(bytes(range(32)))


def statement(issued: float) -> Statement:
    evidence = (Evidence(Factor.FACE, issued, False, {"distance": 0.39}), Evidence(Factor.PIN, issued))
    return Statement("A1", evidence, "aa" * 32, "t1", "office", True, "mobilefacenet", "p1", issued)


def refused(verifier: StatementVerifier, token: str, *where: Any) -> bool:
    with pytest.raises(SuiteError) as caught:
        verifier.verify(token, *(where or (FOR_AGENT, "t1", "aa" * 32)))
    return caught.value.code == "AUTH-020"


@pytest.fixture
def verifier(clock: Any) -> StatementVerifier:
    return StatementVerifier(SIGNER.public, clock)


@pytest.fixture
def token(clock: Any) -> str:
    return SIGNER.sign(statement(clock.time), FOR_AGENT)


def test_what_was_signed_is_what_is_read(verifier: StatementVerifier, token: str, clock: Any) -> None:
    assert verifier.verify(token, FOR_AGENT, "t1", "aa" * 32) == statement(clock.time)


def test_another_audience_device_or_nonce_is_refused(verifier: StatementVerifier, token: str) -> None:
    assert refused(verifier, token, FOR_MATCHER, "t1")
    assert refused(verifier, token, FOR_AGENT, "t2", "aa" * 32)
    assert refused(verifier, token, FOR_AGENT, "t1", "ab" * 32)


def test_it_lives_for_a_minute(verifier: StatementVerifier, token: str, clock: Any) -> None:
    clock.time += 59
    verifier.verify(token, FOR_AGENT, "t1", "aa" * 32)
    clock.time += 4
    assert refused(verifier, token)


def test_one_from_the_future_is_refused(verifier: StatementVerifier, clock: Any) -> None:
    assert refused(verifier, SIGNER.sign(statement(clock.time + 60), FOR_AGENT))


@pytest.mark.parametrize("minutes", [10, -10])
def test_clocks_that_differ_are_named(
    verifier: StatementVerifier, token: str, clock: Any, minutes: int
) -> None:
    """Signing in again would never help; setting the clock does."""
    clock.time += 60 * minutes
    with pytest.raises(SuiteError, match="時計"):
        verifier.verify(token, FOR_AGENT, "t1", "aa" * 32)


def test_any_changed_character_is_refused(verifier: StatementVerifier, token: str) -> None:
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        assert refused(verifier, token[:place] + other + token[place + 1 :])


def test_another_key_none_or_our_public_key_as_a_secret_sign_nothing(
    verifier: StatementVerifier, token: str, clock: Any
) -> None:
    assert refused(verifier, StatementSigner(bytes(32)).sign(statement(clock.time), FOR_AGENT))
    _head, body, _signature = token.split(".")
    nothing = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    assert refused(verifier, f"{nothing}.{body}.")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    confused = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SIGNER.public["x"].encode()))
    assert refused(verifier, confused)


@pytest.mark.parametrize("rubbish", ["", ".", "..", "a.b.c", "x" * 9000, "é.é.é", "null"])
def test_rubbish_is_refused(verifier: StatementVerifier, rubbish: str) -> None:
    assert refused(verifier, rubbish)
