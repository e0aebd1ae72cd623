"""Where everything of one realm lies and how it is reached. A realm is a folder and a loopback address.

The whole of 127.0.0.0/8 belongs to this machine: with an address of its own a realm has every well-known
port, and several stand side by side. Names are resolved for programs of the realm by nss_wrapper (Samba's
own way of testing), so that no file of the machine changes.
"""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _

REALM, DOMAIN, WORKGROUP = "PREF.TEST", "pref.test", "PREF"
BASE = "DC=pref,DC=test"
DC, PROXY, FILES, SSO = (f"{name}.{DOMAIN}" for name in ("dc1", "proxy", "fs", "sso"))
INTERNET = "www.outside.test"  # a page of the world outside, only to be reached through the proxy
SHARE = "share"
PROXY_PORT, SSO_PORT, INTERNET_PORT, MATCHER_PORT, SIGNER_PORT = 3128, 8443, 8080, 8444, 8445
USED_PORTS = (88, 135, 389, 445, 464, 636, PROXY_PORT, SSO_PORT, INTERNET_PORT, MATCHER_PORT, SIGNER_PORT)
_TRIES = 100


@dataclass(frozen=True)
class Layout:
    """The paths and names of the realm in ``folder`` on ``address``."""

    folder: Path
    address: str

    @classmethod
    def choose(cls, folder: Path) -> Layout:
        """A realm for ``folder`` on an address of which nobody uses a port. SuiteError REALM-002."""
        for number in range(_TRIES):
            seed = hashlib.sha256(f"{folder.resolve()} {number}".encode()).digest()
            address = f"127.{64 + seed[0] % 128}.{seed[1]}.{1 + seed[2] % 254}"
            if all(_is_free(address, port) for port in USED_PORTS):
                return cls(folder.resolve(), address)
        raise SuiteError(
            _("開発用の領域を始められませんでした。"),
            _("空いているループバックアドレスがありません。"),
            _("ほかの領域を ./mahoroba realm down で終えてください。"),
            "REALM-002",
        )

    @classmethod
    def load(cls, folder: Path) -> Layout | None:
        """The realm that stands in ``folder``; None: there is none."""
        try:
            address = (folder / "address").read_text("ascii").strip()
        except FileNotFoundError:
            return None
        return cls(folder.resolve(), address)

    def create(self) -> None:
        """Make the folders and files that every program of the realm reads."""
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # the proxy runs as another user
        write_atomically(self.folder / "address", self.address.encode())
        names = " ".join((DC, PROXY, FILES, SSO, INTERNET))
        self.hosts.write_text(f"{self.address} {names}\n127.0.0.1 localhost\n", "ascii")
        self.krb5.write_text(
            _KRB5.format(realm=REALM, domain=DOMAIN, dc=DC, address=self.address, pki=self.pki), "ascii"
        )
        for path in (self.hosts, self.krb5):
            path.chmod(0o644)
        client = self.folder / "client"
        client.mkdir(exist_ok=True)
        self.smb_client.write_text(
            _SMB_CLIENT.format(realm=REALM, workgroup=WORKGROUP, folder=client), "ascii"
        )

    @property
    def hosts(self) -> Path:
        return self.folder / "hosts"

    @property
    def krb5(self) -> Path:
        """The configuration of both the clients and the KDC (their sections do not meet)."""
        return self.folder / "krb5.conf"

    @property
    def smb_client(self) -> Path:
        """For smbclient: without its own folder it takes another realm's address from a cache."""
        return self.folder / "client.conf"

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def share(self) -> Path:
        """What the file server shows as ``\\\\fs\\share``."""
        return self.folder / "files"

    @property
    def proxy_log(self) -> Path:
        """Squid's access log: who opened what."""
        return self.folder / "squid" / "access.log"

    def environment(self) -> dict[str, str]:
        """What a program needs, beyond its own environment, to be a machine of this realm."""
        return {
            "KRB5_CONFIG": str(self.krb5),
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_HOSTS": str(self.hosts),
        }


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as knock:
        knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            knock.bind((address, port))
        except OSError:
            return False
        return True


def default_folder() -> Path:
    """The realm of whoever names none."""
    return Path(os.environ.get("MAHOROBA_REALM") or "/var/tmp/mahoroba-realm")  # noqa: S108 - root's, checked


_SMB_CLIENT = """\
[global]
realm = {realm}
workgroup = {workgroup}
lock directory = {folder}
state directory = {folder}
cache directory = {folder}
private dir = {folder}
"""
_KRB5 = """\
[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
forwardable = true
[realms]
{realm} = {{
  kdc = {address}
  pkinit_anchors = FILE:{pki}/kdc-anchors.pem
  pkinit_anchors = FILE:{pki}/logon-anchors.pem
  pkinit_kdc_hostname = {dc}
  pkinit_eku_checking = kpServerAuth
}}
[domain_realm]
.{domain} = {realm}
{domain} = {realm}
[kdc]
enable-pkinit = yes
pkinit_identity = FILE:{pki}/kdc.crt,{pki}/kdc.key
pkinit_anchors = FILE:{pki}/logon-anchors.pem
pkinit_principal_in_certificate = yes
"""
