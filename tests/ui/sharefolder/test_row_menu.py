"""The menu on a row, and files let go over a folder's row."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu

from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import by_keys, disk, files, rows

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # of a menu that pops up off screen
FILE = "全庁/文書の書き方.txt"


def actions(office: Office) -> dict[str, QAction]:
    """What the menu key shows, by its words."""
    view = files(office)
    by_keys(view, "Shift+F10")
    assert view.menu.menu.isVisible()
    return {act.text().partition("\t")[0]: act for act in view.menu.menu.actions() if act.text()}


def choose(office: Office, words: str) -> None:
    act = actions(office)[words]
    assert act.isEnabled()
    files(office).menu.menu.close()
    act.trigger()
    office.settle()


def test_a_file_is_moved_and_copied_by_the_menu(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "全庁" / "a").mkdir()
    view.go(NAME, "全庁", FILE)
    sample.settle()
    choose(sample, "コピー（写す）")
    view.go(NAME, "全庁/a")
    sample.settle()
    offered = actions(sample)
    assert not any(
        offered[words].isEnabled() for words in ("開く", "削除", "名前を変える", "切り取り（移す）")
    )
    choose(sample, "貼り付け")
    assert rows(sample) == ["文書の書き方.txt"]
    view.go(NAME, "全庁/a", "全庁/a/文書の書き方.txt")
    sample.settle()
    choose(sample, "削除")
    assert rows(sample) == []
    assert (disk(sample) / FILE).exists()


@pytest.mark.long
def test_the_order_is_changed_by_the_keyboard(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "全庁" / "a").mkdir()
    for name, size in (("1", 300), ("2", 100), ("3", 200)):
        (disk(sample) / "全庁" / "a" / name).write_bytes(bytes(size))
    view.go(NAME, "全庁/a")
    sample.settle()
    order = actions(sample)["並べ替え"].menu()
    assert isinstance(order, QMenu)
    next(act for act in order.actions() if act.text() == "大きさ").trigger()
    sample.settle()
    assert rows(sample) == ["2", "3", "1"]


def test_what_is_let_go_over_a_folder_goes_into_it(sample: Office, tmp_path: Path) -> None:
    view = files(sample)
    (disk(sample) / "全庁" / "a").mkdir()
    view.go(NAME, "全庁")
    sample.settle()
    (tmp_path / "報告.txt").write_text("x")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "報告.txt"))])
    row = rows(sample).index("a")
    inside = view.list.visualRect(view.list.model().index(row, 0)).center()
    at = view.list.viewport().mapTo(view, inside)
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, QDragEnterEvent(at, *how))
    assert view.count.text() == "「a」に 1 件をコピーします"
    QApplication.sendEvent(view, QDropEvent(QPointF(at), *how))
    sample.settle()
    assert (disk(sample) / "全庁" / "a" / "報告.txt").exists()


def test_a_row_let_go_over_a_folder_of_the_same_list_is_moved(
    sample: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the server, not as a second copy; the details of what is gone go too."""
    view = files(sample)
    (disk(sample) / "全庁" / "a").mkdir()
    view.go(NAME, "全庁", FILE)
    sample.settle()
    assert view.details.isVisible()
    row = next(n for n in range(view.list.shown()) if view.list.model().index(n, 0).data() == "a")
    there = view.list.visualRect(view.list.model().index(row, 0)).center()
    where = QPointF(view.list.viewport().mapTo(view, there))
    data = QMimeData()  # as of a server: nothing that another program could take
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind in (QDragEnterEvent, QDropEvent):
        point = where.toPoint() if kind is QDragEnterEvent else where
        event = kind(point, copy, data, left, plain)  # type: ignore[operator]
        monkeypatch.setattr(event, "source", lambda: view.list, raising=False)
        (view.dragEnterEvent if kind is QDragEnterEvent else view.dropEvent)(event)
        if kind is QDragEnterEvent:
            assert view.count.text() == "「a」に 1 件を移します"
    sample.settle()
    assert not (disk(sample) / FILE).exists()
    assert (disk(sample) / "全庁" / "a" / "文書の書き方.txt").exists()
    assert not view.details.isVisible()
