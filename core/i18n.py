"""Japanese is the source text. ``_`` marks it in every layer; catalogues translate it."""

from __future__ import annotations

import gettext
import logging
import struct
from pathlib import Path

_log = logging.getLogger(__name__)
_translations: gettext.NullTranslations = gettext.NullTranslations()


def set_language(language: str, locale_dir: Path) -> None:
    """Use the catalogue of ``language`` (``ja`` is the source and needs none) for all later look-ups.

    A catalogue that cannot be read is logged, and the texts stay Japanese.
    """
    global _translations
    if language == "ja":
        _translations = gettext.NullTranslations()
    else:
        try:
            _translations = gettext.translation("mahoroba", str(locale_dir), [language])
        except (OSError, ValueError, struct.error) as error:  # missing or damaged: the suite still starts
            _log.warning("no catalogue for %s: %s", language, error)
            _translations = gettext.NullTranslations()


def _(message: str) -> str:
    """Translate at call time; never call it at import time."""
    return _translations.gettext(message) if message else ""  # gettext answers "" with the file's header


def sentences(*parts: str) -> str:
    """Finished sentences one after the other, set as the language does; empty ones are left out."""
    text = ""
    for part in filter(None, parts):
        text = _("{before}{sentence}").format(before=text, sentence=part) if text else part
    return text


def bracketed(code: str) -> str:
    """``code`` as it stands behind a sentence; nothing for none."""
    return _("（{code}）").format(code=code) if code else ""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text that is declared at import time; ``_`` translates it when it is shown."""
    return message
