"""The matcher as the sign-in sees it: the office's while it answers, else the standby of this terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from auth.agent.client import Asked, MatcherClient, Reply
from auth.bulletins import Bulletin
from auth.matcher.statement import Statement, Verifier
from auth.offline.standby import Standby
from auth.offline.words import needs_office
from core.errors import SuiteError

T = TypeVar("T")
_SILENT = ("NET-", "DB-")  # no answer, or an office whose database does not answer


class Contact(Protocol):
    """Who hears how the office answers: ``auth.offline.contact``."""

    @property
    def away(self) -> bool: ...
    def missed(self) -> None: ...
    def proved(self, staff_number: str, access: str) -> None: ...
    def pin_accepted(self, staff_number: str, pin: str) -> None: ...


class EitherClient(MatcherClient):
    """As ``MatcherClient``. A look goes on where its challenge came from; what changes anything at the office
    is asked there only."""

    def __init__(self, office: MatcherClient, standby: Standby, contact: Contact) -> None:
        self._office, self._standby, self._contact = office, standby, contact

    def public_key(self) -> Any:
        return self._office.public_key()

    def challenge(
        self, purpose: str, staff_number: str | None, access: str = "", *, steady: bool = False
    ) -> Asked:
        if purpose == "enrol":
            return self._at_office(access).challenge(purpose, staff_number, access, steady=steady)
        return self._either(
            staff_number,
            lambda: self._office.challenge(purpose, staff_number, access, steady=steady),
            lambda: replace(
                self._standby.client.challenge(purpose, staff_number, steady=steady), offline=True
            ),
        )

    def match(self, asked: Asked, frames: Iterable[bytes], prior: str | None, key: str | None) -> Reply:
        if asked.offline:
            return self._standby.told(self._standby.client.match(asked, frames, self._own(prior), None))
        return self._heard(self._here(lambda: self._office.match(asked, frames, self._others(prior), key)))

    def enrol(
        self, asked: Asked, frames: Iterable[bytes], consent_version: str, access: str
    ) -> dict[str, Any]:
        return self._at_office(access).enrol(asked, frames, consent_version, access)

    def pin(self, staff_number: str, pin: str, prior: str | None, key: str | None = None) -> Reply:
        reply = self._either(
            staff_number,
            lambda: self._heard(self._office.pin(staff_number, pin, self._others(prior), key)),
            lambda: self._standby.told(self._standby.client.pin(staff_number, pin, self._own(prior))),
        )
        if reply.statement is not None and reply.offline_until is None:
            self._contact.pin_accepted(staff_number, pin)
        return reply

    def totp(self, staff_number: str, code: str, prior: str | None, key: str | None = None) -> Reply:
        return self._heard(
            self._here(lambda: self._office.totp(staff_number, code, self._others(prior), key))
        )

    def break_glass(self, staff_number: str, code: str, key: str | None = None) -> Reply:
        return self._heard(self._here(lambda: self._office.break_glass(staff_number, code, key)))

    def start(self, staff_number: str, code: str, pin: str, key: str | None = None) -> Reply:
        reply = self._heard(self._here(lambda: self._office.start(staff_number, code, pin, key)))
        if reply.statement is not None:
            self._contact.pin_accepted(staff_number, pin)
        return reply

    def change_pin(self, access: str, pin: str) -> None:
        self._at_office(access).change_pin(access, pin)

    def bulletins(self, access: str) -> list[Bulletin]:
        return self._at_office(access).bulletins(access)

    def read_bulletin(self, number: int, read: bool, access: str) -> None:
        self._at_office(access).read_bulletin(number, read, access)

    def own_data(self, access: str) -> dict[str, Any]:
        return (self._standby.client if self._standby.made(access) else self._office).own_data(access)

    def export(self, access: str) -> dict[str, Any]:
        return self._at_office(access).export(access)

    def delete_face(self, access: str) -> bool:
        return self._at_office(access).delete_face(access)

    def keyring(self, access: str) -> str:
        return self._at_office(access).keyring(access)

    # inside

    def _either(self, staff_number: str | None, office: Callable[[], T], standby: Callable[[], T]) -> T:
        """The office first; while it is known to be away, whoever is kept here need not wait for it."""
        if self._contact.away and self._standby.holds(staff_number):
            return standby()
        try:
            return self._here(office)
        except SuiteError as error:
            if not error.code.startswith(_SILENT):
                raise
            if self._standby.holds(staff_number):
                return standby()
            raise self._standby.refusal(staff_number, error) from error

    def _here(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except SuiteError as error:
            if error.code.startswith(_SILENT):
                self._contact.missed()
            raise

    def _heard(self, reply: Reply) -> Reply:
        if reply.accepted and reply.access and reply.person is not None:
            self._contact.proved(reply.person.staff_number, reply.access)
        return reply

    def _at_office(self, access: str) -> MatcherClient:
        """For what changes something: an access that this terminal has given itself is none there."""
        if self._standby.made(access):
            raise needs_office()
        return self._office

    def _own(self, prior: str | None) -> str | None:
        return prior if self._standby.made(prior) else None

    def _others(self, prior: str | None) -> str | None:
        return None if self._standby.made(prior) else prior


class EitherVerifier:
    """A statement is the standby's own, or it must be the office's matcher's."""

    def __init__(self, office: Verifier, standby: Standby) -> None:
        self._office, self._standby = office, standby

    def verify(self, token: str, audience: str, device: str, nonce: str | None = None) -> Statement:
        """As ``StatementVerifier.verify``."""
        own = self._standby.made(token)
        return (self._standby.verifier if own else self._office).verify(token, audience, device, nonce)
