"""Three sections at one Samba, each with an account and a folder of its own, and an inquiry among them."""

from __future__ import annotations

import os
import pwd
import shutil
import struct
from pathlib import Path

from sharefolder.ports import Credential
from sharefolder.smb import SmbStorage
from tests.fakes.samba import PASSWORD, Samba

ACCOUNTS = {"人事課": "lp", "財政課": "games", "土木課": "news"}
"""Section → account of this machine; every Debian has them. The first asks."""

NOBODY = 0xFFFFFFFF


def move_in(server: Samba) -> None:
    """An empty share: a folder for each section, into which 人事課 may look but no other, and 照会, open to
    all."""
    for each in server.export.iterdir():
        shutil.rmtree(each)
    server.export.chmod(0o777)
    for section, account in ACCOUNTS.items():
        server.admit(account)
        person = pwd.getpwnam(account)
        (server.export / section).mkdir()
        os.chown(server.export / section, person.pw_uid, person.pw_gid)
        (server.export / section).chmod(0o2770)
        if section != "人事課":
            let_look(server.export / section, ACCOUNTS["人事課"])
    open_to_all(server.export / "照会")


def open_to_all(folder: Path) -> None:
    """Made, with what will be made in it, for everybody to read and write: as an office sets 照会 up."""
    folder.mkdir()
    folder.chmod(0o777)
    _put(folder, "system.posix_acl_default", [(0x01, 7, NOBODY), (0x04, 7, NOBODY), (0x20, 7, NOBODY)])


def let_look(folder: Path, account: str) -> None:
    """Its owner and ``account``, who may only read; nobody else."""
    reader = (0x02, 5, pwd.getpwnam(account).pw_uid)
    own = [(0x01, 7, NOBODY), reader, (0x04, 7, NOBODY), (0x10, 7, NOBODY), (0x20, 0, NOBODY)]
    _put(folder, "system.posix_acl_access", own)


def _put(folder: Path, name: str, lines: list[tuple[int, int, int]]) -> None:
    """acl(5): tag, permission bits, whose."""
    os.setxattr(folder, name, struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *line) for line in lines))


def storage(server: Samba, section: str) -> SmbStorage:
    """The share as that section's person sees it."""
    account = ACCOUNTS[section]
    return SmbStorage("127.0.0.1", "zencho", lambda: Credential(account, PASSWORD), port=server.port)
