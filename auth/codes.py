"""One-time codes, kept only as hashes: the start code with which a person sets the first PIN,
and the break-glass code for the day on which nothing else works."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from auth.lockout import Clock
from auth.model import OneTimeCode

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U to misread
_LENGTH = 20  # 100 bits: no slow hash needed
_MISREAD = str.maketrans("IL", "11") | str.maketrans("O", "0") | {ord("-"): None, ord(" "): None}


class Purpose(StrEnum):
    START = "start"
    BREAK_GLASS = "break-glass"
    BREAK_GLASS_ASKED = "break-glass-asked"  # one administrator's half; nobody is shown a code for it
    DEVICE = "device"


LIFETIME_S = {
    Purpose.START: 7 * 86_400.0,
    Purpose.BREAK_GLASS: 90 * 86_400.0,
    Purpose.BREAK_GLASS_ASKED: 86_400.0,
    Purpose.DEVICE: 86_400.0,
}


class CodeStore(Protocol):
    """What the codes need from the repository."""

    def add_code(
        self, digest: str, purpose: str, staff_number: str, issued_by: str, now: float, expires: float
    ) -> None: ...

    def asked_by(self, purpose: str, staff_number: str, now: float) -> list[str]:
        """Who has issued the codes of this purpose that are still good."""
        ...

    def end_codes(self, purpose: str, staff_number: str) -> None:
        """None of this purpose is good any longer."""
        ...

    def spend_code(self, digest: str, purpose: str, staff_number: str, now: float) -> bool:
        """Mark the code used and say True, once; False if unknown, used, ended, or another's."""
        ...


class OneTimeCodes:
    """Issue a code to a staff number; spend it exactly once before its end."""

    def __init__(self, store: CodeStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, purpose: Purpose, staff_number: str, issued_by: str) -> OneTimeCode:
        """A fresh code, to be shown once. A new start code ends the person's earlier ones."""
        raw = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        now = self._clock.now()
        expires = now + LIFETIME_S[purpose]
        self._store.add_code(_digest(raw), purpose, staff_number, issued_by, now, expires)
        shown = "-".join(raw[i : i + 5] for i in range(0, _LENGTH, 5))
        return OneTimeCode(shown, staff_number, datetime.fromtimestamp(expires, UTC))

    def issue_by_two(self, staff_number: str, administrator: str) -> OneTimeCode | None:
        """A break-glass code if another administrator has asked within a day; else this one has now."""
        asked = self._store.asked_by(Purpose.BREAK_GLASS_ASKED, staff_number, self._clock.now())
        if any(other != administrator for other in asked):
            self._store.end_codes(Purpose.BREAK_GLASS_ASKED, staff_number)
            return self.issue(Purpose.BREAK_GLASS, staff_number, administrator)
        self.issue(Purpose.BREAK_GLASS_ASKED, staff_number, administrator)
        return None

    def spend(self, purpose: Purpose, staff_number: str, typed: str) -> bool:
        """True once for the right code of this person and purpose. Case, hyphens and I/L/O are forgiven."""
        raw = typed[:64].upper().translate(_MISREAD)
        return self._store.spend_code(_digest(raw), purpose, staff_number, self._clock.now())


def _digest(raw: str) -> str:
    return hashlib.sha256(b"mahoroba one-time code\0" + raw.encode()).hexdigest()
