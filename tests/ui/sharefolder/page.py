"""What a test sees and does on the page 共有フォルダ."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QLabel

from desktop.pages.sharefolder.files import Files
from sharefolder.sample import NAME
from tests.ui.conftest import Office


def files(office: Office) -> Files:
    return office.view(Files)


def press(office: Office, name: str) -> None:
    office.find(QAbstractButton, name).click()  # type: ignore[attr-defined]
    office.settle()


def said(office: Office) -> str:
    assert office.window is not None
    return "\n".join(label.text() for label in office.window.findChildren(QLabel) if label.isVisible())


def rows(office: Office) -> list[str]:
    model = files(office).list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def disk(office: Office) -> Path:
    return office.services.paths.data / "share" / "sample"


def bring(office: Office, made: Path) -> None:
    """The sample share, made elsewhere, into this office."""
    shutil.copytree(made, disk(office))
    office.services.share.add_place(NAME, str(disk(office)))


def be_patient(office: Office) -> None:
    """On a machine that runs much else a child may take long over a small document."""
    for child in (office.services.share.looks.looking, office.services.share.looks.small):
        child._timeout = 90.0


def by_keys(view: Files, keys: str) -> None:
    """What the shortcut does; whether a key reaches it is the window system's part."""
    next(s for s in view.findChildren(QShortcut) if s.key() == QKeySequence(keys)).activated.emit()
