"""The page as IT uses it: prepare, hand out by scan, take back, look at a laptop's checks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QTableView

from core import i18n
from core.i18n import _
from desktop.pages.liaison.batch import Batch
from desktop.pages.liaison.counter import Counter
from desktop.pages.liaison.wall import Wall
from liaison.standing import Standing
from tests.ui.conftest import Office
from tests.ui.test_every_page import _cut, _named_and_large_enough


def tab(office: Office, name: str) -> None:
    office.find(QPushButton, f"連絡員端末の画面: {name}").click()
    office.settle()


def scan(office: Office, text: str) -> None:
    """A wedge scanner types into whatever has the focus, then Enter."""
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClicks(target, text)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    office.settle()


def prepare(office: Office) -> None:
    tab(office, "準備")
    office.find(QPushButton, "すべて準備する").click()
    office.settle()


def test_preparing_fills_the_number(liaison: Office) -> None:
    wall = liaison.window.findChild(Wall)
    assert wall.number.text() == "0 / 50"
    prepare(liaison)
    table = liaison.window.findChild(Batch).table
    assert [table.model().index(row, 1).data() for row in range(3)] == ["準備済み"] * 3
    tab(liaison, "一覧")
    assert wall.number.text() == "3 / 50"


def test_the_counter_works_by_scans_alone(liaison: Office) -> None:
    prepare(liaison)
    tab(liaison, "貸出と返却")
    service, counter = liaison.services.liaison, liaison.window.findChild(Counter)
    assert counter.scan.hasFocus()
    scan(liaison, service.office.label("K01"))
    assert counter.form.name.hasFocus()  # asks to whom
    QTest.keyClicks(counter.form.name, "Smith")
    counter.form.organisation.setText("国土交通省")
    QTest.keyClick(counter.form.organisation, Qt.Key.Key_Return)
    liaison.settle()
    assert "K01" in counter.said.text()
    assert counter.scan.hasFocus()
    counter.form.name.setText("髙﨑")
    liaison.find(QTableView, "台帳の記録").setFocus()
    scan(liaison, service.office.label("K02"))  # typed while the table had the focus
    places = {t.tag: t.standing for t in service.tiles()}
    assert places == {"K01": Standing.LENT, "K02": Standing.LENT, "K03": Standing.READY}
    liaison.find(QPushButton, "窓口の作業: 返却を受ける").click()
    liaison.settle()
    scan(liaison, service.office.label("K01"))
    assert "消去して確かめました" in counter.said.text()
    assert not list((service.folder / "lab/K01/home/guest").iterdir())


def test_a_refused_scan_says_why(liaison: Office) -> None:
    tab(liaison, "貸出と返却")
    counter = liaison.window.findChild(Counter)
    counter.form.name.setText("髙﨑")
    counter.form.organisation.setText("県")
    counter.scan.setFocus()
    scan(liaison, "K01")  # not prepared
    history = liaison.services.notices.history
    assert "準備済みではありません" in history[0].text
    assert counter.scan.hasFocus()


def test_a_tile_shows_its_checks(liaison: Office) -> None:
    prepare(liaison)
    service = liaison.services.liaison
    (service.folder / "lab/K02/etc/modprobe.d/mahoroba-usb.conf").write_text("x")
    service.prepare(["K02"], lambda *_a: None, "check")
    tab(liaison, "一覧")
    wall = liaison.window.findChild(Wall)
    assert wall.number.text() == "2 / 50"
    tile = next(b for b in wall.findChildren(QPushButton) if b.property("tag") == "K02")
    tile.click()
    liaison.settle()
    rows = liaison.find(QTableView, "端末の点検の結果").model()
    assert (rows.index(0, 2).data(), rows.index(0, 3).data()) == ("違う", "内容が違う")
    liaison.find(QPushButton, "一覧へ戻る").click()
    assert QApplication.focusWidget().property("tag") == "K02"


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.long)])
def test_every_view_fits_a_small_screen_across(
    liaison: Office, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1366×768 at 150 %: it is scrolled downwards only, and nothing is cut."""
    monkeypatch.setattr(i18n, "_translations", i18n._translations)  # put back for the next test
    assert liaison.window is not None
    liaison.window.resize(910, 512)
    liaison.services.config.save_user("appearance.language", language)
    liaison.window.appearance_changed(True)
    liaison.settle()
    for name in ("一覧", "準備", "貸出と返却", "棚", "プロファイル", "ネットワーク", "訓練"):
        liaison.find(QPushButton, f"{_('連絡員端末の画面')}: {_(name)}").click()
        liaison.settle()
        for task in {"貸出と返却": ("返却を受ける", "貸し出す"), "棚": ("登録する",)}.get(name, ("",)):
            if task:
                tasks = _("窓口の作業") if name == "貸出と返却" else _("棚の作業")
                liaison.find(QPushButton, f"{tasks}: {_(task)}").click()
                liaison.settle()
            assert liaison.window.width() == 910
            areas = [each for each in liaison.window.findChildren(QScrollArea) if each.isVisible()]
            across = [each.horizontalScrollBar().maximum() for each in areas]
            assert not any(across), (name, task, across)
            assert _cut(liaison.window) == [], name
            _named_and_large_enough(liaison.window)
