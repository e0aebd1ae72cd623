"""The page in a process of its own: memory with 100,000 rows, the longest stall, search to its painting."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.record import Record

ROOT = Path(__file__).resolve().parent.parent
ENTRIES, WINDOWS = 100_000, 3
PATIENCE_S = 240.0
_LOOK_MS = 1
_REST_S = 1.5
MANY, FEW = "多い", "空"


def records() -> Iterator[Record]:
    """Memory, and the longest time in which the window did not answer in each thing that one does there: of
    ``WINDOWS`` windows the one in the middle, as now and then the host holds a process still for long."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        folder = Path(made) / "share"
        folder.mkdir()
        for name in (MANY, FEW):
            (folder / name).mkdir()
        for number in range(ENTRIES):  # of a kind whose inside is not read
            (folder / MANY / f"令和8年度 資料{number:06}.jtd").touch()
        windows = [window("rows", folder, ENTRIES) for _each in range(WINDOWS)]
    mib = max(seen["mib"] for seen in windows)
    rest = statistics.median(seen["rest_ms"] for seen in windows)
    n = f"{ENTRIES:,} rows listed, scrolled to the end"
    yield Record("memory of the client with 100,000 rows", mib, "MiB", "≤ 250", mib <= 250, n=n)
    for name, what, key in (
        ("… longest stall of the window", f"between two looks of a {_LOOK_MS} ms timer", "stalls_ms"),
        ("… the window's own work, the most at once", "CPU of its thread between two looks", "work_ms"),
    ):
        acts = {act: statistics.median(seen[key][act] for seen in windows) for act in windows[0][key]}
        longest = max(acts.values())
        n = f"{what}, median of {WINDOWS} windows: "
        n += ", ".join(f"{act} {took:.0f}" for act, took in acts.items())
        peer, value = ("the same window at rest", rest) if key == "stalls_ms" else ("", None)
        yield Record(name, longest, "ms", "≤ 16", longest <= 16, peer, value, n=n)


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
        self.stall = self.work = 0.0  # seconds, and of them those of this thread's CPU
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

    def until(self, there: Callable[[], bool], first: Callable[[], object] = lambda: None) -> None:
        """Let the window live in its own event loop, in which ``first`` is done, until ``there``; keeps the
        longest time between two looks of a timer, which is how long the window did not answer."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        loop, end = QEventLoop(), time.monotonic() + PATIENCE_S
        last, worked = time.perf_counter(), time.thread_time()

        def look() -> None:
            nonlocal last, worked
            now, work = time.perf_counter(), time.thread_time()
            self.stall, last = max(self.stall, now - last - _LOOK_MS / 1000), now
            self.work, worked = max(self.work, work - worked), work
            if there() or time.monotonic() > end:
                loop.quit()

        timer = QTimer(loop)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(look)
        timer.start(_LOOK_MS)
        QTimer.singleShot(0, first)
        loop.exec()
        timer.stop()
        if not there():
            raise TimeoutError


def _rows(root: str, entries: str) -> dict[str, Any]:
    """Memory with all rows; for each act its longest stall, and the most CPU of the window in one."""
    stalls: dict[str, float] = {}
    work: dict[str, float] = {}
    page = _Page(Path(root), None)
    every, list_, bridge = int(entries), page.files.list, page.window.services.bridge
    go, place, words = page.files.go, page.files.place, page.files.filter

    def act(name: str, first: Callable[[], object], there: Callable[[], bool] = lambda: True) -> None:
        """And what comes after it, the collector now and then."""
        page.stall = page.work = 0.0
        page.until(lambda: there() and bridge.idle, first)
        rest = time.monotonic() + _REST_S
        page.until(lambda: time.monotonic() > rest)
        stalls[name] = max(stalls.get(name, 0.0), page.stall * 1000)
        work[name] = max(work.get(name, 0.0), page.work * 1000)

    for _turn in range(4):  # the page is opened and the collector has been by; that is another figure's
        act("", lambda: None)
    act("at rest", lambda: None)
    rest = stalls["at rest"]
    stalls.clear()
    work.clear()
    act("arrival", lambda: go(place, MANY), lambda: list_.shown() == every)
    act("to the end", list_.scrollToBottom)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    for column in (3, 0):
        act("sort", lambda column=column: list_.ordered.emit(column))  # type: ignore[misc]
    for text in ("資", "資料", "資料0999", ""):
        act("filter", lambda text=text: words.setText(text))  # type: ignore[misc]
    act("select all", list_.selectAll)
    act("read again", page.files.read)
    act("another folder", lambda: go(place, FEW), lambda: list_.shown() == 0)
    act("and back", lambda: go(place, MANY), lambda: list_.shown() == every)
    mib = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return {"mib": mib, "stalls_ms": stalls, "work_ms": work, "rest_ms": rest}


def _search(folder: str, index: str, *queries: str) -> dict[str, Any]:
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
    answer = {"rows": _rows, "search": _search}[sys.argv[1]](*sys.argv[2:])  # type: ignore[operator]
    print(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # what was listed need not be taken down
