"""Settings: account, my face, appearance, presence, camera, self-test, about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.pages.services import Services
from desktop.pages.settings.about import about_card
from desktop.pages.settings.account import account_card
from desktop.pages.settings.choices import appearance_card, camera_card, notification_card, presence_card
from desktop.pages.settings.face_data import FaceData
from desktop.pages.settings.self_test import SelfTest
from desktop.ui import page, theme


def settings_page(services: Services) -> QWidget:
    """One column of cards, in the order in which people look for things."""
    content = QWidget()
    layout = page.column(content, 1.25)
    layout.addWidget(account_card(services))
    layout.addWidget(FaceData(services))
    layout.addWidget(appearance_card(services))
    layout.addWidget(presence_card(services))
    layout.addWidget(notification_card(services))
    layout.addWidget(camera_card(services))
    layout.addWidget(SelfTest(services))
    layout.addWidget(about_card(services))
    layout.addStretch(1)
    whole = page.scrolled(content)

    def lead(key: object) -> None:
        """To the row of one setting, with the focus on its control."""
        for row in content.findChildren(QWidget):
            if row.property("setting") == key:
                controls = (w for w in row.findChildren(QWidget) if w.focusPolicy() != Qt.FocusPolicy.NoFocus)
                control = next(controls, row)
                control.setFocus(Qt.FocusReason.OtherFocusReason)
                whole.ensureWidgetVisible(row, 0, theme.em(8))

    services.aims.taken_by("settings", content, lead)
    return whole
