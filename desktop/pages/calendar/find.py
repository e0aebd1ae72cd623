"""予定を探す: words in, events out, the nearest first; one press goes to the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QListWidgetItem

from calendar_sync.model import Collection, Occurrence
from core.i18n import _
from core.wareki import format_date
from desktop.pages.calendar import words
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui.announce import announce
from desktop.ui.widgets.fields import labelled, line_edit

_PAUSE = 200  # ms after the last key


class FindCard(SideCard):
    """``searched`` brings the words, ``chosen`` the event to go to."""

    searched = Signal(str)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("予定を探す"))
        self.field = line_edit(_("探すことば"), _("件名・場所・メモ"), limit=100)
        self.inside.addWidget(labelled(_("探すことば"), self.field))
        self._count = self.say("", "caption")
        self.list = word_list(_("見つかった予定"))
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        self.inside.addWidget(self.list, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(lambda: self.searched.emit(self.field.text()))
        self.field.textChanged.connect(lambda _text: self._timer.start())

    def put(self, found: Sequence[Occurrence], collections: Mapping[int, Collection]) -> None:
        self.list.clear()
        for o in found:
            collection = collections.get(o.collection)
            place = "" if words.hidden(o, collection) else o.location
            lines = (
                format_date(o.start.date()),
                f"{words.time_words(o)}　{words.title(o, collection)}",
                place,
            )
            item = QListWidgetItem("\n".join(filter(None, lines)))
            item.setData(256, o)
            self.list.addItem(item)
        said = (
            _("{count} 件見つかりました").format(count=self.list.count()) if self.field.text().strip() else ""
        )
        self._count.setText(said)
        self.list.setCurrentRow(0)
        announce(self, said)

    def _choose(self, item: QListWidgetItem) -> None:
        found = item.data(256)
        if isinstance(found, Occurrence):
            self.chosen.emit(found)
