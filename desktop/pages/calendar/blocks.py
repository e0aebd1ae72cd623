"""One event as a painted block: the same look in the day, the week and the month."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from calendar_sync.model import Collection, Occurrence
from desktop.pages.calendar import words
from desktop.pages.calendar.colours import block, mix
from desktop.ui import theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass
class Fonts:
    """Made once a paint."""

    title: QFont
    small: QFont
    line: float

    @classmethod
    def now(cls) -> Fonts:
        return cls(theme.current().font(0.87, bold=True), theme.current().font(0.8), float(theme.em(1.2)))


def paint(
    painter: QPainter,
    rect: QRectF,
    occurrence: Occurrence,
    collection: Collection | None,
    fonts: Fonts,
    *,
    selected: bool = False,
    faint: bool = False,
) -> None:
    """Draw ``occurrence`` into ``rect``: background, edge, and as many lines as fit."""
    tokens = theme.current().tokens
    hidden = words.hidden(occurrence, collection)
    back, edge = block(collection.colour if collection is not None and not hidden else tokens.border, tokens)
    painter.save()
    painter.setOpacity(0.55 if faint else 1.0)
    radius = theme.em(0.3)
    painter.setPen(QPen(QColor(edge), 2) if selected else QPen(QColor(mix(back, edge, 0.35)), 1))
    painter.setBrush(QColor(back))
    painter.drawRoundedRect(rect, radius, radius)
    if occurrence.status == "TENTATIVE":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(QColor(mix(back, edge, 0.25)), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(rect, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(edge))
    bar = QRectF(rect.left() + 1, rect.top() + 1, max(3.0, theme.em(0.2)), rect.height() - 2)
    painter.drawRoundedRect(bar, 1.5, 1.5)
    inside = rect.adjusted(theme.em(0.45), 1, -theme.em(0.25), -1)
    painter.setClipRect(rect)
    _texts(painter, inside, occurrence, collection, fonts, hidden)
    painter.restore()


def _texts(
    painter: QPainter,
    inside: QRectF,
    occurrence: Occurrence,
    collection: Collection | None,
    fonts: Fonts,
    hidden: bool,
) -> None:
    tokens = theme.current().tokens
    title = words.title(occurrence, collection)
    badge = "⚠ " if occurrence.conflict else ("↑ " if occurrence.unsent else "")
    when = words.time_words(occurrence)
    if QFontMetricsF(fonts.small).horizontalAdvance(when) > inside.width() and not occurrence.all_day:
        when = words.clock(occurrence.start) + "–"
    place = "" if hidden else occurrence.location
    if inside.height() < fonts.line * 1.9:
        lines = [(badge + title + ("" if occurrence.all_day else f"　{words.clock(occurrence.start)}"), True)]
    else:
        lines = [(badge + title, True), (when, False), *([(place, False)] if place else [])]
    painter.setPen(QColor(tokens.warning if occurrence.conflict else tokens.text))
    tall = inside.height() >= fonts.line * 1.9
    top = inside.top() + (theme.em(0.15) if tall else 0)
    for text, strong in lines:
        font = QFont(fonts.title if strong else fonts.small)
        font.setStrikeOut(occurrence.status == "CANCELLED")
        height = fonts.line if tall else inside.height()
        if top + height > inside.bottom() + 2:
            break
        painter.setFont(font)
        elided = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(QRectF(inside.left(), top, inside.width(), height), LEFT, elided)
        painter.setPen(QColor(tokens.text))
        top += height
