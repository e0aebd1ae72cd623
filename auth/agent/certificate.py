"""The terminal's side of the signer's door: a fresh key for each sign-in, in memory only, and the certificate
that a statement about it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.agent.client import CONNECT_S, error_of
from auth.signer.certificate import key_hash
from core.errors import SuiteError
from core.i18n import _

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class InToken:
    """Where kinit finds certificate and key in a PKCS#11 token, in its own words, and the token's PIN."""

    place: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class SignInKey:
    """An RSA-2048 key that lives as long as one sign-in. Never written anywhere by this module.

    ``keep``: of a key that lies in a token, puts its certificate there too (``auth.agent.tpm``)."""

    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False
    )
    keep: Callable[[x509.Certificate], InToken] | None = field(default=None, repr=False, compare=False)

    @property
    def hash(self) -> str:
        return key_hash(self.private.public_key())

    def request(self) -> str:
        """A PKCS#10 request (PEM) that shows possession of the key and asks for nothing else."""
        empty = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        return empty.sign(self.private, SHA256()).public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True)
class SignInCertificate:
    """What PKINIT needs: the certificate (five minutes), its key, and for whom it is."""

    principal: str
    realm: str
    certificate: x509.Certificate
    key: SignInKey

    @property
    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def identity(self) -> bytes | InToken:
        """What kinit is given: both in PEM, or where in a token they lie. SuiteError TPM-001."""
        return b"".join(self.pem()) if self.key.keep is None else self.key.keep(self.certificate)

    def pem(self) -> tuple[bytes, bytes]:
        """Certificate and private key (PKCS#8) in PEM, for a KDC client that reads files."""
        key = self.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.certificate.public_bytes(Encoding.PEM), key


class SignerClient:
    """Calls the signer over ``http`` (in process or TLS). Its SuiteErrors pass through; NET-002 when it does
    not answer."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def certificate(self, statement: str, key: SignInKey) -> SignInCertificate:
        answer = self._call("POST", "/v1/certificates", {"statement": statement, "request": key.request()})
        try:
            made = x509.load_pem_x509_certificate(answer["certificate"].encode())
            found = SignInCertificate(str(answer["principal"]), str(answer["realm"]), made, key)
        except (KeyError, ValueError, AttributeError) as error:
            raise _unreachable() from error
        if made.public_key() != key.private.public_key():
            raise _unreachable()
        return found

    def anchors(self) -> list[str]:
        """The authorities (PEM) that a KDC is to trust."""
        return [str(each) for each in self._call("GET", "/v1/anchors")["anchors"]]

    def _call(self, method: str, path: str, head: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            response = self._http.request(
                method, path, json=head, timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S)
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unreachable() from error
        if response.status_code != 200:
            raise error_of(answer) or _unreachable()
        return dict(answer)


def _unreachable() -> SuiteError:
    return SuiteError(
        _("ネットワークのチケットを受け取れませんでした。"),
        _("署名サーバーが応答しないか、答えを読み取れません。"),
        _("この端末での仕事は続けられます。ネットワークが戻ったら、もう一度サインインしてください。"),
        "NET-002",
    )
