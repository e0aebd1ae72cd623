"""Invitations that wait for an answer, as a list: Enter opens one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidgetItem

from calendar_sync.meetings import Invitation
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui import page

_EVENT = Qt.ItemDataRole.UserRole


class InvitationsCard(SideCard):
    """``opened`` brings the occurrence to answer."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("返事を待っている招待"))
        self.say(_("選んで Enter を押すと、内容と返事のボタンが出ます。"))
        self.list = word_list(_("返事を待っている招待"))
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        self.inside.addWidget(self.list, 1)
        self._refused = page.column(spacing=0.3)
        self.inside.addLayout(self._refused)

    def put(self, found: Sequence[Invitation], refused: Sequence[str]) -> None:
        """Show what waits, and why other things were not taken for an invitation or an answer."""
        self.list.clear()
        for one in found:
            o = one.occurrence
            from_ = _("{name} さんから").format(name=one.organiser)
            when = words.when_words(o.start, o.end, o.all_day)
            item = QListWidgetItem(f"{o.summary}\n{when}　{o.location}\n{from_}")
            item.setData(_EVENT, o)
            said = _("、").join(filter(None, (o.summary, when, o.location, from_)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            self.list.addItem(item)
        if not found:
            item = QListWidgetItem(_("返事を待っている招待はありません。"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        page.clear(self._refused)
        for why in dict.fromkeys(refused):
            self._refused.addWidget(
                page.label(_("受け付けていません: {why}").format(why=why), "warning", wrap=True)
            )

    def _open(self, item: QListWidgetItem) -> None:
        if item.data(_EVENT) is not None:
            self.opened.emit(item.data(_EVENT))
