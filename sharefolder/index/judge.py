"""What a reader may open, asked of the kernel itself: a child that has become that reader, and looks.

``python -m sharefolder.index.judge ROOT UID GID GROUP,GROUP``: a JSON list of paths a line, a JSON list of
true and false back. It gives its own rights up before the first question, for good.
"""

from __future__ import annotations

import json
import os
import sys
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from core.errors import SuiteError
from sharefolder import names
from sharefolder.children import Child, Died

_PATIENCE_S = 10.0
_AT_ONCE = 500  # paths of one question
_CHILDREN = 32


@dataclass(frozen=True)
class Reader:
    """An account of the file server, by its numbers."""

    uid: int
    gid: int
    groups: tuple[int, ...]


class Judges:
    """A child a reader, the least used ended first. Safe from any thread."""

    def __init__(self, root: Path) -> None:
        self._root, self._lock = root, Lock()
        self._children: OrderedDict[Reader, tuple[Child, Lock]] = OrderedDict()

    def may_read(self, reader: Reader, paths: Sequence[str]) -> list[bool]:
        """For each path below the root whether ``reader`` may open it; none where the child fails."""
        child, own = self._child(reader)
        found: list[bool] = []
        with own:
            try:
                for start in range(0, len(paths), _AT_ONCE):
                    asked = json.dumps(list(paths[start : start + _AT_ONCE]))
                    found += json.loads(child.ask(asked, _PATIENCE_S))
            except (TimeoutError, Died):
                self._end(reader)
                return [False] * len(paths)
        return found

    def close(self) -> None:
        """End all children."""
        for reader in list(self._children):
            self._end(reader)

    def _child(self, reader: Reader) -> tuple[Child, Lock]:
        with self._lock:
            if reader not in self._children:
                groups = ",".join(map(str, reader.groups))
                arguments = (str(self._root), str(reader.uid), str(reader.gid), groups)
                self._children[reader] = Child("sharefolder.index.judge", arguments), Lock()
            self._children.move_to_end(reader)
            if len(self._children) > _CHILDREN:
                self._children.popitem(last=False)[1][0].end()
            return self._children[reader]

    def _end(self, reader: Reader) -> None:
        with self._lock:
            pair = self._children.pop(reader, None)
        if pair is not None:
            pair[0].end()


def become(reader: Reader) -> None:
    """Give up every right but ``reader``'s. PermissionError where that cannot be."""
    if sys.platform == "win32" or (reader.uid == os.geteuid() == os.getuid() != 0):
        return
    os.setgroups(reader.groups)
    os.setresgid(reader.gid, reader.gid, reader.gid)
    os.setresuid(reader.uid, reader.uid, reader.uid)


def may_read(root: Path, path: str) -> bool:
    """By whoever this process is now."""
    with suppress(SuiteError, OSError):
        place = root / names.inside(path)
        return not place.is_symlink() and os.access(place, os.R_OK)
    return False


def main(root: str, uid: str, gid: str, groups: str) -> None:
    """Answer until stdin ends."""
    numbers = tuple(int(each) for each in groups.split(",") if each)
    become(Reader(int(uid), int(gid), numbers))
    for line in sys.stdin:
        print(json.dumps([may_read(Path(root), str(path)) for path in json.loads(line)]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
