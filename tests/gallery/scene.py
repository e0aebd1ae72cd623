"""What one picture of the guides shows, and how it is come by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.gallery.hands import Hands


@dataclass(frozen=True)
class Scene:
    """``show`` brings the page up; a widget that it gives is the picture instead of the window.

    ``everywhere``: in all themes. ``live``: the camera runs, and is held still. ``slow``: needs a sample
    office or the camera, so its words are compared in the long run. ``told``: with its banner. ``needs``: the
    scenes that have to come before it.
    """

    name: str
    show: Callable[[Hands], object]
    guide: str = "guide"
    everywhere: bool = False
    live: bool = False
    slow: bool = False
    told: bool = False
    needs: tuple[str, ...] = ()


def press(words: str) -> Callable[[Hands], None]:
    """The scene behind a button."""
    return lambda hands: hands.press(words)


def sample(feature: str) -> Callable[[Hands], None]:
    """The scene of a feature's page with its sample office."""
    return lambda hands: hands.sample(feature)
