"""What the camera sees, as a mirror: round, with a ring that fills and an arrow for the challenge.

The picture is mirrored, so the person's own left is the screen's left and the arrow needs no thought.
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme
from desktop.ui.icons import pixmap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ANGLES = {"right": 0.0, "up": 90.0, "left": 180.0, "down": 270.0}
_PIECES = 40


class CameraPreview(QWidget):
    """``show_view`` draws a frame; ``rest`` shows that the camera is off. Decorative for a screen reader:
    the sentence under it and its announcements carry the meaning."""

    def __init__(self, size: float = 19, dotted: bool = False) -> None:
        super().__init__()
        self._wanted = size
        self._dotted = dotted
        self._image: QImage | None = None
        self._ring = 0.0
        self._shown = 0.0
        self._arrow: str | None = None
        self._tone = "primary"
        self._icon = "user-focus"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.em(8), theme.em(8))
        self.setMaximumHeight(theme.em(size))
        theme.current().changed.connect(self.update)
        self._glide = QTimer(self)
        self._glide.setInterval(33)
        self._glide.timeout.connect(self._step)

    def sizeHint(self) -> QSize:
        return QSize(theme.em(self._wanted), theme.em(self._wanted))

    @property
    def asking(self) -> bool:
        """An arrow is on the screen."""
        return self._arrow is not None

    def limit(self, height: float) -> None:
        """Use at most ``height`` pixels, but never less than can be recognised."""
        self.setMaximumHeight(max(theme.em(8), min(theme.em(self._wanted), round(height))))

    def show_view(
        self, image: NDArray[np.uint8] | None, ring: float, arrow: str | None = None, tone: str = "primary"
    ) -> None:
        """``image`` is BGR uint8 (h, w, 3), not yet mirrored; ``ring`` 0..1; ``tone`` a token name."""
        if image is not None:
            height, width = image.shape[:2]
            flat = image if image.flags.c_contiguous else image.copy()
            picture = QImage(flat.data, width, height, flat.strides[0], QImage.Format.Format_BGR888)
            self._image = picture.copy()  # the array belongs to the camera's thread
        self._ring, self._arrow, self._tone = min(1.0, max(0.0, ring)), arrow, tone
        if theme.current().reduced_motion:
            self._shown = self._ring
        elif not self._glide.isActive():
            self._glide.start()
        self.update()

    def rest(self, icon: str = "user-focus") -> None:
        """No picture: the camera is off, or there is none (``camera-slash``)."""
        self._image, self._ring, self._shown, self._arrow, self._icon = None, 0.0, 0.0, None, icon
        self._glide.stop()
        self.update()

    def _step(self) -> None:
        self._shown += (self._ring - self._shown) * 0.35
        if abs(self._ring - self._shown) < 0.01:
            self._shown = self._ring
            self._glide.stop()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(self.width(), self.height()) - 2
        outer = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        thick = theme.em(0.42)
        gap = theme.em(0.9 if self._dotted else 0.5)
        inner = outer.adjusted(thick + gap, thick + gap, -thick - gap, -thick - gap)
        self._draw_picture(painter, inner)
        self._draw_ring(painter, outer.adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2), thick)
        if self._arrow in _ANGLES:
            self._draw_arrow(painter, inner, _ANGLES[self._arrow])

    def _draw_picture(self, painter: QPainter, circle: QRectF) -> None:
        tokens = theme.current().tokens
        clip = QPainterPath()
        clip.addEllipse(circle)
        if self._image is None:
            painter.fillPath(clip, QColor(tokens.info_soft if tokens.name != "high-contrast" else "#1a1a1a"))
            size = round(circle.width() * 0.3)
            picture = pixmap(self._icon, size, tokens.muted, self.devicePixelRatioF())
            painter.drawPixmap(circle.center() - QPointF(size / 2, size / 2), picture)
            return
        painter.save()
        painter.setClipPath(clip)
        width, height = self._image.width(), self._image.height()
        side = min(width, height)
        source = QRectF((width - side) / 2, (height - side) / 2, side, side)
        painter.translate(circle.center())
        painter.scale(-1, 1)
        painter.drawImage(
            QRectF(-circle.width() / 2, -circle.height() / 2, *circle.size().toTuple()), self._image, source
        )
        painter.restore()

    def _draw_ring(self, painter: QPainter, circle: QRectF, thick: float) -> None:
        tokens = theme.current().tokens
        full, part = QColor(tokens.track), QColor(getattr(tokens, self._tone))
        if self._dotted:
            for i in range(_PIECES):
                colour = part if i < round(self._shown * _PIECES) else full
                painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                angle = radians(90 - 360 * i / _PIECES)
                away, radius = QPointF(cos(angle), -sin(angle)), circle.width() / 2
                painter.drawLine(
                    circle.center() + away * (radius - thick * 1.4), circle.center() + away * radius
                )
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(full, thick))
        painter.drawEllipse(circle)
        if self._shown > 0.005:
            painter.setPen(QPen(part, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(circle, 90 * 16, -round(self._shown * 360 * 16))

    def _draw_arrow(self, painter: QPainter, circle: QRectF, angle: float) -> None:
        tokens = theme.current().tokens
        painter.save()
        painter.setPen(
            QPen(QColor(tokens.primary), theme.em(0.55), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        painter.drawArc(circle, round((angle - 24) * 16), 48 * 16)
        painter.translate(circle.center())
        painter.rotate(-angle)
        painter.translate(circle.width() * 0.36, 0)
        badge = theme.em(1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.primary))
        painter.drawEllipse(QPointF(0, 0), badge, badge)
        head = badge * 0.45
        pen = QPen(QColor(tokens.on_primary), theme.em(0.28), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawLine(QPointF(-head * 1.2, 0), QPointF(head * 1.2, 0))
        painter.drawPolyline([QPointF(head * 0.2, -head), QPointF(head * 1.2, 0), QPointF(head * 0.2, head)])
        painter.restore()
