"""The one face of ``auth`` towards the window: signing in and out, one's own data, administration.

Calls that look, hash or ask the matcher take their time: run them as a job (lane ``camera`` for those with
``show``, lane ``auth`` for the rest), never on the window's thread. Events are published on the caller's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from auth import refusals
from auth.administration import Administration
from auth.agent.certificate import SignInCertificate, SignInKey
from auth.agent.client import MatcherClient, Reply
from auth.agent.keys import Certification
from auth.agent.look import Show, Stream
from auth.agent.signin import SignIn
from auth.face.compare import Thresholds
from auth.face.engine import FaceAnalyser
from auth.matcher.ports import Trail
from auth.matcher.statement import FOR_AGENT, Statement, Verifier
from auth.model import (
    Factor,
    Outcome,
    PeopleChanged,
    Person,
    Role,
    Session,
    SignedIn,
    SignedOut,
    Unlocked,
    WithoutTickets,
    check_person,
    check_staff_number,
)
from auth.offline.words import local_only
from auth.person_here import People, PersonHere
from auth.pin import Pins
from core.clock import TOKYO
from core.crash import unexpected
from core.errors import SuiteError
from core.events import Events
from core.jobs import Report

_AWAY = ("NET-", "DIR-001", "CA-004")
"""What does not answer now: the signer, its directory, the token with its key. All else is a refusal."""


class Office(Protocol):
    """The contact of a terminal with its office: ``auth.offline.contact``."""

    @property
    def away(self) -> bool: ...
    def close(self) -> None: ...


class AuthService(PersonHere):
    """Lets people sign in and out here. Thread-safe. ``auth.local.open_service`` builds it."""

    def __init__(
        self,
        *,
        client: MatcherClient,
        verifier: Verifier,
        register: People,
        pins: Pins,
        pin_min_length: Callable[[], int],
        device: str,
        audit: Trail,
        events: Events,
        stream: Callable[[], AbstractContextManager[Stream]],
        analyser: Callable[[], FaceAnalyser],
        administration: Callable[[Callable[[], Session | None], Callable[[], object]], Any],
        figures: Callable[[], Thresholds],
        rest: Callable[[], object],
        certification: Certification | None = None,
        steady: Callable[[], bool] = lambda: False,
        tickets: Callable[[SignInCertificate], object] = lambda _certificate: None,
        took: Callable[[float, bool, str], object] = lambda _seconds, _tickets, _access: None,
        office: Office | None = None,
        switches: Callable[[], bool] = lambda: False,
    ) -> None:
        """``certification``: how a sign-in becomes a certificate (None: no realm, none is asked for).
        ``tickets`` gets each certificate on the caller's thread before the session opens; if it raises a
        SuiteError the session opens all the same, for local work, and the outcome carries the error.
        ``took`` hears how many seconds a face needed to open it, whether with tickets, and the access.
        ``office``: of a terminal whose matcher is elsewhere, whether it answers. ``switches``: whether the
        next person takes over a locked screen (a shared terminal)."""
        super().__init__(
            client=client,
            verifier=verifier,
            register=register,
            device=device,
            audit=audit,
            events=events,
            stream=stream,
            analyser=analyser,
            steady=steady,
        )
        self._pins = pins
        self._pin_min_length = pin_min_length
        self._certification = certification
        self._tickets = tickets
        self._took = took
        self.office = office
        self._switches = switches
        self._ended = 0  # sessions that somebody has signed out of
        self.administration: Administration = administration(
            lambda: self.session, lambda: self.lock("stopped")
        )
        self.rest = rest  # lets the models go while the camera is off; the next look loads them again
        self.model_figures = figures  # the thresholds in force and what they were measured at

    @property
    def administered_elsewhere(self) -> bool:
        """Whether the register and the trail of the office lie at servers (``auth.remote``), not here."""
        return self.office is not None

    @property
    def first_run(self) -> bool:
        """True until the first administrator exists."""
        return self._register.is_empty()

    def last_people(self, limit: int = 8) -> list[Person]:
        """Who signed in at this terminal, latest first: the name cards of a shared terminal."""
        return self._register.last_people(self._device, limit)

    # signing in

    def create_first_administrator(self, person: Person, pin: str) -> Outcome:
        """Register the first person, with the IT role and a PIN, and sign in. Only while nobody exists."""
        checked = check_person(replace(person, role=Role.IT, active=True))
        encoded = self._pins.hash(pin, checked.staff_number, self._pin_min_length())
        self._register.add_person(checked, encoded, first=True)
        self._audit.append("person.first", actor=checked.staff_number, subject=checked.staff_number)
        self._events.publish(PeopleChanged(checked.staff_number))
        return self.sign_in_pin(checked.staff_number, pin)

    def sign_in_face(
        self, staff_number: str | None, show: Show, report: Report, *, lit: bool = True
    ) -> Outcome:
        """Look at the camera. ``None`` compares with this terminal's few people (1:N). ``lit``: whether what
        ``show`` draws on can take colours.

        ``show`` gets each frame with its guidance on this thread; ``report`` cancels. SuiteError CAM-… when
        there is no camera, FACE-… when there are no models, LOCK-001 while a wait lasts.
        """
        number = check_staff_number(staff_number) if staff_number else None
        key, since = self._fresh_key(), self._ended
        with self._stream() as stream:
            steady = self._steady() or not lit
            run = SignIn(stream, self._analyser(), self._client, steady=steady)
            reply, timings = run.run(number, self._prior(number), show, report, lambda: _hash(key))
        return self._conclude(reply, since, timings, key=key)

    def sign_in_pin(self, staff_number: str, pin: str) -> Outcome:
        """Sign in, or complete a sign-in, with the PIN. SuiteError LOCK-001 while a wait lasts."""
        number, key, since = check_staff_number(staff_number), self._fresh_key(), self._ended
        return self._conclude(self._client.pin(number, pin, self._prior(number), _hash(key)), since, key=key)

    def sign_in_totp(self, staff_number: str, code: str) -> Outcome:
        """Sign in, or complete a sign-in, with the number that an old token shows. SuiteError LOCK-001."""
        number, key, since = check_staff_number(staff_number), self._fresh_key(), self._ended
        return self._conclude(
            self._client.totp(number, code, self._prior(number), _hash(key)), since, key=key
        )

    def sign_in_break_glass(self, staff_number: str, code: str) -> Outcome:
        """Sign in with an emergency code; it is spent."""
        number, key, since = check_staff_number(staff_number), self._fresh_key(), self._ended
        return self._conclude(self._client.break_glass(number, code, _hash(key)), since, key=key)

    def start(self, staff_number: str, code: str, new_pin: str) -> Outcome:
        """Set the first (or a forgotten) PIN with a start code, and sign in with it."""
        number, key, since = check_staff_number(staff_number), self._fresh_key(), self._ended
        return self._conclude(self._client.start(number, code, new_pin, _hash(key)), since, key=key)

    def sign_out(self) -> None:
        """End the session and forget everything proved so far, also what a look under way would prove."""
        with self._lock:
            session, self._session, self._pending, self._access = self._session, None, None, ""
            self._ended += session is not None
        if session is not None:
            self._closed(session)

    def unlock_face(self, show: Show, report: Report) -> Outcome:
        """As sign_in_face, for the person of the locked session; where the policy lets people switch, also
        for another of this terminal's, whose session then takes its place."""
        locked = self._locked_person()
        anybody = self._switches() and self._pending is None
        return self.sign_in_face(None if anybody else locked, show, report)

    def unlock_pin(self, pin: str) -> Outcome:
        """As sign_in_pin, for the person of the locked session only."""
        return self.sign_in_pin(self._locked_person(), pin)

    # inside

    def _locked_person(self) -> str:
        session = self.session
        if session is None:
            raise refusals.nothing_locked()
        return session.person.staff_number

    def _prior(self, number: str | None) -> str | None:
        """The statement of a factor shown a moment ago by the same person, to be completed."""
        with self._lock:
            pending = self._pending
        if pending is None or pending.person is None or number != pending.person.staff_number:
            return None
        try:
            self._verifier.verify(pending.statement or "", FOR_AGENT, self._device)
        except SuiteError:
            return None  # a minute has passed: begin again
        return pending.statement

    def _fresh_key(self) -> Future[SignInKey] | None:
        return self._certification.fresh_key() if self._certification is not None else None

    def _certify(self, reply: Reply, key: Future[SignInKey] | None) -> SuiteError | None:
        """Turn the statement into a certificate and that into tickets. What the signer refuses opens nothing
        (SuiteError); what does not answer takes away the network, not the work: its error is returned."""
        if reply.offline_until is not None:
            return local_only()
        if self._certification is None or key is None:
            return None
        if (failed := key.exception()) is not None:
            return failed if isinstance(failed, SuiteError) else unexpected(failed)
        if reply.for_signer is None:
            return None
        try:
            certificate = self._certification.certificate(reply.for_signer, key)
        except SuiteError as error:
            if not error.code.startswith(_AWAY):
                raise
            return error
        try:
            self._tickets(certificate)
        except SuiteError as error:
            return error
        return None

    def _conclude(
        self,
        reply: Reply,
        since: int,
        timings: dict[str, float] | None = None,
        *,
        key: Future[SignInKey] | None = None,
    ) -> Outcome:
        """Open (or unlock) the session if the statement verifies and satisfies the policy. ``since``: how
        many sessions had ended when this began. ``timings``: of a look, from the first usable face on."""
        begin = time.monotonic() - (timings or reply.timings).get("total", 0.0) / 1000
        session, notice = None, None
        if reply.statement is not None and reply.person is not None:
            statement = self._verifier.verify(reply.statement, FOR_AGENT, self._device, reply.nonce)
            if statement.subject != reply.person.staff_number:
                raise refusals.mixed_up()
            self._refuse_someone_else(statement.subject)
            opens = reply.accepted and statement.satisfied
            self._refuse_ended(since)
            notice = self._certify(reply, key) if opens else None
            try:
                was, session = self._take(reply, statement, since, opens)
            except SuiteError:
                if since != self._ended:
                    self._events.publish(SignedOut(statement.subject))  # its tickets came too late
                raise
            if session is not None:
                self._announce(was, session)
                if Factor.FACE in session.factors:
                    tickets = reply.for_signer is not None and notice is None
                    self._took(time.monotonic() - begin, tickets, reply.access or "")
            if notice is not None:
                self._events.publish(WithoutTickets(notice))
        return Outcome(
            session is not None,
            str(reply.reason),
            reply.reason.sentence(),
            reply.reason.next_step(),
            reply.next_factors,
            session,
            reply.person.staff_number if reply.person else None,
            {**reply.timings, **(timings or {})},
            notice,
        )

    def _take(
        self, reply: Reply, statement: Statement, since: int, opens: bool
    ) -> tuple[Session | None, Session | None]:
        """The session until now, and the one that it opens."""
        with self._lock:
            self._refuse_ended(since)
            self._refuse_someone_else(statement.subject)
            was, session = self._session, None
            self._pending, self._access = reply, reply.access or ""
            if opens and reply.person is not None:
                evidence, issued = statement.evidence, _moment(statement.issued)
                offline = reply.offline_until
                session = Session(reply.person, evidence, statement.zone, issued, offline_until=offline)
                self._session, self._pending = session, None
        return was, session

    def _refuse_ended(self, since: int) -> None:
        if since != self._ended:
            raise refusals.nothing_locked()

    def _refuse_someone_else(self, subject: str) -> None:
        was = self.session
        if was is not None and was.locked and was.person.staff_number != subject and not self._switches():
            raise refusals.someone_else()

    def _announce(self, was: Session | None, session: Session) -> None:
        if was is not None and was.person.staff_number == session.person.staff_number:
            self._events.publish(Unlocked(session))
            return
        if was is not None:
            self._closed(was)
        self._events.publish(SignedIn(session))

    def _closed(self, session: Session) -> None:
        number = session.person.staff_number
        try:
            self._audit.append("session.closed", actor=number, subject=number)
        finally:  # as when locking
            self._events.publish(SignedOut(number))


def _hash(key: Future[SignInKey] | None) -> str | None:
    """None where no certificate is wanted, or none can be had (``_certify`` says why)."""
    return key.result().hash if key is not None and key.exception() is None else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, TOKYO)
