"""How wide the columns of the file list are: as the room allows, and as a person has drawn them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QTableView

from desktop.ui import theme

NAME, KIND, SIZE, DAY = range(4)
_WIDTHS = {KIND: 8.0, SIZE: 5.2, DAY: 15.4}
"""Of all columns but the name, in em; the name takes the rest."""
_SHORT, _NAME, _ROOMY = 11.6, 9.0, 16.0
"""The day in its short form; the name at least, and what it has before days are said in full."""


class Widths(QObject):
    """``fit`` them to the view. ``short``: told whether days are said in short. ``drawn``: a person has given
    a column another width, and ``own`` (em, by column) has changed."""

    drawn = Signal()

    def __init__(self, view: QTableView, short: Callable[[bool], object]) -> None:
        super().__init__(view)
        self._view, self._short = view, short
        self.own: dict[int, float] = {}
        self._fitting = False
        view.horizontalHeader().sectionResized.connect(self._drawn)

    def take(self, own: Mapping[int, float]) -> None:
        """Those of an earlier day."""
        self.own = {column: own[column] for column in range(4) if 2.0 <= own.get(column, 0.0) <= 200.0}
        self.fit()

    def fit(self) -> None:
        """Where the name has little room days are said in short, and then the kind, which the name's end says
        too, goes. What a person has drawn stays."""
        view, own = self._view, self.own
        room = view.viewport().width()
        wide = {column: own.get(column, width) for column, width in _WIDTHS.items()}
        short = DAY not in own and room < theme.em(sum(wide.values()) + _ROOMY)
        if short:
            wide[DAY] = _SHORT
        little = KIND not in own and room < theme.em(sum(wide.values()) + _NAME)
        self._short(short)
        self._fitting = True
        view.setColumnHidden(KIND, little)
        if little:
            del wide[KIND]
        for column, width in wide.items():
            view.setColumnWidth(column, theme.em(width))
        rest = room - sum(theme.em(width) for width in wide.values())
        view.setColumnWidth(NAME, theme.em(own[NAME]) if NAME in own else max(theme.em(_NAME), rest))
        self._fitting = False

    def _drawn(self, column: int, _before: int, width: int) -> None:
        """A heading's edge has been moved, not by ``fit``."""
        if not self._fitting and width:
            self.own[column] = 100 * width / theme.em(100)  # one em alone is rounded
            self.fit()
            self.drawn.emit()
