"""What a server answers is hostile until parsed: any bytes give an answer or ValueError, in bounded time."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smbprotocol.exceptions import SMBException
from smbprotocol.header import Commands, NtStatus, SMB2HeaderResponse
from smbprotocol.transport import Tcp

from sharefolder import security, smb_answers, smb_listing, smb_lsa, smb_signed, smb_watch
from sharefolder.index import answering
from sharefolder.security import Ace, Descriptor
from sharefolder.smb_signed import Asked

GAMES = bytes((1, 2)) + (22).to_bytes(6, "big") + struct.pack("<II", 2, 60)
ROOT = bytes((1, 2)) + (22).to_bytes(6, "big") + struct.pack("<II", 1, 0)


def _listed(said: bytes, tagged: bool = False) -> list[list[smb_listing.Raw]]:
    return [*smb_listing.parse(said, tagged, [])]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parsers(data: bytes) -> None:
    for parse in (security.parsed, smb_watch.parsed, _listed, lambda said: _listed(said, tagged=True)):
        with suppress(ValueError):
            parse(data)


class _Asking:
    """As much of smbprotocol's connection as its receiver looks at: a read and one of a chain under way in a
    signed session."""

    def __init__(self, wire: socket.socket) -> None:
        self.transport = Tcp("", 0)
        self.transport._sock, self.transport.connected = wire, True
        self.outstanding_requests = {
            7: Asked(self, 3, 7, Commands.SMB2_READ, place=bytearray(64)),
            5: Asked(self, 3, 5, Commands.SMB2_CLOSE, chained=True),
        }
        self.session_table = {3: SimpleNamespace(signing_key=bytes(16), signing_required=True)}
        self.sequence_window, self.sequence_lock = {"low": 0, "high": 9}, threading.Lock()
        self.dialect, self.signing_algorithm_id = 0x311, 2


def _said(head: bytes, body: bytes, length: int | None) -> bytes:
    size = len(head) + len(body) if length is None else length
    return size.to_bytes(4, "big") + head + body


heads = st.builds(
    lambda status, command, flags, chained, number: struct.pack(
        "<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 1, status, command, 1, flags, chained, number, 0, 0, 3, bytes(16)
    ),
    st.sampled_from((0, 0x103, 0x80000006, 0xC000007F)),
    st.sampled_from((0, 1, 6, 8, 9, 14)),
    st.sampled_from((0, 1, 3, 8, 9, 11)),
    st.sampled_from((0, 1, 64, 80, 1 << 31)),
    st.sampled_from((5, 7, 8, (1 << 64) - 1)),
)


@given(
    st.lists(
        st.tuples(
            heads | st.binary(max_size=64), st.binary(max_size=200), st.none() | st.integers(0, (1 << 32) - 1)
        ),
        max_size=3,
    )
)
def test_no_message_breaks_the_receiver_or_is_believed(said: list[tuple[bytes, bytes, int | None]]) -> None:
    near, far = socket.socketpair()
    with near, far:
        connection = _Asking(near)
        asked = list(connection.outstanding_requests.values())
        far.sendall(b"".join(_said(*each) for each in said))
        far.shutdown(socket.SHUT_WR)
        receiver = smb_answers.Answers(connection)
        with suppress(SMBException):
            while receiver.recv(5):
                pass
        assert [each.done for each in asked] == [None, None], "none of them carries the signature"


def test_a_message_with_very_many_answers_is_refused_at_once() -> None:
    head = struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 1, 0, 13, 1, 9, 64, 8, 0, 0, 3, bytes(16))
    near, far = socket.socketpair()
    with near, far:
        far.sendall(_said(head * 100, b"", None))
        with pytest.raises(SMBException, match="more answers"):
            smb_answers.Answers(_Asking(near)).recv(5)


def test_a_server_that_says_to_wait_is_waited_for() -> None:
    """Samba says so of a read that its disk has not answered in half a millisecond."""
    near, far = socket.socketpair()
    with near, far:
        connection = _Asking(near)
        asked, content = connection.outstanding_requests[7], b"of a slow disk"
        asked.response = SMB2HeaderResponse()
        asked.response["status"] = NtStatus.STATUS_PENDING
        asked.response_event.set()
        head = struct.pack("<4sHHIHHIIQQQ", b"\xfeSMB", 64, 1, 0, Commands.SMB2_READ, 0, 11, 0, 7, 99, 3)
        body = struct.pack("<HBBIII", 17, 80, 0, len(content), 0, 0) + content
        signed = smb_signed.signature(connection, bytes(16), 7, (head, bytes(16), body), answer=True)
        receiver = threading.Thread(target=smb_answers.Answers(connection).recv, args=(5,))
        threading.Timer(0.2, lambda: far.sendall(_said(head + signed, body, None))).start()
        receiver.start()
        assert smb_answers.read(SimpleNamespace(connection=connection), asked, 20) == content  # type: ignore[arg-type]
        assert bytes(asked.place[: len(content)]) == content, "where it was asked to lie"
        far.shutdown(socket.SHUT_WR)
        receiver.join()


def test_who_asks_at_the_moment_the_receiving_ends_does_not_wait_for_an_answer() -> None:
    class Ended(_Asking):
        _t_exc = SMBException("the connection ended")

        def receive(self, _asked: Asked, **_how: object) -> None:
            raise self._t_exc

    here, there = socket.socketpair()
    with here, there:
        ended = Ended(here)
        with pytest.raises(SMBException, match="the connection ended"):
            smb_answers.status(ended, ended.outstanding_requests[5], 3_600)


@given(st.binary(max_size=120))
def test_no_rpc_answer_breaks_the_lookup(data: bytes) -> None:
    whole = struct.pack("<BBBBIHHI", 5, 0, 2, 3, 0x10, 24 + len(data), 0, 1) + bytes(8) + data
    with suppress(ValueError):
        smb_lsa.names_of([GAMES], lambda _message: whole)


def test_rights_together_are_read_back_as_they_were_meant() -> None:
    section = Descriptor(ROOT, (Ace(0, 0x10, 0x1301BF, GAMES), Ace(1, 0, 0x2, security.EVERYONE)))
    made = security.parsed(security.together([section], ROOT))
    assert made.aces is not None
    assert made.aces[0].kind == 1, "what denies stands first"
    assert set(made.allowed(write=True)) == {GAMES, ROOT}
    assert made.denied() == [security.EVERYONE]
    assert all(ace.flags == 0x03 for ace in made.aces), "files and folders made below get them too"


def test_a_line_only_for_what_is_made_below_counts_for_nobody_here() -> None:
    only_below = Descriptor(ROOT, (Ace(0, 0x0B, 0x1F01FF, GAMES),))
    assert only_below.allowed(write=False) == []


@pytest.mark.parametrize("sid", [GAMES, security.EVERYONE])
def test_an_identifier_in_words(sid: bytes) -> None:
    assert security.words(sid) in ("S-1-22-2-60", "S-1-1-0")


def test_an_infinite_number_in_a_question_or_answer_of_the_index_is_none() -> None:
    """Found by fuzzing: JSON's 1e999 is a float that no integer can be."""
    assert answering._wish(json.loads('{"words": "道路", "limit": 1e999}')) is None
    assert answering._wish(json.loads('{"words": "道路", "year": 1e999}')) is None
