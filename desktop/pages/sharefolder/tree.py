"""The folders of the shown place as a tree: each is read when it is opened, and where one is is chosen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.order import arranged
from desktop.ui import theme
from desktop.ui.tips import plain
from sharefolder.model import Entry
from sharefolder.names import shown

MOST = 2_000  # folders in one folder: more are found by the search sooner than by the eye
_PIECE = 400
"""Rows made at once: some 4 ms. All of them were 17, more than the window may be held up for."""
_PATH = Qt.ItemDataRole.UserRole
_KNOWN = Qt.ItemDataRole.UserRole + 1


class Tree(QTreeWidget):
    """``chosen``: the folder that was clicked, or on which Enter was pressed."""

    chosen = Signal(str)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._place, self._wanted, self._leading = "", "", False
        self._newest: dict[str, Sequence[Entry]] = {}  # what a folder was last listed to hold
        self._pieces: deque[tuple[str, Sequence[Entry], int]] = deque()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(lambda: self._put(*self._pieces.popleft()))
        self.setAccessibleName(_("フォルダの木"))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(theme.em(1))
        self.setFixedWidth(theme.em(15))
        self.itemExpanded.connect(self._opened)
        self.itemClicked.connect(lambda item, _column: self.chosen.emit(item.data(0, _PATH)))

    def show_path(self, place: str, folder: str) -> None:
        """Choose ``folder`` of ``place``, opening what leads to it."""
        if place != self._place:
            self._place = place
            self._newest.clear()
            self.clear()
            self.addTopLevelItem(_item(place, ""))
        self._wanted, self._leading = folder, True
        self._lead()

    def know(self, folder: str, found: Sequence[Entry]) -> None:
        """``folder`` has just been listed: its folders are ``found``, in order. What is open below them stays
        open. Many come to be shown one piece after the other."""
        item = self._item_of(folder)
        if item is None:
            return
        paths = {entry.path for entry in found}
        for number in reversed(range(item.childCount())):
            if (child := item.child(number)) is not None and child.data(0, _PATH) not in paths:
                item.removeChild(child)
        self._newest[folder] = found
        self._put(folder, found, 0)

    def _put(self, folder: str, found: Sequence[Entry], start: int) -> None:
        """Those from ``start`` on into their places; nothing where it has been listed again meanwhile."""
        if self._pieces:
            self._next.start()
        item = self._item_of(folder)
        if item is None or self._newest.get(folder) is not found:
            return
        for number, entry in enumerate(found[start : start + _PIECE], start):
            there = item.child(number)
            if there is None or there.data(0, _PATH) != entry.path:
                item.insertChild(number, _item(entry.name, entry.path))
        if not item.data(0, _KNOWN):
            item.setData(0, _KNOWN, True)
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.DontShowIndicatorWhenChildless)
            if not folder:
                item.setExpanded(True)
        if start + _PIECE < len(found):
            self._pieces.append((folder, found, start + _PIECE))
            self._next.start()
        if self._leading:
            self._lead()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.chosen.emit(item.data(0, _PATH))
        else:
            super().keyPressEvent(event)

    def _opened(self, item: QTreeWidgetItem) -> None:
        if not item.data(0, _KNOWN):
            self._read(item.data(0, _PATH))

    def _read(self, folder: str) -> None:
        place, share = self._place, self._services.share

        def listed(report: Report) -> list[Entry]:
            found: list[Entry] = []
            for batch in share.entries(place, folder):
                report(len(found), None)
                found += [entry for entry in batch if entry.folder]
            order = arranged(found, (0, False), "", lambda: report(len(found), None))
            return [found[number] for number in order[:MOST]]

        self._services.bridge.run(
            self,
            _("一覧"),
            listed,
            lambda found: self.know(folder, found) if place == self._place else None,
            lambda _error: None,  # said when it is gone into
            lane="share-tree",
        )

    def _item_of(self, folder: str) -> QTreeWidgetItem | None:
        """None where the way to it is not known."""
        item, path = self.topLevelItem(0), ""
        for part in folder.split("/") if folder else ():
            path = f"{path}/{part}" if path else part
            item = next((child for child in _children(item) if child.data(0, _PATH) == path), None)
        return item

    def _lead(self) -> None:
        """To the wanted folder, or as far as the way is known; on from there when that has been read."""
        parts = self._wanted.split("/") if self._wanted else []
        for depth in range(len(parts) + 1):
            item = self._item_of("/".join(parts[:depth]))
            if item is None:
                return
            self.setCurrentItem(item)
            if depth < len(parts):
                item.setExpanded(True)  # and is read, where it was not yet
        self._leading = False


def _children(item: QTreeWidgetItem | None) -> Iterator[QTreeWidgetItem]:
    for number in range(item.childCount()) if item is not None else ():
        if (child := item.child(number)) is not None:  # type: ignore[union-attr]
            yield child


def _item(name: str, path: str) -> QTreeWidgetItem:
    made = QTreeWidgetItem([shown(name)])
    made.setToolTip(0, plain(name))
    made.setData(0, _PATH, path)
    made.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
    return made
