"""One folder as a table: a flat model over tuples, words made for visible rows only, sorted outside Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from core.i18n import _
from desktop.pages.sharefolder.order import Order
from desktop.pages.sharefolder.thumbnails import SIDE, framed
from desktop.pages.sharefolder.words import kind_words, size_words, time_words
from desktop.ui import theme, turns
from desktop.ui.icons import pixmap
from sharefolder.model import Entry

Index = QModelIndex | QPersistentModelIndex
_WIDTHS = (7.0, 5.2, 15.4)
"""Of all columns but the name, in em; the name takes the rest."""
_NAME = 9.0


class _Rows(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.titles = (_("名前"), _("種別"), _("大きさ"), _("更新日時"))
        self._icons: dict[tuple[str, str], QIcon] = {}
        self.picture: Callable[[Entry], QIcon | None] = lambda _entry: None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _cell(entry, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self.picture(entry) or self._icon("folder" if entry.folder else "file")
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 2:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def put(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def _icon(self, name: str) -> QIcon:
        tokens = theme.current().tokens
        key = (name, tokens.name)
        if key not in self._icons:
            plain = tokens.link if name == "folder" else tokens.muted
            chosen = tokens.on_selected  # Qt's own is a tint, and gone on a white row
            icon = QIcon()
            for mode, colour in ((QIcon.Mode.Normal, plain), (QIcon.Mode.Selected, chosen)):
                icon.addPixmap(framed(pixmap(name, theme.em(1.25), colour), scale=False), mode)
            self._icons[key] = icon
        return self._icons[key]


def _cell(entry: Entry, column: int) -> str:
    if column == 0:
        return entry.name
    return (kind_words, size_words, lambda e: time_words(e.changed))[column - 1](entry)


class Listing(QTableView):
    """``opened``: Enter or double click; ``picked``: the choice has changed; ``ordered``: a heading pressed;
    ``up``: Backspace; ``dragged``: the chosen rows are taken hold of; ``on_screen``: other rows are. Typing
    letters jumps to a name."""

    opened = Signal(object)
    picked = Signal()
    ordered = Signal(int)
    up = Signal()
    dragged = Signal()
    on_screen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._model = _Rows()
        self.setModel(self._model)
        self.setAccessibleName(_("ファイルの一覧"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setDragEnabled(True)
        self.setIconSize(QSize(theme.em(SIDE), theme.em(SIDE)))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.em(2.4))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(theme.em(2.5))
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self.ordered.emit)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.entries[index.row()]))
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.on_screen.emit())
        self.selectionModel().selectionChanged.connect(lambda *_change: self.picked.emit())

    def put(self, entries: list[Entry], order: Order) -> None:
        """Show ``entries``, already in ``order``; what was chosen stays chosen where it is shown."""
        chosen = {entry.path for entry in self.chosen()}
        current = self.current()
        self._model.put(entries)
        column, down = order
        way = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, way)
        if chosen:
            self._choose(chosen, current)
            if len(self.chosen()) < len(chosen):
                self.picked.emit()  # what was chosen is gone; a new model says nothing of it
        self.on_screen.emit()

    def picture_by(self, picture: Callable[[Entry], QIcon | None]) -> None:
        """Ask ``picture`` for each row's; without one it has a sign of its kind."""
        self._model.picture = picture

    def visible_entries(self) -> list[Entry]:
        """What is on the screen."""
        height = self.viewport().height()
        first, last = self.rowAt(0), self.rowAt(height - 1)
        return self._model.entries[max(first, 0) : (last + 1) if last >= 0 else None] if first >= 0 else []

    def repaint_entry(self, entry: Entry) -> None:
        """Its picture has come."""
        for row in range(max(self.rowAt(0), 0), len(self._model.entries)):
            if self.rowViewportPosition(row) > self.viewport().height():
                return
            if self._model.entries[row] == entry:
                self.update(self._model.index(row, 0))

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803 - Qt's name
        """Not Qt's own: what is dragged out are files, and they may have to be fetched first."""
        self.dragged.emit()

    def titles(self) -> tuple[str, ...]:
        """The words of the headings."""
        return self._model.titles

    def folder_at(self, place: QPoint) -> Entry | None:
        """The folder whose row lies under a point of the viewport."""
        row = self.rowAt(place.y()) if self.viewport().rect().contains(place) else -1
        entry = self._model.entries[row] if row >= 0 else None
        return entry if entry is not None and entry.folder else None

    def shown(self) -> int:
        """How many rows there are."""
        return len(self._model.entries)

    def current(self) -> Entry | None:
        """The row with the cursor."""
        row = self.currentIndex().row()
        return self._model.entries[row] if 0 <= row < len(self._model.entries) else None

    def chosen(self) -> list[Entry]:
        """Every chosen row."""
        return [self._model.entries[index.row()] for index in self.selectionModel().selectedRows()]

    def choose(self, path: str) -> None:
        """Choose the row of ``path`` where it is shown."""
        self._choose({path}, None)

    def _choose(self, paths: set[str], current: Entry | None) -> None:
        rows = [row for row, entry in enumerate(self._model.entries) if entry.path in paths]
        select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in rows[:1000]:
            index = self._model.index(row, 0)
            self.selectionModel().select(index, select)
            if current is None or self._model.entries[row].path == current.path:
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def paintEvent(self, event: QPaintEvent) -> None:
        with turns.first():
            super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, width in enumerate(_WIDTHS, 1):
            self.setColumnWidth(column, theme.em(width))
        self.on_screen.emit()
        rest = self.viewport().width() - sum(theme.em(width) for width in _WIDTHS)
        self.setColumnWidth(0, max(theme.em(_NAME), rest))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.current()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and entry is not None:
            self.opened.emit(entry)
        elif event.key() == Qt.Key.Key_Backspace:
            self.up.emit()
        else:
            super().keyPressEvent(event)
