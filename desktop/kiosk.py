"""``mahoroba kiosk``: all that a liaison laptop itself shows – one screen, two languages, a way to return it.

The third composition root beside the window's and the trial's: it opens no database, no key and no camera.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from core.i18n import set_language
from desktop.language import LOCALE
from desktop.pages.liaison.kiosk import Kiosk
from desktop.ui import theme
from desktop.ui.application import make_application, make_themed
from desktop.ui.look import Look
from liaison import kiosk
from liaison.steps.kiosk import FILE


def main(arguments: list[str]) -> int:
    """Until the screen is closed by whoever looks after the laptop (Alt+F4); the exit code."""
    parser = argparse.ArgumentParser(prog="mahoroba kiosk", description=__doc__)
    parser.add_argument("--file", type=Path, default=Path(FILE))
    parser.add_argument("--window", action="store_true", help="not over the whole screen")
    options = parser.parse_args(arguments)
    shown = kiosk.read(options.file)
    app = make_application(sys.argv[:1])
    theme.current().follow_system()
    make_themed(Look())
    screen = Kiosk(
        shown,
        lambda address: QDesktopServices.openUrl(QUrl(address)),
        lambda language: set_language(language, LOCALE),
    )
    screen.resize(theme.em(70), theme.em(44))
    if options.window:
        screen.show()
    else:
        screen.showFullScreen()
    return app.exec()
