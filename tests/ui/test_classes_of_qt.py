"""A class of Qt's is made on the window's own thread, or the program may end.

PySide6 looks a widget's class up without the interpreter's lock when somebody, a screen reader most of all,
asks the window what it holds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIVE = """
import builtins, os, sys, threading, time
from PySide6.QtCore import QObject

elsewhere, build = [], builtins.__build_class__

def noted(*arguments, **keywords):
    made = build(*arguments, **keywords)
    if isinstance(made, type(QObject)) and threading.current_thread() is not threading.main_thread():
        elsewhere.append(f"{made.__module__}.{made.__qualname__}")
    return made

builtins.__build_class__ = noted

from auth.model import Person, Role
from core.paths import Paths
from core.secrets import MemorySecrets
from desktop import app

qt = app.make_application(["classes"])
services = app.build(Paths.from_environment())

def until(there):
    end = time.monotonic() + 100
    while not there():
        assert time.monotonic() < end
        qt.processEvents()
        time.sleep(0.001)

opened = []

def features(_report):
    app.open_features(services, None, MemorySecrets())

services.bridge.run(qt, "opening", features, opened.append)
until(lambda: opened)  # [None]
services.auth.create_first_administrator(Person("K100999", "試験", "", "情報政策課", Role.IT), "493817")
services.auth.sign_out()
window = app.first_paint(services)
window.open()
services.auth.sign_in_pin("K100999", "493817")
until(lambda: window.showing == "shell")
for page in app.PAGES:
    services.go(page.key)
    until(lambda: services.bridge.idle)
print("opened", len(app.PAGES), elsewhere)
sys.stdout.flush()
os._exit(0)
"""


def test_no_job_makes_a_class_of_qt_while_the_pages_are_opened(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    environment = {**os.environ, "MAHOROBA_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", LIVE], cwd=ROOT, env=environment, timeout=300, check=True, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "opened 6 []"
