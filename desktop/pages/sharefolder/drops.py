"""What is let go over the page: files of this machine are sent, rows of the list itself are moved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QDropEvent

from core.i18n import _
from sharefolder.model import Entry

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Drops:
    """Below the list stands what will happen, before one lets go."""

    def __init__(self, view: Files) -> None:
        self._view = view

    def enter(self, event: QDropEvent) -> None:
        """Taken where there is something to take."""
        if self._view.place and (_local(event) or self._own(event)):
            self.move(event)

    def move(self, event: QDropEvent) -> None:
        """Over another folder it is another sentence."""
        own = self._own(event)
        words = (
            _("「{where}」に {count} 件を移します") if own else _("「{where}」に {count} 件をコピーします")
        )
        where = self._into(event).rpartition("/")[2] or self._view.place
        self._view.count.setText(words.format(where=where, count=len(own or _local(event))))
        event.acceptProposedAction()

    def drop(self, event: QDropEvent) -> None:
        """Into the folder under the pointer, or the one that is shown."""
        own, files, into = self._own(event), _local(event), self._into(event)
        self._view.say_count()
        if own or files:
            event.acceptProposedAction()
        if own and into != self._view.folder:
            self._view.moving.move(self._view.place, own, into)
        elif files and not own:
            self._view.send_files(files, into)

    def _own(self, event: QDropEvent) -> list[Entry]:
        """The rows of this very list that are held over it: they are moved on the server."""
        return self._view.list.chosen() if event.source() is self._view.list else []

    def _into(self, event: QDropEvent) -> str:
        view = self._view
        if view.stack.current() is not view.list:
            return view.folder
        under = view.list.folder_at(view.list.viewport().mapFrom(view, event.position().toPoint()))
        return under.path if under is not None else view.folder


def _local(event: QDropEvent) -> list[Path]:
    """The files that are held over the page; an address in the net is none."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
