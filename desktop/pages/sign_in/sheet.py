"""The calm surface that every sheet before the shell lies on: hills, the mark, one card in the middle."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.notice import NoticeBar
from desktop.ui.widgets.camera_preview import CameraPreview
from desktop.ui.widgets.hills import Hills, Mark


class Sheet(Hills):
    """``body`` is the card's layout; ``top`` the line of chips and small buttons at the upper right."""

    what = "sheet"

    def __init__(self, width: float, chips: list[tuple[str, str]] | None = None) -> None:
        super().__init__()
        outer = page.column(self, 0)
        self.notices = NoticeBar()
        self.top = page.row(spacing=0.6)
        self.top.setContentsMargins(theme.em(1.5), theme.em(1), theme.em(1.5), theme.em(0.7))
        self.top.addWidget(Mark(2.2))
        self.top.addWidget(page.label(_("まほろば"), "brand"))
        self.top.addStretch(1)
        for kind, words in chips or []:
            chip = page.label(words)
            chip.setProperty("chip", kind)
            self.top.addWidget(chip)
        outer.addLayout(self.top)
        outer.addWidget(self.notices)
        self.card = QFrame()
        self.card.setProperty("card", True)
        self.card.setMaximumWidth(theme.em(width))
        self.body: QVBoxLayout = page.column(self.card, 1, 2)
        middle = QWidget()
        middle.setObjectName("page")
        centre = page.column(middle, 0, 1.5)
        centre.addStretch(1)
        line = page.row(spacing=0)
        line.addStretch(1)
        line.addWidget(self.card, 1000)
        line.addStretch(1)
        centre.addLayout(line, 0)
        centre.addStretch(1)
        area = QScrollArea()
        area.setWidget(middle)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        outer.addWidget(area, 1)

    def lit_area(self) -> QRectF:
        """Below the line of the mark and the chips, and below a notice."""
        top = self.top.geometry().bottom() + 1
        if self.notices.isVisible():
            top = max(top, self.notices.geometry().bottom() + 1)
        return QRectF(0, top, self.width(), self.height() - top)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a low screen the mirror gives way, so that sentence and fields stay in sight."""
        super().resizeEvent(event)
        for preview in self.findChildren(CameraPreview):
            preview.limit(event.size().height() * 0.42)


class Waiting(Sheet):
    """Before the very first start has found out that nobody is registered."""

    def __init__(self) -> None:
        super().__init__(30)
        self.words = page.label(_("まほろばを準備しています…"), "lead", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.body.addWidget(self.words)
