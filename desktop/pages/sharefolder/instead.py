"""What is shown instead of the list or the results, until one leaves it: the history, the bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.pages.services import Services
from desktop.pages.sharefolder.bin import Bin
from desktop.pages.sharefolder.history import History
from sharefolder.model import Entry

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Instead:
    """Leaving leads back to where one was, with the same row chosen."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view = view
        self._before: QWidget | None = None
        self.history = History(services, self._leave, self._came_back)
        self.bin = Bin(services, self._leave, self._came_back)

    def show_history(self) -> None:
        """Of the chosen file or folder, or of the folder that is shown."""
        view = self._view
        here = Entry(view.folder, view.folder.rpartition("/")[2], True, 0, 0.0)
        entry = view.chosen() or here
        if view.place and view.stack.current() is not self.history:
            self._show(self.history)
            self.history.show_entry(view.place, entry)

    def show_bin(self) -> None:
        """What was deleted from the folder that is shown, and below it."""
        if self._view.place:
            self._show(self.bin)
            self.bin.show_folder(self._view.place, self._view.folder)

    def _show(self, wanted: History | Bin) -> None:
        view = self._view
        if (before := view.stack.current()) in (view.list, view.found):
            self._before = before
        view.stack.choose(wanted)
        view.details.hide()
        wanted.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self) -> None:
        before = self._before or self._view.list
        self._view.stack.choose(before)
        before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._view.picked()

    def _came_back(self, path: str) -> None:
        """A version has come back: shown in its folder."""
        view = self._view
        view.go(view.place, path.rpartition("/")[0], path)
        view.list.setFocus(Qt.FocusReason.OtherFocusReason)
