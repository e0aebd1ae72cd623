"""All that a terminal needs for the day its office is out of reach, put together."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auth.agent.people_here import PeopleHere
from auth.face.engine import FaceAnalyser
from auth.lockout import Clock
from auth.matcher.statement import Verifier
from auth.offline.client import EitherClient, EitherVerifier
from auth.offline.contact import OfficeContact
from auth.offline.kept import TABLES, KeptPeople
from auth.offline.office import OfficeClient
from auth.offline.standby import Standby
from auth.offline.trail import OfflineTrail
from auth.pin import Pins
from core.audit import AuditLog
from core.config import Config
from core.events import Events
from core.secrets import SecretStore, get_or_create
from core.sql import SqliteSql


@dataclass(frozen=True)
class Offline:
    """``client`` and ``verifier`` take the place of the office's; ``rest`` lets the models go."""

    client: EitherClient
    verifier: EitherVerifier
    contact: OfficeContact
    rest: Callable[[], None]


@dataclass(frozen=True)
class Here:
    """A terminal: its name towards the office, who may use it, and where it keeps things."""

    device: str
    database: Path
    config: Config
    secrets: SecretStore
    audit: AuditLog
    events: Events
    people: PeopleHere
    clock: Clock
    pins: Pins
    analyser: Callable[[], FaceAnalyser]


def open_offline(
    here: Here, office: OfficeClient, verifier: Verifier, nonces: Callable[[int], bytes] = os.urandom
) -> Offline:
    """``office`` and ``verifier``: of the matcher elsewhere. SuiteError SEC-00x without the secret store."""
    key = get_or_create(here.secrets, "offline-key", 32)
    kept = KeptPeople(SqliteSql(here.database, [TABLES.for_sqlite()]), key, here.device)
    trail = OfflineTrail(kept.sql, here.audit, here.clock)
    standby = Standby(
        here.config, kept, key, trail, here.clock, here.device, here.pins, here.analyser, nonces
    )
    contact = OfficeContact(
        office, kept, key, trail, here.people, here.clock, here.events, here.config.offline, here.pins
    )
    return Offline(
        EitherClient(office, standby, contact), EitherVerifier(verifier, standby), contact, standby.rest
    )
