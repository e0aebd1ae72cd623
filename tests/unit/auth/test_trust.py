"""A session opens from a statement that verifies, whatever else the answer claims."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.agent.client import MatcherClient
from auth.matcher.matcher import Matcher
from auth.matcher.statement import FOR_AGENT, FOR_MATCHER, Statement, StatementSigner
from auth.model import Evidence, Factor, Person
from auth.pin import Pins
from auth.register import SqliteRegister
from auth.verdict import Reason
from core.secrets import get_or_create
from core.settings import FaceSettings, SecuritySettings
from tests.fakes.office import CHIEF, PIN, Office, code_of


class Liar:
    """A matcher that answers ``accepted`` to everything, with the statement it is given."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.statement: str | None = None
        self.person = CHIEF
        http = httpx.Client(transport=httpx.MockTransport(self.answer), base_url="http://liar")
        office.service._client = MatcherClient(http)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.nonce = str(httpx.Response(200, content=request.read()).json()["nonce"])
        answer = {
            "accepted": True,
            "reason": "accepted",
            "person": asdict(self.person),
            "statement": self.make() if self.statement is None else self.statement,
            "access": None,
            "next_factors": [],
            "timings": {},
        }
        return httpx.Response(200, json=answer)

    def make(self) -> str | None:
        return None


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    assert office.service.create_first_administrator(CHIEF, PIN).accepted
    office.start()
    return office


def signed(office: Office, **changes: Any) -> str:
    """A statement of the true matcher, as it could have been kept from another occasion."""
    audience = changes.pop("audience", FOR_AGENT)
    made = Statement(
        **{
            "subject": CHIEF.staff_number,
            "evidence": (Evidence(Factor.PIN, office.clock.time),),
            "nonce": "00" * 32,
            "device": office.service._device,
            "zone": "office",
            "satisfied": True,
            "model_version": "m",
            "policy_version": "p",
            "issued": office.clock.time,
            **changes,
        }
    )
    return StatementSigner(get_or_create(office.secrets, "matcher-statement", 32)).sign(made, audience)


def test_accepted_without_a_statement_opens_nothing(office: Office) -> None:
    Liar(office)
    assert not office.service.sign_in_pin("IT-001", "1").accepted
    assert office.service.session is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"nonce": "11" * 32},
        {"device": "elsewhere"},
        {"issued": 1_700_000_000.0},
        {"audience": FOR_MATCHER},
    ],
)
def test_a_statement_kept_from_another_occasion_opens_nothing(office: Office, changes: dict) -> None:
    liar = Liar(office)
    liar.statement = signed(office, **changes)
    assert code_of(lambda: office.service.sign_in_pin("IT-001", "1")) == "AUTH-020"
    assert office.service.session is None


def test_a_statement_about_another_person_opens_nothing(office: Office) -> None:
    liar = Liar(office)
    liar.person = Person("S-100", "だれか")
    liar.make = lambda: signed(office, nonce=liar.nonce)  # type: ignore[method-assign]
    assert code_of(lambda: office.service.sign_in_pin("S-100", "1")) == "AUTH-020"
    liar.person = CHIEF
    liar.make = lambda: signed(office, nonce=liar.nonce, satisfied=False)  # type: ignore[method-assign]
    assert not office.service.sign_in_pin("IT-001", "1").accepted, "the policy was not satisfied"
    assert office.service.session is None
    liar.make = lambda: signed(office, nonce=liar.nonce)  # type: ignore[method-assign]
    assert office.service.sign_in_pin("IT-001", "1").accepted, "the same with nothing wrong opens"


class Rules:
    face = FaceSettings()
    security = SecuritySettings(zones={"office": [["face"]]}, zone="office")


class NoTrail:
    def append(self, action: str, **_rest: Any) -> int:
        return 0


def test_a_face_between_the_thresholds_counts_only_beside_a_second_factor(
    register: SqliteRegister, clock: Any, pins: Pins
) -> None:
    matcher = Matcher(register, NoTrail(), clock, Rules(), bytes(32), pins)
    register.add_person(CHIEF, pins.hash(PIN, CHIEF.staff_number, 6))
    weak = Evidence(Factor.FACE, clock.time, alone=False)
    first = matcher.conclude(CHIEF, (weak,), "t1", "n1")
    assert (first.accepted, first.reason) == (False, Reason.SECOND_FACTOR_NEEDED)
    assert first.next_factors == (Factor.PIN,)
    assert first.access is None, "not enough to reach one's own data"
    alone = matcher.pin("IT-001", PIN, "t1", "n2")
    assert not alone.accepted, "this zone wants a face"
    both = matcher.pin("IT-001", PIN, "t1", "n3", first.statement)
    assert both.accepted
    clock.time += 62
    assert code_of(lambda: matcher.pin("IT-001", PIN, "t1", "n4", first.statement)) == "AUTH-020"
    again = Evidence(Factor.FACE, clock.time, alone=False)
    other = matcher.conclude(Person("S-100", "別人"), (again,), "t1", "n5")
    assert not matcher.pin("IT-001", PIN, "t1", "n6", other.statement).accepted, "another person's face"
