"""One machine with a sample office: what survives a restart of the suite, and the service as started now.

Everything is real but the camera (an actor), its time (counted), the nonces (seeded) and the secret store
(in memory)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auth.agent.certificate import SignInCertificate
from auth.consent import VERSION
from auth.face.actor import ActorCamera
from auth.face.camera import Camera
from auth.face.guidance import Deny
from auth.local import open_service
from auth.model import FaceDeleted, FaceEnrolled, Locked, Outcome, Person, SignedIn, SignedOut, Unlocked
from auth.service import AuthService
from core.audit import AuditLog
from core.config import Config
from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from core.paths import Paths
from core.secrets import MemorySecrets
from tests.fakes.counted import CountedClock, SeededNonces, StepStream

CHIEF = Person("IT-001", "管理 花子", "かんり はなこ", "情報政策課")
PIN, OTHER_PIN = "917358", "604827"
CONSENT = VERSION
CLUMSY = {d.value for d in Deny} | {"not-confirmed", "too-few-frames"}
"""With these a live person, sometimes taken for an attack, tries again. An attacker gets one try."""
REPORT = Report(lambda done, total, text: None)


class Office:
    """``camera`` is what the next look goes through."""

    def __init__(self, home: Path, policy: str = "") -> None:
        self.paths = Paths(*(home / n for n in ("data", "config", "cache", "state")), home / "policy.toml")
        for folder in (self.paths.data, self.paths.config, self.paths.cache, self.paths.state):
            folder.mkdir(parents=True)
        self.paths.policy.write_text(policy, "utf-8")
        self.secrets = MemorySecrets()
        self.audit = AuditLog(self.paths.data / "audit.db", self.secrets)
        self.clock = CountedClock()
        self.nonces = SeededNonces()
        self.camera: Camera = ActorCamera()
        self.heard: list[object] = []
        self.certificates: list[SignInCertificate] = []
        self.service = self.start()

    def start(self) -> AuthService:
        """Start the suite anew: no session, everything else as it was left."""
        events = Events()
        for kind in (SignedIn, SignedOut, Locked, Unlocked, FaceEnrolled, FaceDeleted):
            events.subscribe(kind, self.heard.append)
        self.service = open_service(
            Config.load(self.paths),
            self.paths,
            self.secrets,
            self.audit,
            events,
            lambda: self.camera,
            stream=lambda camera: StepStream(camera, self.clock),
            clock=self.clock,
            nonces=self.nonces,
            tickets=self.certificates.append,
        )
        return self.service

    def look(self, staff_number: str | None, camera: Camera) -> Outcome:
        """Sign in by what is before ``camera``; a live person who fails at the challenge tries again."""
        return self._tried(camera, lambda: self.service.sign_in_face(staff_number, lambda view: None, REPORT))

    def unlock(self, camera: Camera) -> Outcome:
        """As ``look``, for the person of the locked session."""
        return self._tried(camera, lambda: self.service.unlock_face(lambda view: None, REPORT))

    def _tried(self, camera: Camera, act: Callable[[], Outcome]) -> Outcome:
        self.camera = camera
        for _attempt in range(self._tries()):
            outcome = act()
            if outcome.reason not in CLUMSY:
                break
        return outcome

    def enrol(self, camera: Camera) -> str:
        """The reason with which the enrolment of what is before ``camera`` ended; tried as in ``look``."""
        self.camera = camera
        for _attempt in range(self._tries()):
            reason = self.service.enrol(CONSENT, lambda view: None, REPORT).reason
            if reason not in CLUMSY:
                break
        return reason

    def _tries(self) -> int:
        return 3 if type(self.camera) is ActorCamera else 1

    def person(self, staff_number: str) -> Person | None:
        return self.service._register.person(staff_number)

    def actions(self) -> list[str]:
        """The audit trail's actions, oldest first."""
        return [e.action for e in reversed(self.audit.entries(1000))]


def code_of(act: Callable[[], object]) -> str:
    """The code of the SuiteError that ``act`` ends with."""
    with pytest.raises(SuiteError) as caught:
        act()
    return caught.value.code
