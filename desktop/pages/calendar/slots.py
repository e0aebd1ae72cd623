"""空き時間: choose who and how long; the best times stand as a list, one press makes the event.

Several ticked times are held at once (仮押さえ), until one of them is settled on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QListWidget, QListWidgetItem

from calendar_sync.freeslots import Slot
from calendar_sync.model import Collection
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit

_SLOT = Qt.ItemDataRole.UserRole


class SlotCard(SideCard):
    """``searched`` brings calendars, minutes and those for the way; ``taken`` a slot, the title and the
    calendars of those who come; ``held`` several."""

    searched = Signal(object, int, int)
    taken = Signal(object, str, object)
    held = Signal(object, str, object)

    def __init__(self, people: Sequence[Collection]) -> None:
        super().__init__(_("空き時間をさがす"))
        layout = self.inside
        self.title = line_edit(_("会議の名前"), limit=200)
        layout.addWidget(labelled(_("会議の名前"), self.title))
        self.length = QComboBox()
        for minutes in (30, 60, 90, 120, 180):
            self.length.addItem(_("{minutes} 分").format(minutes=minutes), minutes)
        self.length.setCurrentIndex(1)
        self.margin = QComboBox()
        for minutes in (0, 15, 30, 60):
            words_ = _("{minutes} 分").format(minutes=minutes) if minutes else _("なし")
            self.margin.addItem(words_, minutes)
        both = page.row(spacing=0.6)
        both.addWidget(labelled(_("長さ"), self.length), 1)
        both.addWidget(labelled(_("前後の移動"), self.margin), 1)
        layout.addLayout(both)
        self._who = self.say("", "strong")
        self.people = word_list(_("参加する人"), 7)
        self.people.setMaximumHeight(theme.em(9))
        for person in people:
            item = QListWidgetItem(person.name)
            item.setData(_SLOT, person.id)
            item.setCheckState(Qt.CheckState.Checked)
            self.people.addItem(item)
        self.people.itemChanged.connect(lambda _item: self._count())
        layout.addWidget(self.people)
        self._count()
        layout.addWidget(button(_("さがす"), self.search, "primary", "magnifying-glass", main=True))
        self.list = word_list(_("空いている時間"))
        self.list.itemActivated.connect(self._take)
        layout.addWidget(self.list, 1)
        self.book = button(
            _("この時間に入れる"), lambda: self._take(self.list.currentItem()), icon="calendar-plus"
        )
        self.book.setEnabled(False)
        self.list.currentItemChanged.connect(lambda *_item: self.book.setEnabled(self._slot() is not None))
        layout.addWidget(self.book)
        self.hold = button(_("チェックした時間を仮押さえ"), self._hold, icon="list-checks")
        self.hold.setEnabled(False)
        self.list.itemChanged.connect(lambda _item: self.hold.setEnabled(len(_ticked(self.list)) > 1))
        layout.addWidget(self.hold)

    def search(self) -> None:
        self.searched.emit(
            _ticked(self.people), int(self.length.currentData()), int(self.margin.currentData())
        )

    def put(self, found: Sequence[Slot]) -> None:
        """Show the slots, best first."""
        self.list.clear()
        for slot in found:
            when = words.when_words(slot.start, slot.end, False)
            rooms = _("空き部屋: {rooms}").format(rooms=_("、").join(slot.rooms[:2])) if slot.rooms else ""
            item = QListWidgetItem("\n".join(filter(None, (when, rooms))))
            item.setData(_SLOT, slot)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        if not found:
            item = QListWidgetItem(_("4 週間のうちに、全員が空いている時間はありません。"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        announce(self, _("{count} 件見つかりました").format(count=len(found)))
        self.list.setCurrentRow(0)

    def _slot(self) -> Slot | None:
        item = self.list.currentItem()
        found = item.data(_SLOT) if item is not None else None
        return found if isinstance(found, Slot) else None

    def _count(self) -> None:
        self._who.setText(_("参加する人（{count} 人）").format(count=len(_ticked(self.people))))

    def _hold(self) -> None:
        self.held.emit(_ticked(self.list), self._name(), _ticked(self.people))

    def _name(self) -> str:
        return self.title.text().strip() or _("打合せ")

    def _take(self, item: QListWidgetItem | None) -> None:
        slot = item.data(_SLOT) if item is not None else None
        if isinstance(slot, Slot):
            self.taken.emit(slot, self._name(), _ticked(self.people))


def _ticked(list_: QListWidget) -> list[Any]:
    """What the ticked lines stand for."""
    items = (list_.item(row) for row in range(list_.count()))
    return [i.data(_SLOT) for i in items if i.checkState() == Qt.CheckState.Checked and i.data(_SLOT)]
