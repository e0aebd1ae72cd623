"""A view of the share that the files show: read again each time it comes before one's eyes.

Where it cannot be read it says why and what to do in the place where one looks, not in a banner alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _, bracketed, sentences
from core.jobs import Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.one_of import OneOf
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.empty import Empty

T = TypeVar("T")
_PATIENCE_MS = 300  # what is read sooner does not flash


class OfShare(QWidget):
    """``shown``: the share that the files show now; ``place``: the one that this view is about; ``add_place``
    asks for one more.

    ``stack`` holds ``apart`` first (nothing yet, being read, refused, no share at all), then the view's own
    widgets; ``working``: those of them in which something is being written, from which nobody is sent away.
    """

    stack: OneOf
    working: tuple[QWidget, ...] = ()

    def __init__(self, services: Services, shown: Callable[[], str], add_place: Callable[[], object]) -> None:
        super().__init__()
        self._services, self._shown = services, shown
        self.place = ""
        self._known = ""  # the place of which something is shown
        self.coming = Empty("hourglass", _("読んでいます…"))
        again = button(_("もう一度読む"), lambda: self.read(), icon="arrow-counter-clockwise")
        self.refused = Empty("warning", action=again)
        self.nowhere = Empty(
            "folder",
            _("この端末には、まだ共有フォルダの場所がありません。"),
            _("サーバーの共有かフォルダを一つ加えると、ここに出ます。"),
            button(_("場所を追加"), add_place, "primary", "plus"),
        )
        self.apart = (QWidget(), self.coming, self.refused, self.nowhere)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._set_apart(self.coming))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.place = self.wanted()
            if not self.place:
                self._set_apart(self.nowhere)
            self.read()

    def wanted(self) -> str:
        """Which share to be about: the shown one, else the first of this terminal."""
        return self._shown() or next((place.name for place in self._services.share.places()), "")

    def read(self) -> None:
        """Ask the share anew."""
        raise NotImplementedError

    def take(self, title: str, work: Callable[[Report], T], done: Callable[[T], object], lane: str) -> None:
        """Do ``work`` and give ``done`` what came of it, unless another share is shown meanwhile."""
        place = self.place
        if self._known != place:
            self._set_apart(self.apart[0])  # what another share has
            self._patience.start()

        def came(result: T) -> None:
            if place == self.place:
                self._patience.stop()
                self._known = place
                done(result)

        def failed(error: SuiteError) -> None:
            if place == self.place:
                self._cannot(error)

        self._services.bridge.run(self, title, work, came, failed, lane=lane)

    def _cannot(self, error: SuiteError) -> None:
        """In place; what is there of this share already stays, and a banner says it."""
        self._patience.stop()
        if self._known == self.place or self.stack.current() in self.working:
            self._services.notices.error(error)
            return
        words = sentences(error.why, error.next_step, bracketed(error.code))
        self.refused.say(error.what, words)
        self._set_apart(self.refused)
        announce(self, f"{error.what} {words}", urgent=True)

    def _set_apart(self, apart: QWidget) -> None:
        if self.stack.current() not in self.working:
            self.stack.choose(apart)
