"""An office and one of its terminals, with a line between them that can be cut: the matcher whole, both
sides' databases and seals real; time is counted, nonces are seeded, the camera is an actor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
from argon2 import PasswordHasher

from auth.agent.people_here import PeopleHere
from auth.agent.transport import InProcessTransport
from auth.door import TERMINAL_HEADER
from auth.face.actor import ActorCamera
from auth.face.camera import Camera
from auth.face.engine import FaceAnalyser
from auth.matcher.build import build_matcher
from auth.matcher.engines import thresholds_of
from auth.matcher.statement import StatementVerifier
from auth.model import Outcome, Person, SignedIn
from auth.offline.build import Here, open_offline
from auth.offline.contact import OfficeContact
from auth.offline.office import OfficeClient
from auth.pin import Pins
from auth.register import open_register
from auth.remote import Elsewhere
from auth.service import AuthService
from core.audit import AuditLog
from core.config import Config
from core.errors import SuiteError
from core.events import Events
from core.paths import Paths
from core.secrets import MemorySecrets
from tests.fakes.counted import CountedClock, SeededNonces, StepStream
from tests.fakes.office import CLUMSY, CONSENT, REPORT

DEVICE = "counter-1"
CHEAP = Pins(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Line(httpx.BaseTransport):
    """To the office, unless it is cut; ``refusal`` answers in the office's place."""

    def __init__(self, app: object) -> None:
        self._inner = InProcessTransport(app)
        self.cut, self.refusal = False, None
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("the line is cut")
        self.asked.append(request.url.path)
        if self.refusal is not None:
            parts = {"what": "", "why": "", "next_step": "", "code": self.refusal}
            return httpx.Response(403, json=parts)
        answer = self._inner.handle_request(request)
        if self.cut:
            raise httpx.ReadError("the line was cut meanwhile")
        return answer


def _paths(home: Path, policy: str) -> Paths:
    made = Paths(*(home / n for n in ("data", "config", "cache", "state")), home / "policy.toml")
    for folder in (made.data, made.config, made.cache, made.state):
        folder.mkdir(parents=True)
    made.policy.write_text(policy, "utf-8")
    return made


class Village:
    """``start()`` is the terminal after a restart; ``contact()`` one round with the office, to its end."""

    def __init__(self, folder: Path, office: str = "", terminal: str = "") -> None:
        self.clock, self.nonces = CountedClock(), SeededNonces()
        server = _paths(folder / "office", office)
        self.office_audit = AuditLog(server.data / "audit.db", MemorySecrets())
        self.register = open_register("", server.data / "auth.db")
        self.built = build_matcher(
            Config.load(server),
            MemorySecrets(),
            self.office_audit,
            self.clock,
            self.register,
            nonces=self.nonces,
        )
        self.line = Line(self.built.app)
        self.paths = _paths(folder / "terminal", terminal)
        self.secrets = MemorySecrets()
        self.audit = AuditLog(self.paths.data / "audit.db", self.secrets)
        self.camera: Camera = ActorCamera(seed=1)
        self.device = DEVICE
        self._analyser: list[FaceAnalyser] = []
        self.start()

    def add(self, person: Person, pin: str) -> None:
        self.register.add_person(person, CHEAP.hash(pin, person.staff_number, 6))

    def start(self, events: Events | None = None) -> AuthService:
        if hasattr(self, "service"):
            self.close()
        config, events = Config.load(self.paths), events or Events()
        self.events = events
        self.people = PeopleHere(self.paths.data / "people-here.json")
        events.subscribe(SignedIn, lambda event: self.people.remember(event.session.person))
        http = httpx.Client(
            transport=self.line, base_url="http://office", headers={TERMINAL_HEADER: self.device}
        )
        here = Here(
            self.device, self.paths.data / "offline.db", config, self.secrets, self.audit,
            events, self.people, self.clock, CHEAP, self._shared_analyser,
        )  # fmt: skip
        verifier = StatementVerifier(self.built.matcher.public_key, self.clock)
        offline = open_offline(here, OfficeClient(http), verifier, self.nonces)
        self.office: OfficeContact = offline.contact
        self.service = AuthService(
            client=offline.client,
            verifier=offline.verifier,
            register=self.people,
            pins=CHEAP,
            pin_min_length=lambda: 6,
            device=self.device,
            audit=self.audit,
            events=events,
            stream=lambda: StepStream(self.camera, self.clock),
            analyser=self._shared_analyser,
            administration=lambda session, _stopped: Elsewhere(session),
            figures=lambda: thresholds_of(config.face),
            rest=offline.rest,
            office=offline.contact,
        )
        return self.service

    def contact(self) -> None:
        done = self.office.soon()
        assert done is not None
        done.result(60)

    def tried(self, act: Callable[[], Outcome]) -> Outcome:
        for _attempt in range(3):
            outcome = act()
            if outcome.reason not in CLUMSY:
                break
        return outcome

    def look(self, staff_number: str | None, seed: int) -> Outcome:
        self.camera = ActorCamera(seed=seed)
        return self.tried(lambda: self.service.sign_in_face(staff_number, lambda view: None, REPORT))

    def enrol(self) -> None:
        for _attempt in range(3):
            reason = self.service.enrol(CONSENT, lambda view: None, REPORT).reason
            if reason not in CLUMSY:
                break
        assert reason == "enrolled"

    def close(self) -> None:
        self.office.close()

    def _shared_analyser(self) -> FaceAnalyser:
        if not self._analyser:
            self._analyser.append(FaceAnalyser())
        return self._analyser[0]


def error_of(act: Callable[[], object]) -> SuiteError:
    try:
        act()
    except SuiteError as error:
        return error
    raise AssertionError("nothing was refused")
