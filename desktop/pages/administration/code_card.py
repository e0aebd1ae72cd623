"""A one-time code just issued: shown once, to be handed over."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame

from auth.model import OneTimeCode
from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_datetime
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button


class CodeCard(QFrame):
    """Hidden until there is a code."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", "info")
        self._layout = page.column(self, 0.4, 0.9)
        self.hide()

    def show_code(self, kind: str, issued: OneTimeCode) -> None:
        """Show a code once; it is never shown again."""
        page.clear(self._layout)
        self._layout.addWidget(page.label(kind, "strong"))
        parts = issued.code.split("-")
        half = (len(parts) + 1) // 2  # two lines, broken where a reader pauses
        code = page.label("-".join(parts[:half]) + "-\n" + "-".join(parts[half:]), "section")
        code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._layout.addWidget(code)
        until = format_datetime(issued.expires.astimezone(TOKYO))
        words = _("一度だけ使えます。{until} まで。この画面を離れると、もう表示できません。").format(
            until=until
        )
        self._layout.addWidget(page.label(words, "caption", wrap=True))
        copy = button(_("コピー"), lambda: QGuiApplication.clipboard().setText(issued.code), icon="copy")
        self._layout.addWidget(copy)
        self.show()
        announce(self, f"{kind} {issued.code}")
