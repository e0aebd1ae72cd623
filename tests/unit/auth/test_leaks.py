"""The search for secrets in logs finds what it is for; without that its silence would mean nothing."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from argon2 import PasswordHasher

from auth.agent.certificate import SignInCertificate, SignInKey
from auth.matcher.statement import StatementSigner
from tests.fakes.leaks import Watch, leaks
from tests.unit.auth.test_statement import statement


@pytest.mark.parametrize(
    "secret",
    [
        "917358",
        "-----BEGIN PRIVATE KEY-----",
        StatementSigner(bytes(32)).sign(statement(1.0), "mahoroba-agent"),
        "7K2QD-00000-ABCDE-99999",
        " ".join(f"{x:.6f}" for x in np.linspace(-0.9, 0.9, 8)),
        PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"),
    ],
)
def test_each_kind_is_found(secret: str) -> None:
    assert leaks(f"2026-11-25 INFO x: {secret} and more")
    assert not leaks("2026-11-25 INFO auth.serve: pid 917 listens at port 40123")


def test_a_record_is_seen_whatever_the_handlers_are() -> None:
    with Watch() as watch:
        logging.getLogger("somewhere").error("the PIN was %s", "917358")
    assert watch.found == ["91… in somewhere:" + watch.found[0].rpartition(":")[2]]


def test_keys_and_certificates_do_not_show_their_secret() -> None:
    key = SignInKey()
    shown = repr(SignInCertificate("s", "R", None, key))  # type: ignore[arg-type]
    number = key.private.private_numbers().d
    assert str(number) not in shown
    assert "private" not in shown.lower()
