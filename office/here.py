"""What this terminal is: machine, system, cameras, programs. Read from the system itself; nobody's name."""

from __future__ import annotations

import platform
import subprocess
import time
from pathlib import Path

from core.version import version
from office.terminals import MOST_PROGRAMS, Report

_APPLICATIONS = Path("/usr/share/applications")


def report(name: str, state: str = "", failed: tuple[str, ...] = ()) -> Report:
    """This terminal under ``name``, with how its self-test went where it was run."""
    return Report(name, _model(), _system(), version(), time.time(), _cameras(), state, failed, _programs())


def host() -> str:
    """This machine's name without its domain."""
    return platform.node().partition(".")[0] or "terminal"


def _model() -> str:
    """Maker and model as the firmware says them (Linux: DMI); empty where nothing does."""
    folder = Path("/sys/class/dmi/id")
    return " ".join(filter(None, (_line(folder / key) for key in ("sys_vendor", "product_name"))))[:200]


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"][:200]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"[:200]


def _cameras() -> tuple[str, ...]:
    found = sorted(Path("/sys/class/video4linux").glob("*/name"))
    return tuple(dict.fromkeys(filter(None, map(_line, found))))[:50]


def _programs() -> tuple[tuple[str, str], ...]:
    """The packages that put something into the menu (Debian and Ubuntu), with their versions."""
    if not _APPLICATIONS.is_dir():
        return ()
    owners = _output("dpkg-query", "-S", f"{_APPLICATIONS}/*")
    names = sorted({line.partition(":")[0] for line in owners if ": " in line and "," not in line})
    if not names:
        return ()
    lines = _output("dpkg-query", "-W", "-f", "${Package}\t${Version}\n", "--", *names)
    pairs = (line.partition("\t") for line in lines)
    found = {name[:200]: number[:200] for name, _tab, number in pairs if number}
    return tuple(found.items())[:MOST_PROGRAMS]


def _output(*command: str) -> list[str]:
    """Lines; none where there is no such program or it says no."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 ours
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines()


def _line(path: Path) -> str:
    try:
        text = path.read_text("utf-8", "replace")[:200].strip()
    except OSError:
        return ""
    return "".join(letter for letter in text if letter.isprintable())
