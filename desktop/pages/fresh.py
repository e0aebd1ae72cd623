"""What is read again whenever it comes on the screen, and when an event says that it has changed."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.pages.services import Services


class Fresh(QWidget):
    """``read`` asks for the content; it is called while this is visible only."""

    def __init__(self, services: Services, *events: type) -> None:
        super().__init__()
        self._services = services
        for event in events:
            services.bridge.subscribe(services.events, event, self, lambda _event: self._read_again())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.read()

    def _read_again(self) -> None:
        if self.isVisible():
            self.read()

    def read(self) -> None:
        raise NotImplementedError
