"""Signing in on one machine: matcher and agent in one process, the ASGI application between them.

An office builds ``AuthService`` with a client that reaches its matcher over TLS instead.
"""

from __future__ import annotations

import gc
import os
import secrets as random
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path

import httpx

from auth.administration import Administration
from auth.agent.client import MatcherClient
from auth.agent.look import Stream
from auth.agent.transport import InProcessTransport
from auth.face import models
from auth.face.camera import Camera
from auth.face.engine import FaceAnalyser
from auth.face.stream import FrameStream
from auth.lockout import Clock
from auth.matcher.api import TERMINAL_HEADER, create_app
from auth.matcher.engines import engine_of, thresholds_of
from auth.matcher.face import FaceMatcher
from auth.matcher.matcher import Matcher
from auth.matcher.own_data import OwnData
from auth.matcher.statement import StatementVerifier
from auth.matcher.vault import Vault
from auth.pin import Pins
from auth.register import SqliteRegister
from auth.service import AuthService
from core.audit import AuditLog
from core.clock import GuardedClock
from core.config import Config
from core.events import Events
from core.files import write_atomically
from core.paths import Paths
from core.secrets import SecretStore, get_or_create


def open_service(
    config: Config,
    paths: Paths,
    secrets: SecretStore,
    audit: AuditLog,
    events: Events,
    camera: Callable[[], Camera],
    *,
    stream: Callable[[Camera], AbstractContextManager[Stream]] = FrameStream,
    clock: Clock | None = None,
    nonces: Callable[[int], bytes] = os.urandom,
) -> AuthService:
    """The service with everything behind it. Loads no model: that happens at the first look.

    ``camera`` makes the camera to look through, at each look. ``stream`` and ``clock`` are replaced where
    time is counted instead of waited for, ``nonces`` where challenges must be the same each time. SuiteError
    when a key or database fails.
    """
    clock = clock or GuardedClock(paths.state / "clock.json")
    register = SqliteRegister(paths.data / "auth.db")
    pins = Pins()
    seed = get_or_create(secrets, "matcher-statement", 32)
    matcher = Matcher(register, audit, clock, config, seed, pins, nonces)
    vault = Vault(register, get_or_create(secrets, "template-key", 32))
    analyser = cache(FaceAnalyser)
    faces = cache(lambda: FaceMatcher(matcher, vault, analyser(), engine_of(config.face)))

    def rest() -> None:
        if analyser.cache_info().currsize:
            faces.cache_clear()
            analyser.cache_clear()
            models.forget()
            gc.collect()  # frames and models hang in cycles

    app = create_app(matcher, OwnData(matcher, vault), faces)
    device = terminal_id(paths.state / "terminal-id")
    http = httpx.Client(
        transport=InProcessTransport(app), base_url="http://matcher", headers={TERMINAL_HEADER: device}
    )
    return AuthService(
        client=MatcherClient(http),
        verifier=StatementVerifier(matcher.public_key, clock),
        register=register,
        pins=pins,
        pin_min_length=lambda: config.security.pin_min_length,
        device=device,
        audit=audit,
        events=events,
        stream=lambda: stream(camera()),
        analyser=analyser,
        administration=partial(Administration, register, matcher.lockouts, matcher.codes, audit, events),
        figures=lambda: thresholds_of(config.face),
        rest=rest,
    )


def terminal_id(path: Path) -> str:
    """This terminal's name towards the matcher: random, made once. (Behind mutual TLS: its certificate.)"""
    try:
        found = path.read_text("ascii").strip()[:64]
    except (FileNotFoundError, UnicodeDecodeError):
        found = ""
    if not found:
        found = random.token_hex(8)
        write_atomically(path, found.encode())
    return found
