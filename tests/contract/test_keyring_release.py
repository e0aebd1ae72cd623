"""The secret that opens a key ring: to whom, where and when the matcher releases it."""

from __future__ import annotations

import secrets
from pathlib import Path

import httpx
import pytest

from auth.agent.client import MatcherClient
from auth.agent.transport import InProcessTransport
from auth.door import TERMINAL_HEADER
from tests.fakes.office import CHIEF, PIN, Office, code_of

STRICT = '[security]\nzone = "番号利用事務系"\n'


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    assert made.service.create_first_administrator(CHIEF, PIN).accepted
    return made


def terminal(office: Office, name: str = "") -> MatcherClient:
    own = office.service._client._http._transport
    assert isinstance(own, InProcessTransport)
    headers = {TERMINAL_HEADER: name or secrets.token_hex(8)}
    return MatcherClient(httpx.Client(transport=own, base_url="http://matcher", headers=headers))


def access_at(client: MatcherClient) -> str:
    return client.pin(CHIEF.staff_number, PIN, None).access or ""


def test_the_same_at_one_terminal_and_another_at_the_next(office: Office) -> None:
    first, second = terminal(office), terminal(office)
    released = first.keyring(access_at(first))
    assert len(bytes.fromhex(released)) == 32
    assert first.keyring(access_at(first)) == released
    office.start()
    assert first.keyring(access_at(first)) == released, "after a restart"
    assert second.keyring(access_at(second)) != released
    assert office.actions().count("keyring.released") == 4


def test_an_access_of_another_terminal_releases_nothing(office: Office) -> None:
    here, elsewhere = terminal(office), terminal(office)
    access = access_at(here)
    assert code_of(lambda: elsewhere.keyring(access)) == "AUTH-020"
    other = "A" if access[-20] != "A" else "B"  # not at the end, whose last bits mean nothing
    for broken in ("", "x", access[:-20] + other + access[-19:]):
        assert code_of(lambda broken=broken: here.keyring(broken)) == "AUTH-020"
    assert "keyring.released" not in office.actions()


def test_only_at_the_log_in_itself(office: Office) -> None:
    client = terminal(office)
    access = access_at(client)
    office.clock.time += 61
    assert code_of(lambda: client.keyring(access)) == "AUTH-025"
    assert client.own_data(access)["pin_set"], "the access still reaches one's own data"


def test_one_factor_where_the_zone_wants_two_releases_nothing(office: Office) -> None:
    office.paths.policy.write_text(STRICT, "utf-8")
    office.start()
    client = terminal(office)
    reply = client.pin(CHIEF.staff_number, PIN, None)
    assert not reply.accepted
    assert code_of(lambda: client.keyring(reply.access or "")) in ("AUTH-020", "AUTH-025")
    assert "keyring.released" not in office.actions()


def test_whoever_has_left_is_given_nothing(office: Office) -> None:
    client = terminal(office)
    access = access_at(client)
    office.service._register.set_active(CHIEF.staff_number, False)  # type: ignore[attr-defined]
    assert code_of(lambda: client.keyring(access)) == "AUTH-023"
