"""The steps, in the order in which a laptop gets them: one file each, listed only here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from liaison.profile import Profile
from liaison.resource import Resource
from liaison.steps import (
    battery,
    browser,
    clock,
    disk,
    documents,
    firewall,
    guest,
    input_method,
    kiosk,
    meeting,
    network,
    printers,
    screen,
    software,
    updates,
    usb,
    wallpaper,
)

Step = Callable[[Profile, Path], list[Resource]]

_ALL: tuple[ModuleType, ...] = (
    guest,
    network,
    clock,
    browser,
    printers,
    screen,
    firewall,
    usb,
    input_method,
    wallpaper,
    kiosk,
    documents,
    software,
    meeting,
    updates,
    disk,
    battery,
)
STEPS: dict[str, Step] = {module.__name__.rpartition(".")[2]: module.resources for module in _ALL}
TITLES: dict[str, Callable[[], str]] = {module.__name__.rpartition(".")[2]: module.title for module in _ALL}


def step_title(name: str) -> str:
    """A step's name for a person; an unknown one (from a newer laptop) as it is."""
    return TITLES[name]() if name in TITLES else name
