"""人を招く: who is asked to a meeting, chosen by name or, where the server schedules, by mail address."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidgetItem

from calendar_sync.attendance import MOST_ATTENDEES, Attendee, address_of
from calendar_sync.meetings import Colleague
from calendar_sync.scan import fold
from core.i18n import _
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit

_WHO = Qt.ItemDataRole.UserRole
_WORDS = Qt.ItemDataRole.UserRole + 1


class InviteCard(SideCard):
    """``invited`` brings everybody who is asked from now on."""

    invited = Signal(object)

    def __init__(
        self, title: str, people: Sequence[Colleague], asked: Sequence[Attendee], carried: bool
    ) -> None:
        super().__init__(_("人を招く"))
        self.say(_("「{title}」に招く人").format(title=title), "strong")
        name = _("名前か所属でさがす") if carried else _("メールアドレスで加える（Enter）")
        self._were = bool(asked)
        self.field = line_edit(name, limit=200)
        self.inside.addWidget(labelled(name, self.field))
        self.list = word_list(_("招く人"), 14)
        known = {address_of(c.who.address) for c in people}
        for who in asked:
            if address_of(who.address) not in known:
                self._add(who, who.address.removeprefix("mailto:"), True)
        chosen = {address_of(who.address) for who in asked}
        for each in people:
            self._add(each.who, each.place, address_of(each.who.address) in chosen)
        self.list.itemChanged.connect(lambda _item: self._count())
        self.inside.addWidget(self.list, 1)
        self.save = button("", self._save, "primary", "user-plus", main=True)
        self.inside.addWidget(self.save)
        if carried:
            self.field.textChanged.connect(self._filter)
        else:
            self.field.returnPressed.connect(self._take_address)
        self._count()

    def chosen(self) -> list[Attendee]:
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(_WHO) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _add(self, who: Attendee, place: str, ticked: bool) -> None:
        item = QListWidgetItem(f"{who.name}\n{place}" if place and place != who.name else who.name)
        item.setData(_WHO, who)
        item.setData(_WORDS, fold(f"{who.name} {place}"))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, _("、").join(filter(None, (who.name, place))))
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.list.addItem(item)

    def _filter(self, text: str) -> None:
        wanted = fold(text).split()
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(not all(word in item.data(_WORDS) for word in wanted))

    def _take_address(self) -> None:
        text = self.field.text().strip()
        name, at, host = text.rpartition("@")
        if not at or not name or not host or any(c.isspace() or c in '<>";,:' for c in text):
            announce(self, _("メールアドレスとして読めません。"), True)
            return
        self._add(Attendee(f"mailto:{text}", text), "", True)
        self.field.clear()
        self._count()

    def _count(self) -> None:
        count = len(self.chosen())
        self.save.setText(_("{count} 人を招く").format(count=count) if count else _("だれも招かない"))
        self.save.setEnabled(count < MOST_ATTENDEES and (count > 0 or self._were))

    def _save(self) -> None:
        self.invited.emit(self.chosen())
