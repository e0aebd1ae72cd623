"""The profiles of what the authorities sign, read back by cryptography and, where it is there, by openssl."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from auth.signer import names
from auth.signer.authority import OVERLAP, Authorities
from auth.signer.certificate import (
    PKINIT_CLIENT,
    PKINIT_KDC,
    SMARTCARD_LOGON,
    Account,
    Authority,
    Purpose,
    device_certificate,
    device_name,
    kdc_certificate,
    key_hash,
    make_authority,
    requested_key,
    sign_in_certificate,
)
from core.errors import SuiteError
from core.secrets import MemorySecrets
from tests.fakes.office import code_of

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
WHO = Account("s001234", "PREF.TEST", "s001234@pref.test", "S-1-5-21-1-2-3-1105")


def request_for(key: rsa.RSAPrivateKey) -> bytes:
    empty = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return empty.sign(key, SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def logon() -> Authority:
    return make_authority(Purpose.LOGON, "Logon", NOW - timedelta(days=1))


def others(certificate: x509.Certificate) -> dict[str, bytes]:
    also = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {n.type_id.dotted_string: n.value for n in also if isinstance(n, x509.OtherName)}


def uses(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_a_sign_in_lasts_five_minutes_and_says_who_in_every_way_a_kdc_reads(
    logon: Authority, key: rsa.RSAPrivateKey
) -> None:
    made = sign_in_certificate(logon, requested_key(request_for(key)), WHO, NOW)
    made.verify_directly_issued_by(logon.certificate)
    assert made.not_valid_after_utc - NOW == timedelta(minutes=5)
    assert made.not_valid_before_utc == NOW - timedelta(minutes=1)
    assert uses(made) == {PKINIT_CLIENT, SMARTCARD_LOGON}
    found = others(made)
    assert found["1.3.6.1.4.1.311.20.2.3"] == b"\x0c\x11s001234@pref.test"
    # SEQUENCE { [0] "PREF.TEST", [1] SEQUENCE { [0] 1, [1] SEQUENCE { "s001234" } } }, written out by hand
    assert found["1.3.6.1.5.2.2"].hex() == (
        "3023a00b1b09505245462e54455354a1143012a003020101a10b30091b0773303031323334"
    )
    sid = made.extensions.get_extension_for_oid(names.SID_EXTENSION).value
    assert isinstance(sid, x509.UnrecognizedExtension)
    assert sid.value.endswith(b"S-1-5-21-1-2-3-1105")


def test_only_the_key_comes_from_the_request(logon: Authority, key: rsa.RSAPrivateKey) -> None:
    bold = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "administrator")]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("dc1.pref.test")]), critical=False)
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )
    made = sign_in_certificate(logon, requested_key(bold), WHO, NOW)
    assert made.subject.rfc4514_string() == "CN=s001234"
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    also = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert not also.get_values_for_type(x509.DNSName)


def test_requests_with_other_keys_without_possession_or_form_are_refused(key: rsa.RSAPrivateKey) -> None:
    good = request_for(key)
    assert requested_key(good) == key.public_key()
    assert key_hash(requested_key(good)) == key_hash(key.public_key())
    altered = good[:-1] + bytes([good[-1] ^ 1])
    empty = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    curve = empty.sign(ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.DER)
    small = request_for(rsa.generate_private_key(65537, 1024))  # noqa: S505 - that is the point
    for csr in (altered, curve, small, b"", b"\x30", good + b"\0" * 5000, good[:40]):
        assert code_of(lambda csr=csr: requested_key(csr)) == "SIGN-002"


@pytest.mark.parametrize(
    "who",
    [
        Account("", "PREF.TEST"),
        Account("s1/admin", "PREF.TEST"),
        Account("s1", "PREF TEST"),
        Account("s1", "PREF.TEST", "a@b@c"),
        Account("s1", "PREF.TEST", "s1@pref.test", "S-1-5-x"),
        Account("職員", "PREF.TEST"),
    ],
)
def test_a_name_that_could_be_read_as_another_is_not_signed(
    logon: Authority, key: rsa.RSAPrivateKey, who: Account
) -> None:
    assert code_of(lambda: sign_in_certificate(logon, key.public_key(), who, NOW)) == "SIGN-001"


def test_each_authority_signs_its_own_kind_only(logon: Authority, key: rsa.RSAPrivateKey) -> None:
    device = make_authority(Purpose.DEVICE, "Devices", NOW)
    kdc = make_authority(Purpose.KDC, "KDC", NOW)
    public = key.public_key()
    assert code_of(lambda: sign_in_certificate(device, public, WHO, NOW)) == "SIGN-001"
    assert code_of(lambda: device_certificate(logon, public, "t1", NOW)) == "SIGN-001"
    assert code_of(lambda: kdc_certificate(logon, public, "PREF.TEST", ["dc1"], NOW)) == "SIGN-001"
    made = kdc_certificate(kdc, public, "PREF.TEST", ["dc1.pref.test"], NOW)
    assert uses(made) == {PKINIT_KDC, ExtendedKeyUsageOID.SERVER_AUTH}
    assert b"krbtgt" in others(made)["1.3.6.1.5.2.2"]
    terminal = device_certificate(device, public, "t-1", NOW)
    assert (uses(terminal), device_name(terminal)) == ({ExtendedKeyUsageOID.CLIENT_AUTH}, "t-1")
    server = device_certificate(device, public, "matcher", NOW, server_on=[x509.DNSName("m.pref.test")])
    assert uses(server) == {ExtendedKeyUsageOID.SERVER_AUTH}
    assert code_of(lambda: device_certificate(device, public, "a b", NOW)) == "SIGN-001"


def test_openssl_reads_the_chain_and_the_names(
    logon: Authority, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    ca, leaf = tmp_path / "ca.pem", tmp_path / "leaf.pem"
    made = sign_in_certificate(logon, key.public_key(), WHO, NOW)
    ca.write_bytes(logon.certificate.public_bytes(Encoding.PEM))
    leaf.write_bytes(made.public_bytes(Encoding.PEM))
    at = str(int(NOW.timestamp()))
    done = subprocess.run(["openssl", "verify", "-attime", at, "-x509_strict", "-CAfile", ca, leaf],
                          capture_output=True, text=True, timeout=30)  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(["openssl", "asn1parse", "-in", leaf], capture_output=True, text=True, timeout=30)
    assert shown.returncode == 0


def authorities(folder: Path, secrets: MemorySecrets) -> Authorities:
    return Authorities(folder / "ca", Purpose.LOGON, secrets, "Logon")


def test_an_authority_is_made_once_and_found_again(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    first = authorities(tmp_path, secrets).signing(NOW)
    assert authorities(tmp_path, secrets).signing(NOW).certificate == first.certificate
    assert authorities(tmp_path, secrets).anchors(NOW) == [first.certificate]
    kept = (tmp_path / "ca" / "ca-0001.sealed").read_bytes()
    assert first.key.private_numbers().d.to_bytes(384, "big")[:16] not in kept
    assert (tmp_path / "ca" / "ca-0001.sealed").stat().st_mode & 0o077 == 0


def test_the_next_generation_is_trusted_before_it_signs_and_the_former_after(tmp_path: Path) -> None:
    kept = authorities(tmp_path, MemorySecrets())
    first = kept.signing(NOW)
    second = kept.rotate(NOW)
    assert kept.anchors(NOW) == [first.certificate, second.certificate]
    assert kept.signing(NOW + OVERLAP - timedelta(seconds=1)).certificate == first.certificate
    later = NOW + OVERLAP + timedelta(seconds=1)
    assert kept.signing(later).certificate == second.certificate
    assert kept.anchors(later) == [first.certificate, second.certificate]
    ended = first.certificate.not_valid_after_utc + timedelta(seconds=1)
    assert kept.anchors(ended) == [second.certificate]
    over = second.certificate.not_valid_after_utc + timedelta(seconds=1)
    assert code_of(lambda: kept.signing(over)) == "CA-002"


def test_a_key_file_taken_elsewhere_or_altered_does_not_open(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    authorities(tmp_path, secrets).signing(NOW)
    assert code_of(lambda: authorities(tmp_path, MemorySecrets()).signing(NOW)) == "CA-001"
    file = tmp_path / "ca" / "ca-0001.sealed"
    content = bytearray(file.read_bytes())
    for place in (2, 30, len(content) - 1):
        content[place] ^= 1
        file.write_bytes(content)
        assert code_of(lambda: authorities(tmp_path, secrets).signing(NOW)) == "CA-001"
        content[place] ^= 1
    file.write_bytes(b"")
    assert code_of(lambda: authorities(tmp_path, secrets).signing(NOW)) == "CA-001"


def test_a_request_with_a_key_of_no_known_kind_or_of_no_known_version_is_refused_in_words() -> None:
    """Found by fuzzing: cryptography raises errors of its own, which are no ValueError."""
    whole = request_for(rsa.generate_private_key(65537, 2048))
    kind, version = bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("020100")
    for part, changed in (
        (kind, bytes.fromhex("06092a864886f70d0101ff")),
        (version, bytes.fromhex("020107")),
    ):
        assert whole.count(part) >= 1
        with pytest.raises(SuiteError, match="SIGN-002"):
            requested_key(whole.replace(part, changed, 1))
