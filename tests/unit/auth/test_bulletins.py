"""Notices from IT: written by the IT role alone, read by each for himself, hostile until parsed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.bulletins import FORGOTTEN_AFTER_S, MOST_SHOWN, Bulletin, checked, parsed, shown
from auth.model import Person
from core.errors import SuiteError
from tests.fakes.office import CHIEF, OTHER_PIN, PIN, Office, code_of

STAFF = Person("S-100", "職員 太郎", "", "税務課")


def office_of_two(folder: Path) -> Office:
    """The chief is signed in; a staff member exists, with a PIN."""
    office = Office(folder / "home")
    office.service.create_first_administrator(CHIEF, PIN)
    office.service.administration.add(STAFF)
    code = office.service.administration.issue_start_code(STAFF.staff_number).code
    office.service.sign_out()
    office.service.start(STAFF.staff_number, code, OTHER_PIN)
    office.service.sign_out()
    office.service.sign_in_pin(CHIEF.staff_number, PIN)
    return office


def notice(office: Office, title: str = "計画停電", urgent: bool = False) -> Bulletin:
    now = office.clock.now()
    return Bulletin(title, "土曜日に止まります。\n保存してください。", now - 60, now + 86_400, urgent)


def as_staff(office: Office) -> None:
    office.service.sign_out()
    assert office.service.sign_in_pin(STAFF.staff_number, OTHER_PIN).accepted


def test_what_it_writes_everybody_reads_once(tmp_path: Path) -> None:
    office = office_of_two(tmp_path)
    office.service.administration.write_bulletin(notice(office))
    office.service.administration.write_bulletin(notice(office, "偽の訪問者", urgent=True))
    as_staff(office)
    first, second = office.service.bulletins()
    assert (first.title, first.urgent, first.read) == ("偽の訪問者", True, False)
    assert second.words.splitlines() == ["土曜日に止まります。", "保存してください。"]
    office.service.read_bulletin(first.id)
    office.service.read_bulletin(first.id)
    assert [each.read for each in office.service.bulletins()] == [True, False]
    office.service.sign_out()
    office.service.sign_in_pin(CHIEF.staff_number, PIN)
    assert [each.read for each in office.service.bulletins()] == [False, False], "each for himself"
    assert [each.readers for each in office.service.administration.bulletins()] == [1, 0]
    as_staff(office)
    office.service.read_bulletin(first.id, False)
    assert not any(each.read for each in office.service.bulletins())


def test_a_staff_member_can_write_none(tmp_path: Path) -> None:
    office = office_of_two(tmp_path)
    office.service.administration.write_bulletin(notice(office))
    as_staff(office)
    boss = office.service.administration
    forged = notice(office, "パスワードを送ってください", urgent=True)
    assert code_of(lambda: boss.write_bulletin(forged)) == "AUTH-031"
    assert code_of(lambda: boss.withdraw_bulletin(1)) == "AUTH-031"
    assert code_of(boss.bulletins) == "AUTH-031"
    assert [each.title for each in office.service.bulletins()] == ["計画停電"]


def test_it_comes_and_goes_by_the_clock(tmp_path: Path) -> None:
    office = office_of_two(tmp_path)
    later = replace(notice(office), begins=office.clock.now() + 3600)
    office.service.administration.write_bulletin(later)
    assert office.service.bulletins() == []
    office.clock.time += 3700
    assert [each.title for each in office.service.bulletins()] == ["計画停電"]
    office.service.administration.withdraw_bulletin(1)
    assert office.service.bulletins() == []
    office.service.administration.withdraw_bulletin(1, False)
    assert len(office.service.bulletins()) == 1
    assert [a for a in office.actions() if a.startswith("bulletin.")] == [
        "bulletin.written", "bulletin.withdrawn", "bulletin.shown-again",
    ]  # fmt: skip
    assert code_of(lambda: office.service.administration.withdraw_bulletin(77)) == "NEWS-002"
    assert code_of(lambda: office.service.read_bulletin(77)) == "NEWS-002"


def test_old_ones_are_forgotten_with_who_read_them(tmp_path: Path) -> None:
    office = office_of_two(tmp_path)
    board = office.service.administration._bulletins
    number = board.write(notice(office), CHIEF.staff_number)
    board.read(number, STAFF.staff_number, True)
    office.clock.time += 86_400 + FORGOTTEN_AFTER_S + 60
    board.write(notice(office, "新しい"), CHIEF.staff_number)
    assert [each.title for each in board.every()] == ["新しい"]
    assert board._sql.rows("SELECT * FROM bulletin_reads") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "題\n名"},
        {"title": "題" * 81},
        {"words": ""},
        {"words": "\u202e" + "bidi"},
        {"words": "字" * 1001},
        {"ends": 10.0},
        {"ends": 10.0 + 367 * 86_400, "begins": 10.0},
    ],
)
def test_what_cannot_be_shown_is_not_written(wrong: dict[str, Any]) -> None:
    good = Bulletin("題名", "本文", 10.0, 20.0)
    assert checked(good) == good
    assert code_of(lambda: checked(replace(good, **wrong))) == "NEWS-001"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_GOOD = shown(Bulletin("題名", "本文", 10.0, 20.0, True, 3))


@given(st.dictionaries(st.sampled_from([*_GOOD, "more"]), _JSON))
def test_an_answer_is_hostile_until_parsed(changed: dict[str, Any]) -> None:
    try:
        found = parsed({"bulletins": [_GOOD | changed]})
    except ValueError:
        return
    assert len(found) == 1
    assert found[0].title.isprintable()


def test_too_many_are_no_answer() -> None:
    assert parsed({"bulletins": [_GOOD]}) == [Bulletin("題名", "本文", 10.0, 20.0, True, 3)]
    for answer in ({}, {"bulletins": None}, {"bulletins": [_GOOD] * (MOST_SHOWN + 1)}, {"bulletins": ["a"]}):
        with pytest.raises(ValueError, match="not"):
            parsed(answer)


def test_who_is_locked_out_reads_none(tmp_path: Path) -> None:
    office = office_of_two(tmp_path)
    office.service.administration.write_bulletin(notice(office))
    office.service.lock()
    with pytest.raises(SuiteError):
        office.service.bulletins()
