"""The IT officer hands out a terminal's code, finds it, stops a lost one; old tokens are counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton

from desktop.pages.administration import terminals as terminals_page
from desktop.pages.administration.terminals import Terminals
from tests.ui.conftest import Office

CSV = "職員番号,シード,期限\n{number},00010203040506070809,令和40年3月31日\nZZ-9,00,2030-01-01\n"


@pytest.fixture
def view(office: Office) -> Terminals:
    office.signed_in()
    office.services.go("administration")
    office.settle()
    office.find(QAbstractButton, "管理の対象: 庁内端末").click()  # type: ignore[attr-defined]
    office.settle()
    assert office.window is not None
    found = office.window.findChild(Terminals)
    assert isinstance(found, Terminals)
    return found


def press(office: Office, name: str) -> None:
    office.bot.mouseClick(office.find(QPushButton, name), Qt.MouseButton.LeftButton)
    office.settle()


def said(view: Terminals) -> str:
    return " ".join(w.text() for w in view.findChildren(QLabel) if w.isVisible())


def test_a_code_is_shown_once_and_the_terminal_waits(office: Office, view: Terminals) -> None:
    office.find(QLineEdit, "端末名").setText("T-1F-012")
    office.find(QLineEdit, "場所").setText("税務課")
    press(office, "登録コードを発行")
    assert "「T-1F-012」の登録コード" in said(view)
    assert [d.name for d in office.services.auth.administration.devices("税務")] == ["T-1F-012"]
    assert view.table.shown() == 1
    view.table.choose("T-1F-012")
    office.settle()
    press(office, "この端末の利用を止める")
    (device,) = office.services.auth.administration.devices()
    assert device.revoked is not None


def test_a_list_of_tokens_is_read_and_counted(
    office: Office, view: Terminals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "使っている人はいません" in view.tokens.text()
    session = office.services.auth.session
    assert session is not None
    path = tmp_path / "tokens.csv"
    path.write_text(CSV.format(number=session.person.staff_number), "utf-8")
    monkeypatch.setattr(terminals_page, "ask_open", lambda *_rest: path)
    press(office, "トークンの一覧を読み込む")
    assert "残り 1 人" in view.tokens.text()
    assert "令和40年3月31日" in view.tokens.text()
