"""The office's policy, signed: who may vouch for it is pinned by a file that the installer puts beside it.

Beside ``policy.toml`` lies ``policy-source.toml`` on a terminal that fetches its policy: where from, and
whose signatures count. The signature is a short JWS (RFC 7515, Ed25519 of RFC 9864) over the policy's
SHA-256, its version and its end. The server keeps it apart (``policy.toml.sig``); here it is kept as the
policy's last line, a comment, so that one rename replaces both.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import TOKYO
from core.errors import SuiteError
from core.files import read_bounded
from core.i18n import _
from core.wareki import format_short

MAX_POLICY, MAX_SIGNATURE = 256 * 1024, 4096
LONGEST_DAYS = 400
SOURCE, KEYS = "policy-source.toml", "policy-key.pem"
SIGNING_KEY = "policy-signing"
"""The name of the signing key's 32-byte seed in an administrator's secret store."""
LAST_SIGNED = "policy-signed"
"""The name, beside it, of the last number that was signed with it (decimal digits)."""
_ISSUER, _ALGORITHM = "mahoroba-policy", "Ed25519"
_MARK = b"\n# signed: "
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]{1,200}-----END PUBLIC KEY-----")
_MOST_KEYS = 8


@dataclass(frozen=True)
class Source:
    """``url``: of the policy; its signature is there with ``.sig`` added. ``keys``: public keys (PEM, at most
    eight while one is being replaced). ``authority``: of the server's certificate; None: the system's own."""

    url: str
    keys: Path
    authority: Path | None


@dataclass(frozen=True)
class Signed:
    """What a signature vouches for. Times are seconds since the epoch; ``digest``: SHA-256, hexadecimal."""

    version: int
    issued: float
    expires: float
    digest: str

    @property
    def until(self) -> str:
        """The last moment that it is good, for a person."""
        return format_short(datetime.fromtimestamp(self.expires, TOKYO))


class PolicySigner:
    """Signs with an Ed25519 key; ``seed``: its 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """The public key as PEM: what ``policy-key.pem`` on each terminal holds."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, content: bytes, version: int, issued: float, days: int) -> bytes:
        """The detached signature of ``content``, good for ``days``. SuiteError POL-008 for odd numbers."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
        from joserfc import jwt
        from joserfc.jwk import OKPKey

        if not 0 < version < 2**31 or not 0 < days <= LONGEST_DAYS or len(content) > MAX_POLICY:
            words = _("版は 1 以上、日数は {days} 日まで、方針は 256 KiB までです。")
            raise _refused(words.format(days=LONGEST_DAYS), "POL-008")
        private = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "version": version,
            "iat": int(issued),
            "exp": int(issued) + days * 86_400,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        key = OKPKey.import_key(private)
        return jwt.encode({"alg": _ALGORITHM}, claims, key, algorithms=[_ALGORITHM]).encode()


def source_beside(policy: Path) -> Source | None:
    """Where this terminal's policy comes from; None where it is written here. SuiteError POL-001."""
    path = policy.with_name(SOURCE)
    if not path.exists():
        return None
    try:
        said = tomllib.loads(_bounded(path, MAX_SIGNATURE).decode())
        url, authority = said.pop("url"), said.pop("authority", None)
        keys = path.parent / str(said.pop("key", KEYS))
        if said or not re.fullmatch(r"https://[!-~]{1,500}", url) or "@" in url.split("/")[2]:
            raise ValueError("not an https address, or a name nobody knows")
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise _refused(
            _("「{path}」を読み取れないか、値が正しくありません。").format(path=path), "POL-001"
        ) from error
    return Source(url, keys, path.parent / str(authority) if authority else None)


def verified(content: bytes, signature: bytes, keys: Path) -> Signed:
    """What one of ``keys`` vouches for. SuiteError POL-002 (no keys), POL-003 (not signed by them, or another
    content). Whether it has expired is the caller's question."""
    for pem in _pinned(keys):
        signed = _by(pem, content, signature)
        if signed is not None:
            return signed
    raise _refused(_("署名が、この職場の鍵のものではないか、中身が違います。"), "POL-003")


def bound(content: bytes, signature: bytes) -> bytes:
    """Policy and signature in one file."""
    return content + _MARK + signature + b"\n"


def unbound(kept: bytes) -> tuple[bytes, bytes]:
    """Policy and signature of what :func:`bound` gave; an empty signature where there is none."""
    content, mark, signature = kept.rpartition(_MARK)
    return (content, signature.strip()) if mark else (kept, b"")


def kept(policy: Path, source: Source) -> Signed:
    """Who vouches for the policy that lies here. SuiteError POL-004 (none fetched yet), POL-002, POL-003."""
    try:
        content, signature = unbound(_bounded(policy, MAX_POLICY + MAX_SIGNATURE))
    except (OSError, ValueError) as error:
        raise _refused(_("この端末は、まだ方針を受け取っていません。"), "POL-004") from error
    return verified(content, signature, source.keys)


def expired(signed: Signed) -> SuiteError:
    """A word, not a refusal: an old policy is safer than none."""
    return SuiteError(
        _("方針の期限が切れています。"),
        _("{until} までの方針（版 {version}）で動き続けています。").format(
            until=signed.until, version=signed.version
        ),
        _("情報担当は、新しい方針を署名して配ってください。"),
        "POL-005",
    )


def _by(pem: bytes, content: bytes, signature: bytes) -> Signed | None:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OKPKey

    try:
        claims = jwt.decode(signature.decode("ascii"), OKPKey.import_key(pem), algorithms=[_ALGORITHM]).claims
        if claims["iss"] != _ISSUER or claims["sha256"] != hashlib.sha256(content).hexdigest():
            return None
        numbers = claims["version"], claims["iat"], claims["exp"]
        if not all(type(each) is int and 0 < each < 2**40 for each in numbers):
            return None
    except (JoseError, ValueError, TypeError, LookupError, RecursionError):
        return None
    version, issued, expires = numbers
    return Signed(version, float(issued), float(expires), str(claims["sha256"]))


def _pinned(path: Path) -> Sequence[bytes]:
    try:
        found = _PEM.findall(_bounded(path, 16 * 1024))
    except (OSError, ValueError) as error:
        raise _refused(
            _("方針の署名を確かめる鍵（{path}）を読めません。").format(path=path), "POL-002"
        ) from error
    if not 0 < len(found) <= _MOST_KEYS:
        raise _refused(
            _("方針の署名を確かめる鍵（{path}）に、鍵がないか多すぎます。").format(path=path), "POL-002"
        )
    return found


def _bounded(path: Path, most: int) -> bytes:
    content = read_bounded(path, most + 1)
    if len(content) > most:
        raise ValueError("too large")
    return content


def _refused(why: str, code: str) -> SuiteError:
    return SuiteError(_("方針を使えません。"), why, _("情報担当に連絡してください。"), code)
