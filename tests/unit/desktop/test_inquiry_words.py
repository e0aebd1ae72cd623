"""What the board says of an answer after the due date."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from core.clock import TOKYO
from desktop.pages.sharefolder.inquiry_words import reading_row
from sharefolder.inquiry.model import Column, Form, Inquiry, Reading, State, Value

DUE = date(2026, 11, 30)
INQUIRY = Inquiry(
    "照会", "照会/照会", DUE, ("甲課",), "様式.xlsx", "", Form("様式", 0, (Column(0, "件数"),), {})
)


def _row(state: State, *saved: int) -> tuple[str, ...]:
    when = datetime(*saved, tzinfo=TOKYO)  # type: ignore[misc, arg-type]
    value: Any = Value("甲課", 1, 0, "件数", 3.0, "3", "様式.xlsx", "様式", "A2", when, "")
    return reading_row(INQUIRY, Reading("甲課", state, "", "様式.xlsx", when, (value,)))


def test_an_answer_after_the_due_date_says_so_and_when() -> None:
    assert _row(State.ANSWERED, 2026, 11, 30, 23, 59)[1:3] == ("● 回答済", "")
    late = _row(State.ANSWERED, 2026, 12, 1, 9, 5)
    assert late[1:3] == ("● 回答済（期限後）", "R8.12.1（火）09:05 に保存されています。")
    assert _row(State.DOUBT, 2026, 12, 1, 9, 5)[1] == "？ 要確認（期限後）"
