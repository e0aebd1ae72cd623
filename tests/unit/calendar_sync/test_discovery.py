from __future__ import annotations

import socket

import pytest

from calendar_sync.discovery import discover
from calendar_sync.wire import Credential
from core.errors import SuiteError


@pytest.mark.parametrize("url", ["http://calendar.example/", "http://10.0.0.1/dav"])
def test_a_password_never_leaves_unencrypted(url: str) -> None:
    with pytest.raises(SuiteError, match="CAL-016"):
        discover(url, Credential("u", "p"))


@pytest.mark.parametrize("url", ["", "ftp://x/", "https://user:secret@host/", "https://"])
def test_an_address_that_is_none_is_called_so(url: str) -> None:
    with pytest.raises(SuiteError, match="CAL-015"):
        discover(url, Credential("u", "p"))


def test_where_nothing_answers_there_is_no_server() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(SuiteError, match="CAL-015"):
            discover(f"http://127.0.0.1:{closed.getsockname()[1]}/", Credential("u", "p"))
