"""The matcher with everything behind it, for one process with the agent and for the program of its own."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from starlette.applications import Starlette

from auth.bulletins import Bulletins
from auth.door import Caller, named_by_header
from auth.face import models
from auth.face.engine import FaceAnalyser
from auth.lockout import Clock
from auth.matcher.api import create_app
from auth.matcher.engines import engine_of
from auth.matcher.face import FaceMatcher
from auth.matcher.keyring import Keyrings
from auth.matcher.matcher import Matcher
from auth.matcher.offline import Releases
from auth.matcher.own_data import OwnData
from auth.matcher.ports import Trail
from auth.matcher.vault import Vault
from auth.pin import Pins
from auth.register import SqlRegister
from auth.savings import OfficeTimes
from auth.totp import Tokens
from core.config import Config
from core.secrets import SecretStore, get_or_create


@dataclass(frozen=True)
class Built:
    """``analyser`` is shared with an agent in the same process; ``rest`` lets the models go."""

    matcher: Matcher
    tokens: Tokens
    app: Starlette
    pins: Pins
    analyser: Callable[[], FaceAnalyser]
    rest: Callable[[], None]
    bulletins: Bulletins


def build_matcher(
    config: Config,
    secrets: SecretStore,
    audit: Trail,
    clock: Clock,
    register: SqlRegister,
    *,
    nonces: Callable[[int], bytes] = os.urandom,
    caller: Caller = named_by_header,
) -> Built:
    """Loads no model: that happens at the first look. SuiteError when a key fails."""
    pins = Pins()
    seed = get_or_create(secrets, "matcher-statement", 32)
    tokens = Tokens(register.sql, get_or_create(secrets, "totp-key", 32), audit, clock)
    matcher = Matcher(
        register, audit, clock, config, seed, pins, nonces, tokens, OfficeTimes(register.sql, clock)
    )
    key = get_or_create(secrets, "template-key", 32)
    vault = Vault(register, key)
    analyser = cache(FaceAnalyser)
    faces = cache(lambda: FaceMatcher(matcher, vault, analyser(), engine_of(config.face)))

    def rest() -> None:
        if analyser.cache_info().currsize:
            faces.cache_clear()
            analyser.cache_clear()
            models.forget()
            gc.collect()  # frames and models hang in cycles

    releases = Releases(matcher, vault, register.sql, config.offline)
    bulletins = Bulletins(register.sql, clock)
    keyrings = Keyrings(matcher, key)
    app = create_app(matcher, OwnData(matcher, vault), faces, caller, releases, bulletins, keyrings)
    return Built(matcher, tokens, app, pins, analyser, rest, bulletins)
