"""Simulated laptops that are reached as real ones are: an overlay root, a network namespace and an sshd each.

Needs root, Linux with overlayfs, and sshd. Everything lies below one folder in memory; ``close`` ends every
process in it, whoever started it, and takes away what is mounted there and the namespaces. The
lower layer is this machine's ``/usr`` and a small ``/etc``; what a laptop writes goes into its own upper one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from core.i18n import _
from liaison import errors
from liaison.lab import make_laptop
from liaison.laptop import Laptop

_SSHD = "/usr/sbin/sshd"
_CONFIG = """Port 22
ListenAddress 0.0.0.0
HostKey /etc/ssh/host_key
AuthorizedKeysFile /etc/ssh/authorized
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PidFile /run/sshd.pid
StrictModes no
MaxStartups 100
Subsystem sftp internal-sftp
"""


def missing() -> str:
    """Why no such laptop can be made here, or nothing."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "network namespaces need root"
    for tool in (_SSHD, "/usr/bin/ssh", "/usr/bin/ssh-keygen"):
        if not Path(tool).exists():
            return f"{tool} is not installed"
    if shutil.which("ip") is None or shutil.which("mount") is None:
        return "ip or mount is not installed"
    return refused()


@cache
def refused() -> str:
    """Root of a container may not make namespaces or mounts: tried once, in namespaces that end at once."""
    try:
        _run("unshare", "--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    except (OSError, subprocess.SubprocessError):
        return "namespaces and mounts are not permitted here"
    return ""


class NetworkLab:
    """``count`` laptops on a bridge in a namespace of its own: this machine's network is not touched."""

    def __init__(self, count: int, memory_mb: int = 0, folder: Path | None = None) -> None:
        """``memory_mb``: the size of each laptop's disk (0: as large as memory allows).

        ``folder``: an empty folder to mount on (by default a fresh one, gone afterwards)."""
        self.count = count
        self.memory_mb = memory_mb
        self.name = f"mhrb{secrets.token_hex(2)}"
        self.folder = folder or Path(tempfile.mkdtemp(prefix="mahoroba-lab-"))
        self.laptops: list[Laptop] = []
        self.daemons: dict[str, int] = {}  # each laptop's sshd

    def open(self) -> list[Laptop]:
        """Make them all. SuiteError LIAISON-008; what was made until then is removed."""
        try:
            self._make()
        except (OSError, subprocess.SubprocessError) as error:
            self.close()
            raise errors.lab_failed(_("名前空間か sshd を作れません。")) from error
        except BaseException:
            self.close()
            raise
        return self.laptops

    def _make(self) -> None:
        _run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(self.folder))
        lower = self.folder / "lower"
        self._make_lower(lower)
        _run("ip", "netns", "add", self.name)
        inside = ["ip", "-n", self.name]
        _run(*inside, "link", "add", "br0", "type", "bridge")
        _run(*inside, "link", "set", "lo", "up")
        _run(*inside, "addr", "add", "10.77.0.1/16", "dev", "br0")
        _run(*inside, "link", "set", "br0", "up")
        known = []
        public = (lower / "etc/ssh/host_key.pub").read_text().split()
        for number in range(1, self.count + 1):
            tag, host = f"K{number:02d}", f"10.77.{number // 200 + 1}.{number % 200 + 1}"
            self._make_laptop(tag, host, lower)
            known.append(f"{host} {public[0]} {public[1]}\n")
            self.laptops.append(
                Laptop(
                    tag,
                    host=host,
                    identity=self.folder / "key",
                    known_hosts=self.folder / "known_hosts",
                    enter=("ip", "netns", "exec", self.name),
                )
            )
        (self.folder / "known_hosts").write_text("".join(known))
        self._wait()

    def _make_lower(self, lower: Path) -> None:
        make_laptop(lower)
        for name in ("usr", "proc", "dev", "run/sshd", "tmp", "etc/ssh"):
            (lower / name).mkdir(parents=True, exist_ok=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            if Path(f"/{name}").is_symlink():
                (lower / name).symlink_to(f"usr/{name}")
        with (lower / "etc/passwd").open("a") as file:
            file.write("sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n")
        for path in (self.folder / "key", lower / "etc/ssh/host_key"):
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path))
        shutil.copyfile(self.folder / "key.pub", lower / "etc/ssh/authorized")
        (lower / "etc/ssh/sshd_config").write_text(_CONFIG)
        (lower / "run/sshd").chmod(0o755)
        if Path("/etc/ld.so.cache").exists():
            shutil.copyfile("/etc/ld.so.cache", lower / "etc/ld.so.cache")

    def _make_laptop(self, tag: str, host: str, lower: Path) -> None:
        home = self.folder / tag
        disk = home / "disk"
        disk.mkdir(parents=True)
        if self.memory_mb:
            _run("mount", "-t", "tmpfs", "-o", f"size={self.memory_mb}m", "tmpfs", str(disk))
        root = home / "root"
        root.mkdir()
        for below, target, name in ((lower, root, "root"), (Path("/usr"), root / "usr", "usr")):
            upper, work = disk / f"{name}-upper", disk / f"{name}-work"
            upper.mkdir()
            work.mkdir()
            layers = f"lowerdir={below},upperdir={upper},workdir={work}"
            _run("mount", "-t", "overlay", "-o", layers, "overlay", str(target))
        _run("mount", "-t", "proc", "proc", str(root / "proc"))
        _run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(root / "dev"))
        for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
            os.mknod(root / "dev" / name, 0o666 | 0o020000, os.makedev(1, minor))
            (root / "dev" / name).chmod(0o666)
        (root / "dev/shm").mkdir(mode=0o1777)
        space = f"{self.name}-{tag}"
        _run("ip", "netns", "add", space)
        link = f"v{tag}"
        _run(
            "ip", "-n", self.name, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space
        )
        _run("ip", "-n", self.name, "link", "set", link, "master", "br0", "up")
        _run("ip", "-n", space, "addr", "add", f"{host}/16", "dev", "eth0")
        _run("ip", "-n", space, "link", "set", "eth0", "up")
        command = ["ip", "netns", "exec", space, "chroot", str(root), _SSHD, "-D", "-e"]
        with (home / "sshd.log").open("wb") as log:
            daemon = subprocess.Popen(  # noqa: S603 - our own words
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.daemons[tag] = daemon.pid

    def _wait(self) -> None:
        """Until every sshd listens (its pid file is there)."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if all((self.root(laptop.tag) / "run/sshd.pid").exists() for laptop in self.laptops):
                return
            time.sleep(0.02)
        raise OSError("an sshd did not come up")

    def root(self, tag: str) -> Path:
        """Where the files of ``tag`` are on this machine."""
        return self.folder / tag / "root"

    def disk(self, tag: str) -> Path:
        return self.folder / tag / "disk"

    def cut(self, tag: str) -> None:
        """Its cable is pulled: packets vanish without a word."""
        _run("ip", "-n", self.name, "link", "set", f"v{tag}", "down")

    def mend(self, tag: str) -> None:
        _run("ip", "-n", self.name, "link", "set", f"v{tag}", "up")

    def kill_sshd(self, tag: str) -> None:
        """Its sshd and all that hangs on it die."""
        for pid in _in_root(self.root(tag)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart_sshd(self, tag: str) -> None:
        """The daemon again, as after a reboot."""
        command = [
            "ip",
            "netns",
            "exec",
            f"{self.name}-{tag}",
            "chroot",
            str(self.root(tag)),
            _SSHD,
            "-D",
            "-e",
        ]
        daemon = subprocess.Popen(  # noqa: S603 - our own words
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.daemons[tag] = daemon.pid
        time.sleep(0.3)

    def close(self) -> None:
        """End every process in the laptops, take the namespaces and mounts away, remove the folder."""
        if self.folder.exists():
            for pid in _in_root(self.folder):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for pid in self.daemons.values():
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.killpg(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)
            self.daemons.clear()
            _unmount_below(self.folder)
            self.folder.rmdir()
        for space in _namespaces(self.name):
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)  # noqa: S603, S607


@contextmanager
def network_lab(count: int, memory_mb: int = 0) -> Iterator[NetworkLab]:
    """A lab that is gone afterwards, whatever happened."""
    lab = NetworkLab(count, memory_mb)
    try:
        lab.open()
        yield lab
    finally:
        lab.close()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)  # noqa: S603


def _in_root(root: Path) -> list[int]:
    """Processes whose root folder is ``root`` or lies below it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if Path(os.readlink(entry / "root")).is_relative_to(root):
                    found.append(int(entry.name))
    return found


def _unmount_below(folder: Path) -> None:
    """Every mount at or below ``folder``, the deepest first; never followed, never another's."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        points = [line.split(" ")[4] for line in file]
    libc = ctypes.CDLL(None, use_errno=True)
    ours = [p for p in points if p == str(folder) or p.startswith(f"{folder}/")]
    for point in sorted(ours, key=len, reverse=True):
        libc.umount2(point.encode(), 2 | 8)  # MNT_DETACH | UMOUNT_NOFOLLOW


def _namespaces(name: str) -> list[str]:
    folder = Path("/run/netns")
    return (
        [e.name for e in folder.iterdir() if e.name == name or e.name.startswith(f"{name}-")]
        if folder.is_dir()
        else []
    )
