"""What a server answers is hostile until parsed: any bytes give an answer or ValueError, in bounded time."""

from __future__ import annotations

import json
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharefolder import security, smb_lsa, smb_watch, smb_wire
from sharefolder.index import answering
from sharefolder.security import Ace, Descriptor

GAMES = bytes((1, 2)) + (22).to_bytes(6, "big") + struct.pack("<II", 2, 60)
ROOT = bytes((1, 2)) + (22).to_bytes(6, "big") + struct.pack("<II", 1, 0)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parsers(data: bytes) -> None:
    for parse in (security.parsed, smb_watch.parsed, lambda said: list(smb_wire.parse(said))):
        with suppress(ValueError):
            parse(data)


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
