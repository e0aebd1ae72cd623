"""The shown folder when it has no rows to show: it says why, in place, and offers what can be done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from desktop.pages.sharefolder.files import Files
from sharefolder import errors
from sharefolder.model import Entry
from tests.ui.conftest import Office, press, said


@pytest.fixture
def disk(office: Office, tmp_path: Path) -> Path:
    """A share with one folder that is empty and one that is not; the page is open."""
    made = tmp_path / "share"
    (made / "財政課").mkdir(parents=True)
    (made / "防災課").mkdir()
    (made / "防災課" / "名簿.txt").write_text("", "utf-8")
    office.services.share.add_place("全庁", str(made))
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    return made


def view(office: Office) -> Files:
    assert office.window is not None
    found = office.window.findChild(Files)
    assert isinstance(found, Files)
    return found


def test_an_empty_folder_says_so_and_takes_files(
    office: Office, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = view(office)
    files.list.setFocus()
    files.go("全庁", "財政課")
    office.settle()
    assert "このフォルダには、まだ何もありません。" in said(office)
    assert files.list.hasFocus(), "the keyboard stays where it was: Backspace leads up"
    mine = tmp_path / "査定.txt"
    mine.write_text("1", "utf-8")
    monkeypatch.setattr(
        "desktop.pages.sharefolder.sends.QFileDialog.getOpenFileNames", lambda *_a: ([str(mine)], "")
    )
    press(office, "ファイルを選んで送る")
    office.bot.waitUntil(lambda: files.list.shown() == 1)
    assert "このフォルダには、まだ何もありません。" not in said(office)
    assert (disk / "財政課" / "査定.txt").exists()
    office.bot.keyClick(files.list, Qt.Key.Key_Backspace)
    office.settle()
    assert files.folder == ""


def test_a_folder_that_cannot_be_read_says_why_and_is_read_again(
    office: Office, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, share = view(office), office.services.share
    monkeypatch.setattr(share, "entries", lambda _place, folder: _refused(folder))
    files.go("全庁", "防災課")
    office.settle()
    (why,) = [text for text in said(office) if "SHARE-003" in text]
    assert "権利" in why
    assert not office.services.notices.history, "said once, where one looks"
    monkeypatch.undo()
    press(office, "もう一度読む")
    assert files.list.shown() == 1
    assert not [text for text in said(office) if "SHARE-003" in text]


@pytest.mark.long
def test_rows_stay_when_the_place_goes_out_of_reach(
    office: Office, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, share = view(office), office.services.share
    files.go("全庁", "防災課")
    office.settle()
    monkeypatch.setattr(share, "entries", lambda _place, folder: _gone())
    files.read()
    office.settle()
    assert files.list.shown() == 1
    assert office.services.notices.history[0].code == "SHARE-001"


@pytest.mark.long
def test_a_slow_folder_says_that_it_is_being_read(
    office: Office, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, share, go_on = view(office), office.services.share, threading.Event()

    def slow(_place: str, _folder: str) -> Iterator[list[Entry]]:
        go_on.wait(60)
        yield []

    monkeypatch.setattr(share, "entries", slow)
    try:
        files.go("全庁", "防災課")
        office.bot.waitUntil(lambda: "一覧を読んでいます…" in said(office))
        assert not files.count.text(), "nothing is known yet of how many there are"
    finally:
        go_on.set()
    office.settle()
    assert "一覧を読んでいます…" not in said(office)


def test_the_words_of_the_folder_do_not_stand_over_what_was_found(office: Office, disk: Path) -> None:
    files = view(office)
    files.go("全庁", "財政課")
    office.settle()
    files.finder.setText("名簿")
    office.bot.waitUntil(lambda: files.stack.current() is files.found and files.found.shown() == 1)
    assert "このフォルダには、まだ何もありません。" not in said(office)
    files.finder.setText("土嚢")
    office.bot.waitUntil(lambda: "「土嚢」は見つかりませんでした。" in said(office))
    files.finder.clear()
    office.bot.waitUntil(lambda: files.stack.current() is files.list)
    assert "このフォルダには、まだ何もありません。" in said(office)
    names = [each.text() for each in files.findChildren(QAbstractButton) if each.isVisible()]
    assert "ファイルを選んで送る" in names


def _refused(folder: str) -> Iterator[list[Entry]]:
    raise errors.no_right(folder)
    yield []


def _gone() -> Iterator[list[Entry]]:
    raise errors.disconnected("全庁")
    yield []
