"""What the packaged program runs: ``mahoroba COMMAND``, and Python's own ``-m MODULE`` for our children.

The features start children as ``sys.executable -P -m MODULE`` (the document reader, the embedded schedule
server, the laptops' lab). In the package that executable is this program, so it understands the same line,
for our own modules only.
"""

from __future__ import annotations

import os
import runpy
import sys

OURS = ("auth", "calendar_sync", "core", "desktop", "installer", "liaison", "office", "sharefolder")
FLAGS = ("-P", "-u", "-uP")


def main() -> int:
    """The module ends the process itself, with the command's exit code."""
    _stay_alone()
    arguments = sys.argv[1:]
    while arguments and arguments[0] in FLAGS:
        arguments = arguments[1:]
    if len(arguments) > 1 and arguments[0] == "-m":
        module = arguments[1]
        if module.partition(".")[0] not in OURS:
            print(f"mahoroba: not one of its own modules: {module}", file=sys.stderr)
            return 2
        arguments = arguments[2:]
    else:
        module, arguments = "desktop", arguments or ["run"]
    sys.argv = ["mahoroba", *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)  # as ``python -m`` does
    return 0


def _stay_alone() -> None:
    """Take nothing from another Python, and leave nothing of ours to the system's programs that we start:
    PyInstaller's start-up puts our libraries before theirs, and openssl, ssh or kinit would load ours."""
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "LD_LIBRARY_PATH"):
        os.environ.pop(name, None)
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    sys.exit(main())
