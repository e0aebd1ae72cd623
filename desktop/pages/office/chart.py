"""One measure's years: results as bars, the plan's targets as steps, each labelled where it stands.

The same drawing serves the window and the PDF; the values are also there in words for who does not see it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.i18n import _
from core.wareki import format_fiscal_year, format_short_fiscal_year
from desktop.ui import theme
from desktop.ui.tokens import Tokens
from office.measures import figure
from office.plan import FIRST_YEAR, Line


@dataclass(frozen=True)
class Ink:
    """Colours and the text's size in the painter's own units."""

    tokens: Tokens
    font: QFont
    pixels: float
    ground: str

    def sized(self, factor: float, bold: bool = False) -> QFont:
        made = QFont(self.font)
        made.setPixelSize(max(1, round(self.pixels * factor)))
        made.setBold(bold)
        return made


class Chart(QWidget):
    """``put`` gives the measure and the last year shown."""

    def __init__(self) -> None:
        super().__init__()
        self._line: Line | None = None
        self._last = FIRST_YEAR
        self.setMinimumSize(theme.em(16), theme.em(11))
        theme.current().changed.connect(self.update)

    def put(self, line: Line, last_year: int) -> None:
        self._line, self._last = line, last_year
        self.setAccessibleName(_("年度ごとの目標と実績"))
        self.setAccessibleDescription(in_words(line, last_year))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._line is None:
            return
        look, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(
            painter,
            QRectF(self.rect()),
            self._line,
            self._last,
            Ink(look.tokens, look.font(), look.em(1), look.tokens.canvas),
        )


def in_words(line: Line, last_year: int) -> str:
    """Each year that has something, in a sentence."""
    said = []
    for year in range(FIRST_YEAR, last_year + 1):
        target, result = line.measure.targets.get(year), line.results.get(year)
        if target is None and result is None:
            continue
        words = _("{year}: 目標 {target}、実績 {result}")
        shown = figure(result.value if result else None)
        said.append(words.format(year=format_fiscal_year(year), target=figure(target), result=shown))
    return _("。").join(said)


def draw(painter: QPainter, place: QRectF, line: Line, last_year: int, ink: Ink) -> None:
    """Into ``place``: a column a year from the plan's first to ``last_year``."""
    years = list(range(FIRST_YEAR, last_year + 1))
    values = [*line.measure.targets.values(), *(r.value for r in line.results.values())]
    top = max(values, default=1.0) or 1.0
    em = ink.pixels
    area = place.adjusted(em * 0.3, em * 1.6, -em * 4.6, -em * 1.5)
    column = area.width() / len(years)

    def height(value: float) -> float:
        return area.bottom() - area.height() * value / top

    _draw_years(painter, area, years, ink)
    bars = [
        (_bar(area, number, column, height(result.value)), result)
        for number, year in enumerate(years)
        if (result := line.results.get(year)) is not None
    ]
    for bar, result in bars:
        _draw_bar(painter, bar, line.measure.reached(result.year, result.value) is not False, ink)
    _draw_targets(painter, area, line, years, height, ink)
    for bar, result in bars:
        _draw_value(painter, bar, figure(result.value), ink)


def _bar(area: QRectF, number: int, column: float, top: float) -> QRectF:
    return QRectF(area.left() + (number + 0.22) * column, top, column * 0.56, area.bottom() - top)


def _draw_years(painter: QPainter, area: QRectF, years: list[int], ink: Ink) -> None:
    painter.setPen(QPen(QColor(ink.tokens.border), max(1.0, ink.pixels / 16)))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.setFont(ink.sized(0.75))
    painter.setPen(QColor(ink.tokens.muted))
    column = area.width() / len(years)
    for number, year in enumerate(years):
        under = QRectF(area.left() + number * column, area.bottom() + ink.pixels * 0.2, column, ink.pixels)
        painter.drawText(under, Qt.AlignmentFlag.AlignCenter, format_short_fiscal_year(year))


def _draw_bar(painter: QPainter, bar: QRectF, good: bool, ink: Ink) -> None:
    """Reached is full, not reached is an outline: told apart without colour."""
    colour = QColor(ink.tokens.primary)
    painter.setPen(QPen(colour, max(1.0, ink.pixels / 10)))
    painter.setBrush(colour if good else QColor(ink.tokens.info_soft))
    painter.drawRect(bar)


def _draw_value(painter: QPainter, bar: QRectF, words: str, ink: Ink) -> None:
    """Over the bar, on a plate: a target's line must not cross the figures."""
    font = ink.sized(0.8, bold=True)
    metrics = QFontMetricsF(font, painter.device())
    width, high = metrics.horizontalAdvance(words) + ink.pixels * 0.3, ink.pixels * 1.1
    over = QRectF(bar.center().x() - width / 2, bar.top() - high - ink.pixels * 0.15, width, high)
    painter.fillRect(over, QColor(ink.ground))
    painter.setPen(QColor(ink.tokens.text))
    painter.setFont(font)
    painter.drawText(over, Qt.AlignmentFlag.AlignCenter, words)


def _draw_targets(
    painter: QPainter, area: QRectF, line: Line, years: list[int], height: Callable[[float], float], ink: Ink
) -> None:
    """A step a year; after the plan's last year it goes on dashed. Its last value is written beside it."""
    column, last = area.width() / len(years), None
    for number, year in enumerate(years):
        target = line.measure.target(year)
        if target is None:
            continue
        style = Qt.PenStyle.SolidLine if year in line.measure.targets else Qt.PenStyle.DashLine
        painter.setPen(QPen(QColor(ink.tokens.warning), max(1.0, ink.pixels / 7), style))
        left, y = area.left() + number * column, height(target)
        painter.drawLine(QPointF(left, y), QPointF(left + column, y))
        if last is not None and last != y:
            painter.drawLine(QPointF(left, last), QPointF(left, y))
        last = y
    if last is None:
        return
    font = ink.sized(0.8)
    painter.setFont(font)
    painter.setPen(QColor(ink.tokens.warning))
    line_high = QFontMetricsF(font).height()
    beside = QRectF(area.right() + ink.pixels * 0.2, last - line_high, ink.pixels * 4.4, 2 * line_high)
    said = _("目標 {value}").format(value=figure(line.measure.target(years[-1])))
    painter.drawText(
        beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, said
    )
