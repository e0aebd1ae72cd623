"""What the signer is told of an account: one class for the suite's register and a real Active Directory."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import ldap3
import pytest

from auth.agent.certificate import SignInKey
from auth.model import Person
from auth.register import SqliteRegister
from auth.signer.accounts import Accounts, EachInTurn, RegisterAccounts
from auth.signer.directory import DirectoryAccounts, sid_text
from core.settings import DirectorySettings
from installer.realm import directory
from installer.realm.layout import BASE, DOMAIN, REALM, Layout
from tests.fakes.counted import CountedClock
from tests.fakes.office import code_of
from tests.fakes.signing import Desk

NUMBER, PASSWORD = "K100309", "Aa1-only-to-read-3f9c"
READER = "svc-reader"
pytestmark = pytest.mark.timeout(300)  # the first test waits for the realm


def ends(layout: Layout, staff_number: str, when: int) -> None:
    """Let an account end (seconds since the epoch; 0: never)."""
    filetime = (when + 11_644_473_600) * 10**7 if when else 0
    directory._seed(layout, {"ends": {staff_number: filetime}})


def number(layout: Layout, staff_numbers: dict[str, str]) -> None:
    """Write an ``employeeNumber`` into each of these accounts."""
    directory._seed(layout, {"numbers": staff_numbers})


def lock_after(layout: Layout, wrong_passwords: int) -> None:
    """Lock accounts after so many wrong passwords; 0: never."""
    directory._seed(layout, {"lock_after": wrong_passwords})


class AccountsContract:
    """Subclasses give ``accounts``, which know ``NUMBER``, and ``switch``, which turns it off and on."""

    def test_a_good_account_has_the_names_a_kdc_knows(self, accounts: Accounts) -> None:
        found = accounts.account(NUMBER)
        assert (found.principal, found.realm) == (NUMBER.lower(), REALM)

    def test_who_is_not_there_is_named_so(self, accounts: Accounts) -> None:
        for number in ("K999999", "*", "K10030*", "k100309)(cn=*", "", "K100309\0"):
            assert code_of(lambda number=number: accounts.account(number)) == "ACC-002"

    def test_one_switched_off_is_refused_at_the_next_request_and_taken_at_the_one_after_it_is_on(
        self, accounts: Accounts, switch: object
    ) -> None:
        assert callable(switch)
        accounts.account(NUMBER)
        switch(False)
        try:
            assert code_of(lambda: accounts.account(NUMBER)) == "ACC-001"
        finally:
            switch(True)
        assert accounts.account(NUMBER)

    def test_the_signer_refuses_it_at_its_next_request(
        self, accounts: Accounts, switch: object, tmp_path: Path
    ) -> None:
        assert callable(switch)
        desk, key = Desk(tmp_path), SignInKey()
        desk.signer._accounts = accounts
        made = desk.issue(desk.token(key, subject=NUMBER), key)
        assert made.principal == NUMBER.lower()
        switch(False)
        try:
            assert code_of(lambda: desk.issue(desk.token(key, subject=NUMBER), key)) == "ACC-001"
        finally:
            switch(True)
        assert desk.audit.entries(1)[0].detail["code"] == "ACC-001"


class TestRegister(AccountsContract):
    @pytest.fixture
    def register(self, tmp_path: Path) -> SqliteRegister:
        made = SqliteRegister(tmp_path / "people.db")
        made.add_person(Person(NUMBER, "職員 太郎"))
        return made

    @pytest.fixture
    def accounts(self, register: SqliteRegister) -> Accounts:
        return RegisterAccounts(register, REALM)

    @pytest.fixture
    def switch(self, register: SqliteRegister) -> object:
        return lambda on: register.set_active(NUMBER, on)


@pytest.fixture
def where(realm: Layout) -> DirectorySettings:
    directory.with_password(realm, READER, PASSWORD)
    return DirectorySettings(
        servers=[realm.address],
        base=BASE,
        account=f"{READER}@{DOMAIN}",
        authority=realm.pki / "kdc-anchors.pem",
    )


def accounts_at(where: DirectorySettings, password: str = PASSWORD, ahead: float = 0.0) -> DirectoryAccounts:
    clock = CountedClock()
    clock.time = time.time() + ahead
    return DirectoryAccounts(where, REALM, password, clock)


@pytest.mark.root
class TestDirectory(AccountsContract):
    @pytest.fixture
    def accounts(self, where: DirectorySettings) -> Accounts:
        return accounts_at(where)

    @pytest.fixture
    def switch(self, realm: Layout) -> object:
        return lambda on: directory.enable(realm, NUMBER, on)

    def test_the_sid_and_the_upn_are_the_directory_s(self, realm: Layout, accounts: Accounts) -> None:
        found = accounts.account(NUMBER)
        assert found.sid == directory.sid(realm, NUMBER)
        assert found.upn == f"{NUMBER.lower()}@{DOMAIN}"

    def test_one_past_its_end_is_refused_by_the_signer_s_clock(
        self, realm: Layout, where: DirectorySettings
    ) -> None:
        ends(realm, NUMBER, int(time.time()) + 3600)
        try:
            assert accounts_at(where).account(NUMBER)
            assert code_of(lambda: accounts_at(where, ahead=3601).account(NUMBER)) == "ACC-003"
        finally:
            ends(realm, NUMBER, 0)

    def test_one_locked_after_wrong_passwords_is_refused(
        self, realm: Layout, where: DirectorySettings
    ) -> None:
        name = "v200001"
        directory.with_password(realm, name, "Aa1-right-7781")
        accounts = accounts_at(where)
        assert accounts.account(name)
        lock_after(realm, 3)
        try:
            server = ldap3.Server(realm.address, 636, use_ssl=True, tls=ldap3.Tls(validate=ssl.CERT_NONE))
            for _time in range(3):
                assert not ldap3.Connection(server, f"{name}@{DOMAIN}", "wrong").bind()
            assert code_of(lambda: accounts.account(name)) == "ACC-004"
        finally:
            lock_after(realm, 0)

    def test_a_connection_cut_meanwhile_is_made_again(self, where: DirectorySettings) -> None:
        accounts = accounts_at(where)
        accounts.account(NUMBER)
        idle = accounts._idle.get_nowait()
        idle.socket.shutdown(socket.SHUT_RDWR)
        accounts._idle.put(idle)
        assert accounts.account(NUMBER)

    def test_many_at_once_get_an_answer_each(self, where: DirectorySettings) -> None:
        accounts, said = accounts_at(where), []
        threads = [
            threading.Thread(target=lambda: said.append(accounts.account(NUMBER).principal)) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert said == [NUMBER.lower()] * 8

    def test_without_an_answer_the_next_server_is_asked_and_then_it_is_said(
        self, where: DirectorySettings, silent: str
    ) -> None:
        both = where.model_copy(update={"servers": [silent, "127.0.0.1:1", *where.servers]})
        assert accounts_at(both).account(NUMBER)
        none = where.model_copy(update={"servers": [silent, "127.0.0.1:1"]})
        assert code_of(lambda: accounts_at(none).account(NUMBER)) == "DIR-001"

    def test_another_authority_s_server_and_a_wrong_password_are_refused(
        self, realm: Layout, where: DirectorySettings
    ) -> None:
        other = where.model_copy(update={"authority": realm.pki / "logon-anchors.pem"})
        assert code_of(lambda: accounts_at(other).account(NUMBER)) == "DIR-001"
        assert code_of(lambda: accounts_at(where, "wrong").account(NUMBER)) == "DIR-002"
        assert code_of(lambda: accounts_at(where, "").account(NUMBER)) == "DIR-002"

    def test_a_number_may_lie_elsewhere_and_two_accounts_with_it_are_nobody_s(
        self, realm: Layout, where: DirectorySettings
    ) -> None:
        accounts = accounts_at(where.model_copy(update={"attribute": "employeeNumber"}))
        assert code_of(lambda: accounts.account("E-4711")) == "ACC-002"
        number(realm, {NUMBER: "E-4711"})
        assert accounts.account("E-4711").principal == NUMBER.lower()
        number(realm, {"K100308": "E-4711"})
        assert code_of(lambda: accounts.account("E-4711")) == "DIR-003"

    def test_both_books_must_have_the_person(self, where: DirectorySettings, tmp_path: Path) -> None:
        register = SqliteRegister(tmp_path / "people.db")
        both = EachInTurn(RegisterAccounts(register, REALM), accounts_at(where))
        assert code_of(lambda: both.account(NUMBER)) == "ACC-002"
        person = Person(NUMBER, "職員 太郎")
        register.add_person(person)
        assert both.account(NUMBER).sid
        register.set_active(person.staff_number, False)
        assert code_of(lambda: both.account(NUMBER)) == "ACC-001"


@pytest.fixture
def silent() -> Iterator[str]:
    """Takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_sid_is_read_or_refused() -> None:
    raw = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770091c0100")
    assert sid_text(raw) == "S-1-5-21-2127521184-1604012920-1887927527-72713"
    for bad in (b"", raw[:-1], raw + b"\0"):
        with pytest.raises(ValueError, match="no SID"):
            sid_text(bad)
