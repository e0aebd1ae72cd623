"""A feature is opened when somebody first goes to its page: whoever does not use it pays nothing for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.widgets.empty import Empty

if TYPE_CHECKING:
    from desktop.pages.services import Services

T = TypeVar("T")


class Once(Generic[T]):
    """Made at the first call, once, whichever thread calls. What failed is tried again at the next call."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    @property
    def made(self) -> bool:
        return bool(self._made)


class Later(QWidget):
    """The place of a page while ``load`` (imports, databases: slow) runs as a job; then the page itself.

    ``load`` gives what builds the page on the UI thread, and imports the page's own modules there: a class of
    Qt's that is made on a job's thread ends the program when a screen reader looks at the window at that very
    moment (PySide6 6.11 looks a widget's class up without the interpreter's lock). ``at_once``: it has been
    loaded before.
    """

    def __init__(
        self, services: Services, icon: str, load: Callable[[], Callable[[Services], QWidget]], at_once: bool
    ) -> None:
        super().__init__()
        self._services, self._icon, self._load = services, icon, load
        self._layout = page.column(self, 0)
        if at_once:
            self._show(load()(services))
        else:
            self._begin()

    def _begin(self) -> None:
        self._show(Empty(self._icon, _("開いています…")))
        self._services.bridge.run(
            self,
            _("画面の準備"),
            lambda _report: self._load(),
            self._opened,
            self._failed,
            lane="opening",
        )

    def _opened(self, build: Callable[[Services], QWidget]) -> None:
        if self._services.auth.session is not None:  # else the person has left meanwhile, and so will this
            self._show(build(self._services))

    def _failed(self, error: SuiteError) -> None:
        self._services.notices.error(error)
        self._show(Empty("warning", error.what, error.next_step, button(_("もう一度開く"), self._begin)))

    def _show(self, content: QWidget) -> None:
        page.clear(self._layout)
        self._layout.addWidget(content)
