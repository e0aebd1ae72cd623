"""The number on a laptop's label, and what a scanner types when it reads it.

Only capital letters, digits and hyphens (QR's alphanumeric mode): these keys are in the same place on
Japanese and American keyboards, so a wedge scanner set to the wrong one still types the right text. A check
character (ISO/IEC 7064, MOD 37,36) catches a mistyped one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.i18n import _
from liaison import errors

_CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LABEL = re.compile(r"MHRB-([A-Z0-9]{2,10})-([A-Z]{1,4}[0-9]{1,6})-([0-9A-Z])")
_TAG = re.compile(r"[A-Z]{1,4}[0-9]{1,6}")


@dataclass(frozen=True)
class Office:
    """Whose laptops these are; ``code`` stands in every label (for example the local government's code)."""

    code: str

    def label(self, tag: str) -> str:
        """What the QR code of ``tag`` says."""
        body = f"MHRB-{self.code}-{tag}"
        return f"{body}-{_check(body)}"

    def scanned(self, text: str) -> str:
        """The laptop's number out of what a scanner or a person typed. SuiteError LIAISON-004."""
        plain = "".join(unicodedata.normalize("NFKC", text[:200]).upper().split())
        plain = re.sub("[‐-―−ー]", "-", plain)
        if _TAG.fullmatch(plain):
            return plain
        found = _LABEL.fullmatch(plain)
        if found is None:
            raise errors.unreadable_code(_("連絡員端末のラベルではありません。"))
        if _check(plain[:-2]) != found[3]:
            raise errors.unreadable_code(_("読み間違いがあります（検査文字が合いません）。"))
        if found[1] != self.code:
            why = _("ほかの所属（{office}）の端末です。").format(office=found[1])
            raise errors.unreadable_code(why)
        return found[2]


def _check(body: str) -> str:
    """ISO/IEC 7064 MOD 37,36 over letters and digits."""
    rest = 36
    for char in body.replace("-", ""):
        rest = (rest + _CHARS.index(char)) % 36 or 36
        rest = rest * 2 % 37
    return _CHARS[(37 - rest) % 36]
