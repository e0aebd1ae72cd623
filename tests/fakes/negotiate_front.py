"""A calendar server as offices have them: Radicale behind Apache, which wants a Kerberos ticket."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from installer.realm.layout import SSO, Layout
from tests.fakes.loopback import free_port

APACHE, MODULES = Path("/usr/sbin/apache2"), Path("/usr/lib/apache2/modules")
_LOADED = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "auth_gssapi",
    "headers",
    "ssl",
    "proxy",
    "proxy_http",
)
_APACHE = """\
ServerRoot {folder}
ServerName {name}
{modules}
User nobody
Group nogroup
PidFile {folder}/apache.pid
Mutex file:{folder} default
ErrorLog {folder}/error.log
LogFormat "%u %m %U %>s" who
CustomLog {folder}/access.log who
Listen {address}:{port}
SSLEngine on
SSLCertificateFile {folder}/server.pem
SSLCertificateKeyFile {folder}/server.key
DocumentRoot {folder}/site
<Location />
  AuthType GSSAPI
  AuthName staff
  GssapiCredStore keytab:{folder}/keytab
  Require valid-user
  RequestHeader set X-Remote-User "expr=%{{REMOTE_USER}}"
</Location>
ProxyPass /page !
ProxyPass / http://127.0.0.1:{behind}/
"""
_RADICALE = """\
[server]
hosts = 127.0.0.1:{behind}
[auth]
type = http_x_remote_user
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/calendars
"""


@dataclass(frozen=True)
class Front:
    """``url``: where it listens, by name; ``authority``: whom its clients must trust (PEM)."""

    url: str
    authority: Path
    access_log: Path


def missing() -> str:
    """Why it cannot run here; empty if it can."""
    modules = all((MODULES / f"mod_{name}.so").exists() for name in _LOADED)
    return "" if APACHE.exists() and modules else "no apache2 with mod_auth_gssapi"


@contextmanager
def running(layout: Layout, folder: Path) -> Iterator[Front]:
    """On the realm's address, with the key of ``HTTP/sso``. ``folder``: one that others may enter."""
    (folder / "site" / "page").mkdir(parents=True)
    (folder / "site" / "page" / "index.html").write_text("<title>庁内ページ</title>", "utf-8")
    (folder / "site" / "page" / "index.html").chmod(0o644)
    keytab = folder / "keytab"
    keytab.write_bytes((layout.folder / "sso.keytab").read_bytes())
    keytab.chmod(0o644)  # of a realm that lives for a minute
    _certify(folder)
    port, behind = free_port(layout.address), free_port("127.0.0.1")
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _LOADED)
    known = {"folder": folder, "address": layout.address, "port": port, "behind": behind, "name": SSO}
    (folder / "apache.conf").write_text(_APACHE.format(modules=modules, **known), "ascii")
    (folder / "radicale.conf").write_text(_RADICALE.format(**known), "ascii")
    log = (folder / "programs.log").open("wb")
    commands = (
        [sys.executable, "-m", "radicale", "--config", str(folder / "radicale.conf")],
        [str(APACHE), "-DFOREGROUND", "-f", str(folder / "apache.conf")],
    )
    programs = [subprocess.Popen(c, stdin=subprocess.DEVNULL, stdout=log, stderr=log) for c in commands]
    try:
        for address in (("127.0.0.1", behind), (layout.address, port)):
            _wait(programs, address, folder)
        yield Front(f"https://{SSO}:{port}/", folder / "authority.pem", folder / "access.log")
    finally:
        for program in reversed(programs):
            program.terminate()
            program.wait(20)
        log.close()


def _certify(folder: Path) -> None:
    """A certificate of its own for the server's name, which is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SSO)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SSO)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    for target in ("server.pem", "authority.pem"):
        (folder / target).write_bytes(made.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(private)


def _wait(programs: list[subprocess.Popen[bytes]], address: tuple[str, int], folder: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and all(program.poll() is None for program in programs):
        try:
            socket.create_connection(address, 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = [(folder / name).read_text("utf-8", "replace") for name in ("programs.log", "error.log")
            if (folder / name).exists()]  # fmt: skip
    raise RuntimeError("\n".join(["the front did not start", *said]))
