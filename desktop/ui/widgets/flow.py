"""A row that goes on in the next line where the width ends: tools stay whole on a small screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from desktop.ui import theme


class _FlowLayout(QLayout):
    def __init__(self, parent: QWidget, spacing: float) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = theme.em(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() + self._gap for size in shown)
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, move: bool) -> int:
        """Lay the items into ``rect``, each in the middle of its line; the height they take."""
        x, y = rect.x(), rect.y()
        line: list[tuple[QLayoutItem, QPoint, QSize]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if line and x + size.width() > rect.right() + 1:
                y += _end(line, move) + self._gap
                x, line = rect.x(), []
            line.append((item, QPoint(x, y), size))
            x += size.width() + self._gap
        return y + _end(line, move) - rect.y()


def _end(line: list[tuple[QLayoutItem, QPoint, QSize]], move: bool) -> int:
    """Of one line: its height."""
    height = max((size.height() for _item, _place, size in line), default=0)
    for item, place, size in line if move else ():
        item.setGeometry(QRect(place + QPoint(0, (height - size.height()) // 2), size))
    return height


class Flow(QWidget):
    """Widgets one after the other, in as many lines as they need."""

    def __init__(self, *widgets: QWidget, spacing: float = 0.5) -> None:
        super().__init__()
        self._flow = _FlowLayout(self, spacing)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for widget in widgets:
            self._flow.addWidget(widget)

    def flow(self) -> QLayout:
        """Its layout, to put more in or clear it."""
        return self._flow
