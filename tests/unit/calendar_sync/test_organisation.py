from __future__ import annotations

from datetime import date

import pytest

from calendar_sync.organisation import on, read
from core.errors import SuiteError

TABLE = """種別,番号,名前,部局,所属,異動日,定員,建物
職員,1001,佐藤 健,土木部,道路建設課,,,
職員,1001,佐藤 健,総務部,人事課,R9.4.1,,
職員,1002,髙橋 一郎,土木部,河川課,,,
部屋,101,第一会議室,総務部,総務課,,24,本庁舎
"""


def test_a_transfer_counts_from_its_day() -> None:
    units = read(TABLE.encode("cp932"), [])
    before, after = on(units, date(2027, 3, 31)), on(units, date(2027, 4, 1))
    assert {u.number: u.place for u in before}["1001"] == "土木部 › 道路建設課"
    assert {u.number: u.place for u in after}["1001"] == "総務部 › 人事課"
    assert len(before) == len(after) == 3


def test_rooms_have_their_seats_and_building() -> None:
    (room,) = (u for u in read(TABLE.encode(), []) if u.kind == "部屋")
    assert (room.name, room.seats, room.building) == ("第一会議室", 24, "本庁舎")


@pytest.mark.parametrize(
    "row",
    [
        "職員,,名無し",
        "宇宙人,9,x",
        "職員,../x,x",
        "部屋,9,x,,,,百",
        "職員,9,x,,,いつか",
        "職員,9," + "x" * 200,
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: str) -> None:
    problems: list[str] = []
    assert len(read(f"{TABLE}{row}\n".encode(), problems)) == 4
    assert problems == ["6 行目を読めません。"]


@pytest.mark.parametrize("raw", [b"", b"a,b\n1,2\n", b"x" * 11_000_000])
def test_what_is_no_such_table_is_refused(raw: bytes) -> None:
    with pytest.raises(SuiteError, match="CAL-032"):
        read(raw, [])
