"""CI from nothing: a fresh clone of this checkout, nothing set up, until ``.ci/run`` has said yes or no.

Run only when it is named (``./mahoroba bench suite_ci``): it takes as long as CI. The clone has no
environment, no compiled texts and empty caches, so the locked packages are fetched anew; the system's own are
those of this machine. What is not committed is not measured. The shared data lies beside the clone as it lies
beside this checkout: without it tests would be skipped, and the figure would be of something less.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.record import Record

ROOT = Path(__file__).resolve().parents[1]
BAR_MINUTES, TIMEOUT_S = 20, 3600
_LAST_LINE = re.compile(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in \d+(?:\.\d+)?s\b")
_COUNT = re.compile(r"(\d+) ([a-z]+)")
_OURS = re.compile(r"MAHOROBA_|PYTHON|PYTEST_|QT_|XDG_|VIRTUAL_ENV$|KRB5|UV_CACHE|PIP_CACHE")


def records() -> Iterator[Record]:
    shared = ROOT.parent / "shared"
    if not shared.is_dir():
        print("  CI from nothing is left out: ../shared is not there", file=sys.stderr)
        return
    yield measure(ROOT, shared)


def measure(checkout: Path, shared: Path) -> Record:
    """The whole of ``.ci/run`` in a clone of ``checkout``. Held: green, with tests, in time."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-ci-") as made:
        folder = Path(made)
        clone = folder / "clone"
        _git("clone", "--quiet", "--no-hardlinks", str(checkout), str(clone))
        (folder / "shared").symlink_to(shared)
        commit = _git("-C", str(clone), "rev-parse", "--short", "HEAD").strip()
        begin = time.monotonic()
        green, output = _run(clone, folder)
        minutes = (time.monotonic() - begin) / 60
    counts = counted(output)
    green = green and counts.get("passed", 0) > 0
    if not green:
        print("\n".join(output.splitlines()[-60:]), file=sys.stderr)
    n = ", ".join(f"{counts.get(word, 0):,} {word}" for word in ("passed", "skipped", "failed"))
    n += f"; {'green' if green else 'RED'}, commit {commit}; packages fetched anew, the system's were there"
    held = green and minutes <= BAR_MINUTES
    return Record("CI from nothing", round(minutes, 2), "min", f"≤ {BAR_MINUTES}, green", held, n=n)


def counted(output: str) -> dict[str, int]:
    """passed, skipped, failed … as pytest's last line says them (errors count as failed); nothing where no
    test has run to the end."""
    found: dict[str, int] = {}
    for line in output.splitlines():
        if match := _LAST_LINE.match(line):
            found = {word: int(number) for number, word in _COUNT.findall(match[1])}
    broken = found.pop("errors", 0) + found.pop("error", 0)
    return {**found, "failed": found.get("failed", 0) + broken} if found or broken else {}


def _run(clone: Path, folder: Path) -> tuple[bool, str]:
    """Whether it said yes, and what it printed. Its whole group is ended when it does not end by itself."""
    log = folder / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(clone / ".ci" / "run")], cwd=clone, env=_environment(folder), stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            green = process.wait(TIMEOUT_S) == 0
        except subprocess.TimeoutExpired:
            green = False
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return green, log.read_text("utf-8", "replace")


def _environment(folder: Path) -> dict[str, str]:
    """As a machine that has never run the suite: nothing of ours is said, every cache is empty."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    caches = {name: str(folder / name) for name in ("XDG_CACHE_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR")}
    return {**kept, **caches}


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout
