"""Which version of the suite this is: said once. A package carries it in a file beside its program."""

from __future__ import annotations

import re
import sys
from pathlib import Path

SOURCE = "0.1.0"
"""Of a checkout; ``pyproject.toml`` says the same (a test)."""
_SHAPE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}")


def package_folder() -> Path | None:
    """The folder of the installed version that is running; None in a checkout."""
    return Path(sys.executable).resolve().parent if getattr(sys, "frozen", False) else None


def version() -> str:
    """``0.1.0``; a package without a readable VERSION is ``0``: older than every other."""
    folder = package_folder()
    return SOURCE if folder is None else read_version(folder)


def read_version(folder: Path) -> str:
    """What the package in ``folder`` says that it is, or ``0``."""
    try:
        with (folder / "VERSION").open(encoding="ascii") as file:
            said = file.read(32).strip()
    except (OSError, UnicodeDecodeError):
        return "0"
    return said if is_version(said) else "0"


def is_version(text: str) -> bool:
    """Whether ``text`` is two to four numbers with dots between them."""
    return _SHAPE.fullmatch(text) is not None


def order(text: str) -> tuple[int, ...]:
    """A key by which versions sort: 0.10.0 after 0.9.1; trailing zeros count for nothing."""
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
