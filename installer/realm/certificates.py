"""What the realm's KDC shows and whom it trusts. The authority for people is the realm's signer's."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.signer.authority import Authorities
from auth.signer.build import logon_authority
from auth.signer.certificate import Purpose, kdc_certificate
from core.clock import TOKYO
from core.files import write_atomically
from core.secrets import FileKeySecrets
from installer.realm import servers
from installer.realm.layout import DC, REALM, Layout


def logon(layout: Layout) -> Authorities:
    """The signer's authority, opened beside it."""
    data = layout.folder / "servers" / "data"
    return logon_authority(data, FileKeySecrets(data / "secrets.json"))


def make(layout: Layout) -> None:
    """What the KDC and its clients read: anchors for both, the KDC's certificate and key."""
    now = datetime.now(TOKYO)
    layout.pki.mkdir(exist_ok=True)
    _write(layout.pki / "logon-anchors.pem", servers.logon_anchors(layout))
    keys = FileKeySecrets(layout.folder / "keys.json")
    issuer = Authorities(layout.pki / "kdc", Purpose.KDC, keys, f"Mahoroba {REALM} KDC")
    key = rsa.generate_private_key(65537, 2048)
    anchor = issuer.signing(now).certificate
    _write(layout.pki / "kdc-anchors.pem", anchor.public_bytes(Encoding.PEM))
    address = x509.IPAddress(ip_address(layout.address))  # LDAPS shows the same certificate
    certificate = kdc_certificate(issuer.signing(now), key.public_key(), REALM, [DC], now, [address])
    _write(layout.pki / "kdc.crt", certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_atomically(layout.pki / "kdc.key", private)


def _write(path: Path, content: bytes) -> None:
    write_atomically(path, content, mode=0o644)
