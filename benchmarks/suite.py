"""The suite as a product: size of its packages, silent installation, start, rollback, broken updates refused.

The packages are built here (or taken from ``MAHOROBA_BUILT_TREE``) and installed in a fresh minimal Debian
without a network. Root and debootstrap are needed for that; elsewhere those rows are left out, and said.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import desktop_start
from benchmarks.record import Record
from installer.packages import build, deb, tree
from installer.update.versions import Versions
from tests.long.bare_machine import BareMachine, why_not
from tests.long.installed import BUILT, carry, machine

STARTS, COLD_STARTS, ROLLBACKS = 9, 5, 9
DAMAGED = ("libQt6Core.so.6", "libQt6Widgets.so.6", "cv2.abi3.so", "style.qss", "NOTICES.txt")


def records() -> Iterator[Record]:
    """Sizes first, then what is installed from them."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-suite-") as made:
        folder = Path(made)
        given = os.environ.get(BUILT)
        program = Path(given) if given else build.build(folder / "build")
        package, models = deb.program(program, folder), deb.models(folder)
        yield from _sizes(program, package, models)
        yield from _starts(program)
        yield _rollback(program, folder)
        if reason := why_not():
            print(f"suite: not installed here: {reason}", file=sys.stderr)
            return
        yield from _installed(machine(folder / "machine"), program, package, models, folder)


def _sizes(program: Path, package: Path, models: Path) -> Iterator[Record]:
    alone, both = package.stat().st_size / 1e6, (package.stat().st_size + models.stat().st_size) / 1e6
    on_disk = sum(p.lstat().st_size for p in program.rglob("*")) / 1e6
    n = f"{on_disk:.0f} MB on the disk"
    yield Record("package without models", round(alone, 1), "MB", "≤ 150", alone <= 150, n=n)
    yield Record("package with models", round(both, 1), "MB", "≤ 280", both <= 280, n="two packages")


def _starts(program: Path) -> Iterator[Record]:
    """To the end of the first paint, process start included; cold: the files' pages given back first."""
    with tempfile.TemporaryDirectory() as home, desktop_start.private_screen() as screen:
        environment = {**os.environ, **screen, "MAHOROBA_HOME": home}
        (Path(home) / "policy.toml").write_text(desktop_start.POLICY, "utf-8")
        _start(program, environment)
        warm, bare = [], []
        for _turn in range(STARTS):
            warm.append(_start(program, environment))
            bare.append(desktop_start.bare_start(environment))
        cold = []
        for _turn in range(COLD_STARTS):
            _forget_pages(program)
            cold.append(_start(program, environment))
    for name, seen, bar in (("warm", warm, 800), ("cold", cold, 1500)):
        value = round(statistics.median(seen))
        peer = round(statistics.median(bare)) if name == "warm" else None
        yield Record(
            f"start to first paint, installed, {name}, median",
            value,
            "ms",
            f"≤ {bar}",
            value <= bar,
            "PySide6 window, Fusion, bare" if peer else "",
            peer,
            round(value / peer, 2) if peer else None,
            f"{len(seen)} starts"
            + (" each, in turns" if peer else ", its files out of memory, the system's in"),
        )


def _start(program: Path, environment: dict[str, str]) -> float:
    done = subprocess.run(
        [str(program / "mahoroba"), "-m", "desktop.first_paint"],
        env={**environment, "STARTED": repr(time.monotonic())},
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])


def _forget_pages(folder: Path) -> None:
    """Give the files' pages back (posix_fadvise(2), DONTNEED): the next start reads them from the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def _rollback(program: Path, folder: Path) -> Record:
    """The pointer moved back, and the old program answering."""
    root = folder / "opt"
    for version in ("0.1.0", "0.1.1"):
        (root / "versions").mkdir(parents=True, exist_ok=True)
        tree.again_as(program, version, root / "versions" / version)
    versions = Versions(root, lambda _folder: "")
    versions.take_over("0.1.0")
    versions.take_over("0.1.1")
    seconds = []
    for _turn in range(ROLLBACKS):
        begin = time.monotonic()
        now = versions.roll_back()
        said = _output([str(root / "current" / "mahoroba"), "update", "--root", str(root), "status"])
        seconds.append(time.monotonic() - begin)
        assert now in said, said
    value = statistics.median(seconds)
    n = f"{ROLLBACKS} rollbacks, to the other version's first answer"
    return Record("rollback, median", round(value, 2), "s", "≤ 5", value <= 5, n=n)


def _installed(
    made: BareMachine, program: Path, package: Path, models: Path, folder: Path
) -> Iterator[Record]:
    for file in (package, models):
        carry(made, file, f"/srv/mahoroba/{file.name}")
    line = f"dpkg --install ./{package.name} ./{models.name}"
    line += " && mahoroba self-test --only program window models disk"
    begin = time.monotonic()
    done = made.run(line, 600, network=False)
    seconds = time.monotonic() - begin
    assert done.returncode == 0, done.stdout[-2000:]
    name = "silent install, offline, to working self-test"
    n = "1 installation in a minimal Debian; the self-test runs twice: before the switch and after"
    yield Record(name, round(seconds, 1), "s", "≤ 30", seconds <= 30, n=n)
    yield _broken(made, program, folder)


def _broken(made: BareMachine, program: Path, folder: Path) -> Record:
    """Damaged successors, each damaged elsewhere: none may take over."""
    refused = 0
    for number, name in enumerate(DAMAGED, 2):
        version = f"0.1.{number}"
        damaged = tree.again_as(program, version, folder / "damaged")
        path = next(damaged.rglob(name))
        content = path.read_bytes()
        path.unlink()  # a hard link: the whole program keeps its own
        path.write_bytes(content[: len(content) // 2])
        package = deb.program(damaged, folder, ("-Zzstd", "-z1"))
        carry(made, package, f"/srv/mahoroba/{package.name}")
        done = made.run(f"dpkg --install ./{package.name}; mahoroba update status", 600, network=False)
        refused += "UPD-002" in done.stdout and " 0.1.0" in done.stdout.splitlines()[-1].split("\u3000")[0]
        (made.clone / package.name).unlink()
        shutil.rmtree(damaged)
    value = refused / len(DAMAGED) * 100
    name = "broken update refused, the version before in use"
    return Record(
        name, value, "%", "100", value == 100, n=f"{len(DAMAGED)} updates, a file of each cut in half"
    )


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=200).stdout
