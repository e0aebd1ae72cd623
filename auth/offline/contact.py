"""Does the office answer? Asked after each sign-in, now and then, and often while it does not.

At each contact the terminal hears who of its people is still one of the office's: the others vanish. Copies
are renewed, rows that waited are delivered. All on one thread of its own; nobody waits for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from auth.agent.people_here import PeopleHere
from auth.face.template import seal
from auth.lockout import Clock
from auth.matcher.store import SealedTemplate
from auth.model import (
    FaceDeleted,
    FaceEnrolled,
    OfficeAnswers,
    OfficeAway,
    Person,
    Session,
    SignedIn,
    SignedOut,
    Unlocked,
    check_person,
)
from auth.offline.kept import Kept, KeptPeople, Standing
from auth.offline.office import OfficeClient
from auth.offline.trail import OfflineTrail
from auth.pin import Pins
from core.errors import SuiteError
from core.events import Events
from core.settings import OfflineSettings

CHECK_S = 1800.0
RETRY_S = 20.0
DAY_S = 86_400.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Proof:
    """Whoever signed in last, with what reaches his own data at the office."""

    staff_number: str
    access: str


class OfficeContact:
    """One for a terminal. Thread-safe; ``close`` at the program's end."""

    def __init__(
        self,
        client: OfficeClient,
        kept: KeptPeople,
        key: bytes,
        trail: OfflineTrail,
        people: PeopleHere,
        clock: Clock,
        events: Events,
        settings: OfflineSettings,
        pins: Pins,
    ) -> None:
        self._client, self._kept, self._key, self._trail = client, kept, key, trail
        self._people, self._clock, self._events, self._settings = people, clock, events, settings
        self._pins = pins
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="office")
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False
        self._away = False
        self._pending: Proof | None = None  # accepted; the signer may still refuse
        self._proof: Proof | None = None
        self._hashes: dict[str, str] = {}  # of PINs accepted since the last contact
        if not (settings.people and settings.days):
            kept.clear()
        events.subscribe(SignedIn, lambda event: self._opened(event.session))
        events.subscribe(Unlocked, lambda event: self._opened(event.session))
        events.subscribe(SignedOut, lambda event: self._forget(event.staff_number))
        events.subscribe(FaceEnrolled, lambda _event: self._ask())
        events.subscribe(FaceDeleted, lambda event: self._deleted(event.staff_number))

    @property
    def away(self) -> bool:
        """Whether the office did not answer the last time it was asked."""
        return self._away

    def missed(self) -> None:
        """Somebody has just asked the office in vain."""
        self._become(True)
        self._later(RETRY_S)

    def proved(self, staff_number: str, access: str) -> None:
        """The office has accepted this person; a copy is made once the session is open."""
        self._pending = Proof(staff_number, access)

    def pin_accepted(self, staff_number: str, pin: str) -> None:
        """The office has accepted this PIN: a hash of our own is made of it, beside whatever goes on."""
        if self._settings.people and self._settings.days:
            self._submit(lambda: self._hash(staff_number, pin))

    def soon(self) -> Future[None] | None:
        """Make contact now, on the thread of its own."""
        return self._submit(self._round)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
        self._worker.shutdown(cancel_futures=True)

    # on the worker

    def _round(self) -> None:
        self._kept.trim(self._settings.people, self._clock.now())
        try:
            answer = self._client.standing()
            self._heard(answer, _standing_of(answer))
        except SuiteError as error:
            self._unheard(error)
            return
        self._become(False)
        self._later(CHECK_S)

    def _heard(self, answer: Mapping[str, Any], standing: Mapping[str, Standing]) -> None:
        now = self._clock.now()
        days = min(self._settings.days, int(answer["days"])) if self._settings.people else 0
        self._people.keep_only(standing)
        if days:
            self._kept.settle(answer["office"], standing)
            self._renew(standing, now, now + days * DAY_S)
            self._kept.trim(self._settings.people, now)
        else:
            self._kept.clear()
        while rows := self._trail.waiting():
            self._trail.heard(self._client.report(self._trail.queue, rows))

    def _unheard(self, error: SuiteError) -> None:
        """No answer; or one that says that this terminal is no longer the office's: then nothing stays."""
        if error.code in ("DEV-001", "DEV-002"):
            self._kept.clear()
            self._people.keep_only({})
        elif error.code.startswith("AUTH-"):  # a proof that is over
            self._proof = None
        log.info("the office does not answer: %s", error.code)
        self._become(error.code.startswith(("NET-", "DB-")))
        self._later(RETRY_S)

    def _renew(self, standing: Mapping[str, Standing], now: float, until: float) -> None:
        """The copy of whoever is signed in, for as long again."""
        proof = self._proof
        if proof is None or (here := standing.get(proof.staff_number)) is None:
            return
        kept = self._kept.get(proof.staff_number, now)
        if kept is None or kept.mark != here.mark:
            fetched = self._fetched(here, self._client.release(proof.access), now)
            kept = replace(fetched, pin_hash=kept.pin_hash) if kept is not None else fetched
        fresh = replace(kept, since=now, until=until, pin_mark=here.pin_mark)
        if (made := self._hashes.pop(proof.staff_number, None)) is not None:
            fresh = replace(fresh, pin_hash=made)
        self._kept.put(fresh, now)

    def _fetched(self, here: Standing, answer: Mapping[str, Any], now: float) -> Kept:
        number, found = here.person.staff_number, answer["template"]
        template = None
        if found is not None:
            vectors = np.asarray(found.pop("vectors"), np.float32)
            model, version = str(found["model"]), str(found["model_version"])
            sealed = seal(vectors, self._key, staff_number=number, model=model, model_version=version)
            template = SealedTemplate(staff_number=number, sealed=sealed, **found)
        consent = answer["consent"]
        agreed = (str(consent[0]), float(consent[1])) if consent is not None else None
        return Kept(here.person, str(answer["mark"]), now, now, template, agreed)

    def _hash(self, staff_number: str, pin: str) -> None:
        try:
            self._hashes[staff_number] = self._pins.hash(pin, staff_number, 1)
        except SuiteError as error:  # an old PIN that would not be taken today: it is no good offline
            log.info("no offline PIN: %s", error.code)

    # inside

    def _guarded(self, work: Callable[[], None]) -> None:
        """A fault in one round (an answer that is none, a full disk) must not end the rounds."""
        try:
            work()
        except Exception:
            log.exception("the contact with the office failed")
            self._later(RETRY_S)

    def _opened(self, session: Session) -> None:
        """Only who has got a session is kept."""
        pending, self._pending = self._pending, None
        if session.offline_until is None and pending is not None:
            self._proof = pending if pending.staff_number == session.person.staff_number else None
            self._ask()

    def _forget(self, staff_number: str) -> None:
        self._hashes.pop(staff_number, None)
        if self._proof is not None and self._proof.staff_number == staff_number:
            self._proof = None

    def _deleted(self, staff_number: str) -> None:
        self._kept.forget_face(staff_number)
        self._ask()

    def _ask(self) -> None:
        self.soon()

    def _become(self, away: bool) -> None:
        with self._lock:
            was, self._away = self._away, away
        if was != away:
            self._events.publish(OfficeAway() if away else OfficeAnswers())

    def _submit(self, work: Callable[[], None]) -> Future[None] | None:
        with self._lock:
            return None if self._closed else self._worker.submit(self._guarded, work)

    def _later(self, seconds: float) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._closed:
                return
            self._timer = threading.Timer(seconds, self.soon)
            self._timer.daemon = True
            self._timer.start()


def _standing_of(answer: Mapping[str, Any]) -> dict[str, Standing]:
    people = [
        Standing(check_person(Person(**each["person"])), str(each["mark"]), str(each["pin_mark"]))
        for each in answer["people"]
    ]
    return {each.person.staff_number: each for each in people}
