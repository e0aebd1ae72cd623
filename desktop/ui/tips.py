"""Tool tips that show names from outside as they are: Qt takes ``<b>`` in a file's name for markup."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain(text: str) -> str:
    """``text`` for ``setToolTip`` or ToolTipRole, shown letter by letter whoever wrote it.

    Only what Qt itself would take for markup is wrapped (Qt::mightBeRichText, which QToolTip asks): a screen
    reader may be given a tool tip too, and hears all others as they are.
    """
    if not Qt.mightBeRichText(text):
        return text
    return f'<span style="white-space:pre-wrap">{escape(text)}</span>'
