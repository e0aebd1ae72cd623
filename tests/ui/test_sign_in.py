"""Signing in at the window, with the keyboard alone and with the PIN beside the camera."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton
from shiboken6 import isValid

from auth.model import Person
from desktop.ui.search import LineEdit
from tests.ui.conftest import HANAKO, PIN, Office


def keys(office: Office, text: str) -> None:
    """Type ``text`` into whatever has the focus; tab is a key of its own."""
    for character in text:
        target = QApplication.focusWidget()
        assert target is not None
        if character == "\t":
            office.bot.keyClick(target, Qt.Key.Key_Tab)
        elif character == "\n":
            office.bot.keyClick(target, Qt.Key.Key_Return)
        else:
            office.bot.keyClicks(target, character)


def test_a_person_signs_in_by_pin_with_the_keyboard_alone(office: Office) -> None:
    window = office.with_hanako().open()
    assert office.find(QLineEdit, "暗証番号").hasFocus(), "the remembered person is asked for the PIN at once"
    keys(office, PIN + "\n")
    office.bot.waitUntil(lambda: window.showing == "shell")
    assert office.services.auth.session is not None
    assert office.services.auth.session.person == HANAKO
    office.settle()
    assert not window.ring.isVisible(), "the first thing seen in the morning is calm"
    keys(office, "\t")
    assert window.ring.isVisible()


def test_another_person_types_number_and_pin(office: Office) -> None:
    window = office.with_hanako().open()
    office.bot.mouseClick(office.find(QPushButton, "別の人"), Qt.MouseButton.LeftButton)
    assert office.find(QLineEdit, "職員番号").hasFocus()
    keys(office, f"{HANAKO.staff_number}\t{PIN}\n")
    office.bot.waitUntil(lambda: window.showing == "shell")


def test_a_wrong_pin_says_why_and_keeps_the_person_at_the_pin(office: Office) -> None:
    window = office.with_hanako().open()
    keys(office, "000111\n")
    office.settle()
    assert window.showing == "sheet"
    assert office.services.auth.session is None
    pin = office.find(QLineEdit, "暗証番号")
    assert pin.hasFocus()
    assert pin.text() == ""
    reasons = [w for w in window.findChildren(QLabel) if w.isVisible() and w.property("role") == "danger"]
    assert len(reasons) == 1
    assert reasons[0].text()


def test_without_a_camera_the_sheet_says_so_and_the_pin_works(office: Office) -> None:
    window = office.with_hanako().open()
    texts = [w.text() for w in window.findChildren(QLabel) if w.isVisible()]
    assert "カメラを使えません。" in texts
    assert any("CAM-001" in text for text in texts)
    assert office.find(QPushButton, "もう一度カメラを使う").isEnabled()
    assert office.find(QLineEdit, "暗証番号").hasFocus()


def test_enter_during_composition_does_not_submit(office: Office, qapp: QApplication) -> None:
    window = QMainWindow()
    window.setMinimumSize(200, 60)
    line = LineEdit()
    window.setCentralWidget(line)
    office.bot.addWidget(window)
    window.show()
    submitted: list[str] = []
    line.returnPressed.connect(lambda: submitted.append(line.text()))
    qapp.sendEvent(line, QInputMethodEvent("やまもと", []))
    office.bot.keyClick(line, Qt.Key.Key_Return)
    assert submitted == []
    done = QInputMethodEvent("", [])
    done.setCommitString("山本")
    qapp.sendEvent(line, done)
    office.bot.keyClick(line, Qt.Key.Key_Return)
    assert submitted == ["山本"]


def test_locking_hides_everything_and_the_pin_brings_it_back(office: Office) -> None:
    window = office.signed_in()
    office.services.go("settings")
    office.services.auth.lock("away")
    office.bot.waitUntil(lambda: window.showing == "lock")
    assert not [w for w in window.findChildren(QLabel) if w.isVisible() and w.text() == "設定"]
    office.settle()
    assert office.find(QLineEdit, "暗証番号").hasFocus()
    keys(office, PIN + "\n")
    office.bot.waitUntil(lambda: window.showing == "shell")
    assert window.page == "settings", "the work is where it was"


def test_first_run_registers_the_administrator_and_goes_on_to_consent(office: Office) -> None:
    window = office.open()
    assert office.find(QLineEdit, "職員番号").hasFocus()
    for name, value in (
        ("職員番号", HANAKO.staff_number),
        ("所属", HANAKO.section),
        ("氏名", HANAKO.name),
        ("ふりがな", HANAKO.kana),
        ("暗証番号", PIN),
        ("暗証番号（もう一度）", PIN),
    ):
        office.find(QLineEdit, name).setText(value)  # type: ignore[attr-defined]
    office.bot.mouseClick(office.find(QPushButton, "登録して次へ"), Qt.MouseButton.LeftButton)
    office.settle()
    assert not office.find(QPushButton, "同意して顔を登録する").isEnabled(), "no consent, no enrolment"
    office.bot.mouseClick(office.find(QPushButton, "顔は使わない"), Qt.MouseButton.LeftButton)
    office.bot.waitUntil(lambda: window.showing == "shell")
    office.settle()
    assert any(w.text() == "顔の登録がまだです" for w in window.findChildren(QLabel) if w.isVisible())


def test_when_the_next_person_takes_over_no_page_of_the_former_stays(office: Office) -> None:
    """A fast switch: the next session is open before the window hears that the former is closed."""
    window = office.signed_in()
    auth = office.services.auth
    auth.administration.add(Person("K100871", "田中 太郎", "たなか たろう", "道路建設課"))
    code = auth.administration.issue_start_code("K100871").code
    office.services.go("administration")
    office.settle()
    former = window.findChildren(QLabel)
    auth.start("K100871", code, "582914")
    office.bot.waitUntil(
        lambda: any("田中 太郎" in w.text() for w in window.findChildren(QLabel) if w.isVisible()),
        timeout=60_000,
    )
    office.settle()
    assert window.page == "today"
    office.bot.waitUntil(lambda: not any(isValid(each) for each in former))
    assert not [w.text() for w in window.findChildren(QLabel) if HANAKO.name in w.text()]
