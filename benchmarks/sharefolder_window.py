"""The page in a process of its own: memory with 100,000 rows, the longest stall, search to its painting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.record import Record

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = 100_000
PATIENCE_S = 240.0
_LOOK_MS = 2


def records() -> Iterator[Record]:
    """Memory and the longest time in which the window did not answer while the rows came."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        folder = Path(made) / "share"
        folder.mkdir()
        for number in range(ENTRIES):
            (folder / f"令和8年度 資料{number:06}.jtd").touch()  # of a kind whose inside is not read
        seen = window("memory", folder, ENTRIES)
    mib, stall = seen["mib"], seen["stall_ms"]
    n = f"{ENTRIES:,} rows listed, scrolled to the end"
    yield Record("memory of the client with 100,000 rows", mib, "MiB", "≤ 250", mib <= 250, n=n)
    yield Record("… longest stall of the window", stall, "ms", n=n)


def window(*arguments: object) -> dict[str, Any]:
    """What the child with the real window answers."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as home:
        (Path(home) / "config").mkdir()
        environment = {**os.environ, "MAHOROBA_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        call = [sys.executable, "-m", "benchmarks.sharefolder_window", *map(str, arguments)]
        done = subprocess.run(
            call, env=environment, check=True, stdout=subprocess.PIPE, cwd=ROOT, timeout=600
        )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


class _Page:
    """The window, signed in, on a share that is a folder."""

    def __init__(self, folder: Path, index: Path | None) -> None:
        from blake3 import blake3

        from auth.model import Person, Role
        from core.paths import Paths
        from core.secrets import MemorySecrets
        from desktop import app
        from desktop.pages.sharefolder.files import Files
        from desktop.ui.memory import stay_small

        stay_small()
        self.stall = 0.0  # seconds
        self.qt = app.make_application(["bench"])
        services = app.build(Paths.from_environment())
        app.open_features(services, None, MemorySecrets())
        if index is not None:
            key = blake3(str(folder).encode()).hexdigest()[:16]
            (services.paths.data / "share").mkdir(mode=0o700, parents=True)
            index.rename(services.paths.data / "share" / f"index-{key}.db")
        services.share.add_place("計測", str(folder))
        services.auth.create_first_administrator(Person("K100999", "計測", "", "", Role.IT), "493817")
        services.auth.sign_out()
        self.window = app.first_paint(services)
        self.window.open()
        services.auth.sign_in_pin("K100999", "493817")
        self.until(lambda: self.window.showing == "shell")
        services.go("sharefolder")
        self.files: Files = self.window.findChild(Files)  # type: ignore[assignment]
        self.stall = 0.0

    def until(self, there: Callable[[], bool]) -> None:
        """Let the window live in its own event loop until ``there``; keeps the longest time between two looks
        of a timer, which is how long the window did not answer."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        loop, end, last = QEventLoop(), time.monotonic() + PATIENCE_S, time.perf_counter()

        def look() -> None:
            nonlocal last
            now = time.perf_counter()
            self.stall, last = max(self.stall, now - last - _LOOK_MS / 1000), now
            if there() or time.monotonic() > end:
                loop.quit()

        timer = QTimer(loop)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(look)
        timer.start(_LOOK_MS)
        loop.exec()
        timer.stop()
        if not there():
            raise TimeoutError


def _memory(folder: str, entries: str) -> dict[str, float]:
    page = _Page(Path(folder), None)
    page.until(lambda: page.files.list.shown() == int(entries))
    page.files.list.scrollToBottom()
    page.until(lambda: page.window.services.bridge.idle)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"mib": pages * os.sysconf("SC_PAGE_SIZE") / 2**20, "stall_ms": page.stall * 1000}


def _search(folder: str, index: str, *queries: str) -> dict[str, list[float]]:
    page = _Page(Path(folder), Path(index))
    took = []
    for query in queries:
        page.files.finder.setText(query[:-1])
        page.until(lambda: page.window.services.bridge.idle)
        begin = time.perf_counter()
        page.files.finder.setText(query)
        page.until(lambda query=query: page.files.looking.answered == query)  # type: ignore[misc]
        page.files.found.viewport().repaint()
        took.append((time.perf_counter() - begin) * 1000)
    return {"ms": took}


if __name__ == "__main__":
    answer = {"memory": _memory, "search": _search}[sys.argv[1]](*sys.argv[2:])  # type: ignore[operator]
    print(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # what was listed need not be taken down
