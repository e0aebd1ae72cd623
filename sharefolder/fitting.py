"""How a plan fits what lies on the share already: which names are taken there, and where it goes then.

Twins (names that differ in case or in how accents are written) are one name, also for folders and on servers
that would keep both: a second folder beside one's own is found by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sharefolder import errors, names
from sharefolder.model import Entry
from sharefolder.plans import Plan
from sharefolder.ports import Storage
from sharefolder.transfer import IfExists


@dataclass(frozen=True)
class Fitted:
    """``folders``: to be there first, outer ones before inner ones. ``files``: local file, folder of the
    share, and the name it goes under where that is not its own. ``taken``: names that would have to be asked
    about. ``seen``: files in their places (paths on the share), when those were changed. ``second``: which
    of ``files`` go to where another of them goes. ``refused``, ``unnamed``: as of the plan."""

    folders: tuple[str, ...]
    files: tuple[tuple[Path, str, str], ...]
    taken: tuple[str, ...]
    seen: Mapping[str, float]
    second: frozenset[int] = frozenset()
    refused: tuple[tuple[str, str], ...] = ()
    unnamed: tuple[tuple[Path, str], ...] = ()


def fit(storage: Storage, plan: Plan, if_exists: IfExists, name: str = "") -> Fitted:
    """``plan`` on ``storage``, which is only looked at: one listing a folder. A taken name keeps both under a
    free one, or is replaced: a folder's twin takes in what the folder holds. ``name``: of the one file of the
    plan. SHARE-014 where a folder would have to lie in the place of a file."""
    there = _There(storage)
    moved, taken = _folders(there, plan, if_exists)
    files: list[tuple[Path, str, str]] = []
    seen: dict[str, float] = {}
    ends: dict[tuple[str, str], int] = {}
    second: set[int] = set()
    for number, (file, folder) in enumerate(plan.files):
        into, wanted = moved.get(folder, folder), name or file.name
        if (twin := there.twin(into, wanted)) is not None:
            taken.append(wanted)
            if if_exists is IfExists.REPLACE and not twin.folder:
                wanted = twin.name
            if not twin.folder:
                seen[names.join(into, twin.name)] = twin.changed
        if ends.setdefault((into, names.same(wanted)), number) != number:  # chosen in different folders
            taken.append(wanted)
            second.add(number)
        files.append((file, into, wanted if wanted != file.name else ""))
    found = (tuple(moved.values()), tuple(files), tuple(taken), seen, frozenset(second))
    return Fitted(*found, plan.refused, plan.unnamed)


def _folders(there: _There, plan: Plan, if_exists: IfExists) -> tuple[dict[str, str], list[str]]:
    """Where each folder of ``plan`` comes to be, and the names to ask about."""
    moved: dict[str, str] = {}
    taken: list[str] = []
    for path in plan.folders:
        parent, _slash, own = path.rpartition("/")
        into = moved.get(parent, parent)
        end, twin = names.join(into, own), there.twin(into, own)
        if twin is not None and not twin.folder:
            raise errors.file_in_the_way(twin.name)
        if twin is not None and twin.name != own and there.lacks(end):  # the server would keep both
            taken.append(twin.name)
            both = if_exists is IfExists.KEEP_BOTH
            end = names.join(into, there.free(into, own) if both else twin.name)
        moved[path] = end
    return moved, taken


class _There:
    """What each folder holds; nothing where there is none yet."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._listed: dict[str, dict[str, list[Entry]]] = {}

    def twin(self, folder: str, name: str) -> Entry | None:
        """What has this very name, else one that a server may take for the same."""
        found = self._of(folder).get(names.same(name), ())
        return next((each for each in found if each.name == name), found[0] if found else None)

    def lacks(self, path: str) -> bool:
        """Whether the server, in its own way of telling names apart, has nothing there."""
        return self._storage.stat(path) is None

    def free(self, folder: str, name: str) -> str:
        return names.free(name, [each.name for found in self._of(folder).values() for each in found])

    def _of(self, folder: str) -> dict[str, list[Entry]]:
        if folder not in self._listed:
            made = self._listed[folder] = {}
            seen = self._storage.stat(folder) if folder else None
            for batch in self._storage.list(folder) if not folder or (seen and seen.folder) else ():
                for entry in batch:
                    made.setdefault(names.same(entry.name), []).append(entry)
        return self._listed[folder]
