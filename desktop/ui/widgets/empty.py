"""Empty is pleasant: it says so and offers one useful thing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.ui import page
from desktop.ui.icons import set_icon


class Empty(QWidget):
    """An icon, one sentence, and perhaps an action."""

    def __init__(self, icon: str, title: str = "", sentence: str = "", action: QWidget | None = None) -> None:
        super().__init__()
        layout = page.column(self, 0.4, 1.5)
        layout.addStretch(1)  # all of it together, a little above the middle
        picture = QLabel()
        set_icon(picture, icon, "muted", 2.2)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        self._title, self._sentence = (page.label("", role, wrap=True) for role in ("strong", "muted"))
        for words in (self._title, self._sentence):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(words)
        self.say(title, sentence)
        if action is not None:
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)

    def say(self, title: str, sentence: str = "") -> None:
        """Other words under the same picture."""
        for label, text in ((self._title, title), (self._sentence, sentence)):
            label.setText(text)
            label.setVisible(bool(text))
