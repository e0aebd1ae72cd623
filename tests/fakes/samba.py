"""A real stand-alone Samba of the test's own: private folders, a free port, no winbindd, ended by its id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.fakes.loopback import free_port

PASSWORD = "Ken-2026-test"  # noqa: S105 - of a server that lives for one test run
CONFIG = """\
[global]
server role = standalone server
workgroup = KEN
netbios name = FSV
interfaces = 127.0.0.1/8
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
server min protocol = SMB2_10
server signing = default
map to guest = never
unix charset = UTF-8
dos charset = CP932
load printers = no
printing = bsd
printcap name = /dev/null
disable spoolss = yes
private dir = {root}/private
state directory = {root}/state
lock directory = {root}/lock
cache directory = {root}/cache
pid directory = {root}/run
ncalrpc dir = {root}/ncalrpc
log file = {root}/log/%m.log
log level = 1
max log size = 0
passdb backend = tdbsam:{root}/private/passdb.tdb
change notify = yes
kernel change notify = yes
strict sync = yes
store dos attributes = yes
map acl inherit = yes
inherit acls = yes
vfs objects = acl_xattr
acl_xattr:ignore system acls = no
hide unreadable = yes
create mask = 0770
directory mask = 0770
[zencho]
path = {root}/export
read only = no
case sensitive = no
[versions]
path = {root}/export
read only = no
case sensitive = no
vfs objects = full_audit shadow_copy2 acl_xattr
full_audit:prefix = %u|%I|%S
full_audit:success = renameat unlinkat mkdirat pwrite pwrite_send
full_audit:failure = none
full_audit:syslog = false
shadow:mountpoint = {root}/export
shadow:snapdir = .snapshots
shadow:format = @GMT-%Y.%m.%d-%H.%M.%S
shadow:sort = desc
[secret]
path = {root}/export
read only = no
smb encrypt = required
"""


class Samba:
    """Runs as root, as the person ``root`` of a password database of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.export = root, root / "export"
        for name in ("private", "state", "lock", "cache", "run", "ncalrpc", "log", "export"):
            (root / name).mkdir(mode=0o755, parents=True)
        self.port = free_port()
        self._file = root / "smb.conf"
        self._file.write_text(CONFIG.format(root=root, port=self.port), "utf-8")
        self.admit("root")
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str:
        """Why it cannot run here; empty if it can."""
        if shutil.which("smbd") is None:
            return "smbd is not installed"
        return "" if os.geteuid() == 0 else "smbd needs root to change between people"

    def admit(self, account: str) -> None:
        """Let an account of this machine in, with ``PASSWORD``. Every Debian has ``games`` and ``news``."""
        subprocess.run(
            ["smbpasswd", "-c", str(self._file), "-s", "-a", account],
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["smbd", "--foreground", "--no-process-group", "-s", str(self._file)],
            env=os.environ | {"_NO_WINBINDD": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError((self.root / "log").as_posix())

    def processes(self) -> set[int]:
        """Of those that serve a client."""
        assert self._process is not None
        return {each.pid for each in psutil.Process(self._process.pid).children()}

    def stop(self, kill: bool = False) -> None:
        """End it and its children (the session it leads), as a power cut does with ``kill``."""
        if self._process is not None:
            os.killpg(self._process.pid, 9 if kill else 15)
            self._process.wait(10)
            self._process = None
        for helper in psutil.process_iter():  # samba-dcerpcd and its workers lead sessions of their own
            with suppress(psutil.Error):
                if f"--configfile={self._file}" in helper.cmdline():
                    helper.kill()


@contextmanager
def running() -> Iterator[Samba]:
    """A server in a folder that other people may enter (pytest's own are closed to them)."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-samba-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - a folder of a server that lives for one test
        server = Samba(Path(folder) / "server")
        server.start()
        try:
            yield server
        finally:
            server.stop()
