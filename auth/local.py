"""Signing in on one machine: matcher, signer and agent in one process, the ASGI applications between them.

An office builds ``AuthService`` with a client that reaches its matcher over TLS instead.
"""

from __future__ import annotations

import os
import secrets as random
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import httpx
from starlette.applications import Starlette

from auth.administration import Administration
from auth.agent.certificate import SignerClient, SignInCertificate
from auth.agent.client import MatcherClient
from auth.agent.keys import Certification, maker_of
from auth.agent.look import Stream
from auth.agent.transport import InProcessTransport
from auth.devices import Devices
from auth.door import TERMINAL_HEADER
from auth.face.camera import Camera
from auth.face.stream import FrameStream
from auth.lockout import Clock
from auth.matcher.build import build_matcher
from auth.matcher.engines import thresholds_of
from auth.matcher.statement import StatementVerifier
from auth.register import open_register
from auth.savings import OfficeTimes, SignInTimes, told_to
from auth.service import AuthService
from auth.signer.api import create_app as create_signer_app
from auth.signer.build import accounts_of, build_signer, keys_of, logon_authority, trusted_now
from auth.step_up import StepUp
from core.audit import AuditLog
from core.clock import GuardedClock
from core.config import Config
from core.events import Events
from core.files import write_atomically
from core.paths import Paths
from core.secrets import SecretStore


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
    tickets: Callable[[SignInCertificate], object] = lambda _certificate: None,
) -> AuthService:
    """The service with everything behind it. Loads no model: that happens at the first look.

    ``camera`` makes the camera to look through, at each look. ``stream`` and ``clock`` are replaced where
    time is counted instead of waited for, ``nonces`` where challenges must be the same each time;
    ``tickets`` is what becomes of each sign-in's certificate. SuiteError when a key or database fails.
    """
    clock = clock or GuardedClock(paths.state / "clock.json")
    register = open_register(config.servers.database, paths.data / "auth.db")
    built = build_matcher(config, secrets, audit, clock, register, nonces=nonces)
    matcher = built.matcher
    devices = Devices(register.sql, audit, clock)
    device = terminal_id(paths.state / "terminal-id")
    certification = None
    if config.servers.realm:
        authorities = logon_authority(paths.data, secrets, keys_of(config, secrets))
        accounts = accounts_of(config, register, secrets, clock)
        signer = build_signer(config, paths.data, authorities, audit, clock, accounts, [matcher.public_key])
        door = create_signer_app(signer, partial(trusted_now, authorities, clock))
        certification = Certification(
            SignerClient(_inside(door, device)), maker_of(config.tickets, paths.data / "tpm", secrets)
        )
    client = MatcherClient(_inside(built.app, device))
    return AuthService(
        client=client,
        verifier=StatementVerifier(matcher.public_key, clock),
        register=register,
        pins=built.pins,
        pin_min_length=lambda: config.security.pin_min_length,
        device=device,
        audit=audit,
        events=events,
        stream=lambda: stream(camera()),
        analyser=built.analyser,
        administration=partial(
            Administration,
            register,
            matcher.lockouts,
            matcher.codes,
            audit,
            events,
            built.tokens,
            devices,
            StepUp(lambda: config.security, clock),
            OfficeTimes(register.sql, clock),
            built.bulletins,
        ),
        figures=lambda: thresholds_of(config.face),
        rest=built.rest,
        certification=certification,
        tickets=tickets,
        took=told_to(SignInTimes(paths.data / "sign-ins.jsonl"), client.took),
        steady=lambda: config.appearance.steady_colours or config.appearance.reduced_motion,
        switches=lambda: config.security.switch == "close",
    )


def _inside(app: Starlette, device: str) -> httpx.Client:
    return httpx.Client(
        transport=InProcessTransport(app), base_url="http://inside", headers={TERMINAL_HEADER: device}
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
