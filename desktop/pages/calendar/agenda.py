"""The same events as a table: for the eye that looks for one, and for a screen reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from calendar_sync.model import Collection, Occurrence
from core.i18n import _
from desktop.pages.calendar import words
from desktop.ui import page
from desktop.ui.widgets.table import Table


class Agenda(QWidget):
    """``opened`` brings the occurrence of the row."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        titles = [_("日"), _("時刻"), _("予定"), _("場所"), _("カレンダー"), _("状態")]
        self.table = Table(_("予定の一覧"), titles, (6.4, 6.8, 10, 5.5, 6, 3), whole=(0, 1))
        self.table.opened.connect(self.opened)
        page.column(self, 0).addWidget(self.table)

    def put(self, found: Sequence[Occurrence], collections: Mapping[int, Collection]) -> None:
        self.table.put([(o, _cells(o, collections.get(o.collection))) for o in found])


def _cells(o: Occurrence, collection: Collection | None) -> tuple[str, ...]:
    states = [
        _("見比べが必要") if o.conflict else "", _("未送信") if o.unsent else "",
        _("仮") if o.status == "TENTATIVE" else "", _("中止") if o.status == "CANCELLED" else "",
    ]  # fmt: skip
    return (
        words.short_day(o.start.date()), words.until_words(o), words.title(o, collection),
        "" if words.hidden(o, collection) else o.location,
        collection.name if collection is not None else "", _("、").join(s for s in states if s),
    )  # fmt: skip
