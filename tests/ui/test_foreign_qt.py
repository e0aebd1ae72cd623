"""OpenCV brings a Qt of its own and points ours at it when imported: the window starts in any order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.ui.application import forget_foreign_qt

ROOT = Path(__file__).resolve().parents[2]
WINDOW = """
from PySide6.QtWidgets import QLabel
from desktop.ui.application import make_application
app = make_application()
label = QLabel("まほろば")
label.show()
app.processEvents()
assert label.grab().width() > 0
import os
assert not [v for v in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR") if "cv2" in os.environ.get(v, "")]
print("drawn")
"""


@pytest.mark.parametrize(
    "order", ["import cv2\n" + WINDOW, WINDOW.replace("app = make", "import cv2\napp = make"), WINDOW]
)
def test_the_window_is_drawn_whichever_is_imported_first(order: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", order],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "drawn", done.stderr


def test_what_an_administrator_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/opt/qt/plugins")
    monkeypatch.setenv("QT_QPA_FONTDIR", f"/somewhere{os.sep}cv2{os.sep}qt{os.sep}fonts")
    forget_foreign_qt()
    assert os.environ["QT_QPA_PLATFORM_PLUGIN_PATH"] == "/opt/qt/plugins"
    assert "QT_QPA_FONTDIR" not in os.environ
