"""The office's server and its people: what each may write, and what becomes of an edit that is refused."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from calendar_sync import edit
from calendar_sync.model import Change, Draft, Owner, Scope
from calendar_sync.remote import Credential, Remote
from calendar_sync.schedule import Schedule
from calendar_sync.servers import office_list
from calendar_sync.servers.radicale_auth import AppPasswords
from calendar_sync.servers.radicale_server import application, serving
from calendar_sync.store import Store
from core.clock import TOKYO
from core.errors import SuiteError
from core.events import Events

TABLE = """種別,番号,名前,部局,所属,異動日,対象
職員,1001,佐藤 健,土木部,道路建設課,,
職員,1002,髙橋 一郎,土木部,河川課,,
職員,1003,鈴木 陽子,総務部,秘書課,,
代理,1003,鈴木 陽子,,,,道路建設課
部屋,101,第一会議室,土木部,道路建設課,,
"""
SECTION = f"/section-{quote('道路建設課')}/main/"
ROOM = "/room-101/main/"
START = datetime(2026, 11, 26, 10)


class Office:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}/"
        self._passwords = AppPasswords(folder / "devices.db")

    def remote(self, user: str) -> Remote:
        return Remote(self.url, Credential(user, self._passwords.issue(user, "机")))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    server = serving(application(tmp_path, office=True), ("127.0.0.1", 0))
    office_list.put(tmp_path, TABLE.encode())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Office(tmp_path, server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def event(uid: str, title: str = "会議") -> bytes:
    draft = Draft(1, title, START, START.replace(hour=11))
    return edit.new_event(draft, uid, datetime(2026, 11, 25, tzinfo=TOKYO))


def refused(remote: Remote, href: str, etag: str = "", raw: bytes | None = None) -> bool:
    try:
        if raw is None:
            remote.delete(href, etag)
        else:
            remote.put(href, raw, etag)
    except SuiteError as error:
        return error.code == "CAL-017"
    return False


def test_a_sections_calendar_is_its_members_and_their_deputies(office: Office) -> None:
    member, deputy, other = (office.remote(user) for user in ("1001", "1003", "1002"))
    member.make_calendar(SECTION, "道路建設課")
    assert member.put(f"{SECTION}a.ics", event("a"), "") is not None
    assert deputy.put(f"{SECTION}b.ics", event("b"), "") is not None
    assert refused(other, f"{SECTION}c.ics", raw=event("c"))
    got = other.get(f"{SECTION}a.ics")
    assert got is not None
    assert refused(other, f"{SECTION}a.ics", got[0], event("a", "書き換え"))
    assert refused(other, f"{SECTION}a.ics", got[0])
    assert [member.may_write(SECTION), deputy.may_write(SECTION), other.may_write(SECTION)] == [
        True,
        True,
        False,
    ]
    for remote in (member, deputy, other):
        remote.close()


def test_everybody_books_a_room_and_changes_their_own_booking_only(office: Office) -> None:
    booker, other, manager = (office.remote(user) for user in ("1002", "1003", "1001"))
    nobody = office.remote("9999")
    booker.make_calendar(ROOM, "第一会議室")
    etag = booker.put(f"{ROOM}a.ics", event("a"), "")
    assert etag
    etag = booker.put(f"{ROOM}a.ics", event("a", "改めた会議"), etag)
    assert etag
    assert refused(nobody, f"{ROOM}n.ics", raw=event("n"))
    stranger = office.remote("1004")  # signs in, and is in no list
    assert refused(stranger, f"{ROOM}a.ics", etag)
    office_list.put(office.folder, (TABLE + "職員,1004,田中,総務部,財政課,,\n").encode())
    assert refused(stranger, f"{ROOM}a.ics", etag)
    assert refused(stranger, f"{ROOM}a.ics", etag, event("a", "横取り"))
    later = event("b").replace(b"T110000", b"T160000").replace(b"T100000", b"T150000")
    assert stranger.put(f"{ROOM}b.ics", later, "") is not None
    assert manager.put(f"{ROOM}a.ics", event("a", "管理の人"), etag) is not None
    for remote in (booker, other, manager, nobody, stranger):
        remote.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", ROOM), ("PROPPATCH", ROOM), ("PUT", ROOM), ("MOVE", f"{ROOM}a.ics"),
        ("DELETE", "/1002/../room-101/main/a.ics"), ("PUT", "//room-101/main/./a.ics"),
    ],
)  # fmt: skip
def test_nobody_gets_round_it(office: Office, method: str, path: str) -> None:
    manager, booker = office.remote("1001"), office.remote("1002")
    manager.make_calendar(ROOM, "第一会議室")
    manager.put(f"{ROOM}a.ics", event("a"), "")
    answer = booker._client.request(method, office.url.rstrip("/") + path, content=event("a", "横取り"))
    assert answer.status_code in (400, 401, 403, 404, 405)
    booker.make_calendar("/1002/main/", "わたし")
    booker.put("/1002/main/x.ics", event("a", "横取り"), "")
    host = office.url.removeprefix("http://").rstrip("/")
    for to in (
        f"{office.url}room-101/main/a.ics",
        f"%2F%2F{host}%2Froom-101/main/a.ics",
        "/a/room-101/main/a.ics",
    ):
        headers = {"Destination": to, "Overwrite": "T"} | ({"X-Script-Name": "/a"} if to[:3] == "/a/" else {})
        moved = booker._client.request("MOVE", f"{office.url}1002/main/x.ics", headers=headers)
        assert moved.status_code == 403, to
    assert manager.get(f"{ROOM}a.ics") is not None
    assert "横取り".encode() not in (manager.get(f"{ROOM}a.ics") or ("", b""))[1]
    manager.close()
    booker.close()


@pytest.mark.parametrize("way", ["no space", "two spaces", "charset", "script name"])
def test_nobody_is_two_people_at_once(office: Office, way: str) -> None:
    """A request that one reader takes for nobody's and Radicale for a booker's."""
    manager, booker = office.remote("1001"), office.remote("1002")
    manager.make_calendar(ROOM, "第一会議室")
    manager.put(f"{ROOM}a.ics", event("a"), "")
    said = f"1002:{AppPasswords(office.folder / 'devices.db').issue('1002', '机')}"
    words = base64.b64encode(said.encode("utf-16-be" if way == "charset" else "utf-8")).decode()
    headers = {"Authorization": {"no space": f"Basic{words}", "two spaces": f"Basic  {words}"}.get(
        way, f"Basic {words}")}  # fmt: skip
    prefix = ""
    if way == "charset":
        headers["Content-Type"] = "text/calendar; charset=utf-16-be"
    if way == "script name":
        prefix = "/a"
        headers |= {f"X-Forwarded-{n}": "1" for n in ("For", "Host", "Proto", "Port", "Server")}
        headers["X-Script-Name"] = prefix
    answer = httpx.delete(office.url.rstrip("/") + prefix + ROOM + "a.ics", headers=headers)
    assert answer.status_code == 403
    assert manager.get(f"{ROOM}a.ics") is not None
    manager.close()
    booker.close()


def test_of_two_who_book_a_room_at_once_one_has_it(office: Office) -> None:
    """Both have seen it free. The other is told; what touches, is called off, or is one's own is no clash."""
    office_list.put(office.folder, (TABLE + "職員,1004,田中,総務部,財政課,,\n").encode())
    one, other, manager = (office.remote(user) for user in ("1002", "1004", "1001"))
    manager.make_calendar(ROOM, "第一会議室")
    results: list[str] = []

    def book(remote: Remote, name: str) -> None:
        try:
            remote.put(f"{ROOM}{name}.ics", event(name), "")
            results.append("has it")
        except SuiteError as error:
            results.append(error.why)

    threads = [threading.Thread(target=book, args=each) for each in ((one, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["has it", "同じ時間に、ほかの人が先に予約しています。"]
    winner, loser, name = (one, other, "a") if one.get(f"{ROOM}a.ics") else (other, one, "b")
    weekly = (
        event("w").replace(b"SUMMARY", b"RRULE:FREQ=WEEKLY;COUNT=9\r\nSUMMARY").replace(b"1126T", b"1119T")
    )
    assert refused(loser, f"{ROOM}w.ics", raw=weekly)  # its second time
    assert winner.put(f"{ROOM}own.ics", event("own"), "") is not None
    after = event("after").replace(b"T110000", b"T120000").replace(b"T100000", b"T110000")
    assert loser.put(f"{ROOM}after.ics", after, "") is not None
    there = winner.get(f"{ROOM}{name}.ics")
    assert there is not None
    assert winner.put(f"{ROOM}{name}.ics", event(name, "改めた会議"), there[0]) is not None
    assert manager.put(f"{ROOM}m.ics", event("m"), "") is not None  # the room's own section decides
    for remote in (one, other, manager):
        remote.close()


def test_of_a_private_event_others_get_when_it_is_and_no_more(office: Office) -> None:
    """Whatever the client asks; who takes part, acts for the owner or is the owner gets all of it."""
    office_list.put(office.folder, (TABLE + "代理,1004,田中,,,,1001\n").encode())
    own, other, deputy = (office.remote(user) for user in ("1001", "1002", "1004"))
    own.make_calendar("/1001/main/", "わたし")
    secret = event("a", "面談").replace(
        b"SUMMARY:", "CLASS:PRIVATE\r\nLOCATION:病院\r\nDESCRIPTION:秘密\r\nSUMMARY:".encode()
    )
    asked = secret.replace(b"UID:a", b"UID:b\r\nORGANIZER:/1001/\r\nATTENDEE:/1001/\r\nATTENDEE:/1002/")
    own.put("/1001/main/a.ics", secret, "")
    own.put("/1001/main/b.ics", asked, "")
    words = ["面談".encode(), "病院".encode(), "秘密".encode()]
    listed = list(own.listing("/1001/main/").present)
    for remote, sees in ((own, True), (deputy, True), (other, False)):
        ways = [
            [got[1] for href in listed if href.endswith("a.ics") and (got := remote.get(href)) is not None],
            [raw for href, _etag, raw in remote.fetch("/1001/main/", listed) if href.endswith("a.ics")],
            [raw for href, _etag, raw in remote.everything("/1001/main/") if href.endswith("a.ics")],
        ]
        for way in ways:
            assert [b"DTSTART" in raw for raw in way] == [True]
            assert [[word in raw for word in words] for raw in way] == [[sees] * 3]
    part = other.get("/1001/main/b.ics")
    assert part is not None
    assert words[0] in part[1]
    assert other.listing("/1001/main/").present == own.listing("/1001/main/").present
    for remote in (own, other, deputy):
        remote.close()


def test_an_edit_that_is_refused_is_kept_beside_and_can_be_copied(office: Office, tmp_path: Path) -> None:
    manager = office.remote("1001")
    manager.make_calendar(ROOM, "第一会議室")
    manager.put(f"{ROOM}a.ics", event("a"), "")
    store = Store(tmp_path / "cache" / "1002.db")
    schedule = Schedule(Owner("1002", "髙橋 一郎"), store, lambda: office.remote("1002"), Events())
    room = schedule.subscribe(ROOM, "第一会議室", "room", writable=True)
    schedule.sync()
    (number,) = (store.object_at(room, href).id for href in store.rows(room))  # type: ignore[union-attr]
    schedule.change(number, Change(summary="横取り"), scope=Scope.ALL)
    with pytest.raises(SuiteError) as said:
        schedule.sync()
    assert said.value.code == "CAL-017"
    (conflict,) = schedule.conflicts()
    assert conflict.refused
    assert schedule.unsent() == 0
    schedule.settle(conflict, mine=True)
    schedule.sync()
    assert schedule.conflicts() == []
    titles = {
        o.summary: o.collection for o in schedule.between(START, START.replace(hour=12), everything=True)
    }
    assert titles["会議"] == room
    assert titles["横取り"] == schedule.collections()[0].id
    assert manager.get(f"{ROOM}a.ics") is not None
    manager.close()
    store.close()
