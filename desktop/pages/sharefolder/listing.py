"""One folder as a table: a flat model over tuples, words made for visible rows only, sorted outside Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
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
from desktop.pages.sharefolder.rows import Rows, Shown
from desktop.pages.sharefolder.thumbnails import SIDE, framed
from desktop.pages.sharefolder.widths import Widths
from desktop.pages.sharefolder.words import kind_words, short_time_words, size_words, time_words
from desktop.ui import theme, turns
from desktop.ui.icons import pixmap
from desktop.ui.tips import plain
from sharefolder import names
from sharefolder.model import Entry

Index = QModelIndex | QPersistentModelIndex
_PIECES = 1_000


class _Rows(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown(Rows(""))
        self.titles = (_("名前"), _("種別"), _("大きさ"), _("更新日時"))
        self._icons: dict[tuple[str, str], QIcon] = {}
        self.picture: Callable[[Entry], QIcon | None] = lambda _entry: None
        self.short = False  # the day

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(self.shown[index.row()], column, self.short)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(_cell(self.shown[index.row()], column))
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            entry = self.shown[index.row()]
            return self.picture(entry) or self._icon("folder" if entry.folder else "file")
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 2:
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

    def put(self, shown: Shown) -> None:
        self.beginResetModel()
        self.shown = shown
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


def _pieces(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending row numbers as first and last of those that follow each other."""
    made: list[tuple[int, int]] = []
    for row in rows:
        if made and row == made[-1][1] + 1:
            made[-1] = made[-1][0], row
        else:
            made.append((row, row))
    return made


def _cell(entry: Entry, column: int, short: bool = False) -> str:
    if column == 0:
        return names.shown(entry.name)
    if column == 3:
        return (short_time_words if short else time_words)(entry.changed)
    return (kind_words, size_words)[column - 1](entry)


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
        # Qt's header asks for each of its sections whether all rows are chosen, by asking the model for each.
        header.setSelectionModel(QItemSelectionModel(self._model, self))
        header.sectionClicked.connect(self.ordered.emit)
        self.widths = Widths(self, self._say_days)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.shown[index.row()]))
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.on_screen.emit())
        self.selectionModel().selectionChanged.connect(lambda *_change: self.picked.emit())

    def put(self, shown: Shown, order: Order) -> None:
        """Show ``shown``, already in ``order``; what was chosen stays chosen where it is shown."""
        before, current, row = self._model.shown, self.current(), self.currentIndex().row()
        pieces = self._ranges() if before.folder == shown.folder else []
        chosen = {name for piece in pieces for name in before.names(*piece)}
        self._model.put(shown)
        column, down = order
        way = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, way)
        if chosen:
            self._choose(chosen, current.name if current is not None else "")
            if sum(last - first + 1 for first, last in self._ranges()) < len(chosen):
                self.picked.emit()  # what was chosen is gone; a new model says nothing of it
        elif before.folder != shown.folder:
            self.picked.emit()
        if row >= 0 and shown and before.folder == shown.folder and not self.currentIndex().isValid():
            self._stand_on(min(row, len(shown) - 1))  # where what has gone was: the arrows go on from there
        self.on_screen.emit()

    def _say_days(self, short: bool) -> None:
        if short != self._model.short:
            self._model.short = short
            self.viewport().update()

    def picture_by(self, picture: Callable[[Entry], QIcon | None]) -> None:
        """Ask ``picture`` for each row's; without one it has a sign of its kind."""
        self._model.picture = picture

    def visible_entries(self) -> list[Entry]:
        """What is on the screen."""
        height = self.viewport().height()
        first, last = self.rowAt(0), self.rowAt(height - 1)
        shown = self._model.shown
        return [*shown[max(first, 0) : (last + 1) if last >= 0 else None]] if first >= 0 else []

    def repaint_entry(self, entry: Entry) -> None:
        """Its picture has come."""
        for row in range(max(self.rowAt(0), 0), len(self._model.shown)):
            if self.rowViewportPosition(row) > self.viewport().height():
                return
            if self._model.shown[row] == entry:
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
        entry = self._model.shown[row] if row >= 0 else None
        return entry if entry is not None and entry.folder else None

    def shown(self) -> int:
        """How many rows there are."""
        return len(self._model.shown)

    def current(self) -> Entry | None:
        """The row with the cursor."""
        row = self.currentIndex().row()
        return self._model.shown[row] if 0 <= row < len(self._model.shown) else None

    def chosen(self) -> list[Entry]:
        """Every chosen row."""
        return [entry for first, last in self._ranges() for entry in self._model.shown[first : last + 1]]

    def single(self) -> Entry | None:
        """The chosen row, where it is one."""
        ranges = self._ranges()
        return self._model.shown[ranges[0][0]] if [last - first for first, last in ranges] == [0] else None

    def measured(self) -> tuple[int, int, int]:
        """Of what is chosen: how many, how many of them folders, and the bytes of the others."""
        ranges = self._ranges()
        parts = [self._model.shown.measured(first, last) for first, last in ranges]
        return sum(b - a + 1 for a, b in ranges), sum(f for f, _b in parts), sum(b for _f, b in parts)

    def _ranges(self) -> list[tuple[int, int]]:
        """First and last row of what is chosen, in order: with all rows chosen one range, not a row each."""
        found = sorted((each.top(), each.bottom()) for each in self.selectionModel().selection().toList())
        made: list[tuple[int, int]] = []
        for first, last in found:
            if made and first <= made[-1][1] + 1:
                made[-1] = made[-1][0], max(last, made[-1][1])
            else:
                made.append((first, last))
        return made

    def choose(self, path: str) -> None:
        """Choose the row of ``path`` where it is shown, and no other: the next verb is about it alone."""
        folder, _slash, name = path.rpartition("/")
        if folder == self._model.shown.folder and self._model.shown.rows_of({name}):
            self._choose({name}, name, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _choose(
        self,
        names: set[str],
        current: str,
        how: QItemSelectionModel.SelectionFlag = QItemSelectionModel.SelectionFlag.Select,
    ) -> None:
        """Of very many pieces the first ones. The cursor goes to ``current``, where it is shown."""
        shown, chosen = self._model.shown, QItemSelection()
        for first, last in _pieces(shown.rows_of(names))[:_PIECES]:
            chosen.select(self._model.index(first, 0), self._model.index(last, len(self._model.titles) - 1))
        self.selectionModel().select(chosen, how)
        for row in shown.rows_of({current}):
            self._stand_on(row)

    def _stand_on(self, row: int) -> None:
        """The cursor; what is chosen stays."""
        index = self._model.index(row, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def paintEvent(self, event: QPaintEvent) -> None:
        with turns.first():
            super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.widths.fit()
        self.on_screen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.current()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and entry is not None:
            self.opened.emit(entry)
        elif event.key() == Qt.Key.Key_Backspace:
            self.up.emit()
        else:
            super().keyPressEvent(event)
