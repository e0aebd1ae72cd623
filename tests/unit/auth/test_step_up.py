"""A protected action wants a further factor, shown just before; which, for what and how long is data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from auth.administration import Administration
from auth.model import Evidence, Factor, Person, Role
from auth.step_up import Action, StepUp, StepUpNeeded
from core.errors import SuiteError
from core.settings import Protected, SecuritySettings
from tests.fakes.counted import CountedClock
from tests.fakes.office import CHIEF, OTHER_PIN, PIN, Office, code_of

TARO = Person("S-100", "職員 太郎")
SEEDS = "職員番号,シード,期限\nS-100,00010203040506070809,2099-03-31\n".encode()
CALLS: dict[Action, Callable[[Administration], object]] = {
    Action.DEACTIVATE: lambda office: office.set_active("S-100", False),
    Action.ROLE: lambda office: office.change(replace(TARO, role=Role.AUDITOR), TARO),
    Action.UNLOCK: lambda office: office.unlock("S-100"),
    Action.START_CODE: lambda office: office.issue_start_code("S-100"),
    Action.BREAK_GLASS: lambda office: office.issue_break_glass("S-100"),
    Action.DEVICE_CODE: lambda office: office.issue_device_code("T-1", "1F"),
    Action.TOKENS: lambda office: office.import_tokens(SEEDS),
    Action.PEOPLE_EXPORT: lambda office: office.export_people(lambda: 0),
    Action.AUDIT_EXPORT: lambda office: office.export_audit(lambda: 0, ""),
    Action.POLICY: lambda office: office.change_policy(),
}
FREE: tuple[Callable[[Administration], object], ...] = (
    lambda office: office.people(),
    lambda office: office.change(replace(TARO, section="税務課"), TARO),
    lambda office: office.revoke_device("T-1"),  # a stolen terminal is stopped at once
    lambda office: office.verify_audit(),
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.service.create_first_administrator(CHIEF, PIN)
    made.service.administration.add(TARO)
    made.service.administration.issue_device_code("T-1", "1F")
    return made


def test_the_policy_names_what_the_code_protects() -> None:
    assert set(get_args(Protected)) == set(Action) == set(CALLS) == set(SecuritySettings().protected)


@pytest.mark.parametrize("action", list(Action))
def test_an_old_sign_in_is_not_enough_and_a_factor_just_shown_is(office: Office, action: Action) -> None:
    administration = office.service.administration
    office.clock.time += 301
    before = office.actions()
    with pytest.raises(StepUpNeeded) as caught:
        CALLS[action](administration)
    assert caught.value.factors == (Factor.PIN, Factor.TOTP)
    assert office.actions() == before, "nothing has been done"
    assert code_of(lambda: office.service.step_up_pin(OTHER_PIN)) == "PIN-010"
    assert code_of(lambda: CALLS[action](administration)) == "STEP-001"
    office.service.step_up_pin(PIN)
    CALLS[action](administration)
    assert office.actions()[-2:] != before[-2:]


def test_everyday_work_and_stopping_a_stolen_terminal_ask_for_nothing_more(office: Office) -> None:
    office.clock.time += 3600
    for call in FREE:
        call(office.service.administration)


def test_ending_a_lock_asks_for_as_much_as_setting_it(office: Office) -> None:
    administration = office.service.administration
    administration.suspend("S-100")
    office.clock.time += 301
    assert code_of(lambda: administration.suspend("S-100")) == "STEP-001"
    assert code_of(lambda: administration.set_active("S-100", True)) == "STEP-001"
    person = office.person("S-100")
    assert person is not None
    assert not person.active
    office.service.step_up_pin(PIN)
    administration.set_active("S-100", True)


def test_what_was_shown_is_shown_for_the_session_and_gone_with_it(office: Office) -> None:
    office.clock.time += 3600
    office.service.step_up_pin(PIN)
    assert office.actions()[-1] == "session.stepped-up"
    office.service.lock()
    assert code_of(lambda: office.service.step_up_pin(PIN)) == "AUTH-033"
    office.service.sign_out()
    assert code_of(lambda: office.service.step_up_pin(PIN)) == "AUTH-033"


def test_a_further_factor_gives_nobody_a_role(tmp_path: Path, office: Office) -> None:
    code = office.service.administration.issue_start_code("S-100").code
    office.service.sign_out()
    assert office.service.start("S-100", code, OTHER_PIN).accepted
    for call in CALLS.values():
        assert code_of(lambda call=call: call(office.service.administration)) == "AUTH-031"


def test_guesses_at_a_further_factor_are_counted_as_any_other(office: Office) -> None:
    for _guess in range(5):
        assert code_of(lambda: office.service.step_up_pin(OTHER_PIN)) == "PIN-010"
    assert code_of(lambda: office.service.step_up_pin(PIN)) == "LOCK-001"


PIN_OR_TOKEN = [["pin"], ["totp"]]
BOTH = [["face", "pin"]]


@pytest.mark.parametrize(
    ("sets", "shown", "needed"),
    [
        (PIN_OR_TOKEN, {Factor.FACE: 0.0}, (Factor.PIN, Factor.TOTP)),
        (PIN_OR_TOKEN, {Factor.PIN: 300.0}, None),
        (PIN_OR_TOKEN, {Factor.PIN: 300.5}, (Factor.PIN, Factor.TOTP)),
        (PIN_OR_TOKEN, {Factor.FACE: 0.0, Factor.TOTP: 10.0}, None),
        (PIN_OR_TOKEN, {Factor.BREAK_GLASS: 10.0}, None),
        (PIN_OR_TOKEN, {Factor.BREAK_GLASS: 301.0}, (Factor.PIN, Factor.TOTP)),
        (BOTH, {Factor.PIN: 1.0}, (Factor.FACE,)),
        (BOTH, {Factor.FACE: 1.0}, (Factor.PIN,)),
        (BOTH, {Factor.FACE: 299.0, Factor.PIN: 1.0}, None),
        (BOTH, {Factor.FACE: 301.0, Factor.PIN: 1.0}, (Factor.FACE,)),
        (BOTH, {}, (Factor.FACE, Factor.PIN)),
        (None, {}, None),
    ],
)
def test_the_rule_is_data(
    office: Office,
    sets: list[list[str]] | None,
    shown: dict[Factor, float],
    needed: tuple[Factor, ...] | None,
) -> None:
    clock = CountedClock()
    rules = SecuritySettings(protected={"audit.export": sets} if sets else {})
    assert office.service.session is not None
    evidence = tuple(Evidence(factor, clock.time - ago) for factor, ago in shown.items())
    session = replace(office.service.session, evidence=evidence)
    found = None
    try:
        StepUp(lambda: rules, clock).check(Action.AUDIT_EXPORT, session)
    except StepUpNeeded as more:
        found = more.factors
    assert found == needed


@pytest.mark.parametrize("sets", [[], [[]], [["pinn"]]])
def test_a_mistake_in_the_rule_opens_nothing(office: Office, sets: list[list[str]]) -> None:
    rules = SecuritySettings(protected={"audit.export": sets})
    session = office.service.session
    assert session is not None
    with pytest.raises(SuiteError) as caught:
        StepUp(lambda: rules, office.clock).check(Action.AUDIT_EXPORT, session)
    assert caught.value.code == "POLICY-001"
