"""A view of the share that the files show: read again each time it comes before one's eyes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.pages.services import Services


class OfShare(QWidget):
    """``shown``: the share that the files show now; ``place``: the one that this view is about."""

    def __init__(self, services: Services, shown: Callable[[], str]) -> None:
        super().__init__()
        self._services, self._shown = services, shown
        self.place = ""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.place = self.wanted()
            self.read()

    def wanted(self) -> str:
        """Which share to be about: the shown one, else the first of this terminal."""
        return self._shown() or next((place.name for place in self._services.share.places()), "")

    def read(self) -> None:
        """Ask the share anew."""
        raise NotImplementedError
