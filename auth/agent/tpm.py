"""A sign-in's key in the terminal's TPM 2.0, through tpm2-pkcs11: made there, used there, never seen here.

Whoever copies this machine's memory or disk while the certificate lives (five minutes) does not get the key.
kinit finds key and certificate in the same token. The token is made at first use; its PIN lies in the secret
store, and the chip's own lockout stands behind it.
"""

from __future__ import annotations

import ctypes
import os
import secrets as random
from pathlib import Path
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from pkcs11 import Attribute, CertificateType, KeyType, MechanismFlag, ObjectClass
from pkcs11.util.rsa import encode_rsa_public_key

from auth.agent.certificate import InToken, SignInKey
from auth.agent.keys import no_chip
from auth.signer.token import TokenKey, TokenKeys
from core.errors import SuiteError
from core.files import make_private_folder
from core.secrets import SecretStore

MODULE = Path("libtpm2_pkcs11.so.1")  # found where the system keeps libraries
LABEL, NAME, SECRET = "mahoroba", "mahoroba sign-in", "tpm-pin"
_BITS = 2048


class TpmKeys(TokenKeys):
    """Fresh keys, one at a time: the next removes the one before. ``folder`` holds the token's wrapped
    objects, which only this chip opens. All calls may take seconds (a chip makes an RSA key in 5 to 30)."""

    def __init__(self, folder: Path, secrets: SecretStore, module: Path = MODULE) -> None:
        super().__init__(module, LABEL, "")
        self._folder, self._secrets = folder, secrets

    def fresh(self) -> SignInKey:
        """A key in the chip. SuiteError TPM-001 where there is no chip, or it does not answer."""
        key = self._in_session(self._made)
        return SignInKey(key, lambda certificate: self._in_session(lambda s: self._keep(s, certificate)))

    def _made(self, session: Any) -> TokenKey:
        for former in list(session.get_objects({Attribute.LABEL: NAME})):
            former.destroy()
        use = MechanismFlag.SIGN | MechanismFlag.VERIFY | MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT
        mark = random.token_bytes(8)
        public, _private = session.generate_keypair(
            KeyType.RSA, _BITS, id=mark, label=NAME, store=True, capabilities=use
        )
        loaded = load_der_public_key(encode_rsa_public_key(public))
        if not isinstance(loaded, rsa.RSAPublicKey):
            raise ValueError("no RSA key")
        return ChipKey(self, loaded, mark)

    def _keep(self, session: Any, certificate: x509.Certificate) -> InToken:
        """Put the certificate beside its key, and let the chip go: kinit is the next to ask it."""
        public = certificate.public_key()
        held = list(session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: NAME}))
        mark = next(key[Attribute.ID] for key in held if _same(key, public))
        session.create_object({
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.ID: mark,
            Attribute.LABEL: NAME,
            Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.ISSUER: certificate.issuer.public_bytes(),
            Attribute.SERIAL_NUMBER: _integer(certificate.serial_number),
        })  # fmt: skip
        session.close()
        self._session = None
        place = f"PKCS11:module_name={self._module}:token={LABEL}:certid={mark.hex()}"
        return InToken(place, self._pin)

    def _open(self) -> Any:
        make_private_folder(self._folder)
        os.environ["TPM2_PKCS11_STORE"] = str(self._folder)  # read by the library, here and in kinit
        library = pkcs11.lib(str(self._module))
        kept = self._secrets.get(SECRET)
        if kept is None:
            kept = random.token_hex(16).encode()
            _begin_token(self._module, library, kept.decode())
            self._secrets.set(SECRET, kept)
        self._pin = kept.decode()
        return super()._open()

    def _no_answer(self) -> SuiteError:
        return no_chip()


class ChipKey(TokenKey):
    """Found by its own mark: a chip's key is not renamed after it has been made."""

    def __init__(self, keys: TokenKeys, public: rsa.RSAPublicKey, mark: bytes) -> None:
        super().__init__(keys, public)
        self._mark = mark

    def look(self, session: Any) -> Any:
        return session.get_key(ObjectClass.PRIVATE_KEY, KeyType.RSA, id=self._mark)


def _begin_token(module: Path, library: Any, pin: str) -> None:
    """Make the first free slot our token (C_InitToken, PKCS#11 v2.40 5.5; the binding has no call for it).
    Nobody keeps the security officer's PIN: a token whose own is lost is made anew."""
    slot = next(s.slot_id for s in library.get_slots() if not s.get_token().label)
    officer = random.token_hex(16)
    words = officer.encode()
    done = ctypes.CDLL(str(module)).C_InitToken(
        ctypes.c_ulong(slot), words, ctypes.c_ulong(len(words)), LABEL.encode().ljust(32)
    )
    if done != 0:
        raise pkcs11.GeneralError(f"C_InitToken: {done:#x}")
    with library.get_token(token_label=LABEL).open(rw=True, so_pin=officer) as session:
        session.init_pin(pin)


def _same(key: Any, public: object) -> bool:
    return load_der_public_key(encode_rsa_public_key(key)) == public


def _integer(number: int) -> bytes:
    """A DER INTEGER (X.690, 8.3), as CKA_SERIAL_NUMBER wants it."""
    content = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes((2, len(content))) + content
