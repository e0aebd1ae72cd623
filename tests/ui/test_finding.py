"""Ctrl+K over everything: people, events, files, settings, actions; grouped, by keyboard, by rights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QComboBox, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from auth.model import Person
from calendar_sync.model import Draft, Owner
from core.clock import TOKYO
from core.jobs import Report
from desktop.pages.administration.people import People
from desktop.pages.commands import SETTINGS
from desktop.pages.sharefolder.files import Files
from desktop.ui import theme
from desktop.ui.search import Command, SearchField
from tests.ui.conftest import HANAKO, Office

Late = tuple[SearchField, dict[str, Callable[[str, Sequence[Command]], None]]]
QUIET = Report(lambda _done, _total, _text: None)


@pytest.fixture
def furnished(office: Office, tmp_path: Path) -> Office:
    """Signed in: another person, an event, a colleague's private one, a share that is indexed."""
    root = tmp_path / "share"
    (root / "防災課").mkdir(parents=True)
    (root / "防災課" / "避難所の手順.txt").write_text("毛布は倉庫にあります。", "utf-8")
    office.services.share.add_place("全庁共有", str(root))
    office.services.share.index_again("全庁共有", QUIET)
    office.signed_in()
    office.services.auth.administration.add(Person("K100871", "佐藤 避難", "さとう", "道路建設課"))
    schedule = office.services.schedules.of(Owner(HANAKO.staff_number, HANAKO.name, HANAKO.section))
    start = datetime.now(TOKYO).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    schedule.create(Draft(1, "避難訓練の打合せ", start, start + timedelta(hours=1)))
    theirs = schedule.subscribe("/K100871/main/", "佐藤", "person", writable=True)
    schedule.create(Draft(theirs, "避難の面談", start, start + timedelta(hours=1), private=True))
    return office


def type_in(office: Office, text: str) -> SearchField:
    assert office.window is not None
    field = office.window.findChild(SearchField)
    assert field is not None
    field.open()
    field.setText(text)
    office.bot.waitUntil(lambda: field.settled, timeout=60_000)
    office.settle()
    return field


def groups(field: SearchField) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in field.found:
        found.setdefault(each.group, []).append(each.text.split("　")[0])
    return found


def test_one_word_finds_people_events_and_files_in_groups(furnished: Office) -> None:
    found = groups(type_in(furnished, "避難"))
    assert found["人"] == ["佐藤 避難"]
    assert found["予定"] == ["避難訓練の打合せ"], "somebody's private event is not found by its words"
    assert found["ファイル"] == ["避難所の手順.txt"]
    assert list(found) == ["人", "予定", "ファイル"]


def test_the_list_follows_the_theme_at_once_and_keeps_what_is_chosen(furnished: Office) -> None:
    field = type_in(furnished, "避難")
    furnished.bot.keyClick(field, Qt.Key.Key_Down)
    chosen = field.accessibleDescription()
    heading = field._rows.index(None)
    row = heading + 1

    def seen() -> tuple[QColor, bytes]:
        image = field._list.item(row).icon().pixmap(24, 24).toImage()
        return field._list.item(heading).foreground().color(), bytes(image.constBits())

    light = seen()
    try:
        theme.current().choose("dark", "noto", 1.0, reduced_motion=True)
        dark = seen()
        assert dark[0] == QColor(theme.current().tokens.muted)
        assert dark[0] != light[0]
        assert dark[1] != light[1]
        assert field.accessibleDescription() == chosen
    finally:
        theme.current().choose("light", "noto", 1.0, reduced_motion=True)
    assert seen() == light


def test_a_file_is_opened_in_its_folder_by_keyboard_alone(furnished: Office) -> None:
    field = type_in(furnished, "避難所の手順")
    while not field.accessibleDescription().startswith("ファイル: "):
        furnished.bot.keyClick(field, Qt.Key.Key_Down)
    furnished.bot.keyClick(field, Qt.Key.Key_Return)
    furnished.settle()
    assert furnished.window is not None
    files = furnished.window.findChild(Files)
    assert files is not None
    furnished.bot.waitUntil(lambda: [e.name for e in files.list.chosen()] == ["避難所の手順.txt"])
    assert field.text() == ""


def test_a_person_leads_to_the_register(furnished: Office) -> None:
    field = type_in(furnished, "佐藤")
    next(each for each in field.found if each.group == "人").run()
    furnished.settle()
    assert furnished.window is not None
    people = furnished.window.findChild(People)
    assert people is not None
    assert people.finder.text() == "K100871"


def test_an_event_is_opened_in_the_schedule(furnished: Office) -> None:
    field = type_in(furnished, "避難訓練")
    next(each for each in field.found if each.group == "予定").run()
    furnished.settle()
    assert furnished.window is not None
    assert furnished.window.page == "calendar"
    furnished.bot.waitUntil(
        lambda: any(
            getattr(w, "text", str)() == "避難訓練の打合せ" and w.isVisible()
            for w in furnished.window.findChildren(QWidget)  # type: ignore[union-attr]
        )
    )


@pytest.mark.parametrize("key", SETTINGS)
def test_each_setting_leads_to_its_control(office: Office, key: str) -> None:
    window = office.signed_in()
    office.services.show("settings", key)
    office.settle()
    focus = QApplication.focusWidget()
    row: QWidget | None = focus
    while row is not None and row.property("setting") != key:
        row = row.parentWidget()
    if key == "camera.index":  # disabled while it looks for cameras
        assert window.page == "settings"
    else:
        assert row is not None, key


def test_a_setting_is_found_by_its_words(office: Office) -> None:
    office.signed_in()
    field = type_in(office, "静かな時間の始")
    assert groups(field)["設定"] == ["静かな時間の始まり"]
    assert field.accessibleDescription() == "設定: 静かな時間の始まり"
    office.bot.keyClick(field, Qt.Key.Key_Return)
    office.settle()
    assert isinstance(QApplication.focusWidget(), QComboBox)


def test_who_uses_neither_schedule_nor_share_opens_none(office: Office) -> None:
    office.signed_in()
    found = groups(type_in(office, "予算要求"))
    assert found == {}
    assert not office.services.open_schedules.made
    assert not office.services.open_share.made


@pytest.fixture
def late(qapp: QApplication, qtbot: QtBot) -> Late:
    """A field whose answers the test gives itself."""
    asked: dict[str, Callable[[str, Sequence[Command]], None]] = {}

    def look(text: str, show: Callable[[str, Sequence[Command]], None]) -> tuple[str, ...]:
        asked[text] = show
        return ("人", "ファイル") if text else ()

    window = QMainWindow()
    field = SearchField(lambda _text: [Command("赤い紙", "info", list, group="操作")], look)
    window.setMinimumSize(600, 400)
    window.setCentralWidget(field)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    field.open()
    field.window_kept = window  # type: ignore[attr-defined]
    return field, asked


def test_what_comes_later_moves_nothing_that_is_chosen(
    late: Late,
) -> None:
    field, asked = late
    field.setText("青")
    assert field.found == []
    assert not field.settled
    blue, other = Command("青い本", "file", list, group="ファイル"), Command("青木", "user", list, group="人")
    asked["青"]("ファイル", [blue])
    assert field.accessibleDescription() == "ファイル: 青い本"
    asked["青"]("人", [other])
    assert field.settled
    assert [each.text for each in field.found] == ["青木", "青い本"]
    assert field.accessibleDescription() == "ファイル: 青い本", "chosen still"


def test_an_answer_to_what_was_typed_before_is_none(
    late: Late,
) -> None:
    field, asked = late
    field.setText("青")
    field.setText("赤")
    asked["青"]("人", [Command("青木", "user", list, group="人")])
    assert [each.text for each in field.found] == ["赤い紙"]


def test_the_list_is_whole_on_a_small_screen(office: Office) -> None:
    window = office.signed_in()
    window.resize(910, 512)
    field = type_in(office, "設定")
    panel = field._panel
    assert panel is not None
    assert panel.isVisible()
    assert window.rect().contains(panel.geometry())
