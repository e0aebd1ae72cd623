"""Simulated laptops: folders with what an installed laptop has, for trials, drills and tests.

Their hardware facts (battery, disk encryption, camera) are written by this file and are as simulated as the
rest; a laptop of the lab is always shown as one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from core.files import make_private_folder
from liaison import errors
from liaison.descent import mark_guest_root
from liaison.laptop import Laptop

_ETC = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/shadow": "root:*:19000:0:99999:7:::\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "var/lib/dpkg/status": "",
}
_HARDWARE = {
    "sys/class/power_supply/BAT0/charge_full": "4500000\n",
    "sys/class/power_supply/BAT0/charge_full_design": "5000000\n",
    "sys/block/dm-0/dm/uuid": "CRYPT-LUKS2-0123456789abcdef-root\n",
    "sys/class/video4linux/video0/name": "simulated camera\n",
}


def make_laptop(root: Path) -> None:
    """A fresh laptop in ``root``, unless there is one. SuiteError LIAISON-008."""
    try:
        for name, text in (_ETC | _HARDWARE).items():
            path = root / name
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(text)
        for folder in ("home", "var/lib", "root"):
            (root / folder).mkdir(mode=0o755, parents=True, exist_ok=True)
        os.chmod(root / "etc/shadow", 0o640)
        mark_guest_root(root / "home")
    except OSError as error:
        raise errors.lab_failed(str(error.strerror)) from error


def break_laptop(root: Path) -> None:
    """What a drill does to a simulated laptop: its firewall is gone and its battery no longer answers."""
    for name in ("etc/nftables.conf", "sys/class/power_supply/BAT0/charge_full"):
        (root / name).unlink(missing_ok=True)


def make_folders(folder: Path, count: int) -> list[Laptop]:
    """``count`` laptops K01 … below ``folder``; the ones that are there stay as they are."""
    made = []
    for number in range(1, count + 1):
        tag = f"K{number:02d}"
        root = make_private_folder(folder) / tag
        make_laptop(root)
        made.append(Laptop(tag, root=root))
    return made


def folders(folder: Path) -> list[Laptop]:
    """The laptops that ``make_folders`` made."""
    if not folder.is_dir():
        return []
    names = sorted(entry.name for entry in folder.iterdir() if re.fullmatch(r"K\d{2,3}", entry.name))
    return [Laptop(name, root=folder / name) for name in names]
