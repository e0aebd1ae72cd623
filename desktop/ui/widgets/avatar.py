"""A person as a circle with the first character of the family name; never a photograph."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui import theme


class Avatar(QWidget):
    """Decoration beside a written name: it takes no focus and a screen reader passes over it."""

    def __init__(self, name: str, size: float = 2.2) -> None:
        super().__init__()
        self._letter = name.strip()[:1]
        self._size = size
        self.setFixedSize(theme.em(size), theme.em(size))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.primary))
        painter.drawEllipse(self.rect())
        painter.setPen(QColor(tokens.on_primary))
        painter.setFont(theme.current().font(self._size * 0.45, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._letter)
