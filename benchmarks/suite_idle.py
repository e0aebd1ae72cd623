"""The suite left alone: CPU and wake-ups a second, signed in without presence, shown and minimised.

The peer is a bare PySide6 window on the same screen, in turns with ours. Wake-ups are the voluntary context
switches of all threads (proc_pid_status(5)); the X server's own are not ours and are not counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from auth.face.models import user_folder
from benchmarks import desktop_start
from benchmarks.record import Record

REST_S, SECONDS = 15, 60
BARE = """
import sys
from benchmarks.suite_idle import answer, watched
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
app = QApplication([]); app.setStyle("Fusion")
window = QWidget(); layout = QVBoxLayout(window)
for _ in range(15): layout.addWidget(QLabel("まほろば"))
window.resize(1200, 800); window.show()
watched(answer); app.exec()
"""


def records() -> Iterator[Record]:
    """Shown, minimised, and the peer."""
    with tempfile.TemporaryDirectory() as folder, desktop_start.private_screen() as screen:
        environment = {"MAHOROBA_MODELS": str(user_folder()), **os.environ, **screen}
        environment |= {"MAHOROBA_HOME": folder}
        (Path(folder) / "policy.toml").write_text(desktop_start.POLICY + desktop_start.OFF, "utf-8")
        _run(["-m", "benchmarks.desktop_start", "office"], environment)
        peer = _run(["-c", BARE], environment)
        for words, how in (("on the page today", "shown"), ("minimised", "minimised")):
            seen = _run(["-m", "benchmarks.suite_idle", how], environment)
            n = f"{SECONDS} s, signed in, presence off; {seen['threads']:.0f} threads"
            cpu, name = round(seen["cpu"], 3), f"idle, {words}: CPU"
            yield Record(name, cpu, "% of one core", "≤ 1", cpu <= 1, _PEER, round(peer["cpu"], 3), n=n)
            wakes = round(seen["wakes"], 2)
            yield Record(
                f"idle, {words}: wake-ups", wakes, "/s", "", None, _PEER, round(peer["wakes"], 2), n=n
            )


_PEER = "PySide6 window, Fusion, bare"


def _run(arguments: list[str], environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=desktop_start.ROOT, env=environment, check=True,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def state() -> tuple[float, float, int]:
    """CPU seconds and voluntary switches of this process so far; its threads."""
    cpu, switches, threads = time.process_time(), 0, 0
    for task in Path("/proc/self/task").iterdir():
        lines = (task / "status").read_text().splitlines()
        switches += next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))
        threads += 1
    return cpu, switches, threads


def watched(end: object) -> None:
    """After ``REST_S`` watch for ``SECONDS``; ``end`` gets what was seen."""
    from PySide6.QtCore import QTimer

    def begin() -> None:
        before, began = state(), time.monotonic()

        def done() -> None:
            after, seconds = state(), time.monotonic() - began
            end(  # type: ignore[operator]
                cpu=100 * (after[0] - before[0]) / seconds,
                wakes=(after[1] - before[1]) / seconds,
                threads=after[2],
            )

        QTimer.singleShot(SECONDS * 1000, done)

    QTimer.singleShot(REST_S * 1000, begin)


def answer(**figures: float) -> None:
    print(json.dumps(figures), flush=True)
    os._exit(0)


def _ours(how: str) -> None:
    from PySide6.QtCore import QTimer

    from core.paths import Paths
    from desktop import app
    from desktop.ui.application import make_application
    from desktop.ui.memory import stay_small

    stay_small()
    qt = make_application()
    window = app.first_paint(app.build(Paths.from_environment()))
    services = window.services
    app.open_later(window, desktop_start.Nothing)

    def look() -> None:
        if services.ready and services.bridge.idle and window.showing == "shell":
            if how == "minimised":
                window.showMinimized()
            watched(answer)
            return
        if services.ready and services.bridge.idle and services.auth.session is None:
            number, pin = desktop_start.NUMBER, desktop_start.PIN
            services.bridge.run(window, "", lambda _r: services.auth.sign_in_pin(number, pin))
        QTimer.singleShot(200, look)

    look()
    qt.exec()


if __name__ == "__main__":
    _ours(sys.argv[1])
