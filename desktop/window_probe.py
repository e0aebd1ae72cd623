"""``python -m desktop.window_probe``: can this machine make our window? Exits with 0, or 3 without Japanese
letters.

A process of its own: where Qt's libraries are missing it dies, and only it. The self-test asks it.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel

from desktop.ui.application import make_application, make_themed
from desktop.ui.look import Look


def main() -> int:
    """Draw one label on whatever platform the environment names."""
    app = make_application()
    make_themed(Look())
    label = QLabel("まほろば")
    picture = label.grab()
    drawn = not picture.isNull() and picture.width() > 1
    app.quit()
    if not drawn:
        return 1
    return 0 if QFontDatabase.families(QFontDatabase.WritingSystem.Japanese) else 3


if __name__ == "__main__":
    sys.exit(main())
