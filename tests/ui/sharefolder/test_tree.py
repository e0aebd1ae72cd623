"""Finding one's way in the shown place: the tree of folders, and the list narrowed to a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.tree import Tree
from sharefolder.model import Entry
from tests.ui.conftest import Office, said

PATHS = ("財政課/令和8年度/査定", "財政課/令和7年度", "防災課/避難所")


@pytest.fixture
def view(office: Office, tmp_path: Path) -> Files:
    made = tmp_path / "share"
    for each in PATHS:
        (made / each).mkdir(parents=True)
    for number in (2, 10, 1):
        (made / "財政課" / f"第{number}回 会議録.txt").write_text("", "utf-8")
    office.services.share.add_place("全庁", str(made))
    office.signed_in()
    assert office.window is not None
    office.window.resize(1700, 800)
    office.services.go("sharefolder")
    office.settle()
    found = office.window.findChild(Files)
    assert isinstance(found, Files)
    return found


def rows(tree: Tree) -> list[str]:
    """What is to be seen, from top to bottom."""
    found, item = [], tree.topLevelItem(0)
    while item is not None:
        found.append(item.text(0))
        item = tree.itemBelow(item)
    return found


def test_the_tree_opens_a_folder_by_keyboard(office: Office, view: Files) -> None:
    tree = view.tree
    assert tree.isVisible()
    assert rows(tree) == ["全庁", "財政課", "防災課"]
    tree.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        office.bot.keyClick(tree, key)
    office.settle()
    assert rows(tree) == ["全庁", "財政課", "令和7年度", "令和8年度", "防災課"]
    assert view.folder == "", "opening a branch leads nowhere yet"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        office.bot.keyClick(tree, key)
    office.settle()
    assert view.folder == "財政課/令和7年度"


def test_the_tree_follows_where_one_goes(office: Office, view: Files) -> None:
    view.go("全庁", "財政課/令和8年度/査定")
    office.settle()
    current = view.tree.currentItem()
    assert current is not None
    assert current.text(0) == "査定"
    view.tree.collapseAll()
    view.read()
    office.settle()
    assert rows(view.tree) == ["全庁"], "reading again opens nothing that was closed"


@pytest.mark.long
def test_the_tree_knows_folders_that_come_and_go(office: Office, view: Files, tmp_path: Path) -> None:
    view.go("全庁", "財政課/令和8年度")
    office.settle()
    (tmp_path / "share" / "財政課" / "令和8年度" / "予備").mkdir()
    (tmp_path / "share" / "財政課" / "令和8年度" / "査定").rmdir()
    view.read()
    office.settle()
    view.tree.expandAll()
    office.settle()
    assert "予備" in rows(view.tree)
    assert "査定" not in rows(view.tree)


def test_a_narrow_window_leaves_the_room_to_the_list(office: Office, view: Files) -> None:
    assert office.window is not None
    office.window.resize(1366, 740)
    office.settle()
    assert not view.tree.isVisible()
    view.spare[-1].click()  # in the menu at this size
    assert view.tree.hasFocus()
    office.window.resize(1024, 700)
    office.settle()
    assert view.tree.isVisible(), "who has asked for it keeps it"
    office.window.resize(1366, 740)
    office.settle()
    view.spare[-1].click()
    assert not view.tree.isVisible()


def test_on_a_small_page_some_tools_are_in_the_menu(office: Office, view: Files) -> None:
    assert office.window is not None
    office.window.resize(910, 512)
    office.settle()
    assert not [each.text() for each in view.spare if each.isVisible()]
    view.more.menu.aboutToShow.emit()
    act = {action.text(): action for action in view.more.menu.actions()}
    assert {each.text() for each in view.spare} <= act.keys()
    act["フォルダの木"].trigger()
    assert view.tree.isVisible()
    office.window.resize(1700, 740)
    office.settle()
    view.more.menu.aboutToShow.emit()
    assert all(each.isVisible() for each in view.spare)
    assert "名前を変える" not in {action.text() for action in view.more.menu.actions()}


def test_the_list_is_narrowed_as_one_types(office: Office, view: Files) -> None:
    view.go("全庁", "財政課")
    office.settle()
    assert view.list.shown() == 5
    view.list.setFocus()
    office.bot.keySequence(view.list, QKeySequence("Ctrl+F"))
    assert view.filter.hasFocus()
    view.filter.setText("会議 2")
    office.settle()
    assert view.list.shown() == 1
    assert view.count.text() == "1 件（全 5 件）"
    view.filter.setText("土嚢")
    office.settle()
    assert "その言葉を名前に含むものは、ここにはありません。" in said(office)
    view.read()
    office.settle()
    assert view.list.shown() == 0, "what is read again is narrowed too"
    view.go("全庁", "防災課")
    office.settle()
    assert view.filter.text() == ""
    assert view.count.text() == "1 件"


def test_narrowing_while_the_folder_is_being_read_loses_nothing(office: Office, view: Files) -> None:
    view.go("全庁", "財政課")
    view.filter.setText("会議録")
    view.filter.setText("")
    office.settle()
    assert view.list.shown() == 5
    assert view.count.text() == "5 件"


def test_very_many_folders_come_in_pieces_and_in_their_order(office: Office, view: Files) -> None:
    names = [f"件{number:04}" for number in range(1_000)]
    made, tree = [Entry(f"財政課/{name}", name, True, 0, 0.0) for name in names], view.tree
    view.go("全庁", "財政課")
    office.settle()
    tree.know("財政課", made[:700])
    tree.know("財政課", made)
    item = tree.topLevelItem(0).child(0)  # type: ignore[union-attr]
    assert item is not None
    assert item.childCount() < 700, "the window is not held up for all of them"
    office.bot.waitUntil(lambda: item.childCount() == len(names))
    assert [item.child(number).text(0) for number in range(len(names))] == names  # type: ignore[union-attr]
    tree.know("財政課", made[-1:])
    assert [item.child(number).text(0) for number in range(item.childCount())] == names[-1:]  # type: ignore[union-attr]
    office.settle()
    assert item.childCount() == 1
