"""What the authorities sign: the profiles of their certificates, as pure functions. Times are passed in.

Three authorities, none of which can do another's work (the extended key usages on the authority bind):
``LOGON`` signs people in for five minutes, ``KDC`` vouches for a realm's KDC (where no AD does), ``DEVICE``
names terminals and servers to each other. Keys of people are RSA-2048: Samba 4.17 refuses others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from cryptography.x509.oid import NameOID, ObjectIdentifier

from auth.signer import names
from core.errors import SuiteError
from core.i18n import _

PKINIT_CLIENT = ObjectIdentifier("1.3.6.1.5.2.3.4")  # RFC 4556, 3.2.2
PKINIT_KDC = ObjectIdentifier("1.3.6.1.5.2.3.5")  # RFC 4556, 3.2.4
SMARTCARD_LOGON = ObjectIdentifier("1.3.6.1.4.1.311.20.2.2")  # MS-PKCA
SIGN_IN_LIFETIME = timedelta(minutes=5)
DEVICE_LIFETIME = timedelta(days=365)
CA_LIFETIME = timedelta(days=5 * 365)
CLOCKS_DIFFER = timedelta(minutes=1)
LONGEST_CSR = 4096
CA_KEY_BITS = 3072
_SID = re.compile(r"S-1-\d{1,14}(-\d{1,10}){1,14}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Purpose(Enum):
    """What an authority is for: the extended key usages beyond which nothing it signs is good."""

    LOGON = (PKINIT_CLIENT, SMARTCARD_LOGON)
    KDC = (PKINIT_KDC, Use.SERVER_AUTH)
    DEVICE = (Use.CLIENT_AUTH, Use.SERVER_AUTH)


@dataclass(frozen=True)
class Authority:
    """A CA that may sign. ``key`` is an RSA private key, or an object with the same interface (a token's)."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Account:
    """For whom a sign-in certificate is: ``principal`` in ``realm`` (Kerberos), ``upn`` and ``sid`` (AD).
    Empty ``upn``: ``principal@realm`` in small letters. Empty ``sid``: no SID in the certificate."""

    principal: str
    realm: str
    upn: str = ""
    sid: str = ""


def make_authority(
    purpose: Purpose,
    name: str,
    begins: datetime,
    lifetime: timedelta = CA_LIFETIME,
    key: rsa.RSAPrivateKey | None = None,
) -> Authority:
    """A self-signed authority that signs from ``begins`` on. ``key``: one that lies in a token."""
    key = key or rsa.generate_private_key(65537, CA_KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, subject, key.public_key(), begins, begins + lifetime)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purpose.value), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, SHA256()), key)


def sign_in_certificate(
    authority: Authority,
    public: rsa.RSAPublicKey,
    account: Account,
    now: datetime,
    serial: int | None = None,
) -> x509.Certificate:
    """Five minutes for one person. Only the key comes from the request; every name comes from ``account``.
    SuiteError SIGN-001 for a name that cannot stand in a certificate or an authority of another purpose."""
    _check_purpose(authority, Purpose.LOGON)
    _check_account(account)
    upn = account.upn or f"{account.principal}@{account.realm.lower()}"
    also: list[x509.GeneralName] = [
        names.user_principal_name(upn),
        names.person_principal(account.principal, account.realm),
    ]
    if account.sid:
        also.append(names.sid_uri(account.sid))
    uses = Purpose.LOGON.value
    builder = _issued(authority, account.principal, public, also, uses, now, SIGN_IN_LIFETIME, serial)
    if account.sid:
        builder = builder.add_extension(names.sid_extension(account.sid), critical=False)
    return builder.sign(authority.key, SHA256())


def kdc_certificate(
    authority: Authority,
    public: rsa.RSAPublicKey,
    realm: str,
    hosts: Sequence[str],
    now: datetime,
    addresses: Sequence[x509.IPAddress] = (),
) -> x509.Certificate:
    """For the KDC of ``realm`` on ``hosts`` (DNS names) and ``addresses``: a year."""
    _check_purpose(authority, Purpose.KDC)
    also: list[x509.GeneralName] = [names.kdc_principal(realm), *map(x509.DNSName, hosts), *addresses]
    builder = _issued(authority, hosts[0], public, also, Purpose.KDC.value, now, DEVICE_LIFETIME)
    return builder.sign(authority.key, SHA256())


def device_certificate(
    authority: Authority,
    public: rsa.RSAPublicKey,
    device: str,
    now: datetime,
    *,
    server_on: Sequence[x509.GeneralName] = (),
) -> x509.Certificate:
    """For a terminal named ``device``, or for a server reached as ``server_on``: a year."""
    _check_purpose(authority, Purpose.DEVICE)
    if not _NAME.fullmatch(device):
        raise _not_for(_("端末の名前に使えない文字があります。"))
    use = Use.SERVER_AUTH if server_on else Use.CLIENT_AUTH
    also = [*server_on, x509.UniformResourceIdentifier(f"urn:mahoroba:device:{device}")]
    return _issued(authority, device, public, also, (use,), now, DEVICE_LIFETIME).sign(
        authority.key, SHA256()
    )


def requested_key(csr: bytes) -> rsa.RSAPublicKey:
    """The RSA-2048 key of a PKCS#10 request (DER) whose owner has shown that he holds it. Nothing else that
    the request asks for is read. SuiteError SIGN-002."""
    try:
        if len(csr) > LONGEST_CSR:
            raise ValueError("too large")
        request = x509.load_der_x509_csr(csr)
        key = request.public_key()
        held = request.is_signature_valid
    except (
        ValueError,
        TypeError,
        InvalidSignature,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise _no_request() from error
    if not held or not isinstance(key, rsa.RSAPublicKey):
        raise _no_request()
    if key.key_size != 2048 or key.public_numbers().e != 65537:
        raise _no_request()
    return key


def key_hash(key: rsa.RSAPublicKey) -> str:
    """SHA-256 of the key (SubjectPublicKeyInfo, DER), hex: what a statement names its key by."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def device_name(certificate: x509.Certificate) -> str:
    """The terminal that a device certificate names, or SuiteError SIGN-003 where it names none."""
    try:  # read only now, by cryptography's own rules
        found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, TypeError):
        found = []
    name = str(found[0].value) if len(found) == 1 else ""
    if not _NAME.fullmatch(name):
        raise SuiteError(
            _("この端末を確かめられませんでした。"),
            _("端末の証明書に名前がありません。"),
            _("情報担当に、端末の登録をやり直すよう依頼してください。"),
            "SIGN-003",
        )
    return name


def _issued(
    authority: Authority,
    common_name: str,
    public: rsa.RSAPublicKey,
    also: Sequence[x509.GeneralName],
    uses: Sequence[ObjectIdentifier],
    now: datetime,
    lifetime: timedelta,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    ca = authority.certificate
    begins = max(now - CLOCKS_DIFFER, ca.not_valid_before_utc)
    ends = min(now + lifetime, ca.not_valid_after_utc)
    return (
        _builder(subject, ca.subject, public, begins, ends, serial)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectAlternativeName(also), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: rsa.RSAPublicKey,
    begins: datetime,
    ends: datetime,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begins.astimezone(UTC))
        .not_valid_after(ends.astimezone(UTC))
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=not ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _check_purpose(authority: Authority, purpose: Purpose) -> None:
    uses = authority.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if set(uses) != set(purpose.value):
        raise _not_for(_("この認証局は、この種類の証明書を出せません。"))


def _check_account(account: Account) -> None:
    plain = _NAME.fullmatch(account.principal) and _NAME.fullmatch(account.realm)
    local, _at, domain = account.upn.partition("@")
    upn = not account.upn or (_NAME.fullmatch(local) and _NAME.fullmatch(domain))
    if not plain or not upn or (account.sid and not _SID.fullmatch(account.sid)):
        raise _not_for(_("名簿の名前か SID に、証明書に書けないものがあります。"))


def _not_for(why: str) -> SuiteError:
    step = _("情報担当に、署名サーバーの設定を確かめるよう伝えてください。")
    return SuiteError(_("証明書を出せませんでした。"), why, step, "SIGN-001")


def _no_request() -> SuiteError:
    return SuiteError(
        _("証明書を出せませんでした。"),
        _("証明書の要求の形が正しくないか、鍵が RSA 2048 ビットではありません。"),
        _("もう一度サインインしてください。"),
        "SIGN-002",
    )
