"""取り込む・書き出す: choose a file, see what it would change, then take it in; or write a calendar out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog

from calendar_sync.files import Incoming
from calendar_sync.model import Collection
from calendar_sync.scan import scan
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled

_SHOWN = 100


class FilesCard(SideCard):
    """``chosen`` a file to look into, ``confirmed`` what to take in, ``exported`` where to write."""

    chosen = Signal(object, int)
    confirmed = Signal(object)
    exported = Signal(object, int)

    def __init__(self, calendars: Sequence[Collection]) -> None:
        super().__init__(_("取り込む・書き出す"))
        self.calendar = QComboBox()
        for each in calendars:
            self.calendar.addItem(each.name, each.id)
        self.inside.addWidget(labelled(_("どのカレンダー"), self.calendar))
        self.inside.addWidget(button(_("ファイルを選ぶ…"), self._choose, icon="upload-simple"))
        self._found = self.say(_(".ics か .csv を選ぶと、何が変わるかを先に見せます。"))
        self.list = word_list(_("ファイルの中の予定"), 10)
        self.inside.addWidget(self.list, 1)
        self.take = button(_("取り込む"), self._confirm, "primary", "check", main=True)
        self.take.setEnabled(False)
        self.inside.addWidget(self.take)
        self.say(_("書き出す"), "strong")
        for text, suffix in ((_("ICS で書き出す…"), ".ics"), (_("CSV で書き出す…"), ".csv")):
            self.inside.addWidget(button(text, partial(self._export, suffix), icon="export"))
        self._incoming: Incoming | None = None

    def _choose(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(
            self, _("取り込むファイル"), "", _("予定のファイル (*.ics *.csv)")
        )
        if name:
            self.chosen.emit(Path(name), int(self.calendar.currentData()))

    def put(self, incoming: Incoming) -> None:
        """What the file would change."""
        self._incoming = incoming
        said = _("新しい予定 {new} 件、変わる予定 {changed} 件、同じ予定 {same} 件。").format(
            new=len(incoming.new), changed=len(incoming.changed), same=incoming.same
        )
        self._found.setText(said)
        self.list.clear()
        for problem in incoming.problems:
            self.list.addItem("⚠ " + problem)
        marked = [(_("新"), raw) for _uid, raw in incoming.new]
        marked += [(_("変"), raw) for _event, raw in incoming.changed]
        for mark, raw in marked[:_SHOWN]:
            self.list.addItem(f"{mark}　{_line(raw)}")
        if len(marked) > _SHOWN:
            self.list.addItem(_("ほか {count} 件").format(count=len(marked) - _SHOWN))
        self.take.setEnabled(incoming.count > 0)
        announce(self, said)

    def _confirm(self) -> None:
        if self._incoming is not None:
            self.confirmed.emit(self._incoming)

    def _export(self, suffix: str) -> None:
        name, _kind = QFileDialog.getSaveFileName(
            self, _("書き出す場所"), f"{self.calendar.currentText()}{suffix}", f"*{suffix}"
        )
        if name:
            path = Path(name)
            where = path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
            self.exported.emit(where, int(self.calendar.currentData()))

    def exported_to(self, count: int) -> None:
        self._found.setText(_("{count} 件を書き出しました。").format(count=count))
        announce(self, self._found.text())


def _line(raw: bytes) -> str:
    entry = scan(raw).entries[0]
    if entry.span is None:
        return entry.summary
    return f"{words.when_words(entry.span.start, entry.span.end, entry.span.all_day)}　{entry.summary}"
