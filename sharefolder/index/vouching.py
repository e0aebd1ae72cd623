"""How a reader proves to the index service who he is: the file server vouches for him.

Below ``.mahoroba-index`` on the share lies ``service.json`` (where the service is, and its certificate) and a
folder in which everybody may make files and nobody may list. The terminal asks for a name, which counts once
and for seconds, and makes an empty file of that name there, over the share and as whoever the file server
knows it to be; the service sees on the disk whose file it is, and that it was born after the name was given.
So a colleague's older file that somebody moves there says nothing, and whatever has content is left alone.
No account, password or key is needed besides the share's own.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import sys
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from sharefolder.index import birth
from sharefolder.index.crawl import SERVICE
from sharefolder.index.judge import Reader

DESCRIPTION, HELLO = f"{SERVICE}/service.json", f"{SERVICE}/hello"
_FRESH_S = 20.0
_TICK_S = 0.02  # the disk's clock goes in steps: after it a file is younger than its name
_NAMES = 10_000  # given and not used yet
_STAYS_S = 8 * 3600.0
_READERS = 20_000


class Vouching:
    """The service's side. Safe from any thread."""

    def __init__(self, root: Path) -> None:
        """SuiteError SHARE-042 when somebody else has made the folder."""
        self._root, self._lock = root, Lock()
        self._tokens: OrderedDict[str, tuple[Reader, float]] = OrderedDict()
        self._given: OrderedDict[str, tuple[int, float]] = OrderedDict()  # by the disk's clock, and by ours
        for path, mode in ((SERVICE, 0o755), (HELLO, 0o1733)):
            folder = root / path
            with suppress(FileExistsError):
                folder.mkdir()
            seen = folder.lstat()
            if not stat.S_ISDIR(seen.st_mode) or (sys.platform != "win32" and seen.st_uid != os.geteuid()):
                raise SuiteError(
                    _("索引サービスを始められません。"),
                    _("「{name}」を別の人が作っています。").format(name=path),
                    _("誰が作ったかを確かめて消してから、もう一度始めてください。"),
                    "SHARE-042",
                )
            folder.chmod(mode)

    def describe(self, address: str, certificate: str) -> None:
        """Tell the terminals where the service is, and by which certificate (PEM) they know it."""
        said = {"format": 1, "address": address, "certificate": certificate}
        write_atomically(self._root / DESCRIPTION, json.dumps(said, indent=1).encode(), 0o644)

    def name(self) -> str:
        """For the file of one terminal: it counts once, within seconds."""
        made = secrets.token_hex(16)
        with self._lock:
            self._given[made] = birth.now(), time.monotonic() + _FRESH_S
            if len(self._given) > _NAMES:
                self._given.popitem(last=False)
        time.sleep(_TICK_S)
        return made

    def admit(self, name: str) -> str | None:
        """A token for whoever has made the file ``name`` since it was given; None: nobody has."""
        reader = self._maker(name)
        if reader is None:
            return None
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[token] = reader, time.monotonic() + _STAYS_S
            if len(self._tokens) > _READERS:
                self._tokens.popitem(last=False)
        return token

    def reader(self, token: str) -> Reader | None:
        """Whose ``token`` this is, while it counts."""
        with self._lock:
            found = self._tokens.get(token)
        return found[0] if found is not None and time.monotonic() < found[1] else None

    def _maker(self, name: str) -> Reader | None:
        with self._lock:
            given, end = self._given.pop(name, (0, 0.0))
        if time.monotonic() > end:
            return None
        path = self._root / HELLO / name
        try:
            seen = path.lstat()
            if not stat.S_ISREG(seen.st_mode) or seen.st_nlink != 1 or seen.st_size:
                return None
            if birth.of(path) <= given:
                return None
            path.unlink()
        except OSError:
            return None
        return Reader(seen.st_uid, seen.st_gid, _groups(seen.st_uid, seen.st_gid))


def _groups(uid: int, gid: int) -> tuple[int, ...]:
    """Every group of the account, as this machine knows it (its own files, or the domain through NSS)."""
    if sys.platform == "win32":
        return ()
    import pwd

    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        return (gid,)
    return tuple(os.getgrouplist(account.pw_name, account.pw_gid))
