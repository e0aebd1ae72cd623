"""Beside the grid: a small month to jump with, the calendars to show, and the chosen day as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem, QScrollArea, QSizePolicy, QWidget

from calendar_sync.holidays import holiday
from calendar_sync.model import Collection, Occurrence
from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_month
from desktop.pages.calendar import words
from desktop.pages.calendar.colours import block, on
from desktop.pages.calendar.month import days_of, span
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import icon_button
from desktop.ui.tips import plain

LEAST_HEIGHT = 22
"""In em: the small month, and some lines each of the calendars and of the day."""


class SmallMonth(QWidget):
    """Arrow keys and clicks choose a day."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._day = datetime.now(TOKYO).date()
        self._range = (self._day, self._day)
        self._say()
        theme.current().changed.connect(self.updateGeometry)

    def put(self, day: date, first: date, last: date) -> None:
        """Mark ``day`` and the shown days ``first`` … ``last``."""
        self._day, self._range = day, (first, last)
        self._say()
        self.update()

    def _say(self) -> None:
        self.setAccessibleName(_("日を選ぶ: {day}").format(day=words.short_day(self._day)))

    def sizeHint(self) -> QSize:
        return QSize(theme.em(13), theme.em(1.75) * 7)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.em(13), theme.em(1.4) * 7)  # below this its rows would run into each other

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, today = theme.current().tokens, datetime.now(TOKYO).date()
        first, last = span(self._day)
        painter.setFont(theme.current().font(0.8))
        for column in range(7):
            painter.setPen(QColor(tokens.muted))
            name = words.weekday(first + timedelta(days=column))
            painter.drawText(self._cell(column, -1), Qt.AlignmentFlag.AlignCenter, name)
        for index in range((last - first).days):
            day, cell = first + timedelta(days=index), self._cell(index % 7, index // 7)
            circle = QRectF(0, 0, theme.em(1.55), theme.em(1.55))
            circle.moveCenter(cell.center())
            painter.setPen(Qt.PenStyle.NoPen)
            shown = self._range[0] <= day <= self._range[1]
            if shown:
                painter.fillRect(cell.adjusted(0, 1, 0, -1), QColor(tokens.selected))
            if day == today:
                painter.setBrush(QColor(tokens.primary))
                painter.drawEllipse(circle)
            if day == self._day and day != today:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(on(tokens.primary, tokens, shown)), 1.5))
                painter.drawEllipse(circle)
            free = bool(holiday(day)) or day.weekday() == 6
            colour = tokens.danger if free else tokens.text
            if day.month != self._day.month:
                colour = tokens.muted
            painter.setPen(QColor(tokens.on_primary if day == today else on(colour, tokens, shown)))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(day.day))

    def _cell(self, column: int, row: int) -> QRectF:
        width, height = self.width() / 7, self.height() / 7
        return QRectF(column * width, (row + 1) * height, width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        column = int(event.position().x() // (self.width() / 7))
        row = int(event.position().y() // (self.height() / 7)) - 1
        first, last = span(self._day)
        day = first + timedelta(days=row * 7 + column)
        if row >= 0 and 0 <= column < 7 and day < last:
            self.chosen.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}.get(
            Qt.Key(event.key()), 0
        )
        if not step:
            super().keyPressEvent(event)
            return
        day = self._day + timedelta(days=step)
        announce(self, words.short_day(day))
        self.chosen.emit(day)


class Side(QWidget):
    """Small month, calendars, the day as a list."""

    chosen = Signal(object)
    month_turned = Signal(int)
    shown = Signal(int, bool)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(theme.em(14))
        layout = page.column(self, 0.5)
        self._choose = QWidget()
        choose = page.column(self._choose, 0.5)
        head = page.row(spacing=0)
        self._month = page.label("", "strong")
        head.addWidget(self._month, 1)
        head.addWidget(icon_button(_("前の月"), "caret-left", lambda: self.month_turned.emit(-1)))
        head.addWidget(icon_button(_("次の月"), "caret-right", lambda: self.month_turned.emit(1)))
        choose.addLayout(head)
        self.small = SmallMonth()
        self.small.chosen.connect(self.chosen)
        choose.addWidget(self.small)
        layout.addWidget(self._choose)
        layout.addSpacing(theme.em(0.5))
        layout.addWidget(page.label(_("カレンダー"), "strong"))
        boxes = QWidget()
        boxes.setObjectName("page")
        self._boxes = page.column(boxes, 0)
        area = QScrollArea()
        area.setWidget(boxes)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        layout.addWidget(area, 1)
        layout.addSpacing(theme.em(0.5))
        self._day_name = page.label("", "strong")
        layout.addWidget(self._day_name)
        self.list = QListWidget()
        self.list.setAccessibleName(_("選んだ日の予定"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setUniformItemSizes(False)
        self.list.itemActivated.connect(lambda item: self.opened.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.list.itemClicked.connect(lambda item: self.opened.emit(item.data(Qt.ItemDataRole.UserRole)))
        layout.addWidget(self.list, 1)
        self._known: list[Collection] = []
        theme.current().changed.connect(self._colour_again)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where banners leave little height the small month goes rather than be crushed; the bar above the
        grid walks through the days, too."""
        super().resizeEvent(event)
        self._choose.setVisible(self.height() >= theme.em(LEAST_HEIGHT))

    def _colour_again(self) -> None:
        """The swatches in the colours of the theme that has been chosen."""
        for index, collection in enumerate(self._known):
            item = self._boxes.itemAt(index)
            box = item.widget() if item is not None else None
            if isinstance(box, QCheckBox):
                box.setIcon(_swatch(collection.colour))

    def put_collections(self, found: Sequence[Collection]) -> None:
        """The check boxes, made anew only where the calendars have changed."""
        if [(c.id, c.name, c.colour) for c in found] != [(c.id, c.name, c.colour) for c in self._known]:
            page.clear(self._boxes)
            for collection in found:
                box = QCheckBox(collection.name)
                box.setIcon(_swatch(collection.colour))
                box.setChecked(collection.shown)
                box.toggled.connect(lambda on, number=collection.id: self.shown.emit(number, on))
                self._boxes.addWidget(box)
            self._boxes.addStretch(1)
        self._known = list(found)

    def put_day(
        self, day: date, first: date, last: date, found: Sequence[Occurrence], by: Mapping[int, Collection],
        named: bool = False,
    ) -> None:  # fmt: skip
        """The chosen ``day``, and the range that the grid shows. ``named``: each line says whose it is."""
        self.small.put(day, first, last)
        self._month.setText(format_month(day))
        free = holiday(day)
        week = _("第{number}週").format(number=day.isocalendar().week)
        self._day_name.setText(f"{words.short_day(day)} {free or week}")
        self.list.clear()
        for o in found:
            if day in days_of(o, day, day + timedelta(days=1)):
                collection = by.get(o.collection)
                whose = f"　{collection.name}" if named and collection is not None else ""
                item = QListWidgetItem(f"{words.time_words(o)}{whose}\n{words.title(o, collection)}")
                item.setData(Qt.ItemDataRole.UserRole, o)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, words.spoken(o, collection))
                item.setToolTip(plain(words.spoken(o, collection)))
                self.list.addItem(item)
        if self.list.count() == 0:
            item = QListWidgetItem(_("予定はありません"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)


def _swatch(colour: str) -> QIcon:
    size = theme.em(0.9)
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(block(colour, theme.current().tokens)[1]))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size / 4, size / 4)
    painter.end()
    return QIcon(picture)
