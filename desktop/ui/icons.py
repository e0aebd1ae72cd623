"""One set of icons, one weight (Phosphor, MIT), drawn in the theme's colours and redrawn when it changes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLabel

from desktop.ui import theme

_FOLDER = Path(__file__).with_name("icons")


@lru_cache(512)  # some 3 KB each; a list of found things asks for the same ones at every key
def pixmap(name: str, size: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """Icon ``name``, ``size`` logical pixels, in ``colour`` (``#rrggbb``). Nobody paints on the picture."""
    from PySide6.QtSvg import QSvgRenderer

    svg = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _padded(picture: QPixmap, gap: int) -> QPixmap:
    """``picture`` with ``gap`` logical pixels of nothing on its right."""
    if not gap:
        return picture
    ratio = picture.devicePixelRatio()
    wide = QPixmap(picture.width() + round(gap * ratio), picture.height())
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


class _Follower(QObject):
    """Redraws one widget's icon when the theme changes; lives and dies with the widget."""

    def __init__(self, widget: QAbstractButton | QLabel, name: str, role: str, size: float) -> None:
        super().__init__(widget)
        self._widget, self.name, self.role, self._size = widget, name, role, size
        theme.current().changed.connect(self.draw)
        self.draw()

    def draw(self) -> None:
        tokens = theme.current().tokens
        size = theme.em(self._size)
        colour = QColor(getattr(tokens, self.role)).name()
        picture = pixmap(self.name, size, colour, self._widget.devicePixelRatioF())
        if isinstance(self._widget, QLabel):
            self._widget.setPixmap(picture)
        else:
            gap = theme.em(0.45) if self._widget.text() else 0  # a style sheet cannot set the space between
            icon = QIcon(_padded(picture, gap))
            grey = pixmap(self.name, size, tokens.disabled_text, self._widget.devicePixelRatioF())
            icon.addPixmap(_padded(grey, gap), QIcon.Mode.Disabled)
            self._widget.setIcon(icon)
            self._widget.setIconSize(QSize(size + gap, size))


def set_icon(widget: QAbstractButton | QLabel, name: str, role: str = "text", size: float = 1.25) -> None:
    """Show icon ``name`` on ``widget`` in token ``role``, ``size`` in em; follows the theme."""
    for child in widget.children():
        if isinstance(child, _Follower):
            child.name, child.role = name, role
            child.draw()
            return
    _Follower(widget, name, role, size)
