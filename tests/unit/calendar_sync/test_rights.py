"""Who may what in an office's calendars: members, a room's managers, deputies, everybody else."""

from __future__ import annotations

from datetime import date

import pytest

from calendar_sync.organisation import on, read
from calendar_sync.rights import may

TABLE = """種別,番号,名前,部局,所属,異動日,対象
職員,1001,佐藤 健,土木部,道路建設課,,
職員,1001,佐藤 健,総務部,人事課,R9.4.1,
職員,1002,髙橋 一郎,土木部,河川課,,
職員,1003,鈴木 陽子,総務部,秘書課,,
代理,1003,鈴木 陽子,,,,1002
代理,1003,鈴木 陽子,,,,道路建設課
部屋,101,第一会議室,土木部,道路建設課,,
代理,1009,対象なし,,,,
"""


@pytest.mark.parametrize(
    ("user", "owner", "what"),
    [
        ("1001", "1001", "edit"), ("1001", "1002", "read"), ("1003", "1002", "edit"),
        ("1001", "section-道路建設課", "edit"), ("1002", "section-道路建設課", "read"),
        ("1003", "section-道路建設課", "edit"), ("1001", "room-101", "edit"), ("1003", "room-101", "edit"),
        ("1002", "room-101", "book"), ("9999", "room-101", "read"), ("9999", "9999", "edit"),
        ("1002", "room-999", "book"), ("1001", "section-", "read"),
    ],
)  # fmt: skip
def test_what_the_list_allows(user: str, owner: str, what: str) -> None:
    assert may(user, owner, on(read(TABLE.encode(), []), date(2026, 11, 26))) == what


def test_a_transfer_takes_the_sections_calendar_with_it() -> None:
    units = on(read(TABLE.encode(), []), date(2027, 4, 1))
    assert may("1001", "section-道路建設課", units) == "read"
    assert may("1001", "section-人事課", units) == "edit"


def test_a_deputy_for_nobody_is_named_as_a_problem() -> None:
    problems: list[str] = []
    read(TABLE.encode(), problems)
    assert len(problems) == 1
