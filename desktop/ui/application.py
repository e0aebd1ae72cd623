"""The one QApplication: made after another library's Qt settings are out of the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.ui import theme, turns
from desktop.ui.garbage import Collector
from desktop.ui.look import Look

_FOREIGN = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def forget_foreign_qt() -> None:
    """Undo what ``import cv2`` does: it points Qt at OpenCV's own plugins, which stop ours from starting,
    and would leak into every program we start. A value that an administrator set elsewhere stays."""
    for variable in _FOREIGN:
        if f"{os.sep}cv2{os.sep}" in os.environ.get(variable, "") + os.sep:
            del os.environ[variable]


def make_application(arguments: Sequence[str] = ("mahoroba",)) -> QApplication:
    """The application on Fusion, whichever was imported first, OpenCV or Qt."""
    forget_foreign_qt()
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_ACCESSIBILITY", "1")
    QApplication.setDesktopSettingsAware(True)
    app = QApplication(list(arguments))
    app.setStyle("Fusion")
    app.setApplicationName("mahoroba")
    app.setApplicationDisplayName("まほろば")
    app.setDesktopFileName("mahoroba")
    app.setQuitOnLastWindowClosed(True)
    Collector(app)
    sys.setswitchinterval(turns.SWITCH)
    return app


def window_icon(size: int = 64) -> QIcon:
    """The mark as a window and tray icon."""
    from desktop.ui.widgets.hills import draw_mark

    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_mark(painter, QRect(0, 0, size, size).toRectF())
    painter.end()
    return QIcon(picture)


def make_themed(look: Look) -> None:
    """Apply how the person wants the window to look."""
    theme.current().choose(look.theme, look.font, look.text_scale, look.reduced_motion)
