"""The row above the days: back, today and on; what is shown; whether it is sent; how to show it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.pages.calendar.views import AGENDA, DAY, GROUP, MONTH, WEEK, YEAR
from desktop.ui import page
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.segmented import Segmented


class Tools(page.Across):
    """``turned``: by how many of what is shown. ``state``: says whether everything is sent."""

    turned = Signal(int)
    today = Signal()

    def __init__(self, state: QWidget) -> None:
        super().__init__(None, 0.5)
        going, choosing = page.row(spacing=0.5), page.row(spacing=0.5)
        going.addWidget(icon_button(_("前へ"), "caret-left", lambda: self.turned.emit(-1)))
        going.addWidget(button(_("今日"), self.today.emit))
        going.addWidget(icon_button(_("次へ"), "caret-right", lambda: self.turned.emit(1)))
        self.heading = page.label("", "section")
        going.addWidget(self.heading)
        going.addStretch(1)
        choosing.addWidget(state)
        choices = [
            (DAY, _("日")),
            (WEEK, _("週")),
            (GROUP, _("グループ週")),
            (MONTH, _("月")),
            (YEAR, _("年度")),
            (AGENDA, _("一覧")),
        ]
        self.choice = Segmented(_("表示のしかた"), choices, WEEK)
        choosing.addStretch(1)
        choosing.addWidget(self.choice)
        self.add(going, 1)
        self.add(choosing)
