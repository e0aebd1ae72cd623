"""``python -m desktop.first_paint``: open the window, say after how many milliseconds it was painted, end.

Counted from ``STARTED`` (seconds of the monotonic clock, by whoever starts us): the program's own start
is part of it, also of a packaged one, which cannot run a benchmark's code.
"""

from __future__ import annotations

import os
import sys
import time

from PySide6.QtCore import QTimer

from desktop import app


def main() -> int:
    """Prints one number."""
    qt, _services, window = app.start()

    def painted() -> None:
        print(round((time.monotonic() - float(os.environ["STARTED"])) * 1000), flush=True)
        os._exit(0)  # what opens behind the first picture is not waited for

    window.when_painted(lambda: QTimer.singleShot(0, painted))
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
