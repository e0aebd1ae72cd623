"""A visible path of a few steps: done, here, to come. Words and numbers, not colour alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.ui import theme


class Steps(QWidget):
    """``titles`` side by side; ``go(i)`` marks step ``i`` as the present one."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = list(titles)
        self._at = 0
        self.setFixedHeight(theme.em(4))
        self.setMinimumWidth(theme.em(6.5) * len(self._titles))
        self.go(0)

    def go(self, index: int) -> None:
        self._at = index
        if index < len(self._titles):
            text = _("{total} 段階のうち {step} 段階目: {title}")
            spoken = text.format(total=len(self._titles), step=index + 1, title=self._titles[index])
            self.setAccessibleName(spoken)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, em = theme.current().tokens, theme.em
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, dot = self.width() / len(self._titles), em(1.9)
        for i, title in enumerate(self._titles):
            centre = width * (i + 0.5)
            if i:
                painter.setPen(QPen(QColor(t.primary if i <= self._at else t.track), em(0.15)))
                painter.drawLine(
                    round(centre - width + dot * 0.7), dot // 2 + 2, round(centre - dot * 0.7), dot // 2 + 2
                )
            circle = QRectF(centre - dot / 2, 2, dot, dot)
            here, past = i == self._at, i < self._at
            painter.setPen(QPen(QColor(t.primary if here or past else t.border), em(0.12)))
            painter.setBrush(QColor(t.primary if here or past else t.surface))
            painter.drawEllipse(circle)
            painter.setPen(QColor(t.on_primary if here or past else t.muted))
            painter.setFont(theme.current().font(0.95, bold=True))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, "✓" if past else str(i + 1))
            painter.setPen(QColor(t.text if here else t.muted))
            painter.setFont(theme.current().font(0.95, bold=here))
            words = QRectF(width * i, dot + em(0.35), width, em(1.6))
            painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, title)
