"""Whoever is at this terminal, and what is theirs: their data, their notices, one factor more.

``auth.service`` adds how they come and go.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Protocol

from auth import refusals
from auth.agent.client import MatcherClient, Reply, my_data
from auth.agent.enrol import Enrolment
from auth.agent.look import Show, Stream
from auth.bulletins import Bulletin
from auth.face.engine import FaceAnalyser
from auth.matcher.ports import Trail
from auth.matcher.statement import FOR_AGENT, Verifier
from auth.matcher.words import NOT_ALLOWED
from auth.model import EnrolOutcome, FaceDeleted, FaceEnrolled, Locked, MyData, Person, Session
from core.errors import SuiteError
from core.events import Events
from core.jobs import Report


class People(Protocol):
    """What is asked of ``auth.register``, or of a terminal that has none."""

    def is_empty(self) -> bool: ...
    def last_people(self, device: str, limit: int) -> list[Person]: ...
    def person(self, staff_number: str) -> Person | None: ...
    def add_person(self, person: Person, pin_hash: str, *, first: bool = False) -> None: ...


class PersonHere:
    """The one session of this terminal, or evidence that awaits a second factor. Thread-safe."""

    def __init__(
        self,
        *,
        client: MatcherClient,
        verifier: Verifier,
        register: People,
        device: str,
        audit: Trail,
        events: Events,
        stream: Callable[[], AbstractContextManager[Stream]],
        analyser: Callable[[], FaceAnalyser],
        steady: Callable[[], bool],
    ) -> None:
        """``steady``: whether the person cannot bear colours that change."""
        self._client = client
        self._verifier = verifier
        self._register = register
        self._device = device
        self._audit = audit
        self._events = events
        self._stream = stream
        self._analyser = analyser
        self._steady = steady
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._pending: Reply | None = None  # evidence that holds but does not yet suffice
        self._access = ""

    # who is here

    @property
    def session(self) -> Session | None:
        """The open (or locked) session."""
        with self._lock:
            return self._session

    @property
    def known(self) -> str | None:
        """Whose identity is shown so far: of the session, or of evidence that awaits a second factor."""
        with self._lock:
            if self._session is not None:
                return self._session.person.staff_number
            return self._pending.person.staff_number if self._pending and self._pending.person else None

    def lock(self, reason: str = "person") -> None:
        """Lock the session: by the ``person``, because they are ``away``, ``other-face``, ``idle``, to be
        seen again by the ``office``, or because it has ``stopped`` them."""
        with self._lock:
            if self._session is None or self._session.locked:
                return
            self._session = replace(self._session, locked=True)
            self._pending, self._access = None, ""
            number = self._session.person.staff_number
        try:
            self._audit.append("session.locked", actor=number, subject=number, detail={"reason": reason})
        finally:  # a full disk must not leave the page on the screen
            self._events.publish(Locked(number, reason))

    # one factor more

    def step_up_pin(self, pin: str) -> None:
        """Show the PIN for a protected action (``auth.step_up``). SuiteError PIN-010, LOCK-001."""
        self._step_up(lambda number: self._client.pin(number, pin, None))

    def step_up_totp(self, code: str) -> None:
        """As ``step_up_pin``, with the number that an old token shows."""
        self._step_up(lambda number: self._client.totp(number, code, None))

    def _step_up(self, ask: Callable[[str], Reply]) -> None:
        number = self._own()
        reply = ask(number)
        if reply.statement is None:
            raise refusals.not_proved(reply)
        shown = self._verifier.verify(reply.statement, FOR_AGENT, self._device, reply.nonce)
        with self._lock:
            session = self._session
            if session is None or session.person.staff_number != shown.subject:
                raise refusals.mixed_up()
            held = {e.factor: e for e in (*session.evidence, *shown.evidence)}
            self._session = replace(session, evidence=tuple(held.values()))
            self._access = reply.access or self._access
        factors = "+".join(sorted(e.factor for e in shown.evidence))
        self._audit.append("session.stepped-up", actor=number, subject=number, detail={"factors": factors})

    # one's own data

    def confirm_pin(self, pin: str) -> None:
        """Prove again who is here: needed within ten minutes before enrolling, exporting, deleting and a new
        PIN (their SuiteError AUTH-022 asks for it). SuiteError PIN-010 when wrong."""
        reply = self._client.pin(self._own(), pin, None)
        if reply.access is None:
            raise refusals.not_proved(reply)
        with self._lock:
            self._access = reply.access

    def change_pin(self, old_pin: str, new_pin: str) -> None:
        """Replace the PIN. SuiteError PIN-010 (old one wrong), PIN-001/002 (new one not acceptable)."""
        self.confirm_pin(old_pin)
        with self._asking():
            self._client.change_pin(self._access, new_pin)

    def enrol(self, consent_version: str, show: Show, report: Report) -> EnrolOutcome:
        """Enrol or renew the face of whoever is ``known``, after the consent of ``auth.consent``."""
        with self._asking() as number, self._stream() as stream:
            run = Enrolment(stream, self._analyser(), self._client, steady=self._steady())
            outcome = run.run(consent_version, self._access, show, report)
        if outcome.accepted:
            self._events.publish(FaceEnrolled(number))
        return outcome

    def my_data(self) -> MyData:
        """What is kept of one's own face."""
        with self._asking():
            kept = self._client.own_data(self._access)
        return my_data(kept, self._register.person(kept["staff_number"]))

    def bulletins(self) -> list[Bulletin]:
        """The notices from IT that are to be shown now, the urgent first. SuiteError NET-001, OFF-003 where
        the office is out of reach."""
        with self._asking():
            return self._client.bulletins(self._access)

    def read_bulletin(self, number: int, read: bool = True) -> None:
        """Keep at the office that this person has read it (or not after all), for every terminal."""
        with self._asking():
            self._client.read_bulletin(number, read, self._access)

    def export_my_face(self) -> str:
        """All that is kept, vectors included, as JSON text for the person to save."""
        with self._asking():
            return json.dumps(self._client.export(self._access), ensure_ascii=False, indent=1)

    def delete_my_face(self) -> bool:
        """Delete one's template and consent; False if there was none."""
        with self._asking() as number:
            deleted = self._client.delete_face(self._access)
        if deleted:
            self._events.publish(FaceDeleted(number))
        return deleted

    def keyring(self) -> str:
        """What opens the key ring of whoever has just signed in. SuiteError AUTH-025, NET-001, OFF-…"""
        with self._asking():
            return self._client.keyring(self._access)

    # inside

    @contextmanager
    def _asking(self) -> Iterator[str]:
        """The number of whoever is here, for a question to the office. Whom it no longer hears (AUTH-023) it
        shows nothing of what is open, either."""
        number = self._own()
        try:
            yield number
        except SuiteError as error:
            if error.code == NOT_ALLOWED and self.known == number:
                self.lock("stopped")
            raise

    def _own(self) -> str:
        number = self.known
        if number is None or (self.session is not None and self.session.locked):
            raise refusals.nobody_here()
        return number
