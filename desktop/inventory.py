"""``mahoroba inventory``: what this terminal is, shown or left in the folder where reports are collected.

Which machine, which system, which programs, how its self-test went; never who uses it.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from core.version import version
from installer.selftest import Result, State, run, worst
from installer.selftest.checks import checks
from office.terminals import MOST_PROGRAMS, Report

_APPLICATIONS = Path("/usr/share/applications")


def report(name: str, results: Sequence[Result] = ()) -> Report:
    """This terminal under ``name``, with the self-test's ``results`` where it was run."""
    failed = tuple(each.key for each in results if each.outcome.state is State.FAIL)
    state = worst(results).value if results else ""
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


def main(arguments: Sequence[str]) -> int:
    from desktop.self_test import terminal_here

    options = _parser().parse_args(arguments)
    results = [] if options.quick else run(checks(terminal_here()))
    made = report(options.name or host(), results)
    if options.folder is None:
        print(made.encoded().decode())
        return 0
    try:
        write_atomically(options.folder / f"{made.name}.json", made.encoded(), 0o640)
    except OSError as error:
        raise SuiteError(
            _("端末の報告を置けませんでした。"),
            _("「{name}」に書き込めません。").format(name=options.folder.name),
            _("フォルダの場所と権限を確かめてください。"),
            "INV-003",
        ) from error
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba inventory", description=_("この端末の報告を作ります。"))
    parser.add_argument(
        "folder", nargs="?", type=Path, help=_("報告を置くフォルダ（なければ画面に出します）")
    )
    parser.add_argument("--name", default="", help=_("端末名（なければこの機械の名前）"))
    parser.add_argument("--quick", action="store_true", help=_("自己診断をしません。"))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
