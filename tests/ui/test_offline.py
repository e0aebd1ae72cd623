"""The window while the office is out of reach: what it says, and the way back without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from auth.model import Person
from tests.fakes.away import Village
from tests.ui.conftest import PIN, Office
from tests.ui.test_every_page import _cut

TARO = Person("K100871", "田中 太郎", "たなか たろう", "道路建設課")
UNTIL = "オフライン（令和9年1月29日（金）まで）"  # two weeks from where the counted clock begins
CHIP = "オフライン（1月29日まで）"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Taro was here while the office answered."""
    made = Village(tmp_path)
    made.add(TARO, PIN)
    assert made.service.sign_in_pin(TARO.staff_number, PIN).accepted
    made.contact()
    made.service.sign_out()
    yield made
    made.close()


@pytest.fixture
def office(office_of_village: Office) -> Office:
    return office_of_village


def words(office: Office) -> list[str]:
    assert office.window is not None
    return [w.text() for w in office.window.findChildren(QLabel) if w.isVisible()]


def sign_in(office: Office) -> None:
    office.find(QLineEdit, "暗証番号").setText(PIN)  # type: ignore[attr-defined]
    office.bot.mouseClick(office.find(QPushButton, "暗証番号でサインイン"), Qt.MouseButton.LeftButton)
    assert office.window is not None
    office.bot.waitUntil(lambda: office.window.showing == "shell", timeout=60_000)  # type: ignore[union-attr]
    office.settle()


def test_offline_is_said_until_when_and_ends_by_itself_when_the_office_answers(
    office: Office, village: Village
) -> None:
    village.line.cut = True
    village.contact()
    window = office.open()
    assert any("オフラインで始められます" in text for text in words(office)), "said before anybody tries"
    sign_in(office)
    assert CHIP in words(office), "beside the search field, on every page"
    assert UNTIL in words(office), "and in the terminal's own column"
    assert not any("顔の登録がまだです" in text for text in words(office)), "nothing that needs the office"
    assert _cut(window) == []
    village.line.cut = False
    village.contact()
    office.bot.waitUntil(lambda: "職場のサーバーにつながりました" in words(office), timeout=60_000)
    office.bot.mouseClick(office.find(QPushButton, "確かめ直す"), Qt.MouseButton.LeftButton)
    office.bot.waitUntil(lambda: window.showing == "lock", timeout=60_000)
    office.settle()
    assert any("職場のサーバーで本人を確かめ直します" in text for text in words(office))
    office.find(QLineEdit, "暗証番号").setText(PIN)  # type: ignore[attr-defined]
    office.bot.mouseClick(office.find(QPushButton, "ロックを解除"), Qt.MouseButton.LeftButton)
    office.bot.waitUntil(lambda: window.showing == "shell", timeout=60_000)
    office.settle()
    assert not {UNTIL, CHIP} & set(words(office))


def test_a_person_not_kept_here_reads_why(office: Office, village: Village) -> None:
    village.line.cut = True
    office.open()
    office.bot.mouseClick(office.find(QPushButton, "別の人"), Qt.MouseButton.LeftButton)
    office.find(QLineEdit, "職員番号").setText("K100234")  # type: ignore[attr-defined]
    office.find(QLineEdit, "暗証番号").setText(PIN)  # type: ignore[attr-defined]
    office.bot.mouseClick(office.find(QPushButton, "暗証番号でサインイン"), Qt.MouseButton.LeftButton)
    office.bot.waitUntil(lambda: any("OFF-001" in text for text in words(office)), timeout=60_000)
