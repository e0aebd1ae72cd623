"""About: the version, the face models with their measured figures, where the words and pictures come from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from core.i18n import _
from core.version import version
from desktop.pages.services import Services
from desktop.ui import page


def about_card(services: Services) -> QFrame:
    """The last card of the settings."""
    frame, layout = page.card(_("まほろばについて"))
    layout.addWidget(page.label(_("まほろば {version}").format(version=version()), "strong"))
    layout.addWidget(page.label(_("カメラを見る。それだけで、一日が始まる。"), "muted"))
    layout.addWidget(page.line())
    layout.addWidget(_Models(services))
    layout.addWidget(page.line())
    credits = _("色: デジタル庁デザインシステム（MIT）。アイコン: Phosphor（MIT）。画面: Qt（LGPL）。")
    layout.addWidget(page.label(credits, "caption", wrap=True))
    return frame


class _Models(QWidget):
    """Asked from the service when first shown, off the UI thread."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._asked = False
        layout = page.column(self, 0.5)
        layout.addWidget(page.label(_("顔照合のモデルと測定値"), "strong"))
        self._figures = page.label(_("確かめています…"), wrap=True)
        self._figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self._figures)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            auth = self._services.auth
            self._services.bridge.run(self, _("モデル"), lambda _r: str(auth.model_figures()), self._show)

    def _show(self, figures: str) -> None:
        self._figures.setText(figures)
