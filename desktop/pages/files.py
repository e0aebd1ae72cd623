"""Where a person saves to or reads from: the system's own dialogue, remembered nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import SuiteError
from core.files import replacing
from core.i18n import _


def save(path: Path, content: bytes) -> None:
    """Write a file that the person chose, as a whole or not at all. SuiteError DESK-001."""
    with saving(path) as file:
        file.write(content)


@contextmanager
def saving(path: Path) -> Iterator[BinaryIO]:
    """As ``save``, for what comes piece by piece."""
    try:
        with replacing(path) as file:
            yield file
    except OSError as error:
        raise SuiteError(
            _("保存できませんでした。"),
            _("「{name}」に書き込めません。").format(name=path.name),
            _("ディスクの空きと権限を確かめるか、別の場所を選んでください。"),
            "DESK-001",
        ) from error


def ask_save(parent: QWidget, name: str, kind: str) -> Path | None:
    """A path to write, or None. ``kind`` is a Qt name filter."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    chosen, _filter = QFileDialog.getSaveFileName(parent, _("保存する場所"), str(Path(folder) / name), kind)
    return Path(chosen) if chosen else None


def ask_open(parent: QWidget, kind: str) -> Path | None:
    """A path to read, or None."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    chosen, _filter = QFileDialog.getOpenFileName(parent, _("ファイルを選ぶ"), folder, kind)
    return Path(chosen) if chosen else None


def ask_folder(parent: QWidget) -> Path | None:
    """A folder to write into, or None."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    chosen = QFileDialog.getExistingDirectory(parent, _("保存する場所"), folder)
    return Path(chosen) if chosen else None
