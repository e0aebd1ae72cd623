from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_sync.words import understand

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("text", "start", "end", "all_day", "summary", "place"),
    [
        ("来週水 10-11 課内会議 302", "12-02 10:00", "12-02 11:00", False, "課内会議", "302"),
        ("R8.12.1 終日 出張", "12-01 00:00", "12-02 00:00", True, "出張", ""),
        (
            "明日 13時半から15時 打合せ 第一会議室",
            "11-24 13:30",
            "11-24 15:00",
            False,
            "打合せ",
            "第一会議室",
        ),
        ("１２／１ １０：００〜１１：３０ 面談", "12-01 10:00", "12-01 11:30", False, "面談", ""),
        ("令和8年12月1日 22-26 災害待機", "12-01 22:00", "12-02 02:00", False, "災害待機", ""),
        ("12/24 24:00 点検", "12-25 00:00", "12-25 01:00", False, "点検", ""),
        ("木曜 午後2時-4時 部長説明", "11-26 14:00", "11-26 16:00", False, "部長説明", ""),
        ("12/1-12/3 研修", "12-01 00:00", "12-04 00:00", True, "研修", ""),
        ("20日 9:00 90分 監査", "11-20 09:00", "11-20 10:30", False, "監査", ""),
        ("月曜 9時 会議", "11-23 09:00", "11-23 10:00", False, "会議", ""),
        ("会議 @知事公室", "11-23 00:00", "11-24 00:00", True, "会議", "知事公室"),
    ],
)
def test_what_staff_write_is_understood(
    text: str, start: str, end: str, all_day: bool, summary: str, place: str
) -> None:
    found = understand(text, TODAY)
    assert (f"{found.start:%m-%d %H:%M}", f"{found.end:%m-%d %H:%M}") == (start, end)
    assert (found.all_day, found.summary, found.location) == (all_day, summary, place)


def test_the_place_on_the_grid_counts_where_the_words_do_not_say() -> None:
    found = understand("面談", TODAY, datetime(2026, 12, 3, 14, 30), minutes=90)
    assert (found.start, found.end) == (datetime(2026, 12, 3, 14, 30), datetime(2026, 12, 3, 16))


def test_a_known_room_is_a_place_whatever_it_is_called() -> None:
    assert understand("10-11 さくら 会議", TODAY, rooms=["さくら"]).location == "さくら"


@given(st.text(max_size=60))
def test_any_text_gives_an_event_that_ends_after_it_begins(text: str) -> None:
    found = understand(text, TODAY)
    assert found.start < found.end
