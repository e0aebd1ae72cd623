"""What needs a person's decision, above the grid: a sentence and its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from calendar_sync.model import Collection, Conflict
from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button

Note = tuple[str, list[tuple[str, Callable[[], object]]]]


class Bar(QFrame):
    """``compared``: the person wants to see both versions; ``answered``: calendar, and whether to delete;
    ``invitations``: to see what waits for an answer."""

    compared = Signal()
    invitations = Signal()
    answered = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", "warning")
        self._layout = page.column(self, 0.2)
        self._shown: list[str] = []
        self.hide()

    def put(self, conflicts: Sequence[Conflict], collections: Sequence[Collection], waiting: int = 0) -> None:
        """Say what waits for the person; nothing: the bar is gone."""
        notes = self._notes(conflicts, collections)
        if waiting:
            text = _("返事を待っている招待が {count} 件あります。").format(count=waiting)
            notes.append((text, [(_("招待を見る"), self.invitations.emit)]))
        if [text for text, _a in notes] == self._shown:
            return
        self._shown = [text for text, _a in notes]
        page.clear(self._layout)
        for text, actions in notes:
            line = QWidget()
            row = page.row(line, 0.75)
            row.setContentsMargins(theme.em(1), theme.em(0.35), theme.em(0.75), theme.em(0.35))
            row.addWidget(page.label(text, "strong", wrap=True), 1)
            for name, act in actions:
                row.addWidget(button(name, act))
            self._layout.addWidget(line)
            announce(self, text, True)
        self.setVisible(bool(notes))

    def _notes(self, conflicts: Sequence[Conflict], collections: Sequence[Collection]) -> list[Note]:
        notes: list[Note] = []
        refused = sum(each.refused for each in conflicts)
        if len(conflicts) > refused:
            text = _("同じ予定が別々に変えられています（{count} 件）。").format(
                count=len(conflicts) - refused
            )
            notes.append((text, [(_("見比べる"), self.compared.emit)]))
        if refused:
            text = _("サーバーに断られて、送れなかった変更があります（{count} 件）。").format(count=refused)
            notes.append((text, [(_("中身を見る"), self.compared.emit)]))
        for c in collections:
            if c.held:
                text = _("「{name}」の {count} 件が、サーバーから一度に消えました。").format(
                    name=c.name, count=c.held
                )
                keep = (_("残して送り直す"), lambda n=c.id: self.answered.emit(n, False))
                drop = (_("ここでも消す"), lambda n=c.id: self.answered.emit(n, True))
                notes.append((text, [keep, drop]))
        return notes
