"""The names that a logon certificate carries, as DER: cryptography builds everything else.

KRB5PrincipalName (RFC 4556, 3.2.2), the user principal name and the SID extension (MS-WCCE 2.2.2.7.7.4,
KB5014754).
"""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

KRB5_PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.5.2.2")
USER_PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
SID_EXTENSION = ObjectIdentifier("1.3.6.1.4.1.311.25.2")
_NT_PRINCIPAL, _NT_SRV_INST = 1, 2  # RFC 4120, 6.2
_OBJECT_SID = bytes.fromhex("060a2b060104018237190201")  # OID 1.3.6.1.4.1.311.25.2.1
_INTEGER, _OCTETS, _UTF8, _GENERAL, _SEQUENCE = 0x02, 0x04, 0x0C, 0x1B, 0x30


def person_principal(name: str, realm: str) -> x509.OtherName:
    """``name@REALM`` as a KRB5PrincipalName."""
    return x509.OtherName(KRB5_PRINCIPAL_NAME, _principal(realm, _NT_PRINCIPAL, [name]))


def kdc_principal(realm: str) -> x509.OtherName:
    """``krbtgt/REALM@REALM``: what a client looks for in its KDC's certificate (RFC 4556, 3.2.4)."""
    return x509.OtherName(KRB5_PRINCIPAL_NAME, _principal(realm, _NT_SRV_INST, ["krbtgt", realm]))


def user_principal_name(upn: str) -> x509.OtherName:
    return x509.OtherName(USER_PRINCIPAL_NAME, _tlv(_UTF8, upn.encode()))


def sid_extension(sid: str) -> x509.UnrecognizedExtension:
    """The account's SID, for a KDC that maps certificates strongly."""
    other = _OBJECT_SID + _explicit(0, _tlv(_OCTETS, sid.encode("ascii")))
    return x509.UnrecognizedExtension(SID_EXTENSION, _tlv(_SEQUENCE, _explicit(0, other)))


def sid_uri(sid: str) -> x509.UniformResourceIdentifier:
    """The same as a tag URI among the names."""
    return x509.UniformResourceIdentifier(f"tag:microsoft.com,2022-09-14:sid:{sid}")


def _principal(realm: str, kind: int, parts: list[str]) -> bytes:
    strings = b"".join(_tlv(_GENERAL, part.encode("ascii")) for part in parts)
    name = _explicit(0, _tlv(_INTEGER, bytes([kind]))) + _explicit(1, _tlv(_SEQUENCE, strings))
    whole = _explicit(0, _tlv(_GENERAL, realm.encode("ascii"))) + _explicit(1, _tlv(_SEQUENCE, name))
    return _tlv(_SEQUENCE, whole)


def _explicit(number: int, content: bytes) -> bytes:
    return _tlv(0xA0 | number, content)


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content
