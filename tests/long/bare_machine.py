"""A machine with python3 and git and nothing else: a minimal Debian in a folder, the root of a namespace.

It speaks to the same package registries as this machine: this machine's own settings for apt, pip and npm are
read when the machine is made, so none is written here.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from installer.registry import pip_settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d",
    "/etc/apt/apt.conf.d",
    "/etc/apt/keyrings",
    "/etc/hosts",
    "/etc/npmrc",
    "/etc/pip.conf",
    "/etc/resolv.conf",
    "/etc/ssl/certs/ca-certificates.crt",
    "/usr/local/share/ca-certificates",
    "/usr/share/keyrings",
)
OWN_SETTINGS = (".config/pip/pip.conf", ".pip/pip.conf", ".npmrc")
PASSED_ON = re.compile(
    r"PIP_|UV_|npm_config_|https?_proxy|no_proxy|.*(CERT|CA_BUNDLE|CAINFO|CA_CERTS)", re.IGNORECASE
)
# The folder becomes the root of the mount namespace, as on any machine: a chroot alone would show in what
# ``ip netns`` mounts and in the paths below /proc.
PROGRAM = """
set -e
mount --bind "$0" "$0"
cd "$0"
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs tmp
for folder in %(wheels)s; do mkdir -p ".$folder" && mount --bind "$folder" ".$folder"; done
mkdir -p .host
pivot_root . .host
umount --lazy .host
exec chroot . "$@"
"""


def why_not() -> str:
    """The reason why this machine cannot make another one; empty when it can."""
    if os.geteuid() != 0:
        return "making a bare machine needs root"
    missing = [tool for tool in ("debootstrap", "unshare", "pivot_root") if not shutil.which(tool)]
    return f"not installed: {', '.join(missing)}" if missing else ""


class BareMachine:
    """A minimal system under ``folder``; ``run`` runs a command in it as root, in a clone of our commit
    (where it has git; else in an empty folder)."""

    def __init__(self, folder: Path, include: Sequence[str] = ("python3", "git")) -> None:
        self.root = folder
        codename, mirror = _distribution()
        # In a mount namespace of its own: what it mounts is gone with it, even when it is killed.
        strap = ["unshare", "--mount", "debootstrap", "--variant=minbase"]
        strap += [f"--include={','.join(include)}"] if include else []
        subprocess.run([*strap, codename, str(folder), mirror], check=True, capture_output=True, timeout=1200)
        self._take_settings()
        self.clone = folder / "srv" / "mahoroba"
        if "git" in include:
            subprocess.run(["git", "clone", "-q", str(ROOT), str(self.clone)], check=True, timeout=120)
        else:
            self.clone.mkdir(parents=True)

    def _take_settings(self) -> None:
        pairs = [(Path(name), self.root / name.lstrip("/")) for name in SETTINGS]
        pairs += [(Path.home() / name, self.root / "srv/home" / name) for name in OWN_SETTINGS]
        (self.root / "etc/apt/sources.list").unlink(missing_ok=True)
        for source, target in pairs:
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)

    def run(self, command: str, timeout: float, *, network: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a shell command line; what it started dies with it. TimeoutExpired after ``timeout`` s."""
        spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if network else ["--net"])]
        up = "" if network else "ip link set lo up\n"  # without a network a machine still has itself
        program = up + PROGRAM % {"wheels": " ".join(map(shlex.quote, _folders_of_wheels()))}
        # The shell stays: as the first process it takes in orphans, which the tests' own would never reap.
        line = f"cd /srv/mahoroba && {command}; exit $?"
        inside = ["/usr/bin/env", "-i", *self._environment(), "sh", "-c", line]
        return subprocess.run(
            [*spaces, "sh", "-c", program, str(self.root), *inside],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def _environment(self) -> list[str]:
        own = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/srv/home", "LANG=C.UTF-8"]
        return own + [f"{name}={value}" for name, value in os.environ.items() if PASSED_ON.fullmatch(name)]


def _distribution() -> tuple[str, str]:
    """(codename, mirror) of this machine's own distribution, as its apt knows it."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CREATED_BY) $(CODENAME) $(REPO_URI)"],
        capture_output=True,
        text=True,
        check=True,
    )
    first = next(line for line in targets.stdout.splitlines() if line.startswith("Packages "))
    _, codename, mirror = first.split(" ", 2)
    return codename, mirror


def _folders_of_wheels() -> list[str]:
    """Folders of this machine that its pip takes packages from (an index needs its neighbour files)."""
    words = " ".join(pip_settings(os.environ, Path.home()).values()).split()
    folders = {Path(word.removeprefix("file://")) for word in words if word.startswith(("/", "file:///"))}
    whole = {folder.parent if folder.name == "simple" else folder for folder in folders if folder.is_dir()}
    return sorted(str(folder) for folder in whole)
