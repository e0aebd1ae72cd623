"""A schedule moves to another server by an account, and back: what is here is sent, what is there comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from calendar_sync.model import Draft, Owner
from calendar_sync.remote import Credential, Remote
from calendar_sync.servers import office_list
from calendar_sync.servers.radicale_auth import AppPasswords
from calendar_sync.servers.radicale_server import application, serving
from calendar_sync.service import Schedule, Schedules
from core.errors import SuiteError
from core.events import Events
from core.paths import Paths
from core.secrets import MemorySecrets
from tests.fakes import xandikos_server

START = datetime(2026, 11, 26, 10)
LIST = "種別,番号,名前,部局,所属,異動日\n職員,1001,佐藤 健,土木部,道路建設課,\n"


@pytest.fixture
def schedules(tmp_path: Path) -> Iterator[Schedules]:
    made = Schedules(
        Paths(*(tmp_path / n for n in ("data", "config", "cache", "state")), tmp_path / "policy.toml"),
        MemorySecrets(),
        Events(),
    )
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A running office server's address and an app password there for 1001."""
    folder = tmp_path / "office"
    server = serving(application(folder, office=True), ("127.0.0.1", 0))
    office_list.put(folder, LIST.encode())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", AppPasswords(folder / "devices.db").issue("1001", "机")
    server.shutdown()
    thread.join()
    server.server_close()


def titles(schedule: Schedule) -> list[str]:
    return sorted(o.summary for o in schedule.between(START, START.replace(hour=23), everything=True))


def on_server(url: str, credential: Credential, collection: str) -> int:
    remote = Remote(url, credential)
    found = remote.listing(collection).present
    remote.close()
    return len(found)


def test_the_schedule_moves_to_the_office_and_back(schedules: Schedules, office: tuple[str, str]) -> None:
    url, password = office
    schedule = schedules.of(Owner("1001", "佐藤 健", "道路建設課"))
    own, section = schedule.collections()
    schedule.create(Draft(own.id, "課内会議", START, START.replace(hour=11)))
    schedule.create(Draft(section.id, "消防訓練", START, START.replace(hour=11)))
    schedule.sync()
    assert schedule.accounts is not None
    account = schedule.accounts.use(url, "1001", password)
    assert (account.office, account.home) == (True, "/1001/")
    assert schedule.unsent() == 2
    schedule.sync()
    assert schedule.unsent() == 0
    assert schedule.conflicts() == []
    assert titles(schedule) == ["消防訓練", "課内会議"]
    credential = Credential("1001", password)
    assert [on_server(url, credential, c.href) for c in (own, section)] == [1, 1]
    schedule.accounts.leave()
    schedule.sync()
    assert schedule.accounts.current() is None
    assert titles(schedule) == ["消防訓練", "課内会議"]


def test_another_makers_server_has_a_home_elsewhere(schedules: Schedules, tmp_path: Path) -> None:
    with xandikos_server.running(tmp_path) as url:
        schedule = schedules.of(Owner("1001", "佐藤 健", "道路建設課"))
        own = schedule.collections()[0]
        schedule.create(Draft(own.id, "課内会議", START, START.replace(hour=11)))
        schedule.sync()
        assert schedule.accounts is not None
        account = schedule.accounts.use(url, "user", "none")
        assert not account.office
        schedule.sync()
        assert schedule.unsent() == 0
        assert titles(schedule) == ["課内会議"]
        moved = schedule.collections()[0]
        assert moved.href == f"{account.home}main/"
        assert on_server(url, Credential("user", "none"), moved.href) == 1


def test_a_wrong_password_changes_nothing(schedules: Schedules, office: tuple[str, str]) -> None:
    schedule = schedules.of(Owner("1001", "佐藤 健"))
    schedule.create(Draft(schedule.collections()[0].id, "課内会議", START, START.replace(hour=11)))
    schedule.sync()
    assert schedule.accounts is not None
    with pytest.raises(SuiteError, match="CAL-011"):
        schedule.accounts.use(office[0], "1001", "wrong")
    assert schedule.accounts.current() is None
    assert schedule.unsent() == 0
