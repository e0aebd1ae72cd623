"""A whole calendar in one answer: what our server streams is what Radicale itself would have said."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from radicale import Application  # type: ignore[attr-defined]

from calendar_sync import edit
from calendar_sync.model import Draft
from calendar_sync.remote import Declined, Remote
from calendar_sync.servers import whole
from calendar_sync.servers.embedded import EmbeddedServer
from core.secrets import MemorySecrets
from tests.fakes.radicale_inside import transport

START = datetime(2026, 11, 24, 10)
HOME = "/p/cal/"
TODO = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//JA\r\nBEGIN:VTODO\r\nUID:todo\r\n"
    b"DTSTAMP:20261101T000000Z\r\nSUMMARY:\xe5\xa0\xb1\xe5\x91\x8a <&>\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)


def _question(inside: str, props: str = "<D:getetag/><C:calendar-data/>") -> bytes:
    return (
        '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        f'<D:prop>{props}</D:prop><C:filter><C:comp-filter name="VCALENDAR">{inside}</C:comp-filter>'
        "</C:filter></C:calendar-query>"
    ).encode()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> httpx.BaseTransport:
    """A server in this process with 250 events, one of a name that needs quoting, and a task."""
    inside = transport(tmp_path_factory.mktemp("whole"))
    remote = _remote(inside)
    remote.make_calendar(HOME, "試験")
    for number in range(250):
        raw = edit.new_event(Draft(1, f"会議 <{number}> & 他", START, START), f"u{number}", datetime.now(UTC))
        assert remote.put(f"{HOME}{number}%20a.ics", raw, "") is not None
    assert remote.put(f"{HOME}todo.ics", TODO, "") is not None
    return inside


def _remote(inside: httpx.BaseTransport) -> Remote:
    from calendar_sync.remote import Credential

    return Remote("http://office/", Credential("p", "x"), inside)


def _ask(inside: httpx.BaseTransport, body: bytes, path: str = HOME, **headers: str) -> httpx.Response:
    with httpx.Client(transport=inside, auth=("p", "x")) as client:
        return client.request(
            "REPORT", f"http://office{path}", content=body, headers={"Depth": "1", **headers}
        )


def _objects(answer: bytes) -> set[tuple[str, ...]]:
    """Each response with its properties, in no order."""
    found = etree.fromstring(answer).findall("{DAV:}response")
    return {tuple(sorted((str(e.tag), (e.text or "").strip()) for e in r.iter())) for r in found}  # type: ignore[misc]


KINDS = ("", '<C:comp-filter name="VEVENT"/>', '<C:comp-filter name="VTODO"/>')


@pytest.mark.parametrize("inside", KINDS, ids=("everything", "events", "tasks"))
def test_the_streamed_answer_says_what_radicale_says(
    store: httpx.BaseTransport, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = _ask(store, _question(inside))
    assert "content-length" not in ours.headers  # it left before its length was known
    monkeypatch.setattr(whole, "asked_for", lambda _question: None)
    radicales = _ask(store, _question(inside))
    assert "content-length" in radicales.headers
    assert ours.status_code == radicales.status_code == 207
    assert _objects(ours.content) == _objects(radicales.content)
    assert len(_objects(ours.content)) == {"": 251, KINDS[1]: 250, KINDS[2]: 1}[inside]


@pytest.mark.parametrize(
    "question",
    [
        _question('<C:comp-filter name="VEVENT"><C:time-range start="20261124T000000Z"/></C:comp-filter>'),
        _question("", "<D:getetag/>"),
        _question("", "<D:getetag/><D:getcontenttype/><C:calendar-data/>"),
        _question("<C:is-not-defined/>"),
    ],
    ids=("a time", "names only", "more", "no calendars"),
)
def test_any_other_question_is_radicales(store: httpx.BaseTransport, question: bytes) -> None:
    assert "content-length" in _ask(store, question).headers


def test_what_is_no_calendar_or_no_question_gets_radicales_answer(store: httpx.BaseTransport) -> None:
    everything = _question("")
    assert _ask(store, everything, "/p/none/").status_code == 404
    assert "content-length" in _ask(store, everything, f"{HOME}todo.ics").headers
    assert _ask(store, b"<C:calendar-query", HOME).status_code == 400


def test_packed_where_the_client_takes_it(store: httpx.BaseTransport) -> None:
    with httpx.Client(transport=store, auth=("p", "x")) as client:
        request = client.build_request(
            "REPORT", f"http://office{HOME}", content=_question(""), headers={"Accept-Encoding": "gzip"}
        )
        with client.stream(request.method, request.url, content=_question(""), headers=request.headers) as r:
            packed = b"".join(r.iter_raw())
    assert len(_objects(gzip.decompress(packed))) == 251


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    running = EmbeddedServer(tmp_path_factory.mktemp("server"), MemorySecrets())
    yield running
    running.stop()


def test_nothing_is_streamed_to_whoever_may_not_read_it(server: EmbeddedServer) -> None:
    mine = server.remote("a")
    mine.make_calendar("/a/cal/", "試験")
    url = server.start().rstrip("/") + "/a/cal/"
    wrong = base64.b64encode(b"a:wrong").decode()
    answers = [
        httpx.request("REPORT", url, content=_question(""), headers=headers, trust_env=False)
        for headers in ({}, {"Authorization": f"Basic {wrong}"})
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert list(mine.everything("/a/cal/")) == []
    mine.close()


def test_an_answer_that_breaks_off_is_taken_for_none(
    store: httpx.BaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_arguments: Any) -> Iterator[bytes]:
        yield b"<multistatus xmlns='DAV:'>"
        raise OSError("the disk is gone")

    monkeypatch.setattr(whole, "_written", breaks)
    with pytest.raises(OSError, match="the disk is gone"):
        list(_remote(store).everything(HOME))


def test_a_server_with_a_limit_below_one_calendar_is_asked_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Radicale as it comes: more than so many events (10,000, here 10) in one answer are refused."""
    monkeypatch.setattr("calendar_sync.remote.BATCH", 5)
    from radicale import config

    from calendar_sync.servers.radicale_server import RIGHTS, settings
    from calendar_sync.store import Store
    from calendar_sync.sync import Sync

    (tmp_path / "collections" / "collection-root").mkdir(parents=True)
    (tmp_path / "rights.ini").write_text(RIGHTS)
    configuration = config.load()
    wanted = settings(tmp_path)
    wanted |= {"auth": {"type": "none"}, "reporting": {"max_expand_occurrence": "10"}}
    wanted["logging"] = {"level": "critical"}
    configuration.update(wanted, "tests", privileged=True)
    remote = _remote(httpx.WSGITransport(app=Application(configuration)))
    remote.make_calendar(HOME, "試験")
    for number in range(12):
        raw = edit.new_event(Draft(1, "会議", START, START), f"u{number}", datetime.now(UTC))
        assert remote.put(f"{HOME}{number}.ics", raw, "") is not None
    with pytest.raises(Declined):
        list(remote.everything(HOME))
    cache = Store(tmp_path / "cache.db")
    cache.remember_collection(HOME, "試験", "")
    assert Sync(cache, remote).run(cache.collections()[0]).received == 12
    cache.close()
