"""What the matcher says it saw, signed: a short JWS (RFC 7515, Ed25519 of RFC 9864). A session opens from
a verified statement, never from a boolean; the next link (a signer) checks the same token."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidTokenError, JoseError
from joserfc.jwk import OKPKey

from auth.lockout import Clock
from auth.model import Evidence, Factor
from core.errors import SuiteError
from core.i18n import _

ISSUER = "mahoroba-matcher"
FOR_AGENT = "mahoroba-agent"  # opens a session
FOR_SIGNER = "mahoroba-signer"  # becomes a certificate, once
FOR_MATCHER = "mahoroba-matcher"  # lets a signed-in person reach his own data
LIFETIME_S = {FOR_AGENT: 60, FOR_SIGNER: 60, FOR_MATCHER: 12 * 3600}
_ALGORITHM = "Ed25519"
_LONGEST = 8192


@dataclass(frozen=True)
class Statement:
    """Who was seen, by which evidence, where, in answer to which nonce, under which policy. ``key``: SHA-256
    of the only key that a signer may certify for it; ``id``: under which logs on both sides keep it."""

    subject: str
    evidence: tuple[Evidence, ...]
    nonce: str
    device: str
    zone: str
    satisfied: bool
    model_version: str
    policy_version: str
    issued: float
    key: str = ""
    id: str = field(default="", compare=False)


class Verifier(Protocol):
    """Checks a token; holds no key that signs."""

    def verify(self, token: str, audience: str, device: str, nonce: str | None = None) -> Statement: ...


class StatementVerifier:
    """Verifies with the public keys alone."""

    def __init__(
        self, public: Mapping[str, str], clock: Clock, *others: Mapping[str, str], leeway_s: int = 1
    ) -> None:
        """``others``: further keys that may have signed (while a matcher's key is being replaced).
        ``leeway_s``: how far the matcher's clock may be from ``clock``."""
        self._leeway_s = leeway_s
        self._keys = [OKPKey.import_key(dict(key)) for key in (public, *others)]
        self._clock = clock

    def verify(self, token: str, audience: str, device: str, nonce: str | None = None) -> Statement:
        """The statement, or SuiteError AUTH-020 if it is not the matcher's, not for this audience, device
        and nonce, or no longer (or not yet) valid."""
        if len(token) > _LONGEST:
            raise _refused()
        rules: dict[str, Any] = {
            "iss": {"essential": True, "value": ISSUER},
            "aud": {"essential": True, "value": audience},
            "device": {"essential": True, "value": device},
            "sub": {"essential": True},
            "iat": {"essential": True},
            "exp": {"essential": True},
        }
        if nonce is not None:
            rules["nonce"] = {"essential": True, "value": nonce}
        try:
            claims = self._decoded(token)
            jwt.JWTClaimsRegistry(now=int(self._clock.now()), leeway=self._leeway_s, **rules).validate(claims)
            return _statement_of(claims)
        except (ExpiredTokenError, InvalidTokenError) as error:  # in time by one clock and not by the other
            raise _out_of_time() from error
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused() from error

    def _decoded(self, token: str) -> dict[str, Any]:
        for key in self._keys[:-1]:
            with suppress(BadSignatureError):
                return jwt.decode(token, key, algorithms=[_ALGORITHM]).claims
        return jwt.decode(token, self._keys[-1], algorithms=[_ALGORITHM]).claims


class StatementSigner:
    """Signs with the matcher's key: a 32-byte Ed25519 seed from the secret store."""

    def __init__(self, seed: bytes) -> None:
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        self.public: Mapping[str, str] = MappingProxyType({"kty": "OKP", "crv": "Ed25519", "x": _b64(public)})
        self._key = OKPKey.import_key({**self.public, "d": _b64(seed)})

    def sign(self, statement: Statement, audience: str) -> str:
        """The token, valid for ``LIFETIME_S[audience]`` seconds from ``statement.issued``."""
        now = int(statement.issued)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience,
            "sub": statement.subject,
            "iat": now,
            "exp": now + LIFETIME_S[audience],
            "jti": statement.id or new_id(),
            "nonce": statement.nonce,
            "device": statement.device,
            "zone": statement.zone,
            "satisfied": statement.satisfied,
            "evidence": [
                {"factor": e.factor, "time": e.time, "alone": e.alone, "detail": dict(e.detail)}
                for e in statement.evidence
            ],
            "model": statement.model_version,
            "policy": statement.policy_version,
            "key": statement.key,
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])


def new_id() -> str:
    return secrets.token_urlsafe(16)


def _statement_of(claims: Mapping[str, Any]) -> Statement:
    evidence = tuple(
        Evidence(Factor(e["factor"]), float(e["time"]), e["alone"] is True, MappingProxyType(e["detail"]))
        for e in claims["evidence"]
    )
    return Statement(
        str(claims["sub"]),
        evidence,
        str(claims["nonce"]),
        str(claims["device"]),
        str(claims["zone"]),
        claims["satisfied"] is True,
        str(claims["model"]),
        str(claims["policy"]),
        float(claims["iat"]),
        str(claims["key"]),
        str(claims["jti"]),
    )


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _out_of_time() -> SuiteError:
    return SuiteError(
        _("サインインを完了できませんでした。"),
        _("照合から時間がたちすぎたか、この端末とサーバーの時計がずれています。"),
        _(
            "もう一度サインインしてください。続くときは、端末の日付と時刻を合わせるよう情報担当に伝えてください。"
        ),
        "AUTH-020",
    )


def _refused() -> SuiteError:
    return SuiteError(
        _("サインインを完了できませんでした。"),
        _("照合の証明書が正しくないか、期限が切れています。"),
        _("もう一度サインインしてください。"),
        "AUTH-020",
    )
