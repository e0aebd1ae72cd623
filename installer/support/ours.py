"""What only we could have written in a log: our modules, the exceptions there are, our codes."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = (
    "auth", "calendar_sync", "core", "desktop", "installer", "liaison", "office", "sharefolder",
)  # fmt: skip
CODES = frozenset((
    "ACC", "AUDIT", "AUTH", "BACKUP", "CA", "CAL", "CAM", "CLOCK", "CONF", "CORE", "DATE", "DB", "DESK",
    "DEV", "DIR", "FACE", "GEN", "INC", "INST", "INV", "LIAISON", "LOCK", "NET", "NEWS", "OFF", "PACK",
    "PAM", "PIN", "PLAN", "POL", "POLICY", "REALM", "SEC", "SELF", "SERVE", "SHARE", "SIGN", "STEP",
    "SUPPORT", "TICKET", "TOTP", "TPM", "UPD", "WIRE",
))  # fmt: skip
"""Before the number of an error's code; a test compares them with the code."""
_ROOT = Path(__file__).resolve().parents[2]


@cache
def modules() -> frozenset[str]:
    """Names of our own modules, found without importing them (a packaged program has no files to list)."""
    return frozenset(PACKAGES) | frozenset(
        name for package in PACKAGES for name in _below(_ROOT / package, f"{package}.")
    )


def _below(folder: Path, prefix: str) -> Iterator[str]:
    for found in pkgutil.iter_modules([str(folder)], prefix):
        yield found.name
        if found.ispkg:
            yield from _below(folder / found.name.rpartition(".")[2], f"{found.name}.")


def exceptions() -> frozenset[str]:
    """Names of every type of exception that this process knows, plain and with their modules."""
    names: set[str] = set()
    waiting: list[type[BaseException]] = [BaseException]
    while waiting:
        kind = waiting.pop()
        if kind.__name__ not in names or f"{kind.__module__}.{kind.__qualname__}" not in names:
            names |= {kind.__name__, f"{kind.__module__}.{kind.__qualname__}"}
            waiting += type.__subclasses__(kind)
    return frozenset(names)
