"""Who changed what, from whatever knows it, and in words that say from where.

The file server knows everybody's changes where IT has it keep a record (Samba's vfs_full_audit, read by the
index service beside it). Otherwise there is only what this person's own suite did, kept for two months in a
file of theirs, and what the server tells of a file now: its owner and when it was last written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from core.clock import TOKYO
from core.files import make_private_folder

MOST = 200
"""Acts of one answer, the newest."""
_FILE = 2_000_000  # bytes of a month's own record; what is more is no longer written down


class What(Enum):
    """What was done."""

    WRITTEN = "written"
    MADE = "made"  # a folder
    RENAMED = "renamed"  # or moved
    DELETED = "deleted"
    RESTORED = "restored"


class Act(NamedTuple):
    """``time``: seconds, UTC. ``who``: an account of the server, or empty for the one before the screen.
    ``to``: where to, of what was renamed or moved."""

    time: float
    who: str
    what: What
    path: str
    to: str = ""


@dataclass(frozen=True)
class Activity:
    """The newest first. ``everybody``: the server's own record, so that what is not in it has not been done
    (as far back as it goes); otherwise only this person's own acts."""

    acts: tuple[Act, ...]
    everybody: bool


def concerns(act: Act, path: str) -> bool:
    """Whether it was done to ``path`` or, where that is a folder, to something in it."""
    return any(not path or each == path or each.startswith(f"{path}/") for each in (act.path, act.to) if each)


OWN: dict[str, What] = {
    "share.sent": What.WRITTEN,
    "share.copied": What.WRITTEN,
    "share.version.copied": What.WRITTEN,
    "share.folder.made": What.MADE,
    "share.renamed": What.RENAMED,
    "share.moved": What.RENAMED,
    "share.trashed": What.DELETED,
    "share.restored": What.RESTORED,
    "share.version.restored": What.RESTORED,
}
"""Which of the trail's actions are a person's acts on files."""


class OwnRecord:
    """What this person did with this terminal, by month: a line an act, in a file that only they may read.
    The trail's rows name no file; here the person sees their own. Safe from any thread of one process."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder, self._now, self._lock = folder, now, Lock()

    def add(self, place: str, acts: Sequence[Act]) -> None:
        """Write them down. What cannot be written (a full disk) is not worth failing the work that it tells
        of."""
        rows = [json.dumps([place, each.time, each.what.value, each.path, each.to]) for each in acts]
        with self._lock, suppress(OSError):
            path = make_private_folder(self._folder) / f"{self._month(0)}.jsonl"
            if not path.exists():
                self._forget()
            if not path.exists() or path.stat().st_size < _FILE:
                with path.open("a", encoding="utf-8") as file:
                    file.write("".join(f"{row}\n" for row in rows))
                path.chmod(0o600)

    def of(self, place: str, path: str) -> list[Act]:
        """This month's and last month's, the newest first; a line that is none is passed over."""
        found = []
        for back in (0, 1):
            with suppress(OSError, UnicodeDecodeError):
                for line in (self._folder / f"{self._month(back)}.jsonl").read_text("utf-8").splitlines():
                    with suppress(ValueError, TypeError):
                        where, when, what, at, to = json.loads(line)
                        act = Act(float(when), "", What(what), str(at), str(to))
                        if where == place and concerns(act, path):
                            found.append(act)
        return sorted(found, reverse=True, key=lambda act: act.time)[:MOST]

    def _month(self, back: int) -> str:
        now = datetime.fromtimestamp(self._now(), TOKYO)
        number = now.year * 12 + now.month - 1 - back
        return f"{number // 12}-{number % 12 + 1:02}"

    def _forget(self) -> None:
        """At a month's first act: what is older than last month."""
        kept = {f"{self._month(0)}.jsonl", f"{self._month(1)}.jsonl"}
        for path in self._folder.glob("*.jsonl"):
            if path.name not in kept:
                path.unlink(missing_ok=True)
