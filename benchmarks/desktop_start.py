"""Start of the window and memory when signed in, each in a process of its own on a private X server.

The peer of the start is a bare PySide6 window with the same number of controls, started in turns with ours.
Time runs from the moment the process is asked for (interpreter start included) to the end of the first paint.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auth.face.camera_devices import no_camera
from auth.face.frame import Frame
from auth.face.models import user_folder
from benchmarks.record import Record

if TYPE_CHECKING:
    from auth.face.challenge import Action
    from auth.face.flash import Colour

ROOT = Path(__file__).resolve().parent.parent
RUNS = 9
PIN, NUMBER = "493817", "K100234"
POLICY = '[security]\nsecret_backend = "file-key"\n'
OFF = "[presence]\nafter_s = 0\nwarn_second_face = false\n"
MEMORY = {
    "pin": ("signed in by PIN, camera off", OFF),
    "face": ("signed in by face, camera off", OFF),
    "presence": ("signed in by face, presence watching", ""),
    "pages": ("signed in by PIN, every page opened", ""),
}
BARE = """
import os, sys, time
from PySide6.QtCore import QObject, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, done)
        return False
def done():
    print('{"ms": %f}' % ((time.monotonic() - float(os.environ["STARTED"])) * 1000), flush=True)
    os._exit(0)
app = QApplication([]); app.setStyle("Fusion")
window = QWidget(); layout = QVBoxLayout(window)
for _ in range(5):
    for made in (QLabel("まほろば"), QLineEdit(), QPushButton("サインイン")):
        layout.addWidget(made)
filter = Painted(); window.installEventFilter(filter); window.resize(1200, 800); window.show(); app.exec()
"""


def records() -> Iterator[Record]:
    """Median start beside its peer; resident memory signed in by PIN and by face, the camera off again."""
    with tempfile.TemporaryDirectory() as folder, private_screen() as screen:
        environment = {"MAHOROBA_MODELS": str(user_folder()), **os.environ, **screen}
        environment |= {"MAHOROBA_HOME": folder}
        (Path(folder) / "policy.toml").write_text(POLICY, "utf-8")
        _child("office", environment)
        _child("start", environment)  # warm: files in memory, bytecode written
        ours, bare = [], []
        for _run in range(RUNS):
            ours.append(_child("start", environment)["ms"])
            bare.append(bare_start(environment))
        yield _start_record(ours, bare)
        for how, (words, policy) in MEMORY.items():
            (Path(folder) / "policy.toml").write_text(POLICY + policy, "utf-8")
            yield _memory_record(words, _child(f"memory-{how}", environment), OFF in policy)


def bare_start(environment: dict[str, str]) -> float:
    """Milliseconds until a bare window of the same library is painted."""
    return _run_code(["-c", BARE], environment)["ms"]


def _start_record(ours: list[float], bare: list[float]) -> Record:
    start, peer = statistics.median(ours), statistics.median(bare)
    return Record(
        "start to first paint (warm), median",
        round(start),
        "ms",
        "≤ 900",
        start <= 900,
        "PySide6 window, Fusion, bare",
        round(peer),
        round(start / peer, 2),
        f"{RUNS} starts each, in turns",
    )


def _memory_record(words: str, seen: dict[str, float], promised: bool) -> Record:
    """All processes of the suite together, after a walk through some pages."""
    count = "1 process" if seen["processes"] == 1 else f"{seen['processes']:.0f} processes"
    n = f"{count}; {seen['own']:.0f} MB private to the suite"
    bar, held = ("≤ 200", seen["mb"] <= 200) if promised else ("", None)
    return Record(f"memory (RSS) {words}", round(seen["mb"]), "MB", bar, held, n=n)


@contextmanager
def private_screen() -> Iterator[dict[str, str]]:
    """A private X server where there is one, else Qt's offscreen platform."""
    program = shutil.which("Xvfb")
    if program is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writer), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            yield {"DISPLAY": ":" + answer.readline().strip(), "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


def _child(what: str, environment: dict[str, str]) -> dict[str, float]:
    return _run_code(["-m", "benchmarks.desktop_start", what], environment)


def _run_code(arguments: list[str], environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**environment, "STARTED": repr(time.monotonic())},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr[-2000:]}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


# in the child


def _answer(**values: float) -> None:
    print(json.dumps(values), flush=True)
    os._exit(0)


def _start() -> None:
    from PySide6.QtCore import QEvent, QObject, QTimer

    from desktop import app

    qt, _services, window = app.start()

    class Painted(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, self, answer)
            return False

    def answer() -> None:
        _answer(ms=(time.monotonic() - float(os.environ["STARTED"])) * 1000)

    painted = Painted()
    sheet = window.centralWidget().currentWidget()  # type: ignore[attr-defined]
    sheet.installEventFilter(painted)
    qt.exec()


def _office() -> None:
    """One person, enrolled by the actor, so that sign-in by face can be measured."""
    from auth import consent
    from auth.face.actor import ActorCamera
    from auth.model import Person, Role
    from core.errors import SuiteError
    from core.paths import Paths
    from desktop import app
    from desktop.ui.application import make_application

    make_application()
    services = app.build(Paths.from_environment())
    app.open_features(services, lambda: ActorCamera(paced=True))
    person = Person(NUMBER, "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
    services.auth.create_first_administrator(person, PIN)
    for _try in range(5):
        try:
            enrolled = services.auth.enrol(consent.VERSION, lambda _view: None, lambda *_a: None)  # type: ignore[arg-type]
        except SuiteError:  # the actor's frames caught up with the clock while the models were loaded
            continue
        if enrolled.accepted:
            _answer(ok=1)
    raise RuntimeError("the actor could not enrol")


class Outside:
    """A camera in another process: what draws the actor is no part of the suite's memory."""

    name = "actor"

    def open(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.desktop_start", "actor"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._asked, self._colour, self._number = "", "", 0

    def ask(self, action: Action | None) -> None:
        self._asked = action.name if action is not None else ""

    def shine(self, colour: Colour | None) -> None:
        self._colour = " ".join(map(str, colour or ()))

    def read(self) -> Frame:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._asked},{self._colour}\n".encode())
        self._process.stdin.flush()
        pixels = np.frombuffer(self._process.stdout.read(640 * 480 * 3), np.uint8)
        self._number += 1
        return Frame(pixels.reshape(480, 640, 3), time.monotonic(), self._number)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _actor() -> None:
    """Perform what each line of input asks, lit by the colour after the comma, a picture a line."""
    from auth.face.actor import ActorCamera
    from auth.face.challenge import Action

    camera = ActorCamera(paced=True)
    camera.open()
    for line in sys.stdin:
        asked, _comma, colour = line.strip().partition(",")
        camera.ask(Action[asked] if asked else None)
        camera.shine((*map(int, colour.split()),) if colour else None)  # type: ignore[arg-type]
        sys.stdout.buffer.write(camera.read().image.tobytes())
        sys.stdout.buffer.flush()


class Nothing:
    """No camera is plugged in."""

    name = "none"

    def open(self) -> None:
        raise no_camera()

    def close(self) -> None:
        pass


BASIC = ("settings", "administration", "today")


def _memory(camera: type, pages: tuple[str, ...] = BASIC) -> None:
    """Start, sign in, rest, walk through ``pages``, let all settle; then the processes of the suite."""
    from PySide6.QtCore import QTimer

    from core.paths import Paths
    from desktop import app
    from desktop.ui.application import make_application
    from desktop.ui.memory import stay_small

    stay_small()
    qt = make_application()
    window = app.first_paint(app.build(Paths.from_environment()))
    services = window.services
    app.open_later(window, camera)
    still_to_see = list(pages)

    def walk() -> None:
        if still_to_see:
            services.go(still_to_see.pop(0))
            QTimer.singleShot(2000, walk)
        else:  # a person stays on a page; 3 s later what opened it is let go
            QTimer.singleShot(4000, lambda: _answer(**_sizes()))

    def look() -> None:
        if services.ready and services.bridge.idle and window.showing == "shell":
            QTimer.singleShot(4000, walk)  # by then it has let the camera and the models rest
            return
        if services.ready and camera is Nothing and services.bridge.idle and services.auth.session is None:
            services.bridge.run(window, "", lambda _r: services.auth.sign_in_pin(NUMBER, PIN))
        QTimer.singleShot(200, look)

    look()
    qt.exec()


def _sizes() -> dict[str, float]:
    """Decimal megabytes of this process and of those it has started, except the camera's picture maker."""
    import psutil

    whole = [psutil.Process(), *psutil.Process().children(recursive=True)]
    ours = [each for each in whole if "actor" not in each.cmdline()]
    return {
        "mb": sum(each.memory_info().rss for each in ours) / 1e6,
        "own": sum(each.memory_full_info().uss for each in ours) / 1e6,
        "processes": len(ours),
    }


if __name__ == "__main__":
    {
        "start": _start,
        "office": _office,
        "actor": _actor,
        "memory-pin": lambda: _memory(Nothing),
        "memory-face": lambda: _memory(Outside),
        "memory-presence": lambda: _memory(Outside),
        "memory-pages": lambda: _memory(Nothing, (*BASIC, "calendar", "sharefolder", "liaison", "today")),
    }[sys.argv[1]]()
