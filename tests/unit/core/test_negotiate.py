"""Before a ticket is shown: to whom, over what, and only when asked. (The ticket itself: contract/sso.)"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from core.errors import SuiteError
from core.negotiate import TicketAuth

SERVERS = ("calendar.pref.test",)


class Server:
    """Answers with ``status`` and keeps what it was asked."""

    def __init__(self, status: int = 401, asks: str = "Negotiate") -> None:
        self.heard: list[httpx.Request] = []
        self._status, self._asks = status, asks

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        return httpx.Response(self._status, headers={"WWW-Authenticate": self._asks})


def client(server: Server, folder: Path) -> httpx.Client:
    ticket = TicketAuth(folder / "no-cache", SERVERS, "k100309@PREF.TEST")
    return httpx.Client(auth=ticket, transport=httpx.MockTransport(server), trust_env=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://calendar.pref.test.evil.example/",
        "https://evil.example/",
        "https://sub.calendar.pref.test/",
        "https://calendar.pref.test@evil.example/",
        "http://calendar.pref.test/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
    ],
)
def test_whoever_is_not_named_or_not_behind_tls_hears_nothing(url: str, tmp_path: Path) -> None:
    server = Server()
    with client(server, tmp_path) as http, pytest.raises(SuiteError, match="TICKET-009"):
        http.get(url)
    assert server.heard == []


@pytest.mark.parametrize("asks", ["Basic realm=x", "NTLM", "Bearer", ""])
def test_a_server_that_does_not_ask_for_one_sees_none(asks: str, tmp_path: Path) -> None:
    server = Server(asks=asks)
    with client(server, tmp_path) as http:
        assert http.get("https://calendar.pref.test/").status_code == 401
    assert ["authorization" in each.headers for each in server.heard] == [False]


def test_an_open_page_needs_none(tmp_path: Path) -> None:
    server = Server(status=200)
    with client(server, tmp_path) as http:
        assert http.get("https://CALENDAR.pref.test/").status_code == 200
    assert len(server.heard) == 1


def test_without_a_ticket_it_is_said_and_nothing_more_is_sent(tmp_path: Path) -> None:
    server = Server(asks="Basic realm=x, Negotiate")
    with client(server, tmp_path) as http, pytest.raises(SuiteError, match="TICKET-010"):
        http.get("https://calendar.pref.test/")
    assert len(server.heard) == 1


def test_whose_it_is_cannot_be_said_without_a_cache(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="TICKET-010"):
        TicketAuth(tmp_path / "no-cache", SERVERS)
