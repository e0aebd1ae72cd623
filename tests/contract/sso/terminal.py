"""A terminal of the realm without its window: the suite's service, remote matcher and signer, tickets.

Only the camera (an actor) is not real.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from auth import remote
from auth.agent.ticket import KerberosCache
from auth.agent.tickets import Service, State, TicketKeeper
from auth.face.actor import ActorCamera
from auth.face.frame import Frame
from auth.model import Outcome
from core.audit import AuditLog
from core.config import Config
from core.events import Events
from core.paths import Paths
from core.secrets import MemorySecrets
from installer.realm import servers
from installer.realm.layout import Layout
from tests.fakes.counted import CountedClock, StepStream
from tests.fakes.office import CLUMSY, CONSENT, REPORT


class WalkingStream(StepStream):
    """As a camera's: its time never runs ahead of the wall clock, by which the realm's matcher goes (frames
    cannot span more than has passed)."""

    _ahead: float | None = None

    def newest(self, after_number: int = -1, timeout: float = 1.0) -> Frame | None:
        frame = super().newest(after_number, timeout)
        if frame is not None:
            if self._ahead is None:
                self._ahead = frame.time - time.monotonic()
            time.sleep(max(0.0, frame.time - time.monotonic() - self._ahead))
        return frame


TRIES = 5
"""The matcher's challenges are drawn at random: as a person does, the actor tries again."""


class Terminal:
    """An enrolled terminal. ``close`` ends its session and its threads."""

    def __init__(
        self,
        layout: Layout,
        name: str,
        home: Path,
        services: tuple[Service, ...],
        patch: pytest.MonkeyPatch,
        through: Mapping[int, int] | None = None,
    ) -> None:
        """``through``: ports that lie before the servers' own (a wire that can be cut)."""
        servers.enrol_terminal(layout, name, home)
        policy = home / "policy.toml"
        for server, before in (through or {}).items():
            policy.write_text(policy.read_text("utf-8").replace(f":{server}", f":{before}"), "utf-8")
        patch.setenv("KRB5_CONFIG", str(layout.krb5))
        patch.setenv("MAHOROBA_HOME", str(home))
        paths = Paths.from_environment()
        self.events = Events()
        self.cache = KerberosCache(home / "run")
        self.keeper = TicketKeeper(self.cache, services, self.events, destroy_at_lock=True)
        secrets = MemorySecrets()
        self.audit = AuditLog(paths.data / "audit.db", secrets)
        self.auth = remote.open_service(
            Config.load(paths),
            paths,
            secrets,
            self.audit,
            self.events,
            lambda: ActorCamera(seed=1),
            stream=lambda camera: WalkingStream(camera, CountedClock()),
            tickets=lambda certificate: self.keeper.open(certificate).result(60),
        )

    def enrol_face(self) -> str:
        for _attempt in range(TRIES):
            reason = self.auth.enrol(CONSENT, lambda view: None, REPORT).reason
            if reason not in CLUMSY:
                break
        return reason

    def look(self, staff_number: str | None) -> Outcome:
        for _attempt in range(TRIES):
            outcome = self.auth.sign_in_face(staff_number, lambda view: None, REPORT)
            if outcome.reason not in CLUMSY:
                break
        return outcome

    @property
    def is_open(self) -> bool:
        """Whether every service answers to this session's tickets, as its page says."""
        return self.keeper.now.state is State.GOOD and not self.keeper.now.refused

    def close(self) -> None:
        self.auth.sign_out()
        self.keeper.close()
        if self.auth.office is not None:
            self.auth.office.close()
