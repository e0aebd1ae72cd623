"""The realm's Active Directory: a Samba domain controller with PKINIT, which is the file server as well."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from installer.realm import layout as names
from installer.realm import processes
from installer.realm.layout import Layout
from installer.realm.staff import STAFF

SYSTEM_PYTHON = "/usr/bin/python3"  # Samba's bindings are the distribution's
SEED = Path(__file__).with_name("seed_directory.py")
KEYTABS = {"proxy": f"HTTP/{names.PROXY}", "sso": f"HTTP/{names.SSO}"}
PROVISION_S = 300
_SERVICES = "s3fs, rpc, ldap, cldap, kdc, winbindd"
_CONFIG = """\
[global]
realm = {realm}
workgroup = {workgroup}
netbios name = DC1
server role = active directory domain controller
server services = {services}
dcerpc endpoint servers = epmapper, samr, lsarpc, netlogon, drsuapi
interfaces = {address}/8
bind interfaces only = yes
disable netbios = yes
private dir = {ad}/private
state directory = {ad}/state
lock directory = {ad}
cache directory = {ad}/cache
binddns dir = {ad}/bind-dns
pid directory = {ad}/run
ncalrpc dir = {ad}/ncalrpc
winbindd socket directory = {ad}/winbindd
ntp signd socket directory = {ad}/ntp
log file = {log}/%m.log
log level = 1
max log size = 0
dns update command = /bin/true
spn update command = /bin/true
gpo update command = /bin/true
samba kcc command = /bin/true
load printers = no
printing = bsd
printcap name = /dev/null
disable spoolss = yes
unix charset = UTF-8
store dos attributes = yes
tls enabled = yes
tls keyfile = {pki}/kdc.key
tls certfile = {pki}/kdc.crt
tls cafile = {pki}/kdc-anchors.pem
[{share}]
path = {files}
read only = no
"""


def provision(layout: Layout) -> None:
    """Make the domain, its staff and the keys of its services. Takes about ten seconds."""
    ad = layout.folder / "ad"
    _run(layout, [
        "samba-tool", "domain", "provision", f"--realm={names.REALM}", f"--domain={names.WORKGROUP}",
        "--server-role=dc", "--dns-backend=NONE", f"--adminpass=Aa1-{secrets.token_urlsafe(24)}",
        f"--targetdir={ad}", "--host-name=dc1", f"--host-ip={layout.address}",
        f"--option=interfaces={layout.address}/8", "--option=bind interfaces only=yes",
    ])  # fmt: skip
    for name in ("run", "ncalrpc", "winbindd", "ntp"):
        (ad / name).mkdir(exist_ok=True)
    (ad / "winbindd").chmod(0o755)
    layout.share.mkdir(exist_ok=True)
    layout.share.chmod(0o1777)
    _config(layout).write_text(
        _CONFIG.format(
            realm=names.REALM,
            workgroup=names.WORKGROUP,
            services=_SERVICES,
            address=layout.address,
            ad=ad,
            pki=layout.pki,
            log=layout.folder / "log",
            share=names.SHARE,
            files=layout.share,
        ),
        "ascii",
    )
    (layout.folder / "passwd").write_text("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n", "ascii")
    (layout.folder / "group").write_text("root:x:0:\nnogroup:x:65534:\nusers:x:100:\n", "ascii")
    wanted: dict[str, object] = {
        "staff": [number.lower() for number in STAFF],
        "services": {f"svc-{name}": [principal] for name, principal in KEYTABS.items()},
        "aliases": [f"cifs/{names.FILES}"],
        "keytabs": {p: str(layout.folder / f"{name}.keytab") for name, p in KEYTABS.items()},
    }
    _seed(layout, wanted)


def start(layout: Layout) -> None:
    """Until the KDC and the file server listen."""
    wrapped = {
        "NSS_WRAPPER_PASSWD": str(layout.folder / "passwd"),
        "NSS_WRAPPER_GROUP": str(layout.folder / "group"),
        "SELFTEST_WINBINDD_SOCKET_DIR": str(layout.folder / "ad" / "winbindd"),
    }
    processes.start(
        layout, "samba", ["samba", "-i", "-M", "single", f"--configfile={_config(layout)}"], wrapped
    )
    for what, port in (("KDC", 88), ("LDAP", 636), ("SMB", 445)):
        processes.wait_for(what, layout, lambda port=port: answers(layout.address, port))  # type: ignore[misc]
    pipe = layout.folder / "ad" / "winbindd" / "pipe"
    processes.wait_for("winbindd", layout, pipe.exists)


def stop(layout: Layout) -> None:
    """As when the domain controller's machine is off; the rest of the realm goes on."""
    processes.stop(layout.folder, ("samba", "smbd", "winbindd"))


def enable(layout: Layout, staff_number: str, enabled: bool) -> None:
    """Switch an account on or off."""
    _seed(layout, {"enabled": {staff_number: enabled}})


def with_password(layout: Layout, name: str, password: str) -> None:
    """An account of the old way; one that is there stays as it is."""
    _seed(layout, {"passworded": {name: password}})


def sid(layout: Layout, staff_number: str) -> str:
    """The account's SID."""
    return str(json.loads(_seed(layout, {"sid": staff_number}))["sid"])


def answers(address: str, port: int) -> bool:
    with socket.socket() as knock:
        knock.settimeout(1)
        return knock.connect_ex((address, port)) == 0


def missing() -> list[str]:
    """The programs of a realm that this machine lacks."""
    wanted = ("samba", "samba-tool", "winbindd", "kinit", "squid", "plackup", "starman")
    return [program for program in wanted if shutil.which(program) is None]


def _config(layout: Layout) -> Path:
    return layout.folder / "smb.conf"


def _seed(layout: Layout, wanted: dict[str, object]) -> str:
    return _run(layout, [SYSTEM_PYTHON, "-I", str(SEED), str(_config(layout))], json.dumps(wanted))


def _run(layout: Layout, command: list[str], words: str = "") -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        input=words,
        capture_output=True,
        text=True,
        timeout=PROVISION_S,
        cwd=layout.folder,
        check=False,
    )
    if done.returncode != 0:
        (layout.folder / "log").mkdir(exist_ok=True)
        (layout.folder / "log" / "directory.out").write_text(done.stdout + done.stderr, "utf-8")
        raise SuiteError(
            _("開発用の領域を始められませんでした。"),
            _("{program} が失敗しました。").format(program=Path(command[0]).name),
            _("「{folder}」の記録を確かめてください。").format(folder=layout.folder / "log"),
            "REALM-005",
        )
    return done.stdout
