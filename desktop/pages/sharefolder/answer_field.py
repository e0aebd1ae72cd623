"""One field of a form: its label, what is typed, and below it what will be written or why that cannot be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.search import LineEdit
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from sharefolder.documents.filling import Cell
from sharefolder.inquiry.fields import Field, typed, words

_SHOWN = 40  # characters of a draft's text


class AnswerField(QWidget):
    """``changed`` is called at every key; what it says is looked at when one goes on to the next field."""

    def __init__(
        self,
        field: Field,
        heading: str,
        text: str,
        changed: Callable[[], object],
        aside: str | None = None,
    ) -> None:
        """``aside``: what a draft says where the workbook has come to say something else since."""
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
        self._beside = self._draft(aside, f"{heading} {name}") if aside is not None else None
        if self._beside is not None:
            layout.addWidget(self._beside)
        layout.addStretch(1)
        if text:
            self.look()

    def _draft(self, aside: str, name: str) -> QWidget:
        """What the draft says, to be taken or left; gone once one has typed something else."""
        beside = QWidget()
        layout = page.column(beside, 0.2)
        shown = aside if len(aside) <= _SHOWN else f"{aside[:_SHOWN]}…"
        layout.addWidget(page.label(_("下書きでは「{text}」").format(text=shown), "caption", wrap=True))
        use = button(_("下書きのほうを使う"), lambda: self._use(aside))
        use.setAccessibleName(_("{field}: 下書きの「{text}」を使う").format(field=name, text=shown))
        layout.addWidget(Flow(use))
        self.edit.textChanged.connect(lambda _text: beside.hide())
        return beside

    def _use(self, aside: str) -> None:
        self.edit.setText(aside)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.look()

    @property
    def undecided(self) -> bool:
        """Whether a draft stands beside it still."""
        return self._beside is not None and not self._beside.isHidden()

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
        said = words(cell, self.field.percent) if cell[3] else ""
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
