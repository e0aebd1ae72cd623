"""An authority's key in a PKCS#11 token (an HSM): made there, used there, never seen here.

What lies in a generation's file is its certificate; the key is found by the identifier that the certificate
carries (its subject key identifier, as CKA_ID).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.rsa import encode_rsa_public_key

from auth.signer.certificate import CA_KEY_BITS, Authority
from core.errors import SuiteError
from core.i18n import _

T = TypeVar("T")
_log = logging.getLogger(__name__)


class TokenKeys:
    """Implements ``auth.signer.authority.Keys``. One session for the process, opened at first use, opened
    again once when the token has been away; its calls go one after the other."""

    suffix = "token"

    def __init__(self, module: Path, label: str, pin: str) -> None:
        """``module``: the token's library; ``label``: of the token; ``pin``: its user's."""
        self._module = module
        self._label = label
        self._pin = pin
        self._lock = threading.RLock()
        self._session: Any = None

    def make(self, name: str) -> rsa.RSAPrivateKey:
        """A key that cannot leave the token. SuiteError CA-004."""
        return self._in_session(lambda session: self._generate(session, name))

    def written(self, authority: Authority) -> bytes:
        return authority.certificate.public_bytes(Encoding.DER)

    def read(self, content: bytes) -> Authority:
        certificate = x509.load_der_x509_certificate(content)
        public = certificate.public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise ValueError("no RSA key")
        key = TokenKey(self, public)
        self._in_session(key.look)
        return Authority(certificate, key)

    def sign(self, key: TokenKey, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over ``data``, made in the token. SuiteError CA-004."""
        return self._in_session(
            lambda session: bytes(key.look(session).sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
        )

    def _generate(self, session: Any, name: str) -> TokenKey:
        public, private = session.generate_keypair(
            KeyType.RSA,
            CA_KEY_BITS,
            label=name,
            store=True,
            capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
            private_template={Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True},
        )
        loaded = load_der_public_key(encode_rsa_public_key(public))
        if not isinstance(loaded, rsa.RSAPublicKey):
            raise ValueError("no RSA key")
        for half in (public, private):
            half[Attribute.ID] = _identifier(loaded)
        return TokenKey(self, loaded)

    def _in_session(self, work: Callable[[Any], T]) -> T:
        with self._lock:
            try:
                if self._session is not None:
                    return work(self._session)
            except pkcs11.PKCS11Error as error:
                _log.warning("the token is asked again: %s", type(error).__name__)
                self._session = None
            try:
                self._session = self._open()
                return work(self._session)
            except (pkcs11.PKCS11Error, RuntimeError) as error:  # RuntimeError: the library does not load
                _log.warning("the token does not sign: %s", type(error).__name__)
                self._session = None
                raise self._no_answer() from error

    def _open(self) -> Any:
        token = pkcs11.lib(str(self._module)).get_token(token_label=self._label)
        try:
            return token.open(rw=True, user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:  # logging in holds for the whole process (PKCS#11 v2.40, 5.6.4)
            return token.open(rw=True)

    def _no_answer(self) -> SuiteError:
        return SuiteError(
            _("証明書を出せませんでした。"),
            _("認証局の鍵のトークン（HSM）が応答しないか、鍵がないか、暗証番号が違います。"),
            _("情報担当に、トークンがつながっているか確かめるよう伝えてください。"),
            "CA-004",
        )


class TokenKey(rsa.RSAPrivateKey):
    """A key in the token, as much of one as certificates need."""

    def __init__(self, keys: TokenKeys, public: rsa.RSAPublicKey) -> None:
        self._keys = keys
        self._public = public

    def look(self, session: Any) -> Any:
        """The token's own object. PKCS11Error where there is none."""
        return session.get_key(ObjectClass.PRIVATE_KEY, KeyType.RSA, id=_identifier(self._public))

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        if not isinstance(padding, paddings.PKCS1v15) or not isinstance(algorithm, SHA256):
            self._never()
        return self._keys.sign(self, bytes(data))

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def decrypt(self, *_what: Any, **_named: Any) -> NoReturn:
        self._never()

    def private_numbers(self) -> NoReturn:
        self._never()

    def private_bytes(self, *_how: Any, **_named: Any) -> NoReturn:
        self._never()

    def __copy__(self) -> TokenKey:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> TokenKey:
        return self

    def _never(self) -> NoReturn:
        raise TypeError("the token's key only signs certificates")


def _identifier(public: rsa.RSAPublicKey) -> bytes:
    """RFC 5280, 4.2.1.2 (1): what the certificate's subject key identifier holds."""
    return x509.SubjectKeyIdentifier.from_public_key(public).digest
