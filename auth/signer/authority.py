"""The generations of an authority: one file each, with its key sealed beside the certificate, or in a token.

Rotation: the next generation's certificate begins later, so it is trusted everywhere before it signs; the
former one stays among the anchors until its end. Nothing else has to be remembered: the newest that has
begun signs, all that have not ended are trusted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from auth.signer.certificate import CA_KEY_BITS, CA_LIFETIME, Authority, Purpose, make_authority
from core.errors import SuiteError
from core.files import exclusive, make_private_folder, write_atomically
from core.i18n import _
from core.secrets import SecretStore, get_or_create

OVERLAP = timedelta(days=30)
_FILE = re.compile(r"ca-(\d{1,4})\.(sealed|token)")
_LONGEST = 20_000
_NONCE = 12


class Keys(Protocol):
    """Where private keys lie. ``suffix`` names the files of those that lie there."""

    suffix: str

    def make(self, name: str) -> rsa.RSAPrivateKey:
        """A new key; ``name`` is for people."""
        ...

    def written(self, authority: Authority) -> bytes:
        """What the file of a generation is to hold."""
        ...

    def read(self, content: bytes) -> Authority:
        """The generation again. ValueError or InvalidTag for what is not such a file."""
        ...


class SealedKeys:
    """In the file itself: ``u32 length | certificate (DER) | nonce | sealed key``, AES-256-GCM bound to the
    certificate."""

    suffix = "sealed"

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, name: str) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, CA_KEY_BITS)

    def written(self, authority: Authority) -> bytes:
        certificate = authority.certificate.public_bytes(Encoding.DER)
        plain = authority.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, plain, certificate)
        return len(certificate).to_bytes(4, "big") + certificate + nonce + sealed

    def read(self, content: bytes) -> Authority:
        length = int.from_bytes(content[:4], "big")
        certificate, sealed = content[4 : 4 + length], content[4 + length :]
        plain = AESGCM(self._key).decrypt(sealed[:_NONCE], sealed[_NONCE:], certificate)
        key = load_der_private_key(plain, None, unsafe_skip_rsa_key_validation=True)  # sealed by us
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("no RSA key")
        return Authority(x509.load_der_x509_certificate(certificate), key)


class Authorities:
    """The generations of one authority in ``folder``. Safe between processes of one machine."""

    def __init__(
        self, folder: Path, purpose: Purpose, secrets: SecretStore, name: str, keys: Keys | None = None
    ) -> None:
        """``name``: the common name of what is made; a generation number follows it. ``keys``: where the next
        generation's key is to lie; None: sealed in its file. The former ones stay where they are."""
        self._folder = make_private_folder(folder)
        self._purpose = purpose
        self._name = name
        sealed = SealedKeys(get_or_create(secrets, f"ca-{purpose.name.lower()}", 32))
        self._keys: Keys = keys or sealed
        self._places: dict[str, Keys] = {each.suffix: each for each in (sealed, self._keys)}
        self._opened: dict[tuple[str, int, int], Authority] = {}  # a file is never changed, only replaced

    def signing(self, now: datetime) -> Authority:
        """The newest generation that has begun; the first is made when there is none. SuiteError CA-001
        when a file does not open, CA-002 when the last generation has ended."""
        generations = list(self._generations())
        if not generations:
            generations = [self.rotate(now, begins=now - timedelta(minutes=5))]
        good = [a for a in generations if _begun(a.certificate, now)]
        if not good:
            raise _ended()
        return max(good, key=lambda a: a.certificate.not_valid_before_utc)

    def rotate(
        self, now: datetime, *, begins: datetime | None = None, lifetime: timedelta = CA_LIFETIME
    ) -> Authority:
        """Make the next generation; it signs from ``begins`` on (``OVERLAP`` from now)."""
        with exclusive(self._folder / "ca.lock"):
            existing = self._files()
            if not existing and begins is None:
                begins = now
            if existing and begins is not None and begins <= now:  # made by another process meanwhile
                return self._open(existing[-1])
            number = len(existing) + 1
            name = f"{self._name} {number}"
            made = make_authority(
                self._purpose, name, begins or now + OVERLAP, lifetime, self._keys.make(name)
            )
            file = self._folder / f"ca-{number:04}.{self._keys.suffix}"
            write_atomically(file, self._keys.written(made))
        return made

    def anchors(self, now: datetime) -> list[x509.Certificate]:
        """What is to be trusted now: every generation that has not ended, those to come included."""
        return [a.certificate for a in self._generations() if now <= a.certificate.not_valid_after_utc]

    def _generations(self) -> Iterator[Authority]:
        for path in self._files():
            status = path.stat()
            known = (path.name, status.st_mtime_ns, status.st_ino)
            if known not in self._opened:
                self._opened[known] = self._open(path)
            yield self._opened[known]

    def _files(self) -> list[Path]:
        return sorted(p for p in self._folder.iterdir() if _FILE.fullmatch(p.name))

    def _open(self, path: Path) -> Authority:
        place = self._places.get(path.suffix.removeprefix("."))
        if place is None:
            raise _no_token()
        try:
            with path.open("rb") as file:
                opened = place.read(file.read(_LONGEST))
        except (OSError, ValueError, InvalidTag) as error:
            raise _damaged(path.name) from error
        if opened.key.public_key() != opened.certificate.public_key():
            raise _damaged(path.name)
        return opened


def _begun(certificate: x509.Certificate, now: datetime) -> bool:
    at = now.astimezone(UTC)
    return certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc


def _damaged(name: str) -> SuiteError:
    return SuiteError(
        _("証明書を出せませんでした。"),
        _("認証局の鍵「{name}」が壊れているか、この端末の鍵では開けません。").format(name=name),
        _("ファイルに触れずに、情報担当に連絡してください（手順: 認証局の復旧）。"),
        "CA-001",
    )


def _ended() -> SuiteError:
    return SuiteError(
        _("証明書を出せませんでした。"),
        _("認証局の有効期間が終わっているか、まだ始まっていません。"),
        _("情報担当に、認証局の更新を依頼してください。"),
        "CA-002",
    )


def _no_token() -> SuiteError:
    return SuiteError(
        _("証明書を出せませんでした。"),
        _("認証局の鍵はトークン（HSM）にありますが、ポリシーにトークンがありません。"),
        _("情報担当に、ポリシーの authority を確かめるよう伝えてください。"),
        "CA-003",
    )
