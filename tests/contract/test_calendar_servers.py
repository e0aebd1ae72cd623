"""What the synchronisation stands on: one class, run on Radicale, Xandikos and Cyrus; the long run adds SOGo
and DAViCal where they are installed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from calendar_sync import edit, ics
from calendar_sync.discovery import discover
from calendar_sync.merge import same
from calendar_sync.model import Change, Draft, Scope
from calendar_sync.probe import learn
from calendar_sync.remote import Credential, InvalidToken, Remote
from calendar_sync.servers.embedded import EmbeddedServer
from calendar_sync.store import Store
from calendar_sync.sync import Sync
from core.secrets import MemorySecrets
from tests.fakes import cyrus_server, davical_server, sogo_server, xandikos_server

NOW = datetime(2026, 11, 23, tzinfo=UTC)
START = datetime(2026, 11, 24, 10)
MISSING = "not-there.ics"
NOBODYS = "http://radicale.org/ns/sync/0000"


HOMES = {
    "radicale": "/user/", "xandikos": "/user/calendars/", "cyrus": "/dav/calendars/user/user/",
    "davical": "/caldav.php/user/", "sogo": "/SOGo/dav/user/Calendar/",
}  # fmt: skip
OPTIONAL = ("davical", "sogo")
ENTRANCE = {"sogo": "SOGo/dav/"}
"""Where a person's look for the account begins, if not at the server's root: that way is its web server's."""


@contextmanager
def _account(server: str, folder: Path) -> Iterator[Remote]:
    if server == "radicale":
        embedded = EmbeddedServer(folder, MemorySecrets())
        yield embedded.remote("user")
        embedded.stop()
    elif server == "xandikos":
        with xandikos_server.running(folder) as address:
            yield Remote(address, Credential("user", ""))
    else:
        fake = {"cyrus": cyrus_server, "davical": davical_server, "sogo": sogo_server}[server]
        if why := fake.missing():
            pytest.skip(why)
        with fake.running() as address:
            yield Remote(address, Credential("user", fake.PASSWORD))


def _server_of(request: pytest.FixtureRequest) -> str:
    return next(name for name in HOMES if name in request.node.name)


@pytest.fixture(
    scope="module",
    params=[pytest.param(n, marks=[pytest.mark.long] if n in OPTIONAL else []) for n in HOMES],
)
def account(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with _account(request.param, tmp_path_factory.mktemp(request.param)) as remote:
        yield remote
        remote.close()


@pytest.fixture
def home(account: Remote, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A new calendar of the account's; it goes with the test: Cyrus keeps a UID once for all calendars."""
    href = f"{HOMES[_server_of(request)]}{tmp_path.name.replace('_', '-')}/"
    account.make_calendar(href, "試験")
    learn(Store(tmp_path / "probe.db"), account, href)
    yield href
    account.careful = False
    account.delete(href, "")


def credential_of(account: Remote) -> tuple[str, str]:
    """What the account signs in with, as it goes over the wire."""
    sent = next(account._client.auth.auth_flow(httpx.Request("GET", account.url)))  # type: ignore[union-attr]
    name, _colon, password = (
        base64.b64decode(sent.headers["authorization"].split()[1]).decode().partition(":")
    )
    return name, password


def _event(uid: str = "u1", summary: str = "課内会議") -> bytes:
    return edit.new_event(Draft(1, summary, START, START.replace(hour=11)), uid, NOW)


def _machine(path: Path, home: str, remote: Remote) -> tuple[Store, Sync]:
    store = Store(path)
    store.remember_collection(home, "試験", "")
    return store, Sync(store, remote)


class TestServer:
    def test_the_account_is_found_from_the_address_of_its_server(
        self, account: Remote, request: pytest.FixtureRequest
    ) -> None:
        name, password = credential_of(account)
        entrance = ENTRANCE.get(_server_of(request), "")
        found = discover(account.url + entrance, Credential(name, password))
        assert (found.url, found.user) == (account.url, "user")
        assert found.home == HOMES[_server_of(request)]

    def test_a_new_calendar_is_found_with_its_name(self, account: Remote, home: str) -> None:
        parent = home.rstrip("/").rpartition("/")[0] + "/"
        assert (home, "試験") in [(c.href, c.name) for c in account.calendars(parent)]

    def test_what_is_put_is_listed_and_got_with_the_same_meaning(self, account: Remote, home: str) -> None:
        assert account.put(home + "u1.ics", _event(), "") is not None
        listing = account.listing(home)
        assert list(listing.present) == [home + "u1.ics"]
        assert listing.complete
        found = account.get(home + "u1.ics")
        assert found is not None
        assert found[0] == listing.present[home + "u1.ics"]
        assert same(found[1], _event())

    def test_a_new_event_never_overwrites_one_that_is_there(self, account: Remote, home: str) -> None:
        account.put(home + "u1.ics", _event(), "")
        assert account.put(home + "u1.ics", _event(summary="別"), "") is None

    def test_a_stale_etag_neither_overwrites_nor_deletes(self, account: Remote, home: str) -> None:
        account.put(home + "u1.ics", _event(), "")
        old = account.listing(home).present[home + "u1.ics"]
        assert account.put(home + "u1.ics", _event(summary="新"), old) is not None
        assert account.put(home + "u1.ics", _event(summary="古"), old) is None
        assert not account.delete(home + "u1.ics", old)
        found = account.get(home + "u1.ics")
        assert found is not None
        assert same(found[1], _event(summary="新"))

    def test_an_event_deleted_there_is_not_brought_back_by_a_put(self, account: Remote, home: str) -> None:
        account.put(home + "u1.ics", _event(), "")
        etag = account.listing(home).present[home + "u1.ics"]
        assert account.delete(home + "u1.ics", etag)
        assert account.put(home + "u1.ics", _event(), etag) is None
        assert account.get(home + "u1.ics") is None

    def test_changes_since_a_token_name_what_is_new_and_what_is_gone(
        self, account: Remote, home: str, request: pytest.FixtureRequest
    ) -> None:
        account.put(home + "u1.ics", _event(), "")
        token = account.listing(home).token
        assert token
        account.put(home + "u2.ics", _event("u2"), "")
        account.delete(home + "u1.ics", account.listing(home).present[home + "u1.ics"])
        changes = account.changes(home, token)
        assert list(changes.present) == [home + "u2.ics"]
        assert {href for href in changes.gone if "probe" not in href} == {home + "u1.ics"}
        assert not changes.complete
        again = account.changes(home, changes.token).present
        assert again == ({} if _server_of(request) != "sogo" else changes.present)  # its tokens are seconds

    def test_a_server_that_does_not_keep_conditions_is_found_out(
        self, account: Remote, home: str, request: pytest.FixtureRequest
    ) -> None:
        assert account.careful == (_server_of(request) == "sogo")
        assert account.listing(home).present == {}

    def test_a_token_that_nobody_gave_is_called_invalid_or_taken(
        self, account: Remote, home: str, request: pytest.FixtureRequest
    ) -> None:
        if _server_of(request) in OPTIONAL:  # both take any token; the next test says what follows
            assert not account.changes(home, NOBODYS).complete
        else:
            with pytest.raises(InvalidToken):
                account.changes(home, NOBODYS)

    def test_a_token_that_nobody_gave_hides_nothing(self, account: Remote, home: str, tmp_path: Path) -> None:
        for number in range(3):
            account.put(f"{home}u{number}.ics", _event(f"u{number}"), "")
        store, sync = _machine(tmp_path / "a.db", home, account)
        for _look in range(2):
            sync.run(store.collections()[0])
        account.delete(home + "u1.ics", account.listing(home).present[home + "u1.ics"])
        store.keep_listing(1, NOBODYS, True, [], [], False)
        assert sync.run(store.collections()[0]).removed == 1
        assert list(store.rows(1)) == [home + "u0.ics", home + "u2.ics"]

    def test_what_is_missing_from_a_download_is_not_invented(self, account: Remote, home: str) -> None:
        account.put(home + "u1.ics", _event(), "")
        found = list(account.fetch(home, [home + "u1.ics", home + MISSING]))
        assert [href for href, _etag, _raw in found] == [home + "u1.ics"]

    def test_a_first_download_brings_everything(self, account: Remote, home: str, tmp_path: Path) -> None:
        for number in range(12):
            account.put(f"{home}u{number}.ics", _event(f"u{number}"), "")
        store, sync = _machine(tmp_path / "a.db", home, account)
        assert sync.run(store.collections()[0]).received == 12
        assert len(store.between(START, START.replace(day=25), [1])) == 12
        assert sync.run(store.collections()[0]).received == 0

    def test_two_machines_agree_after_a_merge(self, account: Remote, home: str, tmp_path: Path) -> None:
        (desk, up), (laptop, down) = (_machine(tmp_path / n, home, account) for n in ("a.db", "b.db"))
        number = desk.create(1, home + "u1.ics", _event())
        up.run(desk.collections()[0])
        down.run(laptop.collections()[0])
        there = laptop.object_at(1, home + "u1.ics")
        here = desk.object(number)
        assert there is not None
        assert here is not None
        assert here.content is not None
        assert there.content is not None
        desk.change(number, edit.changed(here.content, Change(summary="甲"), "", Scope.ALL, NOW))
        laptop.change(there.id, edit.changed(there.content, Change(location="302"), "", Scope.ALL, NOW))
        for store, sync in ((desk, up), (laptop, down), (desk, up)):
            sync.run(store.collections()[0])
        contents = [o.content for s in (desk, laptop) if (o := s.object_at(1, home + "u1.ics")) is not None]
        assert same(contents[0], contents[1])
        assert contents[0] is not None
        event = next(ics.calendar(contents[0]).walk("VEVENT"))
        assert (event.value("SUMMARY"), event.value("LOCATION")) == ("甲", "302")

    def test_a_deletion_arrives(self, account: Remote, home: str, tmp_path: Path) -> None:
        (desk, up), (laptop, down) = (_machine(tmp_path / n, home, account) for n in ("a.db", "b.db"))
        number = desk.create(1, home + "u1.ics", _event())
        up.run(desk.collections()[0])
        down.run(laptop.collections()[0])
        desk.change(number, None)
        up.run(desk.collections()[0])
        assert down.run(laptop.collections()[0]).removed == 1
        assert laptop.rows(1) == {}
