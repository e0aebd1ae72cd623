"""A shared terminal: the next person is in by one look, and nothing of the former is left for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth.agent.ticket import KerberosCache
from auth.agent.tickets import TicketKeeper
from auth.face.actor import ActorCamera
from auth.face.actor_people import sample
from auth.face.camera import Camera
from auth.model import Locked, Person, SignedIn, SignedOut, Unlocked
from auth.service import AuthService
from tests.fakes.office import CHIEF, OTHER_PIN, PIN, Office

pytestmark = pytest.mark.timeout(400)
TARO = Person("S-100", "職員 太郎", "しょくいん たろう", "窓口課")
TICKETS = b"\x05\x04 the chief's tickets"


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A counter whose two people have enrolled their faces."""
    office = Office(tmp_path_factory.mktemp("office"), '[security]\nswitch = "close"\n')
    service = office.service
    assert service.create_first_administrator(CHIEF, PIN).accepted
    assert office.enrol(ActorCamera(seed=1)) == "enrolled"
    service.administration.add(TARO)
    service.start("S-100", service.administration.issue_start_code("S-100").code, OTHER_PIN)
    assert office.enrol(taro(2)) == "enrolled"
    return office


def taro(seed: int) -> Camera:
    return ActorCamera(seed=seed, head=sample(3))


@pytest.fixture
def office(counter: Office, request: pytest.FixtureRequest) -> Office:
    counter.nonces.restart(request.node.name)
    counter.clock.time += 2 * 86_400
    counter.start()
    return counter


@pytest.fixture
def cache(office: Office, tmp_path: Path) -> Iterator[KerberosCache]:
    """The chief works here, with tickets in the session's own cache."""
    made = KerberosCache(tmp_path / "run")
    keeper = TicketKeeper(made, (), office.service._events, destroy_at_lock=False)
    assert office.service.sign_in_pin("IT-001", PIN).accepted
    made.path.parent.mkdir(mode=0o700, exist_ok=True)
    made.path.write_bytes(TICKETS)
    office.heard.clear()
    yield made
    keeper.close()


def who(service: AuthService) -> str:
    assert service.session is not None
    assert not service.session.locked
    return service.session.person.staff_number


def test_one_look_at_the_locked_screen_closes_the_former_session_and_opens_the_next(
    office: Office, cache: KerberosCache
) -> None:
    service = office.service
    former = service._access
    service.lock("other-face")
    outcome = office.unlock(taro(9))
    assert outcome.accepted, outcome
    assert who(service) == "S-100"
    assert [type(each) for each in office.heard] == [Locked, SignedOut, SignedIn]
    assert service.my_data().person.staff_number == "S-100"
    assert service._access != former, "what reached the former's data is forgotten"
    assert not cache.path.exists(), "and so are the tickets"
    assert ["session.closed", "IT-001"] in [[e.action, e.subject] for e in office.audit.entries(5)]


def test_the_former_coming_back_finds_the_session_closed_not_open_behind_the_next(
    office: Office, cache: KerberosCache
) -> None:
    service = office.service
    service.lock("away")
    assert office.unlock(taro(9)).accepted
    service.lock("away")
    assert office.unlock(ActorCamera(seed=7)).accepted
    assert who(service) == "IT-001"
    assert Unlocked not in [type(each) for each in office.heard], "a new session, not the old one"


def test_the_same_person_s_look_still_only_unlocks(office: Office, cache: KerberosCache) -> None:
    service = office.service
    service.lock("away")
    assert office.unlock(ActorCamera(seed=7)).accepted
    assert [type(each) for each in office.heard] == [Locked, Unlocked]
    assert cache.path.read_bytes() == TICKETS, "the policy of this terminal keeps them over a lock"


def test_a_stranger_s_look_changes_nothing(office: Office, cache: KerberosCache) -> None:
    service = office.service
    service.lock("away")
    assert not office.unlock(ActorCamera(seed=5, head=sample(4))).accepted
    assert service.session is not None
    assert service.session.locked
    assert service.session.person.staff_number == "IT-001"


def test_a_ticket_cache_read_by_the_next_person_is_not_there_and_was_overwritten(
    office: Office, cache: KerberosCache
) -> None:
    """Also for whoever kept the file open: what it held is gone before its name is."""
    kept_open = os.open(cache.path, os.O_RDONLY)
    try:
        office.service.sign_out()
        assert office.look("S-100", taro(9)).accepted
        assert not cache.path.exists()
        assert os.read(kept_open, 1000) == bytes(len(TICKETS))
    finally:
        os.close(kept_open)


def test_elsewhere_nobody_takes_a_locked_screen(tmp_path: Path) -> None:
    """The default: one's own desk."""
    office = Office(tmp_path)
    service = office.service
    assert service.create_first_administrator(CHIEF, PIN).accepted
    service.administration.add(TARO)
    code = service.administration.issue_start_code("S-100").code
    service.start("S-100", code, OTHER_PIN)
    service.sign_out()
    assert service.sign_in_pin("IT-001", PIN).accepted
    service.lock()
    with pytest.raises(Exception, match="AUTH-035"):
        service.sign_in_pin("S-100", OTHER_PIN)
    assert service.session is not None
    assert service.session.person.staff_number == "IT-001"
