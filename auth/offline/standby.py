"""This terminal's own matcher for the day the office is out of reach: the same, over the sealed copies.

Its key lives in this process alone and no server knows it: what it signs opens a local session and nothing
else.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import httpx

from auth.agent.client import MatcherClient, Reply
from auth.agent.transport import InProcessTransport
from auth.door import TERMINAL_HEADER
from auth.face.engine import FaceAnalyser
from auth.lockout import Clock
from auth.matcher.api import create_app
from auth.matcher.engines import engine_of
from auth.matcher.face import FaceMatcher
from auth.matcher.matcher import Matcher
from auth.matcher.own_data import OwnData
from auth.matcher.statement import FOR_AGENT, FOR_MATCHER, StatementVerifier
from auth.matcher.vault import Vault
from auth.model import check_staff_number
from auth.offline.kept import KeptPeople
from auth.offline.register import OfflineRegister
from auth.offline.trail import OfflineTrail
from auth.offline.words import is_over, not_kept
from auth.pin import Pins
from core.config import Config
from core.errors import SuiteError
from core.settings import FaceSettings, SecuritySettings


class OfficeRules:
    """The office's policy as it was last heard, over this terminal's own settings."""

    def __init__(self, config: Config, kept: KeptPeople) -> None:
        self._config, self._kept = config, kept

    @property
    def face(self) -> FaceSettings:
        heard = self._kept.office().get("face", {})
        return FaceSettings.model_validate({**self._config.face.model_dump(), **heard})

    @property
    def security(self) -> SecuritySettings:
        heard = self._kept.office().get("security", {})
        return SecuritySettings.model_validate({**self._config.security.model_dump(), **heard})


class Standby:
    """``client`` asks the matcher of this process; ``verifier`` knows what it signed."""

    def __init__(
        self,
        config: Config,
        kept: KeptPeople,
        key: bytes,
        trail: OfflineTrail,
        clock: Clock,
        device: str,
        pins: Pins,
        analyser: Callable[[], FaceAnalyser],
        nonces: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._kept, self._clock, self._device = kept, clock, device
        rules, register = OfficeRules(config, kept), OfflineRegister(kept, clock)
        matcher = Matcher(register, trail, clock, rules, os.urandom(32), pins, nonces)
        vault = Vault(register, key)
        self._faces = cache(lambda: FaceMatcher(matcher, vault, analyser(), engine_of(rules.face)))
        app = create_app(matcher, OwnData(matcher, vault), lambda: self._faces())
        self.client = MatcherClient(
            httpx.Client(
                transport=InProcessTransport(app), base_url="http://inside", headers={TERMINAL_HEADER: device}
            )
        )
        self.verifier = StatementVerifier(matcher.public_key, clock)

    def rest(self) -> None:
        """Let the models go."""
        self._faces.cache_clear()
        gc.collect()

    def made(self, token: str | None) -> bool:
        """Whether a statement or an access is this standby's own, and still good."""
        for audience in (FOR_AGENT, FOR_MATCHER):
            try:
                self.verifier.verify(token or "", audience, self._device)
            except SuiteError:
                continue
            return True
        return False

    def holds(self, staff_number: str | None) -> bool:
        """Whether this person (or, for None, anybody) could be let in here."""
        now = self._clock.now()
        if staff_number is None:
            return bool(self._kept.people(now))
        return self._kept.get(check_staff_number(staff_number), now) is not None

    def refusal(self, staff_number: str | None, asked: SuiteError) -> SuiteError:
        """Why this person cannot be; ``asked``: what the office's silence was told as."""
        number = check_staff_number(staff_number) if staff_number else ""
        over = self._kept.ended(number, self._clock.now()) if number else None
        return is_over(over) if over is not None else not_kept(asked)

    def told(self, reply: Reply) -> Reply:
        """The reply of ``client`` with the end of the person's copy: an offline one."""
        kept = self._kept.get(reply.person.staff_number, self._clock.now()) if reply.person else None
        return replace(reply, offline_until=kept.until if kept is not None else 0.0)
