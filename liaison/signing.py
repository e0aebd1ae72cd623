"""Signatures that a laptop can check with what it has: OpenSSH's ``ssh-keygen -Y verify``.

Ed25519 in the SSHSIG format (OpenSSH, PROTOCOL.sshsig). The same signature stands under bundles, wipe
certificates and what one counter hands to another, each in a namespace of its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import textwrap

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.secrets import SecretStore, get_or_create

KEY_NAME = "liaison-signing"  # in the secret store
BUNDLE = "mahoroba-liaison"
CERTIFICATE = "mahoroba-wipe-certificate"
COUNTER = "mahoroba-counter"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_TYPE = b"ssh-ed25519"


class Signer:
    """The office's key. It never leaves the secret store of the preparer's machine."""

    def __init__(self, secrets: SecretStore) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(get_or_create(secrets, KEY_NAME, 32))

    @property
    def public(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` shows it: read aloud when a laptop meets this office for the first time."""
        digest = hashlib.sha256(_public_blob(self.public)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def allowed_signers(self) -> str:
        """The line that makes a laptop trust this office's bundles (ssh-keygen(1), ALLOWED SIGNERS)."""
        key = base64.b64encode(_public_blob(self.public)).decode()
        return f'liaison namespaces="{BUNDLE}" ssh-ed25519 {key}\n'

    def sign(self, content: bytes, namespace: str) -> str:
        """An armoured SSHSIG; Ed25519 gives the same one for the same content."""
        signature = _string(_TYPE) + _string(self._key.sign(_to_be_signed(content, namespace)))
        blob = b"SSHSIG" + struct.pack(">I", 1) + _string(_public_blob(self.public))
        blob += _string(namespace.encode()) + _string(b"") + _string(b"sha512") + _string(signature)
        lines = textwrap.wrap(base64.b64encode(blob).decode(), 70)
        return "\n".join([_BEGIN, *lines, _END, ""])


def verify(armoured: str, content: bytes, namespace: str, public: bytes) -> bool:
    """Whether ``public`` (32 bytes) signed ``content`` for ``namespace``. Anything malformed is False."""
    body = armoured.strip()
    if len(body) > 4000 or not body.startswith(_BEGIN) or not body.endswith(_END):
        return False
    try:
        blob = base64.b64decode("".join(body[len(_BEGIN) : -len(_END)].split()), validate=True)
        if blob[:10] != b"SSHSIG" + struct.pack(">I", 1):
            return False
        key, rest = _take(blob[10:])
        space, rest = _take(rest)
        _reserved, rest = _take(rest)
        hashed, rest = _take(rest)
        signature, rest = _take(rest)
        kind, raw = _take(signature)
        value, end = _take(raw)
        if rest or end or kind != _TYPE or hashed != b"sha512":
            return False
        if key != _public_blob(public) or space != namespace.encode():
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(value, _to_be_signed(content, namespace))
    except (ValueError, struct.error, binascii.Error, InvalidSignature):
        return False
    return True


def _to_be_signed(content: bytes, namespace: str) -> bytes:
    digest = hashlib.sha512(content).digest()
    return b"SSHSIG" + _string(namespace.encode()) + _string(b"") + _string(b"sha512") + _string(digest)


def _public_blob(public: bytes) -> bytes:
    return _string(_TYPE) + _string(public)


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _take(blob: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack(">I", blob[:4])
    if length > len(blob) - 4:
        raise ValueError("truncated")
    return blob[4 : 4 + length], blob[4 + length :]
