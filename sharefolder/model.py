"""What the shared folder speaks of: entries, rights, places. Paths are relative to the share, with ``/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

_SAME_TIME_S = 1e-5


class Entry(NamedTuple):
    """A file or folder. A tuple, because a listing holds 100,000 of them. ``changed``, ``touched``: seconds,
    UTC. Whoever writes a file may say any ``changed``. ``touched`` is the server's own word of when the file,
    its name or its rights last became what they are; 0.0: not told. It is POSIX st_ctime; over SMB the later
    of ChangeTime and CreationTime (MS-FSCC 2.4.7), since Samba's ChangeTime is ``changed`` again; of a path
    on Windows, which tells no other, when the file was made. So over the last two, what is written in place
    with its time set back is not seen; on Samba the index service sees it, on the disk itself."""

    path: str
    name: str
    folder: bool
    size: int
    changed: float
    touched: float = 0.0

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0]


def same_time(one: float, other: float) -> bool:
    """Whether two looks at one file told the same time: a listing tells it finer than a single look."""
    return abs(one - other) <= _SAME_TIME_S


class Version(NamedTuple):
    """A file as the server kept it. ``taken``: the moment of the server's picture; ``changed``: when this
    content was written. Seconds, UTC."""

    taken: float
    size: int
    changed: float


@dataclass(frozen=True)
class Rights:
    """What the reader of this folder or file may do, and who else. ``read_by``, ``write_by``: names of
    people and groups as the server tells them, ``*`` for everybody; empty where it does not tell.
    ``denied``: whom a line forbids it, which counts before any line that allows.
    """

    read: bool
    write: bool
    owner: str = ""
    read_by: tuple[str, ...] = ()
    write_by: tuple[str, ...] = ()
    known: bool = True  # False: the server does not tell who else may
    denied: tuple[str, ...] = ()
