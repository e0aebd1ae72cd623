"""Two machines of one person and a real server between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from calendar_sync.edit import new_event
from calendar_sync.inbox import Inbox
from calendar_sync.model import Change, Draft, Owner, Scope, Synchronised
from calendar_sync.remote import Credential, Remote
from calendar_sync.servers.embedded import EmbeddedServer, secret_name
from calendar_sync.service import Schedule, Schedules
from calendar_sync.store import Store
from core.errors import SuiteError
from core.events import Events
from core.paths import Paths
from core.secrets import MemorySecrets

OWNER = Owner("1001", "山本 花子", "総務課")
DAY = datetime(2026, 11, 24)


@dataclass
class Office:
    """Two machines of one person (``desk``, ``laptop``) and the server."""

    desk: Schedule
    laptop: Schedule
    server: EmbeddedServer
    heard: list[Synchronised]

    def sync(self) -> None:
        for schedule in (self.desk, self.laptop, self.desk):
            schedule.sync()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    running = EmbeddedServer(tmp_path_factory.mktemp("server"), MemorySecrets())
    yield running
    running.stop()


@pytest.fixture
def office(server: EmbeddedServer, tmp_path: Path) -> Office:
    owner = Owner(f"p-{tmp_path.name}", OWNER.name, OWNER.section)
    events, heard = Events(), []
    events.subscribe(Synchronised, heard.append)
    schedules = [
        Schedule(owner, Store(tmp_path / f"{name}.db"), lambda: server.remote(owner.staff_number), events)
        for name in ("desk", "laptop")
    ]
    return Office(schedules[0], schedules[1], server, heard)


def _draft(schedule: Schedule, summary: str = "課内会議", hour: int = 10) -> Draft:
    return Draft(
        schedule.collections()[0].id,
        summary,
        DAY.replace(hour=hour),
        DAY.replace(hour=hour + 1),
        False,
        "302",
    )


def _day(schedule: Schedule) -> list[tuple[str, int, str]]:
    found = schedule.between(DAY, DAY.replace(day=25))
    return [(o.summary, o.start.hour, o.location) for o in found if o.collection == 1]


def test_an_event_made_here_is_there_after_both_have_synchronised(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.sync()
    assert _day(office.laptop) == [("課内会議", 10, "302")]
    assert office.desk.unsent() == 0


def test_what_is_made_without_a_network_is_sent_later(office: Office) -> None:
    office.sync()
    office.desk.exchange.offline = True
    office.desk.create(_draft(office.desk, "圏外で入れた"))
    with pytest.raises(SuiteError, match="つながりません"):
        office.desk.sync()
    assert office.desk.unsent() == 1
    assert office.heard[-1].code == "CAL-010"
    office.desk.exchange.offline = False
    office.sync()
    assert _day(office.laptop) == [("圏外で入れた", 10, "302")]


def test_different_changes_of_one_event_on_two_machines_are_merged(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.sync()
    event = office.desk.between(DAY, DAY.replace(day=25))[0].event
    there = office.laptop.between(DAY, DAY.replace(day=25))[0].event
    office.desk.change(event, Change(start=DAY.replace(hour=13), end=DAY.replace(hour=14)))
    office.laptop.change(there, Change(location="401"))
    office.sync()
    assert _day(office.desk) == _day(office.laptop) == [("課内会議", 13, "401")]
    assert office.desk.conflicts() == office.laptop.conflicts() == []


def test_the_same_fact_changed_twice_is_shown_and_either_version_can_be_taken(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.sync()
    event = office.desk.between(DAY, DAY.replace(day=25))[0].event
    there = office.laptop.between(DAY, DAY.replace(day=25))[0].event
    office.desk.change(event, Change(summary="甲"))
    office.laptop.change(there, Change(summary="乙"))
    office.sync()
    assert _day(office.desk) == _day(office.laptop) == [("甲", 10, "302")]
    (conflict,) = office.laptop.conflicts()
    assert conflict.clashes == ("SUMMARY",)
    office.laptop.settle(conflict, mine=True)
    office.laptop.sync()
    office.sync()
    assert _day(office.desk) == _day(office.laptop) == [("乙", 10, "302")]
    assert office.laptop.conflicts() == []


def _import(schedule: Schedule, raw: bytes, folder: Path) -> None:
    path = folder / "given.ics"
    path.write_bytes(raw)
    schedule.files.take_in(schedule.files.preview(path, schedule.collections()[0].id))


@pytest.mark.parametrize("title", ["課内会議", "部内会議"])
def test_one_file_taken_in_on_two_machines_without_a_network_is_one_event(
    office: Office, tmp_path: Path, title: str
) -> None:
    """The server takes a UID once; what differs is shown. Nothing waits for ever, nothing stands twice."""
    office.sync()
    for schedule, words in ((office.desk, "課内会議"), (office.laptop, title)):
        raw = new_event(replace(_draft(schedule), summary=words), "given-1", DAY.replace(tzinfo=UTC))
        _import(schedule, raw, tmp_path)
    office.sync()
    office.laptop.sync()
    assert _day(office.desk) == _day(office.laptop) == [("課内会議", 10, "302")]
    assert office.laptop.unsent() == 0
    assert [c.clashes for c in office.laptop.conflicts()] == ([] if title == "課内会議" else [("SUMMARY",)])


def test_what_the_server_does_not_take_keeps_nothing_else_away(office: Office) -> None:
    office.sync()
    store = office.laptop.exchange._store
    two = new_event(_draft(office.laptop, "拒まれる", 8), "a", DAY.replace(tzinfo=UTC))
    inside = two[two.index(b"BEGIN:VEVENT") : two.index(b"END:VCALENDAR")].replace(b"UID:a", b"UID:b")
    bad = two.replace(b"END:VCALENDAR", inside + b"END:VCALENDAR")
    store.create(1, f"{office.laptop.collections()[0].href}bad.ics", bad)
    office.desk.create(_draft(office.desk))
    office.desk.sync()
    with pytest.raises(SuiteError):
        office.laptop.sync()
    assert ("課内会議", 10, "302") in _day(office.laptop)
    assert office.laptop.unsent() == 1


def test_a_colleague_without_a_calendar_is_no_trouble_and_a_calendar_that_vanished_is(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.desk.subscribe("/nobody-yet/main/", "髙橋", "person", writable=False)
    office.desk.sync()
    remote = office.server.remote(office.desk.owner.staff_number)
    httpx.delete(remote.url.rstrip("/") + office.desk.collections()[0].href, auth=remote._client.auth)
    remote.close()
    with pytest.raises(SuiteError, match="この予定表がサーバーにありません"):
        office.desk.sync()
    assert _day(office.desk) == [("課内会議", 10, "302")]


def test_what_the_inbox_has_and_we_cannot_answer_stays_there(office: Office) -> None:
    """A counter-proposal (COUNTER, RFC 5546 3.2.7) is somebody's word: not to be thrown away unseen."""
    office.sync()
    remote = office.server.remote(office.desk.owner.staff_number)
    place = f"/{office.desk.owner.staff_number}/inbox/"
    remote.make_calendar(place, "inbox")
    for method in ("COUNTER", "REPLY"):
        raw = new_event(_draft(office.desk), method.lower(), DAY.replace(tzinfo=UTC))
        raw = raw.replace(b"VERSION:2.0", f"VERSION:2.0\r\nMETHOD:{method}".encode())
        assert remote.put(f"{place}{method}.ics", raw, "") is not None
    Inbox(office.desk.exchange._store, office.desk.meetings, remote, place).take_in()
    assert list(remote.listing(place).present) == [f"{place}COUNTER.ics"]
    remote.close()


def test_the_version_that_is_chosen_holds_though_the_other_has_changed_again(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.sync()
    event = office.desk.between(DAY, DAY.replace(day=25))[0].event
    there = office.laptop.between(DAY, DAY.replace(day=25))[0].event
    office.desk.change(event, Change(summary="甲"))
    office.laptop.change(there, Change(summary="乙"))
    office.sync()
    office.desk.change(event, Change(summary="丙", location="401"))
    office.sync()
    (conflict,) = office.laptop.conflicts()
    office.laptop.settle(conflict, mine=True)
    office.laptop.sync()
    office.sync()
    assert _day(office.desk) == _day(office.laptop) == [("乙", 10, "401")]


def test_undo_brings_a_deleted_event_back_everywhere(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.sync()
    event = office.desk.between(DAY, DAY.replace(day=25))[0].event
    act = office.desk.delete(event)
    office.sync()
    assert _day(office.laptop) == []
    office.desk.undo(act)
    office.sync()
    assert _day(office.laptop) == _day(office.desk) == [("課内会議", 10, "302")]


def test_undo_keeps_what_somebody_else_has_changed_since(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    office.sync()
    event = office.desk.between(DAY, DAY.replace(day=25))[0].event
    act = office.desk.change(event, Change(summary="書き間違い"))
    office.sync()
    there = office.laptop.between(DAY, DAY.replace(day=25))[0].event
    office.laptop.change(there, Change(location="401"))
    office.laptop.sync()
    office.desk.sync()
    office.desk.undo(act)
    office.sync()
    assert _day(office.laptop) == [("課内会議", 10, "401")]


def test_many_deletions_at_once_are_held_and_can_be_refused(office: Office) -> None:
    for hour in range(8, 18):
        office.desk.create(_draft(office.desk, f"予定{hour}", hour))
    office.sync()
    for occurrence in office.laptop.between(DAY, DAY.replace(day=25)):
        office.laptop.delete(occurrence.event)
    office.laptop.sync()
    office.desk.sync()
    assert len(_day(office.desk)) == 10
    held = next(c for c in office.desk.collections() if c.held)
    assert held.held == 10
    office.desk.answer_mass_deletion(held.id, delete=False)
    office.sync()
    assert len(_day(office.laptop)) == 10


def test_many_deletions_at_once_happen_after_a_persons_yes(office: Office) -> None:
    for hour in range(8, 18):
        office.desk.create(_draft(office.desk, f"予定{hour}", hour))
    office.sync()
    for occurrence in office.laptop.between(DAY, DAY.replace(day=25)):
        office.laptop.delete(occurrence.event)
    office.sync()
    office.desk.answer_mass_deletion(1, delete=True)
    office.desk.sync()
    assert _day(office.desk) == []
    assert [c.held for c in office.desk.collections()] == [0, 0]


def test_one_of_a_series_is_moved_and_the_rest_stays(office: Office) -> None:
    office.desk.create(_draft(office.desk))
    event = office.desk.between(DAY, DAY.replace(day=25))[0].event
    raw = office.desk.history(event)[0].after
    assert raw is not None
    office.desk._store.change(event, raw.replace(b"SUMMARY", b"RRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY"))
    second = office.desk.between(DAY.replace(month=12, day=1), DAY.replace(month=12, day=2))[0]
    office.desk.change(
        event,
        Change(start=second.start.replace(hour=15), end=second.end.replace(hour=16)),
        second.recurrence,
        Scope.THIS,
    )
    office.sync()
    found = office.laptop.between(DAY, DAY.replace(year=2027))
    assert [(o.start.day, o.start.hour) for o in found] == [(24, 10), (1, 15), (8, 10), (15, 10)]


def test_a_server_that_is_killed_and_started_again_loses_nothing(
    server: EmbeddedServer, office: Office
) -> None:
    office.desk.create(_draft(office.desk))
    office.desk.sync()
    server.stop()
    office.desk.create(_draft(office.desk, "もう一つ", 13))
    office.sync()
    assert len(_day(office.laptop)) == 2


def test_nobody_gets_in_with_a_wrong_password_or_without(server: EmbeddedServer) -> None:
    for credential in (Credential("1001", "wrong"), Credential("", "")):
        remote = Remote(server.start(), credential)
        with pytest.raises(SuiteError, match="断られました"):
            remote.calendars("/1001/")


def test_the_password_lies_in_the_secret_store_and_nowhere_else(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    server = EmbeddedServer(tmp_path, secrets)
    server.credential("1001")
    password = secrets.get(secret_name("1001"))
    assert password is not None
    for file in tmp_path.rglob("*"):
        assert password not in (file.read_bytes() if file.is_file() else b"")
    assert server.credential("1001").password.encode() == password


def test_the_schedules_of_two_people_on_one_machine_are_apart(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "d", tmp_path / "c", tmp_path / "x", tmp_path / "s", tmp_path / "p")
    schedules = Schedules(paths, MemorySecrets(), Events())
    first, second = schedules.of(OWNER), schedules.of(Owner("1002", "佐藤 健"))
    first.create(_draft(first))
    assert len(_day(first)) == 1
    assert _day(second) == []
