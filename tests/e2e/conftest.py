"""One stage for the whole run (xa11y joins a bus once); a program and a home for each journey."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest
import xa11y

from desktop.trial import Scene
from tests.e2e.person import Person
from tests.e2e.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out" / "e2e"
"""Pictures of every journey; of a failed one also what a screen reader had, and the program's words."""
START_S = 120.0
FAILED = pytest.StashKey[bool]()


class Suite:
    """The program as a user starts it, on the stage, with a home of its own."""

    def __init__(self, stage: Stage, home: Path, pictures: Path) -> None:
        self._stage, self._home, self._pictures = stage, home, pictures
        self._log = home / "program.log"
        self._environment = {"MAHOROBA_HOME": str(home)}
        self._process: subprocess.Popen[bytes] | None = None
        self._app: xa11y.App | None = None

    @property
    def home(self) -> Path:
        """Where the program keeps what is its own."""
        return self._home

    @property
    def pictures(self) -> Path:
        """Where the journey's pictures lie."""
        return self._pictures

    def start(self, trial: bool = True) -> Person:
        """``./mahoroba run``, as a trial or for real, and a person before its window."""
        command = [str(ROOT / "mahoroba"), "run", *(["--trial"] if trial else [])]
        self._process = self._stage.start(command, self._environment, self._log)
        self._app = xa11y.App.by_pid(self._process.pid, timeout=START_S)
        return Person(self._app, self._pictures)

    def camera_shows(self, scene: Scene) -> None:
        """Who is before the camera from now on."""
        (self._home / "state").mkdir(parents=True, exist_ok=True)
        (self._home / "state" / "scene").write_text(scene, "ascii")

    def is_out_of_reach(self, away: bool) -> None:
        """圏外: whether the calendar's server can be reached from now on."""
        flag = self._home / "state" / "out-of-reach"
        flag.parent.mkdir(parents=True, exist_ok=True)
        flag.touch() if away else flag.unlink(missing_ok=True)

    def settings(self, text: str) -> None:
        """What the person has chosen, in the file where the suite keeps it."""
        (self._home / "config").mkdir(parents=True, exist_ok=True)
        (self._home / "config" / "settings.toml").write_text(text, "utf-8")

    def another_window(self) -> Person:
        """Whoever looks at the window of a program that ours has started; it ends with the stage."""
        ours = self._process.pid if self._process else None
        app = xa11y.App.find(lambda each: each.name == "mahoroba" and each.pid != ours, timeout=START_S)
        return Person(app, self._pictures)

    def policy(self, text: str) -> None:
        """What the administrator has decided for this machine."""
        (self._home / "policy.toml").write_text(text, "utf-8")

    def joins(self, environment: Mapping[str, str]) -> None:
        """What the program's environment has to say besides."""
        self._environment |= environment

    def models_are(self, folder: Path) -> None:
        """Where the program looks for the face models first; no network brings better ones."""
        self._environment |= {
            "MAHOROBA_MODELS": str(folder),
            "UV_OFFLINE": "1",
            "npm_config_offline": "true",
        }

    def stop(self) -> None:
        """End the program; it must still have been running, and have complained of nothing."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)
        words = self._log.read_text("utf-8", errors="replace")
        assert "Traceback" not in words, words

    def keep_evidence(self) -> None:
        """What there was to see and to hear when a journey failed."""
        xa11y.screenshot().save_png(str(self._pictures / "failed.png"))
        if self._app is not None:
            (self._pictures / "tree.txt").write_text(self._app.dump(), "utf-8")
        shutil.copyfile(self._log, self._pictures / "program.log")


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture
def suite(stage: Stage, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Suite]:
    pictures = OUT / request.node.name
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    with stage.entered_by_this_process():  # no longer: the tests that come after stand on no stage
        made = Suite(stage, tmp_path, pictures)
        yield made
        if request.node.stash.get(FAILED, False):
            made.keep_evidence()
        made.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
