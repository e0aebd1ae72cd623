"""What every test stands on: a private home, no screen, the real face models, and no process left behind."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from auth.face.models import user_folder
from tests.fakes.leaks import Watch

ROOT = Path(__file__).resolve().parent.parent
RUN_MARK = "MAHOROBA_TEST_RUN"
"""Set for this run and inherited by all it starts: how a process left behind is known, daemons included."""
_OF_A_SESSION = (
    "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",  # a keyring there would ask whoever sits here for a password, and wait
)  # fmt: skip

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MAHOROBA_MODELS", str(user_folder()))  # before the home moves away
os.environ.update(LC_ALL="", LC_MESSAGES="", LANG="C.UTF-8")  # commands speak Japanese
os.environ[RUN_MARK] = uuid.uuid4().hex
# The same examples each run, and no clock: a first example that waits for an import is no defect.
settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the slow proofs (a fresh machine)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    slow = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Both processes must collect the same names: random bytes, keys and hashes are no part of one."""
    long = isinstance(val, bytes) or (isinstance(val, str) and len(val) > 40)
    return argname if long else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why tests were skipped, counted: a green run must not hide what it did not look at."""
    reasons = Counter(
        report.longrepr[2]
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture
def shared_data() -> Path:
    """The folder of real faces, documents and calendars that lies beside the clone."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not there")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private home: no test reads or writes the settings, databases or keyring of whoever runs it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("MAHOROBA_HOME", str(folder / "mahoroba"))
    for name in _OF_A_SESSION:
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_process_left() -> Iterator[None]:
    yield
    left = [process for process in psutil.process_iter() if _is_ours(process)]
    alive = [process for process in psutil.wait_procs(left, timeout=3)[1] if not _is_dead(process)]
    for process in alive:
        process.kill()
    assert not alive, f"left running: {[process.name() for process in alive]}"


@pytest.fixture(scope="session", autouse=True)
def _no_secret_in_any_log() -> Iterator[None]:
    """All that the whole suite logs is searched for PINs, codes, seeds, keys, statements and vectors."""
    with Watch() as watch:
        yield
    assert not watch.found, sorted(set(watch.found))


def _is_ours(process: psutil.Process) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(RUN_MARK) == os.environ[RUN_MARK]
    except psutil.Error:
        return False


def _is_dead(process: psutil.Process) -> bool:
    """Gone, or waiting for its parent to notice."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
