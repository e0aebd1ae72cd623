"""Settings at the window: chosen, kept, locked by a policy, and one's own face data."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.config import Config
from core.paths import Paths
from desktop.ui import theme
from desktop.ui.look import Look
from tests.ui.conftest import PIN, Office, press, said

NEW_PIN = "604827"


def open_settings(office: Office) -> Office:
    office.signed_in()
    office.services.go("settings")
    office.settle()
    return office


def pick(office: Office, name: str, value: object) -> None:
    box = office.find(QComboBox, name)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())
    office.settle()


def test_dark_is_dark_at_once_and_after_a_restart(office: Office) -> None:
    open_settings(office)
    pick(office, "配色", "dark")
    assert theme.current().tokens.name == "dark"
    paths = Paths.from_environment()
    assert Config.load(paths).appearance.theme == "dark"
    assert Look.load(paths.state / "look.json").theme == "dark"


def test_larger_text_rebuilds_the_window_on_the_same_page_with_the_focus_where_it_was(office: Office) -> None:
    open_settings(office)
    before = theme.em(1)
    office.find(QComboBox, "文字の大きさ").setFocus()
    pick(office, "文字の大きさ", 1.5)
    assert theme.em(1) == pytest.approx(before * 1.5, abs=1)
    assert office.window is not None
    assert office.window.page == "settings"
    assert office.find(QComboBox, "文字の大きさ").hasFocus()


def test_english_speaks_at_once(office: Office) -> None:
    from desktop.locale import catalogue

    catalogue.compile_all()
    open_settings(office)
    try:
        press(office, "言語: English")
        assert "Settings" in said(office)
        assert office.services.auth.session is not None
    finally:
        from core.i18n import set_language
        from desktop.language import LOCALE

        set_language("ja", LOCALE)


def test_a_locked_setting_is_greyed_and_says_who_locked_it(qtbot: QtBot) -> None:
    policy = '[locked]\nby = "情報政策課"\nkeys = ["presence.after_s"]\n'
    Paths.from_environment().policy.write_text(policy, "utf-8")
    office = open_settings(Office(qtbot))
    assert "「情報政策課」が決めています" in said(office)
    assert office.window is not None
    segments = office.window.findChildren(QPushButton)
    locked = [b for b in segments if b.accessibleName().startswith("席を離れたらロック")]
    assert locked
    assert not any(b.isEnabled() for b in locked)
    office.services.bridge.close()


def test_the_pin_is_changed_with_the_old_one(office: Office) -> None:
    open_settings(office)
    press(office, "変更する")
    for name, text in (
        ("いまの暗証番号", "111111"),
        ("新しい暗証番号", NEW_PIN),
        ("新しい暗証番号（もう一度）", NEW_PIN),
    ):
        office.find(QLineEdit, name).setText(text)  # type: ignore[attr-defined]
    press(office, "暗証番号を変更")
    assert any("PIN-010" in text for text in said(office))
    office.find(QLineEdit, "いまの暗証番号").setText(PIN)  # type: ignore[attr-defined]
    press(office, "暗証番号を変更")
    assert "暗証番号を変更しました。" in said(office)
    auth = office.services.auth
    auth.sign_out()
    assert not auth.sign_in_pin("K100234", PIN).accepted
    assert auth.sign_in_pin("K100234", NEW_PIN).accepted


def test_without_a_face_there_is_nothing_to_export_or_delete(office: Office) -> None:
    open_settings(office)
    assert "登録されていません。" in said(office)
    assert office.window is not None
    words = [b.text() for b in office.window.findChildren(QPushButton) if b.isVisible()]
    assert "顔を登録する" in words
    assert "消す" not in words


def test_the_models_and_their_figures_are_told(office: Office) -> None:
    open_settings(office)
    assert any("0.37" in text or "モデル" in text for text in said(office))
    assert Path(office.services.paths.user_settings).exists()


def test_ctrl_numbers_go_to_pages_and_ctrl_k_searches(office: Office) -> None:
    window = office.signed_in()
    window.activateWindow()
    office.bot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert office.find(QLineEdit, "検索と操作").hasFocus()
    office.find(QLineEdit, "検索と操作").setText("設定")  # type: ignore[attr-defined]
    office.bot.keyClick(office.find(QLineEdit, "検索と操作"), Qt.Key.Key_Return)
    assert window.page == "settings"
    office.bot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.page == "today"


def test_the_ring_on_the_rail_goes_with_the_page(office: Office) -> None:
    """By Ctrl+2 … the page changes while the focus rests on the rail: it must not stay behind."""
    window = office.signed_in()
    office.find(QPushButton, "今日").setFocus()
    office.services.go("settings")
    assert window.focusWidget() is office.find(QPushButton, "設定")
    office.settle()
