"""Decides who stands at a terminal, from a PIN, a code or a face, and signs what it saw.

Knows no HTTP and no window: ``api`` is its door. Every attempt leaves a line in the audit trail, with
numbers and never with a picture or a name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from auth import policy
from auth.codes import OneTimeCodes, Purpose
from auth.lockout import Clock, Lockouts
from auth.matcher.ports import Rules, TimeStore, TokenStore, Trail
from auth.matcher.statement import (
    FOR_AGENT,
    FOR_MATCHER,
    FOR_SIGNER,
    Statement,
    StatementSigner,
    StatementVerifier,
    new_id,
)
from auth.matcher.store import IssuedChallenge, Register
from auth.matcher.words import not_allowed, prove_again, too_often
from auth.model import Evidence, Factor, Person, check_staff_number
from auth.pin import Pins, check_new_pin
from auth.verdict import Reason, Why

CHALLENGE_LIFETIME_S = {"sign-in": 60.0, "enrol": 120.0}
CHALLENGES_PER_MINUTE = 30
FRESH_S = 600.0  # how long a PIN just entered lets its owner change his own data
NONCE_BYTES = 32


@dataclass(frozen=True)
class Answer:
    """What the matcher says to one piece of evidence. ``statement`` opens a session when the zone's policy
    is satisfied and joins the next factor when not; ``for_signer`` becomes a certificate for the key that the
    terminal named; ``access`` reaches one's own data."""

    accepted: bool
    reason: Why
    person: Person | None = None
    statement: str | None = None
    access: str | None = None
    next_factors: tuple[Factor, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    for_signer: str | None = None


class Matcher:
    """The evidence that needs no camera; ``auth.matcher.face`` adds the one that does. ``nonces`` makes so
    many random bytes: the operating system's, or seeded ones where a run must be the same each time."""

    def __init__(
        self,
        register: Register,
        audit: Trail,
        clock: Clock,
        rules: Rules,
        seed: bytes,
        pins: Pins,
        nonces: Callable[[int], bytes] = os.urandom,
        tokens: TokenStore | None = None,
        times: TimeStore | None = None,
    ) -> None:
        self.register = register
        self.audit = audit
        self.clock = clock
        self.rules = rules
        self.lockouts = Lockouts(register, clock)
        self.codes = OneTimeCodes(register, clock)
        self._pins = pins
        self._nonces = nonces
        self._signer = StatementSigner(seed)
        self._verifier = StatementVerifier(self._signer.public, clock)
        self.tokens = tokens
        self._times = times

    @property
    def public_key(self) -> Mapping[str, str]:
        """The JWK with which anyone checks the matcher's statements."""
        return self._signer.public

    def challenge(self, purpose: str, staff_number: str, device: str, level: str) -> IssuedChallenge:
        """A fresh nonce for one answer, at a level. SuiteError AUTH-021 if the terminal asks too often."""
        now = self.clock.now()
        lifetime = CHALLENGE_LIFETIME_S[purpose]
        nonce = self._nonces(NONCE_BYTES)
        issued = IssuedChallenge(nonce, f"{purpose}/{level}", staff_number, device, now, now + lifetime)
        if not self.register.add_challenge(issued, per_minute=CHALLENGES_PER_MINUTE):
            raise too_often()
        return issued

    def pin(
        self, staff_number: str, pin: str, device: str, nonce: str, prior: str | None = None, key: str = ""
    ) -> Answer:
        """Evidence PIN. An unknown number costs the same time and gets the same answer as a wrong PIN."""
        number = check_staff_number(staff_number)
        earlier = self.earlier(prior, number, device)
        attempt = self.lockouts.claim(Factor.PIN, number, device)
        held = self._pins.verify(self.register.pin_hash(number), pin)
        person = self._active(number)
        if held and person is not None:
            attempt.succeeded()
            evidence = Evidence(Factor.PIN, self.clock.now())
            return self.conclude(person, (*earlier, evidence), device, nonce, key=key)
        return self.refuse(Reason.PIN_WRONG, Factor.PIN, number, device)

    def totp(
        self, staff_number: str, code: str, device: str, nonce: str, prior: str | None = None, key: str = ""
    ) -> Answer:
        """Evidence TOTP: the code of an old token, once, until the token's last day."""
        number = check_staff_number(staff_number)
        earlier = self.earlier(prior, number, device)
        attempt = self.lockouts.claim(Factor.TOTP, number, device)
        person = self._active(number)
        if person is not None and self.tokens is not None and self.tokens.spend(number, code):
            attempt.succeeded()
            evidence = Evidence(Factor.TOTP, self.clock.now())
            return self.conclude(person, (*earlier, evidence), device, nonce, key=key)
        return self.refuse(Reason.TOTP_WRONG, Factor.TOTP, number, device)

    def break_glass(self, staff_number: str, code: str, device: str, nonce: str, key: str = "") -> Answer:
        """Evidence break-glass: the code is spent by this, whatever comes after."""
        number = check_staff_number(staff_number)
        attempt = self.lockouts.claim(Factor.BREAK_GLASS, number, device)
        person = self._active(number)
        if person is not None and self.codes.spend(Purpose.BREAK_GLASS, number, code):
            attempt.succeeded()
            evidence = Evidence(Factor.BREAK_GLASS, self.clock.now())
            return self.conclude(person, (evidence,), device, nonce, key=key)
        return self.refuse(Reason.CODE_WRONG, Factor.BREAK_GLASS, number, device)

    def start(
        self, staff_number: str, code: str, new_pin: str, device: str, nonce: str, key: str = ""
    ) -> Answer:
        """The start code sets the first (or a forgotten) PIN; then as if the PIN had been entered."""
        number = check_staff_number(staff_number)
        check_new_pin(new_pin, number, self.rules.security.pin_min_length)  # before the code is spent
        attempt = self.lockouts.claim(Factor.PIN, number, device)
        person = self._active(number)
        if person is not None and self.codes.spend(Purpose.START, number, code):
            attempt.succeeded()
            self._keep_pin(number, new_pin)
            evidence = Evidence(Factor.PIN, self.clock.now())
            return self.conclude(person, (evidence,), device, nonce, key=key)
        return self.refuse(Reason.CODE_WRONG, Factor.PIN, number, device)

    def change_pin(self, access: str, new_pin: str, device: str) -> None:
        """A new PIN for whoever has just proved the old one."""
        self._keep_pin(self.caller(access, device, fresh=True).subject, new_pin)

    def took(self, seconds: float, tickets: bool, access: str, device: str) -> None:
        """Count how long a sign-in took; its access shows that there was one, and is not kept."""
        self.caller(access, device, fresh=False)
        if self._times is not None:
            self._times.count(seconds, tickets)

    def caller(self, access: str, device: str, *, fresh: bool) -> Statement:
        """Whose access this is. With ``fresh``, only within ten minutes of a factor other than the face:
        a template must not be changed by whoever the old template lets in. SuiteError AUTH-020, AUTH-022."""
        statement = self._verifier.verify(access, FOR_MATCHER, device)
        if self._active(statement.subject) is None:
            raise not_allowed()
        now = self.clock.now()
        other = [e for e in statement.evidence if e.factor is not Factor.FACE and now - e.time <= FRESH_S]
        if fresh and not other:
            raise prove_again()
        return statement

    def earlier(self, prior: str | None, number: str, device: str) -> tuple[Evidence, ...]:
        """The evidence of an earlier statement about the same person at the same terminal."""
        if prior is None:
            return ()
        statement = self._verifier.verify(prior, FOR_AGENT, device)
        return statement.evidence if statement.subject == number else ()

    def conclude(
        self,
        person: Person,
        evidence: Sequence[Evidence],
        device: str,
        nonce: str,
        timings: Mapping[str, float] | None = None,
        *,
        key: str = "",
    ) -> Answer:
        """Sign what was seen (the newest last); accepted when it satisfies the policy of the zone. Then also
        for the signer, if the terminal has named a ``key``; the trail keeps the statement's id and key."""
        by_factor = tuple({e.factor: e for e in evidence}.values())
        statement = self._stated(person, by_factor, device, nonce, evidence[-1].time, key)
        enough = statement.satisfied
        reason = Reason.ACCEPTED if enough else Reason.SECOND_FACTOR_NEEDED
        detail = {key: value for e in by_factor for key, value in e.detail.items()}
        factors = "+".join(sorted(e.factor for e in by_factor))
        self._note("sign-in.accepted" if enough else "sign-in.partial", person.staff_number, device,
                   {"factors": factors, "reason": str(reason), **detail})  # fmt: skip
        if statement.key:
            self._note("statement.signed", person.staff_number, device,
                       {"statement": statement.id, "key": key})  # fmt: skip
        if enough:
            self.register.remember(device, person.staff_number, statement.issued)
        may_access = any(e.alone for e in by_factor) or enough
        return Answer(
            enough,
            reason,
            person,
            self._signer.sign(statement, FOR_AGENT),
            self._signer.sign(statement, FOR_MATCHER) if may_access else None,
            () if enough else self._still_needed(by_factor),
            timings or {},
            self._signer.sign(statement, FOR_SIGNER) if statement.key else None,
        )

    def _stated(
        self,
        person: Person,
        evidence: tuple[Evidence, ...],
        device: str,
        nonce: str,
        now: float,
        key: str,
    ) -> Statement:
        """What was seen, with what the zone's policy says of it. It names ``key`` only if that is enough."""
        security = self.rules.security
        enough = policy.satisfied(evidence, policy.sets_of(security.zones, security.zone))
        return Statement(
            person.staff_number,
            evidence,
            nonce,
            device,
            security.zone,
            enough,
            self.model_version,
            policy.version(security.zones),
            now,
            key if enough else "",
            new_id(),
        )

    def _still_needed(self, evidence: tuple[Evidence, ...]) -> tuple[Factor, ...]:
        security = self.rules.security
        return policy.still_needed(evidence, policy.sets_of(security.zones, security.zone))

    def refuse(
        self,
        reason: Why,
        factor: Factor,
        number: str,
        device: str,
        detail: Mapping[str, str | int | float | bool] | None = None,
        timings: Mapping[str, float] | None = None,
    ) -> Answer:
        """Note the refusal and say which ways in are left."""
        self._note("sign-in.refused", number, device,
                   {"factors": str(factor), "reason": str(reason), **(detail or {})})  # fmt: skip
        others = (Factor.FACE,) if factor is Factor.PIN else (Factor.PIN,)
        return Answer(False, reason, next_factors=(factor, *others) if factor is Factor.PIN else others,
                      timings=timings or {})  # fmt: skip

    @property
    def model_version(self) -> str:
        return str(self.rules.face.engine)

    def _active(self, number: str) -> Person | None:
        person = self.register.person(number)
        return person if person is not None and person.active else None

    def _note(
        self, action: str, number: str, device: str, detail: Mapping[str, str | int | float | bool]
    ) -> None:
        """What was typed as a number may be anything, even a PIN: only a registered one is written down."""
        known = number if self.register.person(number) is not None else "unknown"
        self.audit.append(action, actor=known, subject=known, detail={"terminal": device, **detail})

    def _keep_pin(self, number: str, new_pin: str) -> None:
        encoded = self._pins.hash(new_pin, number, self.rules.security.pin_min_length)
        self.register.set_pin_hash(number, encoded)
        self.audit.append("pin.set", actor=number, subject=number)
