"""The picture behind the sign-in sheet and the mark: 青垣, the hills folded around まほろば.

「倭は国のまほろば たたなづく青垣 山隠れる倭しうるはし」(古事記). Drawn from tokens; plain in high contrast.
"""

from __future__ import annotations

from math import pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui import theme

_RIDGES = (  # height of the crest, phase, waves across: measured by eye
    (0.62, 0.3, 1.35, "hill_far"),
    (0.44, 2.1, 1.7, "hill_middle"),
    (0.24, 4.4, 1.25, "hill_near"),
)


_SHADES = (102, 104, 107)  # the ridges while the surface shines, in percent darker than the sky
_FADE_MS = 150


class Hills(QWidget):
    """A calm background: sky and three ridges in the lower third. ``shine`` makes it one soft light."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self._light: QColor | None = None  # what is on the screen at the moment
        self._wanted: QColor | None = None
        self._fade = QVariantAnimation(self)
        self._fade.setDuration(_FADE_MS)
        self._fade.valueChanged.connect(self._faded)
        self._fade.finished.connect(self._rested)
        theme.current().changed.connect(self.update)

    def shine(self, colour: tuple[int, int, int] | None) -> None:
        """Fade to one colour (sRGB), the same in every theme; None: back to the hills."""
        wanted = QColor(*colour) if colour is not None else None
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._fade.stop()
        sky = QColor(theme.current().tokens.sky)
        self._fade.setStartValue(self._light or sky)
        self._fade.setEndValue(wanted or sky)
        self._fade.start()

    def _faded(self, colour: QColor) -> None:
        self._light = colour
        self.update()

    def _rested(self) -> None:
        if self._wanted is None:
            self._light = None
        self.update()

    def lit_area(self) -> QRectF:
        """The part that shines; words must not lie on it."""
        return QRectF(self.rect())

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.sky))
        if self._light is not None:
            painter.fillRect(self.lit_area(), self._light)
        if tokens.name == "high-contrast":
            return
        foot = QRectF(0, self.height() * 0.58, self.width(), self.height() * 0.42)
        for (crest, phase, waves, name), shade in zip(_RIDGES, _SHADES, strict=True):
            plain = QColor(getattr(tokens, name))
            painter.fillPath(
                _ridge(foot, crest, phase, waves), self._light.darker(shade) if self._light else plain
            )


def _ridge(box: QRectF, crest: float, phase: float, waves: float) -> QPainterPath:
    path = QPainterPath(box.bottomLeft())
    for i in range(65):
        x = i / 64
        swell = sin(x * waves * 2 * pi + phase) + 0.35 * sin(x * waves * 5.3 * pi + 2 * phase)
        path.lineTo(box.left() + x * box.width(), box.bottom() - box.height() * (crest + 0.14 * swell))
    path.lineTo(box.bottomRight())
    path.closeSubpath()
    return path


class Mark(QWidget):
    """The product's mark: a sun over two hills in a rounded square."""

    def __init__(self, size: float = 1.9) -> None:
        super().__init__()
        self.setFixedSize(theme.em(size), theme.em(size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_mark(painter, QRectF(self.rect()))


def draw_mark(painter: QPainter, box: QRectF) -> None:
    """Draw the mark into ``box`` (also the window icon and the tray)."""
    tokens = theme.current().tokens
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    clip = QPainterPath()
    clip.addRoundedRect(box, box.width() * 0.26, box.width() * 0.26)
    painter.save()
    painter.setClipPath(clip)
    painter.fillRect(box, QColor(tokens.primary))
    light = QColor(tokens.on_primary)
    painter.setBrush(light)
    painter.drawEllipse(_at(box, 0.66, 0.33), 0.12 * box.width(), 0.12 * box.width())
    far = QColor(light)
    far.setAlphaF(0.6)
    painter.fillPath(_hill(box, 0.72, 0.52), far)
    painter.fillPath(_hill(box, 0.32, 0.6), light)
    painter.restore()


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height())


def _hill(box: QRectF, middle: float, top: float) -> QPainterPath:
    """A soft hill with its crest at (``middle``, ``top``) of the box."""
    path = QPainterPath(_at(box, middle - 0.62, 1.05))
    path.cubicTo(_at(box, middle - 0.3, 0.98), _at(box, middle - 0.2, top), _at(box, middle, top))
    path.cubicTo(_at(box, middle + 0.2, top), _at(box, middle + 0.3, 0.98), _at(box, middle + 0.62, 1.05))
    path.closeSubpath()
    return path
