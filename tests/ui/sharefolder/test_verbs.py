"""What Delete, rename, cut, copy and link are about: what is on the screen, as it was when asked for."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import be_patient, by_keys, disk, files, press, said

HIDDEN = "全庁/文書の書き方.txt"
SHOWN = "防災課/災害対応/避難所開設の手順.txt"


def act(office: Office, keys: str) -> None:
    by_keys(files(office), keys)
    office.settle()


def look_for(office: Office, words: str) -> None:
    """A hit is chosen; in the list behind it another file still is."""
    view = files(office)
    be_patient(office)
    view.go(NAME, "全庁", HIDDEN)
    office.settle()
    view.finder.setText(words)
    office.bot.waitUntil(
        lambda: view.stack.current() is view.found and view.found.shown() > 0, timeout=60_000
    )
    office.settle()
    view.found.setCurrentIndex(view.found.model().index(0, 0))
    found = view.found.current()
    assert found is not None
    assert found.path == SHOWN


def fill(office: Office, folder: str, count: int) -> list[str]:
    """So many files in a new folder; their names."""
    (disk(office) / folder).mkdir()
    names = [f"{number:02}.txt" for number in range(count)]
    for name in names:
        (disk(office) / folder / name).write_text("x")
    return names


def inside(office: Office, folder: str) -> list[str]:
    """But for its bin."""
    names = {each.name for each in (disk(office) / folder).iterdir()}
    return sorted(names - {".recycle"})


def choose_all(office: Office, folder: str) -> None:
    files(office).go(NAME, folder)
    office.settle()
    files(office).list.selectAll()
    office.settle()


def test_among_what_was_found_every_verb_is_about_the_hit(sample: Office) -> None:
    view = files(sample)
    look_for(sample, "避難所開設")
    view.links.copy()
    link = QGuiApplication.clipboard().text()
    act(sample, "Ctrl+X")
    assert [entry.path for entry in view.moving.held[1]] == [SHOWN]
    act(sample, "F2")
    assert [field.text() for field in view.ask.findChildren(QLineEdit)] == ["避難所開設の手順.txt"]
    view.ask.end()
    act(sample, "Delete")
    assert (disk(sample) / HIDDEN).exists()
    assert not (disk(sample) / SHOWN).exists()
    assert view.stack.current() is view.found, "the search stays"
    press(sample, "元に戻す")
    assert (disk(sample) / SHOWN).exists()
    view.finder.setText(link)
    sample.bot.waitUntil(lambda: view.folder == "防災課/災害対応")


def test_in_the_history_nothing_is_chosen(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "全庁", HIDDEN)
    sample.settle()
    act(sample, "Ctrl+H")
    act(sample, "Delete")
    act(sample, "Ctrl+X")
    assert (disk(sample) / HIDDEN).exists()
    assert view.moving.held[1] == []


def test_a_question_is_answered_for_what_it_was_asked_about(sample: Office) -> None:
    view = files(sample)
    fill(sample, "全庁/a", 40)
    fill(sample, "全庁/b", 3)
    choose_all(sample, "全庁/a")
    act(sample, "Delete")
    assert "「全庁/a/00.txt」など 40 件の分です。" in said(sample)
    view.list.clearSelection()
    view.list.choose("全庁/a/07.txt")
    press(sample, "それでも削除する")
    assert inside(sample, "全庁/a") == []
    assert len(inside(sample, "全庁/b")) == 3


def test_in_another_folder_the_question_is_gone(sample: Office) -> None:
    view = files(sample)
    fill(sample, "全庁/a", 40)
    fill(sample, "全庁/b", 3)
    choose_all(sample, "全庁/a")
    for begin in (lambda: act(sample, "Delete"), lambda: press(sample, "新しいフォルダ")):
        begin()
        assert view.ask.isVisible()
        choose_all(sample, "全庁/b")
        assert not view.ask.isVisible()
        choose_all(sample, "全庁/a")
    act(sample, "Delete")
    assert view.ask.isVisible()
    press(sample, "共有フォルダの画面: 照会")
    press(sample, "共有フォルダの画面: ファイル")
    assert not view.ask.isVisible()
    assert len(inside(sample, "全庁/a")) == 40


def test_very_many_are_moved_after_a_question_and_held_until_then(sample: Office) -> None:
    view = files(sample)
    names = fill(sample, "全庁/a", 40)
    fill(sample, "全庁/b", 0)
    choose_all(sample, "全庁/a")
    act(sample, "Ctrl+X")
    view.go(NAME, "全庁/b")
    sample.settle()
    act(sample, "Ctrl+V")
    assert inside(sample, "全庁/b") == []
    press(sample, "やめる")
    act(sample, "Ctrl+V")
    press(sample, "それでも移す")
    assert inside(sample, "全庁/b") == names
    assert view.moving.held[1] == [], "they have arrived"


def test_what_cannot_be_moved_stays_held_and_is_named(sample: Office) -> None:
    view = files(sample)
    fill(sample, "全庁/a", 2)
    fill(sample, "全庁/b", 1)
    choose_all(sample, "全庁/a")
    act(sample, "Ctrl+X")
    view.go(NAME, "全庁/b")
    sample.settle()
    act(sample, "Ctrl+V")
    assert inside(sample, "全庁/b") == ["00.txt", "01.txt"]
    assert inside(sample, "全庁/a") == ["00.txt"]
    assert [entry.name for entry in view.moving.held[1]] == ["00.txt"]
    assert "「00.txt」に保存しませんでした。" in said(sample)


def test_a_rename_after_very_many_changes_asks_too(sample: Office) -> None:
    view = files(sample)
    fill(sample, "全庁/a", 29)
    choose_all(sample, "全庁/a")
    act(sample, "Delete")
    view.go(NAME, "全庁", HIDDEN)
    sample.settle()
    act(sample, "F2")
    view.ask.findChildren(QLineEdit)[0].setText("書き方.txt")
    press(sample, "決定")
    assert (disk(sample) / HIDDEN).exists()
    press(sample, "それでも名前を変える")
    assert (disk(sample) / "全庁" / "書き方.txt").exists()
