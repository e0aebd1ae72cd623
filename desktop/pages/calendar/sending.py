"""When the page asks the server, and what its one line says about it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from calendar_sync.model import Synchronised
from calendar_sync.service import Schedule
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.services import Services
from desktop.ui.buttons import button

_EVERY = 5 * 60_000  # ms between two looks at the server
_SOON = 700  # ms after an edit, so that a drag of many events is sent at once


class Sending(QObject):
    """``state`` is the button that says how it stands and, pressed, asks the server."""

    def __init__(self, page: QWidget, services: Services, schedule: Schedule) -> None:
        super().__init__(page)
        self._page, self._services, self._schedule = page, services, schedule
        self._ended, self._waited = "", False
        self.state: QPushButton = button(_("同期"), self.sync, "plain", "arrows-clockwise")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON)
        self._soon.timeout.connect(self.sync)
        every = QTimer(self)
        every.setInterval(_EVERY)
        every.timeout.connect(self.sync)
        every.start()

    def soon(self) -> None:
        """After an edit, and those that follow at once."""
        self._soon.start()

    def waits(self, unsent: int) -> None:
        """How many edits are not sent. None: back to how the last synchronisation ended."""
        if unsent:
            self.state.setText(_("送っていない変更 {count} 件").format(count=unsent))
        elif self._waited and self._ended:
            self.state.setText(self._ended)
        self._waited = bool(unsent)

    def sync(self, thorough: bool = False) -> None:
        """Send and fetch in the background; ``thorough`` compares everything with the server."""
        self.state.setText(_("同期しています…"))
        self._services.bridge.run(
            self._page,
            _("予定の同期"),
            lambda report: self._schedule.sync(report, thorough),
            failed=lambda _error: None,  # said by ``Synchronised``, beside what did work
            lane="caldav",
        )

    def ended(self, event: Synchronised) -> None:
        now = datetime.now(TOKYO)
        if not event.code:
            self.state.setText(_("同期済み {time}").format(time=words.clock(now.replace(tzinfo=None))))
        elif event.code == "CAL-010":
            self.state.setText(_("オフライン（変更はあとで送ります）"))
        else:
            self.state.setText(_("同期できない予定があります"))
            error = SuiteError(_("予定を同期できませんでした。"), event.reason, "", event.code)
            self._services.notices.error(error)
        self._ended = self.state.text()
