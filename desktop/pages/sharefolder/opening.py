"""開く: by the system's program. The file itself where this machine reaches it; else a copy that nobody takes
for the file."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from core.files import make_private_folder
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from sharefolder.marks import Mark
from sharefolder.model import Entry
from sharefolder.transfer import IfExists

_KEPT = 7 * 86_400.0  # seconds that a copy is kept which nobody has made writable


class Opening:
    """A copy is read-only and in a folder of its own: what somebody has done to an earlier one stays."""

    def __init__(self, owner: QWidget, services: Services) -> None:
        self._owner, self._services = owner, services

    def open(self, place: str, entry: Entry) -> None:
        """With progress; says when it is a copy that is shown, and when no program takes it."""
        share, home = self._services.share, self._services.paths.cache / "opened"

        def ready(report: Report) -> tuple[Path, bool]:
            share.marks.used(Mark(place, entry.path, file=True))
            real = share.looks.on_this_machine(place, entry)
            if real is not None:
                return real, False
            make_private_folder(home)
            _tidy(home)
            folder = Path(tempfile.mkdtemp(dir=home))
            batch = share.download(place, [entry], folder, IfExists.REPLACE, report)
            copy = folder / batch.sent[0].path
            copy.chmod(stat.S_IRUSR)
            return copy, True

        def show(found: tuple[Path, bool]) -> None:
            path, copied = found
            notices = self._services.notices
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                notices.warning(
                    _("「{name}」を開けませんでした。").format(name=entry.name),
                    _("この端末に、この種類のファイルを開くプログラムがありません。"),
                )
            elif copied:
                notices.info(
                    _("写しを開きました。直すときは「この端末に保存」して、直してから送ってください。")
                )

        title = _("「{name}」を開く").format(name=entry.name)
        self._services.bridge.run(self._owner, title, ready, show, lane=f"share {place}", card=True)


def _tidy(home: Path) -> None:
    """Old copies that are as they were fetched; one that was made writable is somebody's work."""
    for folder in home.iterdir():
        with suppress(OSError):  # held open by its program: another time
            old = time.time() - folder.stat().st_mtime > _KEPT
            if old and folder.is_dir() and not any(_writable(each) for each in folder.iterdir()):
                shutil.rmtree(folder)


def _writable(path: Path) -> bool:
    return bool(os.lstat(path).st_mode & stat.S_IWUSR)
