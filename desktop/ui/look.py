"""How the window looked last time: enough for the first paint, before the settings have been read.

Reading the settings loads a validation library and takes longer than drawing. The settings decide as soon
as they are there; this file is only their echo, and a missing or damaged one means the defaults.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import write_atomically

if TYPE_CHECKING:
    from core.settings import AppearanceSettings

_MOST_BYTES = 4096


@dataclass(frozen=True)
class Look:
    """The settings of the section ``appearance``."""

    theme: str = "system"
    font: str = "noto"
    text_scale: float = 1.0
    language: str = "ja"
    reduced_motion: bool = False

    @classmethod
    def of(cls, settings: AppearanceSettings) -> Look:
        return cls(
            settings.theme, settings.font, settings.text_scale, settings.language, settings.reduced_motion
        )

    @classmethod
    def load(cls, path: Path) -> Look:
        """The look of last time, or the defaults."""
        try:
            with path.open("rb") as file:
                kept = json.loads(file.read(_MOST_BYTES))
            look = cls(**kept)
            types = {name: type(value) for name, value in asdict(cls()).items()}
            if any(type(value) is not types[name] for name, value in asdict(look).items()):
                return cls()
        except (OSError, ValueError, TypeError, RecursionError):
            return cls()
        return look

    def save(self, path: Path) -> None:
        """Keep it for next time; where that cannot be, next time has the defaults for a moment."""
        try:
            write_atomically(path, json.dumps(asdict(self)).encode())
        except OSError:
            return
