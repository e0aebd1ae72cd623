"""Fields with a visible label above, and the secret field with its eye."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from core.i18n import _
from desktop.ui import page
from desktop.ui.buttons import icon_button
from desktop.ui.icons import set_icon
from desktop.ui.search import LineEdit
from desktop.ui.tips import plain


def labelled(text: str, field: QWidget, hint: str = "") -> QWidget:
    """``field`` under its label; the label names it for a screen reader and carries its mnemonic."""
    box = QWidget()
    layout = page.column(box, 0.35)
    words = page.label(text, "strong")
    words.setBuddy(field)
    layout.addWidget(words)
    layout.addWidget(field)
    if hint:
        layout.addWidget(page.label(hint, "caption", wrap=True))
    focusable = field if field.focusPolicy() != Qt.FocusPolicy.NoFocus else None
    if focusable is not None and not focusable.accessibleName():
        focusable.setAccessibleName(text.replace("&", ""))
    return box


def abreast(fields: Sequence[tuple[str, QWidget, int]]) -> QWidget:
    """Fields under their labels (label, field, share) in one line; in two where they have no room, of some
    15 em each."""
    whole, half = page.Across(15 * len(fields), 0.8), (len(fields) + 1) // 2
    for part in (fields[:half], fields[half:]):
        line = page.row(spacing=0.8)
        for title, field, share in part:
            line.addWidget(labelled(title, field), share)
        whole.add(line, sum(share for _title, _field, share in part))
    return whole


def line_edit(name: str, placeholder: str = "", main: bool = False, limit: int = 100) -> LineEdit:
    """A text line of at most ``limit`` characters."""
    made = LineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(placeholder)
    made.setMaxLength(limit)
    if main:
        made.setProperty("big", True)
    return made


class PinField(QWidget):
    """A PIN: dots, no input method, at most 64 characters, an eye to look at it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.edit = line_edit(name, main=True, limit=64)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhPreferNumbers
        )
        self._eye = icon_button(_("{name}を表示する").format(name=name), "eye", self._toggle)
        self._name = name
        self.setFocusProxy(self.edit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = page.row(self, 0.25)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self._eye)

    def text(self) -> str:
        return self.edit.text()

    def clear(self) -> None:
        self.edit.clear()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)

    def mark_wrong(self, wrong: bool) -> None:
        """A red edge while the last try was wrong."""
        self.edit.setProperty("wrong", wrong)
        page.restyle(self.edit)

    def _toggle(self) -> None:
        hidden = self.edit.echoMode() == QLineEdit.EchoMode.Password
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        set_icon(self._eye, "eye-slash" if hidden else "eye")
        words = _("{name}を隠す") if hidden else _("{name}を表示する")
        self._eye.setAccessibleName(words.format(name=self._name))
        self._eye.setToolTip(plain(self._eye.accessibleName()))
