"""A moment after a page is shown: what was needed only to come there leaves the memory."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.pages.services import Services
from desktop.ui.memory import give_back

_AFTER_MS = 3000


class Resting(QTimer):
    """``soon`` after each page; a page that comes meanwhile puts it off. ``working``: a page is on the
    screen, no sheet that may be looking through the camera."""

    def __init__(self, window: QWidget, services: Services, working: Callable[[], bool]) -> None:
        super().__init__(window, singleShot=True, interval=_AFTER_MS)
        self._window, self._services, self._working = window, services, working
        self.timeout.connect(self._rest)

    def soon(self) -> None:
        self.start()

    def _rest(self) -> None:
        """The camera is off and somebody works: neither the face models nor what opened a page need stay in
        memory."""
        auth = self._services.auth
        if auth.session is None or auth.session.locked or not self._working():
            return

        def rest(_report: object) -> None:
            auth.rest()
            give_back()

        self._services.bridge.run(self._window, _("後片付け"), rest, lane="camera")
