"""Below the list: how many there are, what is chosen of them, and a field that narrows them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.widgets.fields import line_edit


class Foot(page.Across):
    """``count`` is also about what was found; ``filter`` about ``rows`` alone."""

    def __init__(self, rows: QWidget, found: QWidget, narrow: Callable[[str], object]) -> None:
        super().__init__(36, 0.6)
        self._rows, self._found = rows, found
        self.count = page.label("", "caption")
        self.filter = line_edit(_("この一覧を絞り込む"), _("名前で絞り込む（Ctrl+F）"), limit=200)
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(theme.em(17))
        self.filter.textChanged.connect(narrow)
        self.add(self.count, 1)
        self.add(self.filter)

    def fit(self, shown: object) -> None:
        """Only what is about ``shown``."""
        self.filter.setVisible(shown is self._rows)
        self.count.setVisible(shown is self._rows or shown is self._found)
