"""Files out of the page: dragged to the desktop or another program, and copied to be pasted there.

Another program takes files only from this machine. A share that is a path gives its own; from a server they
are fetched first, with progress, and dragging or pasting works from then on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blake3 import blake3
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication

from core.files import make_private_folder
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from sharefolder.model import Entry
from sharefolder.transfer import IfExists

OURS = "application/x-mahoroba-share"
"""On what this page has put on the clipboard: pasted here it is a copy on the server, not an upload."""
_LARGE = 500_000_000  # bytes: so much is not fetched because of a stray Ctrl+C

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Outward:
    """What was fetched is kept until something else is."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self._fetched: dict[tuple[str, Entry], Path] = {}

    def drag(self) -> None:
        """Begin to drag the chosen rows. Those of a server that are not here yet can be moved inside the
        page; let go elsewhere they are fetched, for the next time."""
        entries = self._view.list.chosen()
        if not entries:
            return
        ready = self._ready(self._view.place, entries)
        drag = QDrag(self._view.list)
        drag.setMimeData(_data(ready or []))
        dropped = drag.exec(Qt.DropAction.CopyAction)  # never a move: the share keeps its files
        if ready is None and dropped == Qt.DropAction.IgnoreAction:
            self._fetch(entries, self._say_drag)

    def take_clipboard(self) -> None:
        """From now on pasting here is about what this page holds: files of another program are let go."""
        if self.pasted():
            QGuiApplication.clipboard().clear()

    def copy(self, entries: Sequence[Entry]) -> None:
        """Have them on the clipboard, for other programs."""
        place = self._view.place

        def go_on(ready: list[Path] | None) -> None:
            if ready is None:
                self._fetch(entries, self._to_clipboard)
            elif ready:
                self._to_clipboard(ready)

        self._services.bridge.run(
            self._view,
            _("写す"),
            lambda _r: self._ready(place, entries),
            go_on,
            lane="share-look",
        )

    def pasted(self) -> list[Path]:
        """The files that another program has put on the clipboard; none if that was this page."""
        data = QGuiApplication.clipboard().mimeData()
        if data is None or data.hasFormat(OURS) or not data.hasUrls():
            return []
        return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]

    def _ready(self, place: str, entries: Sequence[Entry]) -> list[Path] | None:
        """Where they lie on this machine; None while one of them does not."""
        share, found = self._services.share, []
        for entry in entries:
            path = share.looks.on_this_machine(place, entry) or self._fetched.get((place, entry))
            if path is None or not path.exists():
                return None
            found.append(path)
        return found

    def _fetch(self, entries: Sequence[Entry], then: Callable[[list[Path]], object]) -> None:
        place, share, notices = self._view.place, self._services.share, self._services.notices
        if sum(entry.size for entry in entries) > _LARGE:
            notices.info(_("大きいので、「この端末に保存」で保存してください。"))
            return
        key = blake3(repr((place, entries)).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        home = self._services.paths.cache / "outward"
        folder = home / key

        def fetch(report: Report) -> list[Path]:
            shutil.rmtree(home, ignore_errors=True)  # what was fetched before, for something else
            make_private_folder(folder)
            share.download(place, entries, folder, IfExists.REPLACE, report)
            return [folder / entry.name for entry in entries]

        def done(paths: list[Path]) -> None:
            self._fetched = {(place, entry): path for entry, path in zip(entries, paths, strict=True)}
            then([path for path in paths if path.exists()])

        title = _("{count} 件をこの端末に用意する").format(count=len(entries))
        self._services.bridge.run(self._view, title, fetch, done, lane=f"share {place}", card=True)

    def _say_drag(self, paths: list[Path]) -> None:
        words = _("{count} 件をこの端末に用意しました。もう一度つかんで、置く場所へ運んでください。")
        self._services.notices.info(words.format(count=len(paths)))

    def _to_clipboard(self, paths: list[Path]) -> None:
        QGuiApplication.clipboard().setMimeData(_data(paths))


def _data(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setData(OURS, b"1")
    return data
