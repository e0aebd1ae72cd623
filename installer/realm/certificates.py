"""The realm's authorities, in the realm's own key store: one for people, one for its KDC."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.signer.authority import Authorities
from auth.signer.certificate import Purpose, kdc_certificate
from core.clock import TOKYO
from core.files import write_atomically
from core.secrets import FileKeySecrets
from installer.realm.layout import DC, REALM, Layout


def authorities(layout: Layout, purpose: Purpose) -> Authorities:
    """The realm's generations of one authority."""
    keys = FileKeySecrets(layout.folder / "keys.json")
    folder = layout.pki / purpose.name.lower()
    return Authorities(folder, purpose, keys, f"Mahoroba {REALM} {purpose.name}")


def make(layout: Layout) -> None:
    """What the KDC and its clients read: anchors for both, the KDC's certificate and key."""
    now = datetime.now(TOKYO)
    layout.pki.mkdir(exist_ok=True)
    for purpose, name in ((Purpose.LOGON, "logon-anchors.pem"), (Purpose.KDC, "kdc-anchors.pem")):
        issuer = authorities(layout, purpose)
        issuer.signing(now)
        _write(layout.pki / name, b"".join(a.public_bytes(Encoding.PEM) for a in issuer.anchors(now)))
    key = rsa.generate_private_key(65537, 2048)
    issuer = authorities(layout, Purpose.KDC)
    certificate = kdc_certificate(issuer.signing(now), key.public_key(), REALM, [DC], now)
    _write(layout.pki / "kdc.crt", certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_atomically(layout.pki / "kdc.key", private)


def _write(path: Path, content: bytes) -> None:
    write_atomically(path, content, mode=0o644)
