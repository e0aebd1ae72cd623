"""A table over plain tuples: sorted and filtered outside Qt, exported as CSV, read by a screen reader."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from core.i18n import _
from desktop.ui import theme
from desktop.ui.search import fold
from desktop.ui.tips import plain

Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, ...]
_NUMBER, _THOUSANDS = re.compile(r"(\d{1,18})"), re.compile(r"(?<=\d),(?=\d{3})")
_WIDEST = 20  # em: of a column that is as wide as what is in it


class Cell(str):
    """A cell's words that go by what they mean where the table is sorted: a moment, a size."""

    __slots__ = ("by",)
    by: float

    def __new__(cls, words: str, by: float) -> Cell:
        made = super().__new__(cls, words)
        made.by = by
        return made


class _Rows(QAbstractTableModel):
    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.titles = list(titles)
        self.rows: list[tuple[Any, Row]] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][1][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self.rows[index.row()][1][index.column()])
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if across and role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if across and role == Qt.ItemDataRole.ToolTipRole:
            return plain(self.titles[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def show_rows(self, rows: list[tuple[Any, Row]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()


class Table(QTableView):
    """``put`` gives the rows as (key, cells); ``opened`` is emitted with the key on Enter or double click.

    ``widths``: of the columns in proportion, in em at least; those in ``whole`` are as wide as their words.
    ``wrap``: for a few rows of long words, in as many lines as they need.
    """

    opened = Signal(object)
    picked = Signal(object)

    def __init__(
        self,
        name: str,
        titles: Sequence[str],
        widths: Sequence[float],
        whole: Collection[int] = (),
        wrap: bool = False,
    ) -> None:
        super().__init__()
        self._model = _Rows(titles)
        self._all: list[tuple[Any, Row]] = []
        self._filter = ""
        self._order: tuple[int, bool] | None = None
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(wrap)
        self.verticalHeader().setMinimumSectionSize(theme.em(2.6))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.em(2.6))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setMinimumSectionSize(theme.em(3))
        header.setFixedHeight(theme.em(2.5))
        self._widths, self._whole = list(widths), dict.fromkeys(whole, 0)
        self._drawn: dict[int, int] = {}  # as a person has drawn them, until the page is made anew
        self._spreading = False
        header.sectionResized.connect(self._draw)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort_by)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.rows[index.row()][0]))
        self.selectionModel().currentRowChanged.connect(lambda *_index: self.picked.emit(self.key()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns share the width in proportion; where it is too small they keep theirs and scroll."""
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        kept = self._whole | self._drawn
        shared = [width for column, width in enumerate(self._widths) if column not in kept]
        rest = self.viewport().width() - sum(kept.values())
        unit = max(theme.em(1), rest / sum(shared)) if shared else 0
        self._spreading = True
        for column, width in enumerate(self._widths):
            self.setColumnWidth(column, kept.get(column) or int(unit * width))
        self._spreading = False
        if self.wordWrap():
            self.resizeRowsToContents()

    def _draw(self, column: int, _before: int, width: int) -> None:
        if not self._spreading and self.isVisible():
            self._drawn[column] = width

    def paintEvent(self, event: QPaintEvent) -> None:
        """Where there is no row, words say so."""
        super().paintEvent(event)
        if self.accessibleDescription():
            painter, edge = QPainter(self.viewport()), theme.em(1)
            painter.setPen(QColor(theme.current().tokens.muted))
            place = self.viewport().rect().adjusted(edge, edge, -edge, -edge)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(place, flags, self.accessibleDescription())

    def put(self, rows: Sequence[tuple[Any, Row]]) -> None:
        """Show ``rows``; the chosen one stays chosen."""
        self._all = list(rows)
        self._refresh()
        self.ensurePolished()  # the typeface is known from then on
        for column in self._whole:
            hints = self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column)
            self._whole[column] = min(max(hints), theme.em(_WIDEST))
        if self._whole:
            self._spread()

    def narrow(self, text: str) -> None:
        """Show only the rows that contain every word of ``text``."""
        self._filter = text
        self._refresh()

    def key(self) -> Any:
        """The key of the chosen row, or None."""
        row = self.currentIndex().row()
        return self._model.rows[row][0] if 0 <= row < len(self._model.rows) else None

    def choose(self, key: Any) -> None:
        """Select the row of ``key`` where it is shown."""
        for number, (other, _cells) in enumerate(self._model.rows):
            if other == key:
                self.selectRow(number)

    def shown(self) -> int:
        return len(self._model.rows)

    def cells(self) -> list[Row]:
        """The rows that are shown now, in their order."""
        return [cells for _key, cells in self._model.rows]

    def csv(self) -> Callable[[], bytes]:
        """Work that gives what is shown now as CSV (UTF-8 with BOM, as Excel wants)."""
        titles, rows = self._model.titles, self.cells()

        def written() -> bytes:
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(titles)
            writer.writerows([harmless(cell) for cell in cells] for cells in rows)
            return text.getvalue().encode("utf-8-sig")

        return written

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.key() is not None:
            self.opened.emit(self.key())
        else:
            super().keyPressEvent(event)

    def _sort_by(self, column: int) -> None:
        down = self._order == (column, False)
        self._order = (column, down)
        self.horizontalHeader().setSortIndicatorShown(True)
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)
        self._refresh()

    def _refresh(self) -> None:
        chosen = self.key()
        words = [fold(w) for w in self._filter.split()]
        rows = (
            [r for r in self._all if all(w in fold("\n".join(r[1])) for w in words)]
            if words
            else [*self._all]
        )
        if self._order is not None:
            column, down = self._order
            rows.sort(key=lambda r: _place(r[1][column]), reverse=down)
        nothing = _("当てはまるものはありません。") if self._all else _("いまは何もありません。")
        self.setAccessibleDescription("" if rows else nothing)
        self._model.show_rows(rows)
        if self.wordWrap():
            self.resizeRowsToContents()
        if chosen is not None:
            self.choose(chosen)


def _place(cell: str) -> tuple[bool, float, list[int | str]]:
    """Among its column's; words alone (an empty cell) before what goes by a number."""
    return (True, cell.by, []) if isinstance(cell, Cell) else (False, 0.0, natural(cell))


def natural(cell: str) -> list[int | str]:
    """What sorts a cell as people read it: 9 before 10, R8.9.1 before R8.11.26, 80 before 2,300."""
    parts: list[str] = _NUMBER.split(_THOUSANDS.sub("", cell))
    return [int(part) if number % 2 else part for number, part in enumerate(parts)]


def harmless(cell: str) -> str:
    """A cell that a spreadsheet cannot take for a formula (CSV injection)."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
