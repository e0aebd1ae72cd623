"""履歴, small pictures in the list, files out of the page: on a folder, and on a real Samba with versions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtWidgets import QApplication, QLabel

from tests.fakes.samba import PASSWORD, Samba, running
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import be_patient, by_keys, files, press

PLACE = "全庁"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "共有"
    (folder / "課").mkdir(parents=True)
    (folder / "課" / "報告.txt").write_text("いまの中身", "utf-8")
    return folder


@pytest.fixture
def page(office: Office, disk: Path) -> Office:
    return opened(office, str(disk))


def opened(office: Office, address: str) -> Office:
    be_patient(office)
    office.services.share.add_place(PLACE, address)
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    files(office).go(PLACE, "課")
    office.settle()
    return office


def act(office: Office, keys: str) -> None:
    """By its keys, wherever the focus is in the page."""
    by_keys(files(office), keys)
    office.settle()


def test_a_folder_without_a_record_says_so_and_shows_the_own_acts(page: Office, tmp_path: Path) -> None:
    view = files(page)
    (tmp_path / "予算.txt").write_text("1", "utf-8")
    view.send_files([tmp_path / "予算.txt"])
    page.settle()
    view.list.choose("課/予算.txt")
    page.settle()
    press(page, "履歴")
    history = view.history
    assert history.of_versions.text() == "この共有には前の版がありません（ファイルサーバーの設定です）。"
    assert not history.beside.isVisible()
    assert "この端末でのあなたの変更だけです" in history.of_acts.text()
    model = history.acts.model()
    assert [model.index(0, column).data() for column in (1, 2)] == ["自分", "「予算.txt」を書いた"]
    page.bot.keyClick(history.acts, Qt.Key.Key_Escape)
    assert view.stack.current() is view.list


def test_pictures_are_made_of_what_is_on_the_screen_and_of_nothing_else(page: Office, disk: Path) -> None:
    view = files(page)
    (disk / "写真").mkdir()
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#0017c1"))
    for number in range(120):
        image.save(str(disk / "写真" / f"{number:03}.png"))
    (disk / "写真" / "000.png").write_bytes(b"not a picture")
    view.go(PLACE, "写真")
    page.settle()
    seen = view.list.visible_entries()
    assert 3 < len(seen) < 100
    page.bot.waitUntil(lambda: view.thumbnails.of(PLACE, seen[-1]) is not None, timeout=60_000)
    page.settle()
    assert view.thumbnails.of(PLACE, seen[0]) is None, "what is damaged keeps its sign"
    view.list.scrollToBottom()
    last = view.list.visible_entries()[-1]
    page.bot.waitUntil(lambda: view.thumbnails.of(PLACE, last) is not None, timeout=60_000)
    page.settle()
    every = [e for batch in page.services.share.entries(PLACE, "写真") for e in batch]
    made = sum(view.thumbnails.of(PLACE, each) is not None for each in every)
    assert made < 110, "nobody has seen those in the middle"


def test_what_is_copied_can_be_pasted_elsewhere_and_what_is_copied_elsewhere_here(
    page: Office, disk: Path, tmp_path: Path
) -> None:
    view, clipboard = files(page), QGuiApplication.clipboard()
    view.list.choose("課/報告.txt")
    page.settle()
    act(page, "Ctrl+C")
    assert [url.toLocalFile() for url in clipboard.mimeData().urls()] == [str(disk / "課" / "報告.txt")]
    act(page, "Ctrl+V")
    assert len(list((disk / "課").glob("報告*2*.txt"))) == 1, "our own: copied on the server"
    other = QMimeData()
    (tmp_path / "よそから.txt").write_text("よそ", "utf-8")
    other.setUrls([QUrl.fromLocalFile(str(tmp_path / "よそから.txt"))])
    clipboard.setMimeData(other)
    act(page, "Ctrl+V")
    assert (disk / "課" / "よそから.txt").read_text("utf-8") == "よそ"
    clipboard.clear()


# on a server


@pytest.fixture(scope="module")
def samba() -> Iterator[Samba]:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        kept = server.export / ".snapshots" / "@GMT-2026.11.20-03.00.00" / "課"
        kept.mkdir(parents=True)
        (kept / "報告.txt").write_text("先週の中身", "utf-8")
        os.utime(kept / "報告.txt", (1_700_000_000,) * 2)
        (server.export / "課").mkdir()
        yield server


@pytest.fixture
def served(office: Office, samba: Samba) -> Office:
    (samba.export / "課" / "報告.txt").write_text("いまの中身", "utf-8")
    be_patient(office)
    share = office.services.share
    share.add_place(PLACE, f"smb://127.0.0.1:{samba.port}/versions", "root", PASSWORD)
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    files(office).go(PLACE, "課", "課/報告.txt")
    office.settle()
    return office


def test_an_earlier_version_is_looked_at_and_comes_back(
    served: Office, samba: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, file = files(served), samba.export / "課" / "報告.txt"
    offered: list[tuple[str, Callable[[], None]]] = []  # a calm notice leaves after eight seconds: kept here

    def success(_words: str, action: tuple[str, Callable[[], None]] | None = None) -> None:
        offered.extend([action] if action else [])

    monkeypatch.setattr(served.services.notices, "success", success)
    act(served, "Ctrl+H")
    assert "1 件の前の版" in view.history.of_versions.text()
    assert view.history.words.toPlainText() == "先週の中身"
    press(served, "この版に戻す")
    assert file.read_text("utf-8") == "先週の中身"
    assert view.stack.current() is view.list
    ((words, undo),) = offered
    assert words == "元に戻す"
    undo()
    served.settle()
    assert file.read_text("utf-8") == "いまの中身"
    act(served, "Ctrl+H")
    press(served, "写しとして戻す")
    beside = file.with_name("報告（2026-11-20 1200 の版）.txt")
    assert beside.read_text("utf-8") == "先週の中身"
    assert view.list.current() is not None
    assert view.list.current().name == beside.name  # type: ignore[union-attr]
    beside.unlink()


def test_what_is_copied_from_a_server_is_fetched_first(served: Office) -> None:
    view, clipboard = files(served), QGuiApplication.clipboard()
    clipboard.clear()
    act(served, "Ctrl+C")
    (url,) = clipboard.mimeData().urls()
    assert Path(url.toLocalFile()).read_text("utf-8") == "いまの中身"
    assert view.outward._ready(PLACE, view.list.chosen()) == [Path(url.toLocalFile())], "a drag would begin"
    clipboard.clear()


def test_a_drag_from_a_server_fetches_first_and_carries_the_files(
    served: Office, samba: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two steps: what was taken hold of is brought here and said; taken hold of again it goes along."""
    view, carried = files(served), []

    def carry(drag: QDrag, actions: Qt.DropAction) -> Qt.DropAction:
        if not drag.mimeData().urls():  # Qt's own loop waits for a hand
            return Qt.DropAction.IgnoreAction
        carried.append((drag.mimeData().urls(), actions))
        return actions

    monkeypatch.setattr(QDrag, "exec", carry)
    view.list.startDrag(Qt.DropAction.CopyAction)
    served.settle()
    assert carried == []
    told = [label.text() for label in served.window.findChildren(QLabel) if label.isVisible()]  # type: ignore[union-attr]
    assert "1 件をこの端末に用意しました。もう一度つかんで、置く場所へ運んでください。" in told
    view.list.startDrag(Qt.DropAction.CopyAction)
    (((url,), actions),) = carried
    assert (Path(url.toLocalFile()).name, actions) == ("報告.txt", Qt.DropAction.CopyAction)
    assert Path(url.toLocalFile()).read_text("utf-8") == "いまの中身"
    assert (samba.export / "課" / "報告.txt").exists(), "a drag never moves"


def test_files_and_folders_are_dropped_in_from_the_file_manager(
    served: Office, samba: Samba, tmp_path: Path
) -> None:
    """Said before the button is let go; a drop of words or of a web address is none of ours."""
    view = files(served)
    (tmp_path / "写真").mkdir()
    (tmp_path / "写真" / "橋.txt").write_text("橋", "utf-8")
    (tmp_path / "連絡.txt").write_text("連絡", "utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("写真", "連絡.txt")])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QDragEnterEvent(QPoint(9, 9), copy, data, left, none))
    assert view.count.text() == "「課」に 2 件をコピーします"
    before = sorted(path.name for path in (samba.export / "課").iterdir())
    QApplication.sendEvent(view, QDragLeaveEvent())
    assert view.count.text() == "1 件　1 件を選択（15 B）"
    words = QMimeData()
    words.setText("連絡.txt")
    for other in (words, _address()):
        entered = QDragEnterEvent(QPoint(9, 9), copy, other, left, none)
        QApplication.sendEvent(view, entered)
        assert not entered.isAccepted()
        QApplication.sendEvent(view, QDropEvent(QPointF(9, 9), copy, other, left, none))
    served.settle()
    assert sorted(path.name for path in (samba.export / "課").iterdir()) == before
    QApplication.sendEvent(view, QDragEnterEvent(QPoint(9, 9), copy, data, left, none))
    QApplication.sendEvent(view, QDropEvent(QPointF(9, 9), copy, data, left, none))
    served.settle()
    assert (samba.export / "課" / "写真" / "橋.txt").read_text("utf-8") == "橋"
    assert (samba.export / "課" / "連絡.txt").read_text("utf-8") == "連絡"
    assert (tmp_path / "連絡.txt").exists(), "a copy: what was dropped stays where it was"


def _address() -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl("https://example.jp/a.txt")])
    return data
