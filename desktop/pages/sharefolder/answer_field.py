"""One field of a form: its label, what is typed, and below it what will be written or why that cannot be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.ui import page
from desktop.ui.search import LineEdit
from desktop.ui.widgets.fields import line_edit
from sharefolder.documents.filling import Cell
from sharefolder.inquiry.fields import Field, typed, words


class AnswerField(QWidget):
    """``changed`` is called at every key; what it says is looked at when one goes on to the next field."""

    def __init__(self, field: Field, heading: str, text: str, changed: Callable[[], object]) -> None:
        super().__init__()
        self.field = field
        name = f"{field.name}（{_('必須')}）" if field.required else field.name
        layout = page.column(self, 0.35)
        label = page.label(name, "caption", wrap=True)
        self.edit: LineEdit = line_edit(f"{heading} {name}", _example(field.kind), limit=2_000)
        label.setBuddy(self.edit)
        self._said = page.label("", "caption", wrap=True)
        self.edit.setText(text)
        self.edit.textChanged.connect(lambda _text: changed())
        self.edit.editingFinished.connect(self.look)
        for widget in (label, self.edit, self._said):
            layout.addWidget(widget)
        layout.addStretch(1)
        if text:
            self.look()

    def text(self) -> str:
        """As it was typed."""
        return self.edit.text()

    def look(self, gap: bool = False) -> Cell | None:
        """What will be written; None where it cannot, which is said below. ``gap``: it must not be empty."""
        try:
            cell = typed(self.field, self.text())
            if gap:
                raise ValueError(_("ここは必ず書いてください。"))
        except ValueError as error:
            self._say(str(error), wrong=True)
            return None
        said = words(cell) if cell[3] else ""
        self._say("" if said == self.text().strip() else said, wrong=False)
        return cell

    def _say(self, said: str, wrong: bool) -> None:
        mark = "！ " if wrong else "→ "
        self._said.setText(mark + said if said else "")
        self.edit.setAccessibleDescription(said)
        if bool(self.edit.property("wrong")) != wrong:
            self.edit.setProperty("wrong", wrong)
            page.restyle(self.edit)


def _example(kind: str) -> str:
    return {"number": _("例: 1200"), "date": _("例: R8.12.4")}.get(kind, "")
