"""A list and its details: side by side where there is room, one below the other where there is not."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from desktop.ui import theme

_NARROW = 44  # em


class Beside(QSplitter):
    """Takes the height that is left. ``shares``: of the room, for the list and for the details."""

    def __init__(self, main: QWidget, details: QWidget, shares: tuple[int, int] = (3, 1)) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        for number, (widget, share) in enumerate(zip((main, details), shares, strict=True)):
            self.addWidget(widget)
            self.setStretchFactor(number, share)

    def sizeHint(self) -> QSize:
        """As little as it must have, so that a page counts no more than that before it scrolls."""
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= theme.em(_NARROW)
        self.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
