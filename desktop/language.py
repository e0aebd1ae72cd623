"""Which language a command speaks, found without reading all settings: no command waits for that."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from core.files import read_bounded
from core.i18n import set_language
from core.paths import Paths

LOCALE = Path(__file__).resolve().parent / "locale"
_MOST_BYTES = 1_000_000


def speak(paths: Paths) -> None:
    """As the policy, the person's settings or the system (LC_ALL, LC_MESSAGES, LANG) say, else Japanese.
    What cannot be read says nothing here: the command itself says so."""
    said = (_set_in(paths.policy), _set_in(paths.user_settings), _of_system(), "ja")
    set_language(next(filter(None, said)), LOCALE)


def _set_in(path: Path) -> str:
    try:
        found = tomllib.loads(read_bounded(path, _MOST_BYTES).decode())["appearance"]["language"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return found if found in ("ja", "en") else ""


def _of_system() -> str:
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return named[:2] if named[:3] in ("ja_", "en_") else ""
