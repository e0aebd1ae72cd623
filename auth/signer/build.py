"""The signer with everything behind it, for one process with the matcher and for the program of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from auth.lockout import Clock
from auth.matcher.matcher import Trail
from auth.matcher.statement import StatementVerifier
from auth.signer.accounts import Accounts
from auth.signer.authority import Authorities
from auth.signer.certificate import Purpose
from auth.signer.log import open_log
from auth.signer.signer import Signer
from core.config import Config
from core.secrets import SecretStore


def logon_authority(data: Path, secrets: SecretStore) -> Authorities:
    """The authority that signs people in."""
    return Authorities(data / "ca" / "logon", Purpose.LOGON, secrets, "Mahoroba logon")


def device_authority(data: Path, secrets: SecretStore) -> Authorities:
    """The authority that names terminals and servers."""
    return Authorities(data / "ca" / "devices", Purpose.DEVICE, secrets, "Mahoroba devices")


def build_signer(
    config: Config,
    data: Path,
    authorities: Authorities,
    audit: Trail,
    clock: Clock,
    accounts: Accounts,
    matcher_keys: Sequence[Mapping[str, str]],
) -> Signer:
    """``matcher_keys``: whose statements count (public JWK). ``data``: for the log, without a database."""
    log = open_log(config.servers.database, data / "issued.db")
    verifier = StatementVerifier(matcher_keys[0], clock, *matcher_keys[1:])
    return Signer(verifier, accounts, log, authorities.signing, lambda: config.security, audit, clock)


def trusted_now(authorities: Authorities, clock: Clock) -> list[x509.Certificate]:
    """What a KDC is to trust at the clock's time."""
    return authorities.anchors(datetime.fromtimestamp(clock.now(), UTC))
