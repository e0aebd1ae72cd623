"""Japanese is the source text. ``_`` marks it in every layer; catalogues translate it."""

from __future__ import annotations

import gettext
from pathlib import Path

_translations: gettext.NullTranslations = gettext.NullTranslations()


def set_language(language: str, locale_dir: Path) -> None:
    """Use the catalogue of ``language`` (``ja`` is the source and needs none) for all later look-ups."""
    global _translations
    if language == "ja":
        _translations = gettext.NullTranslations()
    else:
        _translations = gettext.translation("mahoroba", str(locale_dir), [language])


def _(message: str) -> str:
    """Translate at call time; never call it at import time."""
    return _translations.gettext(message)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text that is declared at import time; ``_`` translates it when it is shown."""
    return message
