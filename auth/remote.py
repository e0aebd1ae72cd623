"""Signing in at a terminal of an office: matcher and signer answer elsewhere, over mutual TLS.

``auth.local`` is the same on one machine. Here lie the terminal's own key and certificate, name cards, the
matcher's public key and, for the day no server answers, sealed copies of its last people (``auth.offline``).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import NoReturn

from cryptography import x509

from auth.administration import acting
from auth.agent.certificate import SignerClient, SignInCertificate
from auth.agent.client import MatcherClient
from auth.agent.keys import Certification, maker_of
from auth.agent.look import Stream
from auth.agent.people_here import PeopleHere
from auth.agent.terminal import connect
from auth.face import models
from auth.face.camera import Camera
from auth.face.engine import FaceAnalyser
from auth.face.stream import FrameStream
from auth.matcher.engines import thresholds_of
from auth.matcher.statement import Statement, StatementVerifier
from auth.model import Role, Session, SignedIn
from auth.offline.build import Here, open_offline
from auth.offline.office import OfficeClient
from auth.pin import Pins
from auth.savings import SignInTimes, told_to
from auth.service import AuthService
from auth.signer.certificate import device_name
from core.audit import AuditLog
from core.clock import GuardedClock
from core.config import Config
from core.errors import SuiteError
from core.events import Events
from core.files import write_atomically
from core.i18n import _
from core.paths import Paths
from core.secrets import SecretStore

CLOCKS_DIFFER_S = 300
"""Between terminal and matcher: what Kerberos allows as well (RFC 4120, 1.6)."""


class _Now:
    def now(self) -> float:
        return time.time()


class MatcherKeys:
    """Verifies with the key that the matcher shows over TLS; it is kept, and asked for anew when it fails."""

    def __init__(self, client: MatcherClient, path: Path) -> None:
        self._client, self._path = client, path
        self._lock = threading.Lock()

    def verify(self, token: str, audience: str, device: str, nonce: str | None = None) -> Statement:
        """As ``StatementVerifier.verify``."""
        with self._lock:
            try:
                return self._with(self._kept()).verify(token, audience, device, nonce)
            except (OSError, ValueError, TypeError, SuiteError):
                public = dict(self._client.public_key())
                found = self._with(public).verify(token, audience, device, nonce)
            write_atomically(self._path, json.dumps(public).encode())
            return found

    def _kept(self) -> dict[str, str]:
        return dict(json.loads(self._path.read_bytes()[:10_000]))

    @staticmethod
    def _with(public: dict[str, str]) -> StatementVerifier:
        return StatementVerifier(public, _Now(), leeway_s=CLOCKS_DIFFER_S)


class Elsewhere:
    """Administration is done at the servers; every verb says so. Who looks at what lies on this terminal
    itself (its disk, the servers as it reaches them) is asked here as there."""

    def __init__(self, session: Callable[[], Session | None]) -> None:
        self._session = session

    def require(self, *roles: Role) -> str:
        """As ``Administration.require``."""
        return acting(self._session(), *roles)

    def __getattr__(self, _name: str) -> Callable[..., NoReturn]:
        def refuse(*_arguments: object, **_more: object) -> NoReturn:
            raise SuiteError(
                _("この端末では管理の操作をできません。"),
                _("職員の名簿と記録はサーバーにあります。"),
                _("サーバーの管理画面で操作してください。"),
                "AUTH-037",
            )

        return refuse


def open_service(
    config: Config,
    paths: Paths,
    secrets: SecretStore,
    audit: AuditLog,
    events: Events,
    camera: Callable[[], Camera],
    *,
    stream: Callable[[Camera], AbstractContextManager[Stream]] = FrameStream,
    tickets: Callable[[SignInCertificate], object] = lambda _certificate: None,
) -> AuthService:
    """The service of an enrolled terminal. Waits for nobody: a server may be away. SuiteError DEV-001 where
    the terminal is not enrolled, SEC-00x without the secret store."""
    folder = paths.data / "terminal"
    client = OfficeClient(connect(config.servers.matcher, folder))
    signer = SignerClient(connect(config.servers.signer, folder))
    device = device_name(x509.load_pem_x509_certificate((folder / "device.pem").read_bytes()))
    people = PeopleHere(paths.data / "people-here.json")
    events.subscribe(SignedIn, lambda event: people.remember(event.session.person))
    analyser = cache(FaceAnalyser)

    pins, clock = Pins(), GuardedClock(paths.state / "clock.json")
    here = Here(
        device, paths.data / "offline.db", config, secrets, audit, events, people, clock, pins, analyser
    )
    offline = open_offline(here, client, MatcherKeys(client, paths.state / "matcher-key.json"))

    def rest() -> None:
        offline.rest()
        analyser.cache_clear()
        models.forget()

    offline.contact.soon()
    return AuthService(
        client=offline.client,
        verifier=offline.verifier,
        register=people,
        pins=pins,
        pin_min_length=lambda: config.security.pin_min_length,
        device=device,
        audit=audit,
        events=events,
        stream=lambda: stream(camera()),
        analyser=analyser,
        administration=lambda session, _stopped: Elsewhere(session),
        figures=lambda: thresholds_of(config.face),
        rest=rest,
        certification=Certification(signer, maker_of(config.tickets, paths.data / "tpm", secrets))
        if config.servers.realm
        else None,
        tickets=tickets,
        took=told_to(SignInTimes(paths.data / "sign-ins.jsonl"), client.took),
        steady=lambda: config.appearance.steady_colours or config.appearance.reduced_motion,
        switches=lambda: config.security.switch == "close",
        office=offline.contact,
    )
