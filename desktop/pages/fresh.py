"""What is read again whenever it comes on the screen, and when an event says that it has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.errors import SuiteError
from core.i18n import _, bracketed, sentences
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.empty import Empty

T = TypeVar("T")
_LATE = 400  # milliseconds after which it is said that something is still being read


class Fresh(QWidget):
    """``read`` asks for the content; it is called while this is visible only."""

    def __init__(self, services: Services, *events: type) -> None:
        super().__init__()
        self._services = services
        self._brought = False
        self._instead: Empty | None = None
        self._put_aside: list[QWidget] = []
        self._late = QTimer(self, singleShot=True, interval=_LATE)
        self._late.timeout.connect(self._say_reading)
        self._reading = page.label("", "muted", wrap=True)
        self._reading.hide()
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

    def bring(
        self,
        title: str,
        work: Callable[[], T],
        show: Callable[[T], object],
        ended: Callable[[], object] | None = None,
    ) -> None:
        """``show`` what ``work`` gives. Where that fails before anything has come, what could not be read and
        why stands in the place of all that would be empty; later what was read stays, under a notice."""

        def came(found: T) -> None:
            self._brought = True
            self._settle()
            show(found)

        if not self._brought:
            self._late.start()
        failed = partial(self._missing, title)
        self._services.bridge.run(self, title, lambda _report: work(), came, failed, ended=ended)

    def _missing(self, title: str, error: SuiteError) -> None:
        self._settle()
        if self._brought:
            self._services.bridge.on_error(error)
            return
        again = button(_("もう一度"), self.read, icon="arrows-clockwise")
        why = sentences(error.why, error.next_step) + bracketed(error.code)
        what = _("「{title}」を読めませんでした。").format(title=title)
        self._instead = Empty("warning", what, why, again)
        self._put_aside = [each for each in _children(self) if not each.isHidden()]
        for each in self._put_aside:
            each.hide()
        self._column().addWidget(self._instead)
        page.in_order(self._instead)
        announce(self._instead, sentences(what, why), urgent=True)

    def _say_reading(self) -> None:
        if self._instead is None:
            self._column().insertWidget(0, self._reading)
            self._reading.setText(_("読んでいます…"))
            self._reading.show()

    def _settle(self) -> None:
        """An answer has come: nothing says any more that it is late or missing."""
        self._late.stop()
        self._reading.hide()
        if self._instead is not None:
            self._instead.hide()
            self._instead.deleteLater()
            self._instead = None
            for each in self._put_aside:
                each.show()

    def _column(self) -> QBoxLayout:
        layout = self.layout()
        if not isinstance(layout, QBoxLayout):
            raise TypeError("what is read fresh stands in a column")
        return layout


def _children(widget: QWidget) -> list[QWidget]:
    return [each for each in widget.children() if isinstance(each, QWidget)]
