"""What the matcher keeps, as a port: SQLite on one machine, PostgreSQL in an office, one contract test.

Every method is one transaction. Times are seconds since the epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from auth.codes import CodeStore
from auth.lockout import LockStore
from auth.model import Person


@dataclass(frozen=True)
class SealedTemplate:
    """A template as it lies in the table: all that may be read without the key, and the sealed vectors."""

    staff_number: str
    model: str
    model_version: str
    frames: int
    poses: int
    enrolled: float
    sealed: bytes

    def described(self) -> dict[str, Any]:
        """What its person may see of it and a terminal needs beside the vectors, as JSON."""
        return {
            "model": self.model,
            "model_version": self.model_version,
            "frames": self.frames,
            "poses": self.poses,
            "enrolled": self.enrolled,
        }


@dataclass(frozen=True)
class IssuedChallenge:
    """A nonce given out: for what (``sign-in/standard``: purpose and level), to whom, where, and until when
    it may be answered once."""

    nonce: bytes
    purpose: str
    staff_number: str
    device: str
    issued: float
    expires: float


class Register(LockStore, CodeStore, Protocol):
    """Persons, PINs, consents, templates, counters, codes and open challenges."""

    def is_empty(self) -> bool: ...

    def add_person(self, person: Person, pin_hash: str | None = None, *, first: bool = False) -> None:
        """SuiteError AUTH-003 if the number exists; with ``first``, AUTH-004 unless nobody exists yet."""
        ...

    def change_person(self, person: Person, was: Person) -> None:
        """Everything but whether the person is active, if all is still as it ``was``. SuiteError AUTH-005 if
        the number is unknown, AUTH-038 if somebody has changed (or stopped) the person meanwhile."""
        ...

    def set_active(self, staff_number: str, active: bool) -> None:
        """SuiteError AUTH-005 if the number is unknown."""
        ...

    def person(self, staff_number: str) -> Person | None: ...

    def people(self, text: str = "", limit: int = 10_000) -> list[Person]:
        """Those whose number, name, kana or section holds ``text``, by staff number."""
        ...

    def active_people(self) -> int:
        """How many may sign in."""
        ...

    def group(self, name: str) -> list[Person]:
        """The active people of a shared terminal's group."""
        ...

    def pin_hash(self, staff_number: str) -> str | None: ...

    def set_pin_hash(self, staff_number: str, pin_hash: str) -> None: ...

    def put_template(self, template: SealedTemplate, consent_version: str) -> None:
        """Replace the person's template and note the consent, both or neither."""
        ...

    def template(self, staff_number: str) -> SealedTemplate | None: ...

    def templates(self, model: str, model_version: str) -> Iterator[SealedTemplate]: ...

    def templates_mark(self) -> str:
        """A value that changes whenever any template does."""
        ...

    def delete_template(self, staff_number: str) -> bool: ...

    def consent(self, staff_number: str) -> tuple[str, float] | None: ...

    def add_challenge(self, challenge: IssuedChallenge, *, per_minute: int) -> bool:
        """False when the terminal has asked for more than ``per_minute`` in the last minute."""
        ...

    def spend_challenge(self, nonce: bytes, device: str, now: float) -> IssuedChallenge | None:
        """The challenge, once; None if unknown, answered before, ended, or another terminal's."""
        ...

    def remember(self, device: str, staff_number: str, now: float) -> None: ...

    def last_people(self, device: str, limit: int) -> list[Person]: ...
