"""The shown folder followed: change notices, and a look now and then for what raises none."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.ui.beat import Beat
from sharefolder.ports import Watch

_AGAIN_MS = 60_000
_QUIET_MS = 300
"""After a notice is acted on, so long the next ones are gathered into one."""


class Following(QObject):
    """``again`` is called on the UI thread when the followed folder may have changed."""

    def __init__(
        self, owner: QWidget, services: Services, again: Callable[[], object], tree: bool = False
    ) -> None:
        """``tree``: what lies below the folder counts too."""
        super().__init__(owner)
        self._tree = tree
        self._services, self._again = services, again
        self._watch: Watch | None = None
        self._wanted = ("", "")
        self._more = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_QUIET_MS)
        self._pause.timeout.connect(self._over)
        Beat(owner, _AGAIN_MS, again)
        owner.destroyed.connect(lambda _gone=None: self._end())

    def follow(self, place: str, folder: str) -> None:
        """Listen to this folder instead of the one before."""
        if (place, folder) == self._wanted:
            return
        self._wanted = (place, folder)
        share = self._services.share

        def swap(_report: object) -> None:
            self._end()
            if self._wanted == (place, folder):
                try:
                    self._watch = share.watch(place, folder, self._tree)
                except SuiteError:  # a folder that cannot be watched is looked at now and then
                    self._watch = None

        self._services.bridge.run(self, _("一覧"), swap, lane="share-watch")

    def told(self) -> None:
        """Something has changed: at once when it was quiet, otherwise gathered."""
        if self._pause.isActive():
            self._more = True
            return
        self._pause.start()
        self._again()

    def _over(self) -> None:
        if self._more:
            self._more = False
            self._pause.start()
            self._again()

    def _end(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
