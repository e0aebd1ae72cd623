"""A server's home belongs to the account that its unit runs as: what root does there is done as that account.

As root its keys could not be read (they are for their owner alone), and what root wrote there the server
could not open afterwards. So root goes on as the owner, with less power than it came with.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

COMMANDS = ("audit", "backup", "matcher")
"""What an administrator does as root with the home of a server."""


def become_owner() -> None:
    """Where root works on a home (MAHOROBA_HOME) of another account: be that account from now on, for good.
    To be called before anything there is opened or made."""
    home = os.environ.get("MAHOROBA_HOME")
    if sys.platform == "win32" or not home or os.geteuid() != 0:
        return
    owner = _owner(Path(home).absolute())
    if owner is None or owner.st_uid == 0:
        return
    _join_groups(owner.st_uid, owner.st_gid)
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
    os.environ["HOME"] = home  # root's own is closed to it now


def _owner(home: Path) -> os.stat_result | None:
    """Of the data; on a new machine, of the folder that it will be put back into."""
    for place in (home / "data", home):
        if place.is_dir():
            return place.stat()
    return None


def _join_groups(uid: int, gid: int) -> None:
    if sys.platform == "win32":
        return
    import pwd

    try:
        os.initgroups(pwd.getpwuid(uid).pw_name, gid)
    except KeyError:  # an account without a name
        os.setgroups([])
