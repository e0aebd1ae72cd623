"""Days side by side: where each event stands, computed once a change, not once a paint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea

from calendar_sync.model import Collection, Occurrence
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar.columns import columns, lanes
from desktop.ui import theme

SLOT = 15  # minutes: what a drag snaps to
STEP = 30  # minutes: what the keyboard's cursor moves by
OPEN, CLOSE = 8 * 60 + 30, 17 * 60 + 15  # the office's hours
DAY = 24 * 60


@dataclass
class Placed:
    rect: QRectF
    occurrence: Occurrence


@dataclass
class Drag:
    kind: str  # move | resize | create
    origin: datetime
    occurrence: Occurrence | None
    start: datetime
    end: datetime
    moving: bool = False


class Days(QAbstractScrollArea):
    """``put`` gives what to show."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("予定の表"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self._days: list[date] = []
        self._occurrences: list[Occurrence] = []
        self._collections: Mapping[int, Collection] = {}
        self._placed: list[Placed] = []
        self._bars: list[Placed] = []
        self._bar_rows = 0
        self._drag: Drag | None = None
        self._cursor = datetime(2000, 1, 1)
        self._selected: tuple[int, str] | None = None
        self._scrolled = False
        theme.current().changed.connect(self._arrange)

    # what is shown

    def put(
        self, days: Sequence[date], found: Sequence[Occurrence], collections: Mapping[int, Collection]
    ) -> None:
        """Show ``found`` on ``days``."""
        if list(days) != self._days and self._cursor.date() not in days:
            now = datetime.now(TOKYO).replace(tzinfo=None)
            day = now.date() if now.date() in days else days[0]
            self._cursor = datetime(day.year, day.month, day.day, 9)
        self._days, self._occurrences, self._collections = list(days), list(found), collections
        self._drag = None
        self._arrange()
        if not self._scrolled and self.isVisible():
            self._scrolled = True
            self.verticalScrollBar().setValue(round(self._hour * 7.8))

    def stand_on(self, day: date) -> None:
        """The cursor on ``day``, at the time it has."""
        if day in self._days:
            self._cursor = datetime.combine(day, self._cursor.time())
            self.viewport().update()

    def select(self, occurrence: Occurrence | None) -> None:
        self._selected = (occurrence.event, occurrence.recurrence) if occurrence is not None else None
        self.viewport().update()

    # geometry

    @property
    def _hour(self) -> float:
        return float(theme.em(3.2))

    @property
    def _gutter(self) -> float:
        return float(theme.em(3.4))

    @property
    def _header(self) -> float:
        rows = min(self._bar_rows, 4)
        return theme.em(3.4) + rows * theme.em(1.55) + (theme.em(0.3) if rows else 0)

    @property
    def _width(self) -> float:
        return (self.viewport().width() - self._gutter) / max(1, len(self._days))

    def _y(self, minute: float) -> float:
        return self._header + minute / 60 * self._hour - self.verticalScrollBar().value()

    def _moment(self, point: QPointF, snap: int = SLOT) -> datetime:
        column = int((point.x() - self._gutter) // self._width)
        day = self._days[min(max(0, column), len(self._days) - 1)]
        minute = (point.y() - self._header + self.verticalScrollBar().value()) / self._hour * 60
        minute = min(max(0, int(minute // snap) * snap), DAY)
        return datetime(day.year, day.month, day.day) + timedelta(minutes=minute)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Where each event stands; computed once a change, not once a paint."""
        if not self._days:
            return
        long = [o for o in self._occurrences if is_long(o)]
        spans = [self._day_span(o) for o in long]
        rows = lanes(spans)
        self._bar_rows = max(rows, default=-1) + 1
        height = theme.em(1.45)
        self._bars = [
            Placed(
                QRectF(
                    self._gutter + first * self._width + 2,
                    theme.em(3.4) + row * theme.em(1.55),
                    (last - first) * self._width - 5,
                    height,
                ),
                o,
            )
            for o, (first, last), row in zip(long, spans, rows, strict=True)
            if row < 4
        ]
        self._placed = []
        for column, day in enumerate(self._days):
            self._arrange_day(column, day)
        bar = self.verticalScrollBar()
        bar.setPageStep(max(1, round(self.viewport().height() - self._header)))
        bar.setRange(0, max(0, round(24 * self._hour) - bar.pageStep()))
        bar.setSingleStep(round(self._hour / 2))
        self.viewport().update()

    def _day_span(self, o: Occurrence) -> tuple[int, int]:
        first = (o.start.date() - self._days[0]).days
        end = o.end - timedelta(seconds=1) if o.end > o.start else o.end
        last = (end.date() - self._days[0]).days + 1
        return max(0, first), min(max(last, first + 1), len(self._days))

    def _arrange_day(self, column: int, day: date) -> None:
        midnight = datetime(day.year, day.month, day.day)
        mine, spans = [], []
        for o in self._occurrences:
            if is_long(o):
                continue
            start = int((o.start - midnight).total_seconds() // 60)
            end = int((o.end - midnight).total_seconds() // 60)
            if start < DAY and (end > 0 or start >= 0):
                mine.append(o)
                start = max(0, start)
                spans.append((start, min(DAY, max(end, start + 20))))
        room = self._width - theme.em(0.45)
        for o, (start, end), (at, count) in zip(mine, spans, columns(spans), strict=True):
            left = self._gutter + column * self._width + 2 + room * at / count
            rect = QRectF(left, self._y(start) + 1, room / count - 2, (end - start) / 60 * self._hour - 2)
            self._placed.append(Placed(rect, o))


def is_long(o: Occurrence) -> bool:
    return o.all_day or o.end - o.start >= timedelta(hours=24)
