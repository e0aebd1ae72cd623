"""Many small files at once: each is whole under its name or not there, and none waits for the others."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from blake3 import blake3

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import errors, names, transfer
from sharefolder.local import LocalStorage
from sharefolder.ports import SMALL, Small, Storage, first_bytes

_MANY = 50


class Wanted(NamedTuple):
    """A small file, the folder of the share that it goes into, and what to do where its name is taken."""

    file: Path
    folder: str
    if_exists: transfer.IfExists = transfer.IfExists.ASK
    seen: transfer.Seen = transfer.Look.NOW
    dated: bool = False
    tries: transfer.Tries = transfer.Tries()


def folder_of_parts(mark: str, folder: str) -> str:
    """Where the parts of what goes into ``folder`` lie while many do, for whoever has that ``mark``."""
    key = blake3(f"{mark}\0{folder}".encode("utf-8", "surrogateescape"))
    return names.join(folder, f".mahoroba-{key.hexdigest()[:16]}.part")


def upload_many(
    files: Sequence[Wanted], storage: Storage, report: Report, mark: str = ""
) -> Iterator[transfer.Sent]:
    """Send files of at most ``SMALL`` bytes, no two to the same place, many on their way at once. A name that
    is taken is gone about as by ``upload``. ``mark``: for ``folder_of_parts``. SuiteError at the first
    failure."""
    going: deque[tuple[Wanted, str, transfer.Sent]] = deque()
    parts = _folders_of_parts(files, storage, mark or str(files[0].file.parent))

    def contents() -> Iterator[Small]:
        for number, wanted in enumerate(files, 1):
            file, folder = wanted.file, wanted.folder
            report(number, len(files), file.name)
            here = LocalStorage(file.parent, str(file.parent))
            start = here.stat(file.name)
            if start is None or start.folder or start.size > SMALL:
                raise errors.changed(file.name)
            content = first_bytes(here, file.name, SMALL + 1)
            if len(content) != start.size:
                raise errors.changed(file.name)
            end = names.join(folder, file.name)
            part = names.join(parts.get(folder, folder), wanted.tries.part or transfer.part_name(start, end))
            going.append((wanted, part, transfer.Sent(end, start.size, blake3(content).hexdigest())))
            yield Small(part, end, content, transfer.time_of(start) if wanted.dated else None)

    try:
        for failed in storage.put_many(contents()):
            wanted, part, sent = going.popleft()
            if failed is not None:  # a name that is taken, or whatever the slower way can say better
                file, folder, if_exists, seen, dated, tries = wanted
                tries = tries._replace(part=part[len(folder) + 1 :] if folder else part)
                sent = transfer.upload(
                    file, storage, folder, report, if_exists, seen=seen, dated=dated, tries=tries
                )
            yield sent
    finally:
        for each in parts.values():
            with suppress(SuiteError):  # a part of a file that failed is still in it
                storage.remove(each)


def _folders_of_parts(files: Sequence[Wanted], storage: Storage, mark: str) -> dict[str, str]:
    """Folder → where the parts of what goes into it lie, for folders that get many files. A server that
    ignores case looks through the whole folder for each new name: among few it is done sooner."""
    found = {}
    for folder, count in Counter(each.folder for each in files).items():
        if count < _MANY:
            continue
        apart = folder_of_parts(mark, folder)
        with suppress(SuiteError):  # may not make folders there: then beside the files, as with few
            if storage.stat(apart) is None:
                storage.make_folder(apart)
            found[folder] = apart
    return found
