"""A terminal in the realm, without a window: a folder for its tickets, and what a person does there."""

from __future__ import annotations

import base64
import http.client
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.signer.certificate import Account, sign_in_certificate
from core import gss
from core.clock import TOKYO
from installer.realm import certificates, directory
from installer.realm.layout import FILES, INTERNET, INTERNET_PORT, PROXY, PROXY_PORT, REALM, SHARE, Layout

ROOT = Path(__file__).resolve().parents[3]
SHARE_SCRIPT = f"""
import sys
from core.gss_spnego import speak_kerberos
from sharefolder.ports import Credential
from sharefolder.smb import SmbStorage
speak_kerberos()
share = SmbStorage({FILES!r}, {SHARE!r}, Credential)
name = sys.argv[1]
with share.append(name, 0) as file:
    file.write("本日の報告".encode())
print(sorted(entry.name for batch in share.list("") for entry in batch))
print(b"".join(map(bytes, share.read(name))).decode())
"""


@dataclass(frozen=True)
class Identity:
    """A certificate as the signer makes it."""

    principal: str
    ends: datetime
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def identity(self) -> bytes:
        return b"".join(self.pem())

    def pem(self) -> tuple[bytes, bytes]:
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.certificate.public_bytes(Encoding.PEM), key


def certified(layout: Layout, staff_number: str, ago: timedelta = timedelta(0)) -> Identity:
    """What the signer gives for an accepted statement, ``ago`` before now."""
    now = datetime.now(TOKYO)
    key = rsa.generate_private_key(65537, 2048)
    account = Account(staff_number.lower(), REALM, "", directory.sid(layout, staff_number))
    issuer = certificates.logon(layout).signing(now)
    made = sign_in_certificate(issuer, key.public_key(), account, now - ago)
    return Identity(staff_number.lower(), made.not_valid_after_utc, made, key)


def through_the_proxy(layout: Layout, cache: Path | None) -> int:
    """The proxy's answer to a page of the outside world."""
    headers = {}
    if cache is not None:
        token = gss.Context("HTTP", PROXY, cache).step()
        headers["Proxy-Authorization"] = "Negotiate " + base64.b64encode(token or b"").decode()
    connection = http.client.HTTPConnection(layout.address, PROXY_PORT, timeout=10)
    connection.request("GET", f"http://{INTERNET}:{INTERNET_PORT}/", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def at_the_share(layout: Layout, cache: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Write a file ``name``, list and read with the suite's own SMB storage, in a program of the realm."""
    environment = {
        **os.environ,
        **layout.environment(),
        "KRB5CCNAME": f"FILE:{cache}",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-P", "-c", SHARE_SCRIPT, name],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def seen_by_the_proxy(layout: Layout, principal: str) -> bool:
    """Whether the proxy's log names ``principal`` for a page that it gave (it writes a moment later)."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        lines = layout.proxy_log.read_text("ascii", "replace").splitlines()
        if any(principal in line and "/200 " in line for line in lines):
            return True
        time.sleep(0.05)
    return False
