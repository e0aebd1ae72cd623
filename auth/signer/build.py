"""The signer with everything behind it, for one process with the matcher and for the program of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from auth.lockout import Clock
from auth.matcher.ports import Trail
from auth.matcher.statement import StatementVerifier
from auth.signer.accounts import Accounts, EachInTurn, People, RegisterAccounts
from auth.signer.authority import Authorities, Keys
from auth.signer.certificate import Purpose
from auth.signer.log import open_log
from auth.signer.signer import Signer
from core.config import Config
from core.errors import SuiteError
from core.i18n import _
from core.secrets import SecretStore

TOKEN_PIN = "token-pin"  # noqa: S105 - where it lies
DIRECTORY_PASSWORD = "directory-password"  # noqa: S105 - where it lies


def logon_authority(data: Path, secrets: SecretStore, keys: Keys | None = None) -> Authorities:
    """The authority that signs people in. ``keys``: as of ``keys_of``."""
    return Authorities(data / "ca" / "logon", Purpose.LOGON, secrets, "Mahoroba logon", keys)


def device_authority(data: Path, secrets: SecretStore, keys: Keys | None = None) -> Authorities:
    """The authority that names terminals and servers."""
    return Authorities(data / "ca" / "devices", Purpose.DEVICE, secrets, "Mahoroba devices", keys)


def keys_of(config: Config, secrets: SecretStore) -> Keys | None:
    """The token that the policy names for the authorities' keys; None: they are sealed in files. Asks the
    token nothing yet. SuiteError CA-005 where the PIN for it, or the library, is not here."""
    chosen = config.authority
    if chosen.module is None:
        return None
    pin = secrets.get(TOKEN_PIN)
    try:
        from auth.signer.token import TokenKeys  # the optional package python-pkcs11
    except ImportError as error:
        raise _no_pkcs11() from error
    if pin is None:
        raise _no_pin()
    return TokenKeys(chosen.module, chosen.token, pin.decode())


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


def accounts_of(config: Config, people: People, secrets: SecretStore, clock: Clock) -> Accounts:
    """Who is asked about accounts: the suite's register, then the directory that the policy names.
    SuiteError DIR-004 where the password for it is not here."""
    own = RegisterAccounts(people, config.servers.realm)
    if not config.directory.servers:
        return own
    from auth.signer.directory import DirectoryAccounts  # ldap3: nobody else loads it

    password = secrets.get(DIRECTORY_PASSWORD)
    if password is None:
        raise _no_password()
    asked = DirectoryAccounts(config.directory, config.servers.realm, password.decode(), clock)
    return EachInTurn(own, asked)


def trusted_now(authorities: Authorities, clock: Clock) -> list[x509.Certificate]:
    """What a KDC is to trust at the clock's time."""
    return authorities.anchors(datetime.fromtimestamp(clock.now(), UTC))


def _no_password() -> SuiteError:
    return SuiteError(
        _("署名サーバーを始められません。"),
        _("名簿（AD）に入るためのパスワードが預けられていません。"),
        _("「mahoroba signer directory password」で預けてください。"),
        "DIR-004",
    )


def _no_pin() -> SuiteError:
    return SuiteError(
        _("署名サーバーを始められません。"),
        _("認証局の鍵のトークン（HSM）の暗証番号が預けられていません。"),
        _("「mahoroba signer token-pin」で預けてください。"),
        "CA-005",
    )


def _no_pkcs11() -> SuiteError:
    return SuiteError(
        _("署名サーバーを始められません。"),
        _("トークン（HSM）を使うための部品（python-pkcs11）が入っていません。"),
        _("署名サーバーに python-pkcs11 を入れてください。"),
        "CA-005",
    )
