"""照会する所属: the sections that the suite knows, ticked by mouse or keys; others can be added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from auth.model import Person
from core.clock import TOKYO
from desktop.pages.sharefolder.due_field import coming_holidays, day_words
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.pages.sharefolder.section_pick import SectionPick
from sharefolder.sample import SECTIONS, TITLE
from tests.ui.conftest import HANAKO, Office
from tests.ui.sharefolder.page import disk, press, said


@pytest.fixture
def pick(qtbot: QtBot) -> Iterator[SectionPick]:
    """By itself, as the sample share offers it."""
    around, made = QWidget(), SectionPick()
    qtbot.addWidget(around)
    made.setParent(around)
    for each in (around, made):
        each.resize(700, 700)
    made.offer(["全庁", *SECTIONS], "共有から")
    around.show()
    yield made
    around.hide()


def _shown(pick: SectionPick) -> list[str]:
    every = (pick.list.item(row) for row in range(pick.list.count()))
    return [item.text() for item in every if not item.isHidden()]


def test_where_the_register_knows_the_office_no_mere_folder_is_offered(sample: Office) -> None:
    sections = [f"第{number}課" for number in range(12)]
    for number, section in enumerate(sections):
        person = Person(f"K20{number:04}", "試験 太郎", section=section)
        sample.services.auth.administration.add(person)
    press(sample, "共有フォルダの画面: 照会")
    press(sample, "照会を作る")
    pick = sample.view(Inquiries).new.sections
    assert set(_shown(pick)) == {*sections, HANAKO.section}
    assert pick.source.text() == "職員の登録にある所属です。"


def test_all_that_the_words_leave_is_ticked_and_unticked_with_keys(qtbot: QtBot, pick: SectionPick) -> None:
    pick.filter.setText("振興")  # Qt's tests have no keys for it
    assert sorted(_shown(pick)) == sorted(["農業振興課", "文化振興課"])
    qtbot.keyClick(pick.all, Qt.Key.Key_Space)
    qtbot.keyClick(pick.filter, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(pick.filter, Qt.Key.Key_Backspace)
    assert sorted(pick.chosen()) == sorted(["農業振興課", "文化振興課"])
    row = _shown(pick).index("農業振興課")
    pick.list.setCurrentRow(row)
    qtbot.keyClick(pick.list, Qt.Key.Key_Space)
    assert pick.chosen() == ["文化振興課"]
    qtbot.keyClick(pick.none, Qt.Key.Key_Space)
    assert pick.chosen() == []


def test_the_words_tick_as_the_box_does(qtbot: QtBot, pick: SectionPick) -> None:
    item = pick.list.item(1)
    pick.list.scrollToItem(item)
    line = pick.list.visualItemRect(item)
    for expected in ([item.text()], []):
        qtbot.mouseClick(pick.list.viewport(), Qt.MouseButton.LeftButton, pos=line.center())
        assert pick.chosen() == expected
    assert line.height() >= 24


def test_a_screen_reader_hears_the_name_and_whether_it_is_ticked(pick: SectionPick) -> None:
    pick.choose(["財政課"])
    row = _shown(pick).index("財政課")
    face = QAccessible.queryAccessibleInterface(pick.list)
    assert face.text(QAccessible.Text.Name) == "照会する所属"
    child = face.child(row)
    assert child.text(QAccessible.Text.Name) == "財政課"
    assert child.state().checkable  # type: ignore[attr-defined]
    assert child.state().checked  # type: ignore[attr-defined]


def test_what_is_ticked_and_what_is_added_gets_its_copy(sample: Office) -> None:
    """None is ticked beforehand, and none of the suite's own folders is offered."""
    press(sample, "共有フォルダの画面: 照会")
    press(sample, "照会を作る")
    pick = sample.view(Inquiries).new.sections
    assert set(SECTIONS) <= set(_shown(pick))
    assert not {"照会", "モデルケース", "仕様書ライブラリ", "運用ルール"} & set(_shown(pick))
    assert (pick.chosen(), pick.count.text()) == ([], "0 所属を選んでいます。")
    pick.extra.setText("東京事務所、財政課、 ")
    sample.bot.keyClick(pick.extra, Qt.Key.Key_Return)
    assert sorted(pick.chosen()) == sorted(["東京事務所", "財政課"])
    assert pick.count.text() == "2 所属を選んでいます。 財政課、東京事務所"
    new = sample.view(Inquiries).new
    new.use(disk(sample) / "照会" / TITLE / "様式" / "備蓄品調査.xlsx")
    sample.settle()
    new.title.setText("二回目の照会")
    new.due.setText("R9.1.3")
    assert "令和9年1月3日（日） は閉庁日です。その前の開庁日は 令和8年12月28日（月） です。" in said(sample)
    new.due.setText((datetime.now(TOKYO).date() - timedelta(days=2)).isoformat())
    press(sample, "各所属に配る")
    assert "は、もう過ぎています。" in said(sample)
    new.due.setText((datetime.now(TOKYO).date() + timedelta(days=9)).isoformat())
    press(sample, "各所属に配る")
    made = disk(sample) / "照会" / "二回目の照会" / "回答"
    assert "まだ配っていません。1 所属（東京事務所）の回答フォルダは、ほかの所属も開けます。" in said(sample)
    assert [p.relative_to(made).as_posix() for p in made.rglob("*")] == ["財政課"], "nobody has the form yet"
    press(sample, "このまま配る")
    assert sorted(p.name for p in made.iterdir()) == sorted(["東京事務所", "財政課"])


def test_every_button_of_it_has_a_name(pick: SectionPick) -> None:
    assert all(each.text() or each.accessibleName() for each in pick.findChildren(QPushButton))


def test_a_due_date_on_a_holiday_names_the_last_day_before() -> None:
    holidays = coming_holidays(date(2026, 4, 1))
    assert date(2027, 11, 23) in holidays
    assert day_words(date(2026, 11, 23), holidays) == (
        "令和8年11月23日（月） は閉庁日です。その前の開庁日は 令和8年11月20日（金） です。"
    )
    assert day_words(date(2026, 11, 24), holidays) == "令和8年11月24日（火）"
