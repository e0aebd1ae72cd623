"""A machine with nothing but what the package asks of the system, and the packages to install on it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from installer.packages import build, deb, tree
from tests.long.bare_machine import BareMachine

BUILT = "MAHOROBA_BUILT_TREE"
"""A finished tree to use instead of building one: for whoever works on the scripts around it."""
SETTING_UP = 1200
"""Seconds; a bound for a machine that others use too, not a promise."""
STAGE = ("xvfb", "python3", "openssh-client")
"""Beside what the package asks for: a virtual screen, and what the trial's simulated laptops bring."""


@dataclass(frozen=True)
class Packages:
    """Three versions of one build – the third is damaged – and the models."""

    first: Path
    second: Path
    damaged: Path
    models: Path


def packages(folder: Path) -> Packages:
    """Build once, pack thrice: the program is the same, its version is not."""
    made = os.environ.get(BUILT)
    first = Path(made) if made else build.build(folder / "build", "0.1.0")
    second = tree.again_as(first, "0.1.1", folder / "second")
    damaged = tree.again_as(first, "0.1.2", folder / "damaged")
    library = next((damaged / "_internal").rglob("libQt6Gui.so.6"))
    content = library.read_bytes()
    library.unlink()  # a hard link: the others keep theirs
    library.write_bytes(content[: len(content) // 2])
    quick = ("-Zzstd", "-z1")
    return Packages(
        deb.program(first, folder, quick),
        deb.program(second, folder, quick),
        deb.program(damaged, folder, quick),
        deb.models(folder),
    )


def machine(folder: Path) -> BareMachine:
    """Debian's smallest, with the packages that ours depends on, and no network needed any more."""
    made = BareMachine(folder, include=())
    names = [need.partition(" ")[0] for need in deb.depends()]
    line = f"apt-get -q update && apt-get -q install -y --no-install-recommends {' '.join([*names, *STAGE])}"
    done = made.run(f"export DEBIAN_FRONTEND=noninteractive; {line}", SETTING_UP)
    assert done.returncode == 0, done.stdout[-2000:]
    return made


def carry(made: BareMachine, file: Path, place: str) -> None:
    """Put ``file`` (or a folder) into the machine at ``place``."""
    target = made.root / place.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.is_dir():
        shutil.copytree(file, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(file, target)
