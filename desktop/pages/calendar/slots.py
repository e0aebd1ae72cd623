"""空き時間: choose who and how long; the best times stand as a list, one press makes the event."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QListWidget, QListWidgetItem, QScrollArea, QWidget

from calendar_sync.freeslots import Slot
from calendar_sync.model import Collection
from core.i18n import _
from desktop.pages.calendar import words
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.fields import labelled, line_edit


class SlotCard(QFrame):
    """``searched`` brings the calendars, minutes and days; ``taken`` the slot, the title and the room."""

    searched = Signal(object, int, int)
    taken = Signal(object, str)
    closed = Signal()

    def __init__(self, people: Sequence[Collection]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(theme.em(19))
        outer = page.column(self, 0)
        inside = QWidget()
        inside.setObjectName("page")
        layout = page.column(inside, 0.6, 1)
        head = page.row()
        head.addWidget(page.label(_("空き時間をさがす"), "section"), 1)
        head.addWidget(icon_button(_("空き時間を閉じる"), "x", self.closed.emit))
        layout.addLayout(head)
        self.title = line_edit(_("会議の名前"), limit=200)
        layout.addWidget(labelled(_("会議の名前"), self.title))
        layout.addWidget(page.label(_("参加する人"), "strong"))
        self._boxes = []
        for person in people:
            box = QCheckBox(person.name)
            box.setChecked(True)
            self._boxes.append((person.id, box))
            layout.addWidget(box)
        self.length = QComboBox()
        for minutes in (30, 60, 90, 120, 180):
            self.length.addItem(_("{minutes} 分").format(minutes=minutes), minutes)
        self.length.setCurrentIndex(1)
        layout.addWidget(labelled(_("長さ"), self.length))
        layout.addWidget(button(_("さがす"), self.search, "primary", "magnifying-glass", main=True))
        self.list = QListWidget()
        self.list.setAccessibleName(_("空いている時間"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(theme.em(12))
        self.list.itemActivated.connect(self._take)
        layout.addWidget(self.list, 1)
        self.book = button(
            _("この時間に入れる"), lambda: self._take(self.list.currentItem()), icon="calendar-plus"
        )
        self.book.setEnabled(False)
        self.list.currentItemChanged.connect(lambda *_item: self.book.setEnabled(self._slot() is not None))
        layout.addWidget(self.book)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        outer.addWidget(area)

    def search(self) -> None:
        chosen = [number for number, box in self._boxes if box.isChecked()]
        self.searched.emit(chosen, int(self.length.currentData()), 28)

    def put(self, found: Sequence[Slot]) -> None:
        """Show the slots, best first."""
        self.list.clear()
        for slot in found:
            when = words.when_words(slot.start, slot.end, False)
            rooms = _("空き部屋: {rooms}").format(rooms=_("、").join(slot.rooms[:2])) if slot.rooms else ""
            item = QListWidgetItem("\n".join(filter(None, (when, rooms))))
            item.setData(Qt.ItemDataRole.UserRole, slot)
            self.list.addItem(item)
        if not found:
            item = QListWidgetItem(_("4 週間のうちに、全員が空いている時間はありません。"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        announce(self, _("{count} 件見つかりました").format(count=len(found)))
        self.list.setCurrentRow(0)

    def _slot(self) -> Slot | None:
        item = self.list.currentItem()
        found = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found if isinstance(found, Slot) else None

    def _take(self, item: QListWidgetItem | None) -> None:
        slot = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(slot, Slot):
            self.taken.emit(slot, self.title.text().strip() or _("打合せ"))
