"""What whoever comes from another file manager expects of the list, and would miss."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from desktop.pages.sharefolder.widths import DAY, KIND, NAME
from desktop.ui import theme
from sharefolder.sample import NAME as PLACE
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import be_patient, by_keys, disk, files, press, rows, said

FILE = "防災課/災害対応/避難所開設の手順.txt"


def at(office: Office, folder: str, choose: str = "") -> None:
    files(office).go(PLACE, folder, choose)
    office.settle()


def test_what_is_chosen_is_counted_and_summed(sample: Office) -> None:
    view = files(sample)
    at(sample, "防災課")
    assert view.count.text() == "2 件"
    (disk(sample) / "防災課" / "一.bin").write_bytes(bytes(1_500_000))
    at(sample, "防災課", "防災課/一.bin")
    assert view.count.text() == "3 件　1 件を選択（1.5 MB）"
    view.list.selectAll()
    assert view.count.text().startswith("3 件　3 件を選択（うちフォルダ 1 件、ファイルは 1.5 MB）")
    view.list.choose("防災課/災害対応")
    assert view.count.text() == "3 件　1 件を選択（うちフォルダ 1 件）"


def test_what_is_led_to_is_chosen_alone(sample: Office) -> None:
    """A search hit, a link, what was just renamed: Delete is about that, not about what was chosen before."""
    at(sample, "防災課/災害対応", FILE)
    at(sample, "防災課/災害対応", "防災課/災害対応/令和8年7月豪雨 時系列.csv")
    assert [each.name for each in files(sample).list.chosen()] == ["令和8年7月豪雨 時系列.csv"]


def test_the_details_never_show_what_is_not_on_the_screen(sample: Office) -> None:
    view = files(sample)
    be_patient(sample)
    at(sample, "防災課/災害対応", FILE)
    assert view.details.isVisible()
    view.finder.setText("予算")
    sample.bot.waitUntil(lambda: view.looking.answered == "予算")
    assert not view.details.isVisible(), "another file's, behind what was found"
    assert not view.filter.isVisible(), "it would narrow what nobody sees"
    view.finder.clear()
    sample.bot.waitUntil(lambda: view.stack.current() is view.list)
    assert view.details.isVisible(), "it is still chosen"
    at(sample, "財政課")
    assert not view.details.isVisible()


def test_a_name_that_turns_its_letters_round_is_shown_as_what_it_is(sample: Office) -> None:
    """It would read 請求書txt.exe as 請求書exe.txt."""
    (disk(sample) / "財政課" / "請求書\u202etxt.exe").write_text("x")
    at(sample, "財政課", "財政課/請求書\u202etxt.exe")
    assert "請求書\ufffdtxt.exe" in rows(sample)
    assert "\u202e" not in said(sample)


def test_the_keyboard_stays_on_the_page_when_what_it_was_in_goes(sample: Office) -> None:
    view = files(sample)
    be_patient(sample)
    at(sample, "防災課/災害対応", FILE)
    view.list.setFocus()
    view.finder.setText("予算")
    sample.bot.waitUntil(lambda: view.looking.answered == "予算", timeout=20_000)
    assert QApplication.focusWidget() is view.found
    view.finder.clear()
    sample.bot.waitUntil(lambda: view.stack.current() is view.list)
    assert QApplication.focusWidget() is view.list
    sample.settle()
    view.details.keep.setFocus()
    (disk(sample) / FILE).unlink()  # by a colleague
    view.read()
    sample.settle()
    assert not view.details.isVisible()
    assert QApplication.focusWidget() is view.list


def test_the_keyboard_goes_along_into_a_form(sample: Office) -> None:
    press(sample, "共有フォルダの画面: 照会")
    made = sample.find(QPushButton, "照会を作る")
    made.setFocus()
    made.click()  # type: ignore[attr-defined]
    sample.settle()
    focus = QApplication.focusWidget()
    assert isinstance(focus, QPushButton)
    assert focus.text() == "様式を選ぶ（Excel）"


def test_the_cursor_stays_where_something_was_deleted_and_undo_brings_it_back_chosen(sample: Office) -> None:
    view = files(sample)
    for name in "abc":
        (disk(sample) / "財政課" / name).write_text(name)
    at(sample, "財政課", "財政課/b")
    by_keys(view, "Delete")
    sample.settle()
    assert "「b」をごみ箱に入れました。" in said(sample)
    current = view.list.current()
    assert current is not None
    assert (current.name, view.list.chosen()) == ("c", []), "the arrows go on from there"
    by_keys(view, "Ctrl+Z")
    sample.settle()
    assert [each.name for each in view.list.chosen()] == ["b"]
    assert "「b」をごみ箱に入れました。" not in said(sample), "what it offered has been done"
    by_keys(view, "Ctrl+Z")
    sample.settle()
    assert "元に戻せる操作はありません。" in said(sample)


def test_what_was_made_or_renamed_is_chosen_and_the_keyboard_goes_on_there(sample: Office) -> None:
    view = files(sample)
    at(sample, "財政課")
    press(sample, "新しいフォルダ")
    view.ask.findChildren(QLineEdit)[0].setText("査定")
    press(sample, "決定")
    assert [each.name for each in view.list.chosen()] == ["査定"]
    assert QApplication.focusWidget() is view.list
    by_keys(view, "F2")
    view.ask.findChildren(QLineEdit)[0].setText("査定方針")
    press(sample, "決定")
    assert [each.name for each in view.list.chosen()] == ["査定方針"]
    assert "「査定」の名前を「査定方針」に変えました。" in said(sample)
    by_keys(view, "Ctrl+Z")
    sample.settle()
    assert [each.name for each in view.list.chosen()] == ["査定"]


def test_what_was_moved_comes_back_to_where_it_was(sample: Office) -> None:
    view = files(sample)
    at(sample, "防災課/災害対応", FILE)
    by_keys(view, "Ctrl+X")
    at(sample, "財政課")
    by_keys(view, "Ctrl+V")
    sample.settle()
    assert not (disk(sample) / FILE).exists()
    assert "1 件を「財政課」に移しました。" in said(sample)
    press(sample, "元に戻す")
    assert (disk(sample) / FILE).exists()


def test_enter_opens_a_file_by_its_program(sample: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())) is None
    )
    at(sample, "防災課/災害対応", FILE)
    sample.bot.keyClick(files(sample).list, Qt.Key.Key_Return)
    sample.settle()
    assert opened == [disk(sample) / FILE]


def test_a_verb_without_anything_chosen_says_what_to_do(sample: Office) -> None:
    view = files(sample)
    at(sample, "財政課")
    press(sample, "削除")
    assert "削除するものを、一覧で選んでください。" in said(sample)
    assert QApplication.focusWidget() is view.list


def test_enter_on_the_question_about_very_many_does_nothing(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "全庁" / "a").mkdir()
    for number in range(40):
        (disk(sample) / "全庁" / "a" / f"{number:02}.txt").write_text("x")
    at(sample, "全庁/a")
    view.list.selectAll()
    by_keys(view, "Delete")
    sample.settle()
    focus = QApplication.focusWidget()
    assert isinstance(focus, QPushButton)
    assert focus.text() == "やめる"


def test_the_next_start_begins_where_the_last_one_ended(sample: Office) -> None:
    view, marks = files(sample), sample.services.share.marks
    at(sample, "防災課/災害対応")
    last = marks.last()
    assert last is not None
    assert (last.place, last.path) == (PLACE, "防災課/災害対応")
    view.place = view.folder = ""  # as at the next start
    view.show_places()
    sample.settle()
    assert view.folder == "防災課/災害対応"
    (disk(sample) / "防災課" / "災害対応").rename(disk(sample) / "防災課" / "済")
    view.place = view.folder = ""
    view.show_places()
    sample.settle()
    assert view.folder == "", "gone since: the top, and no error of what nobody asked for"
    assert view.list.shown() > 0


def test_the_name_has_room_and_a_column_that_was_drawn_stays_so(sample: Office) -> None:
    rows_ = files(sample).list
    rows_.resize(theme.em(40), 300)
    assert rows_.columnWidth(NAME) >= theme.em(14)
    assert rows_.model().index(0, DAY).data().startswith("R"), "the day in short"
    rows_.resize(theme.em(28), 300)
    assert rows_.isColumnHidden(KIND)
    rows_.resize(theme.em(70), 300)
    assert rows_.model().index(0, DAY).data().startswith("令和")
    rows_.horizontalHeader().resizeSection(KIND, theme.em(12))
    rows_.resize(theme.em(90), 300)
    sample.settle()
    assert rows_.columnWidth(KIND) == theme.em(12)
    assert sample.services.share.marks.widths() == {KIND: 12.0}, "and at the next start"
