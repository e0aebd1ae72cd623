"""What a transfer that nobody wants any more has left: its own parts, by names that no other journal makes.

A part goes only by its very name, so that nothing else can; what cannot go now (the share is away) is tried
again at the next start and the next sending.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import errors, many, names
from sharefolder.journal import Task
from sharefolder.local import LocalStorage
from sharefolder.ports import Storage

log = logging.getLogger(__name__)


def part_of(mark: str, task: Task) -> str:
    """The name of the part of ``task``: the same for the same file to the same place, of this journal."""
    what = "\0".join((mark, task.place, str(task.up), task.here, task.there, task.name))
    return f".mahoroba-{blake3(what.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.part"


def clear(
    tasks: Sequence[Task],
    mark: str,
    storage: Callable[[str], Storage],
    in_use: Collection[str],
    report: Report,
) -> list[int]:
    """Take away the parts of ``tasks``, but for those ``in_use`` by others; the numbers of those of which
    nothing is left."""
    gone: list[int] = []
    away: set[tuple[bool, str]] = set()  # where it was tried in vain: the rest would only wait as long
    folders: set[tuple[str, str]] = set()
    for number, task in enumerate(tasks):
        report(number, len(tasks))
        where = (task.up, task.place if task.up else task.here)
        if where in away:
            continue
        try:
            if task.part and task.part not in in_use:
                _remove(storage(task.place) if task.up else LocalStorage(Path(task.here)), task, mark)
        except SuiteError as error:
            log.info("a part of a transfer stays for now: %s", error.code)
            if isinstance(error, errors.Disconnected) or error.code == "SHARE-012":
                away.add(where)
            continue
        gone.append(task.number)
        if task.up:
            folders.add((task.place, task.there))
    for place, folder in folders:
        try:
            _absent(storage(place).remove, many.folder_of_parts(mark, folder))
        except SuiteError as error:  # parts that are still wanted lie in it; it goes with the last of them
            log.info("a folder of parts stays for now: %s", error.code)
    return gone


def _remove(storage: Storage, task: Task, mark: str) -> None:
    folder = task.there if task.up else ""
    _absent(storage.remove, names.join(folder, task.part))
    if task.up:
        _absent(storage.remove, names.join(many.folder_of_parts(mark, folder), task.part))


def _absent(remove: Callable[[str], None], path: str) -> None:
    """Gone, or never there. SuiteError."""
    try:
        remove(path)
    except SuiteError as error:
        if error.code != "SHARE-002":
            raise
