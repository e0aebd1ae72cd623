"""The whole sign-in by the wall clock: the actor, paced like a device, before the real service."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from auth.consent import VERSION
from auth.face.actor import ActorCamera
from auth.face.camera import Camera
from auth.local import open_service
from auth.model import Outcome, Person
from auth.service import AuthService
from benchmarks.record import Record
from core.audit import AuditLog
from core.config import Config
from core.events import Events
from core.jobs import Report
from core.paths import Paths
from core.secrets import MemorySecrets

RUNS = 20
SEED = 4000
CONSENT = VERSION
SOMEONE = Person("BENCH-1", "計測 太郎")
PIN = "917358"
QUIET = Report(lambda done, total, text: None)


class Terminal:
    """A terminal on its first day; ``camera`` is what the next look goes through."""

    def __init__(self, home: Path) -> None:
        paths = Paths(*(home / name for name in ("data", "config", "cache", "state")), home / "policy.toml")
        for folder in (paths.data, paths.config, paths.cache, paths.state):
            folder.mkdir()
        secrets = MemorySecrets()
        audit = AuditLog(paths.data / "audit.db", secrets)
        self.camera: Camera = ActorCamera(SEED, paced=True)
        self.service: AuthService = open_service(
            Config.load(paths), paths, secrets, audit, Events(), lambda: self.camera
        )

    def sign_in(self, seed: int) -> Outcome:
        self.camera = ActorCamera(seed, paced=True)
        outcome = self.service.sign_in_face(SOMEONE.staff_number, lambda view: None, QUIET)
        self.service.sign_out()
        return outcome


def records() -> Iterator[Record]:
    """First usable frame to verdict, and the comparison alone, over RUNS sign-ins of an enrolled actor."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder))
        terminal.service.create_first_administrator(SOMEONE, PIN)
        enrolled = terminal.service.enrol(CONSENT, lambda view: None, QUIET)
        if not enrolled.accepted:
            raise RuntimeError(f"the actor could not be enrolled: {enrolled.reason}")
        terminal.service.sign_out()
        outcomes = [terminal.sign_in(SEED + run) for run in range(RUNS)]
    accepted = [outcome for outcome in outcomes if outcome.accepted]
    total = statistics.median(outcome.timings["total"] for outcome in accepted) / 1000
    matching = statistics.median(outcome.timings["match"] for outcome in accepted)
    n = f"{len(accepted)} of {RUNS} sign-ins accepted"
    yield Record("first frame to verdict, challenge included, median", total, "s", "≤ 4", total <= 4, n=n)
    yield Record("matching alone, median", matching, "ms", "≤ 150", matching <= 150, n=n)
