"""A file as it once was: looked at, and brought back beside what is there now, or in its place.

Nothing is lost by it: what is in its place goes into the bin first, and what another has changed or holds
open meanwhile stays where it is (see ``transfer``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from core.clock import TOKYO
from core.i18n import _
from core.jobs import Report
from sharefolder import bins, errors, names, transfer
from sharefolder.changes import Changes, Trashed
from sharefolder.model import Entry, Version, same_time
from sharefolder.ports import Storage
from sharefolder.transfer import IfExists, Sent


@dataclass(frozen=True)
class Restored:
    """Where the version lies now; ``before``: what was in its place, in the bin."""

    sent: Sent
    before: Trashed | None = None


class AsItWas:
    """The share at the moment of ``version``, as far as a transfer reads it."""

    def __init__(self, storage: Storage, version: Version) -> None:
        self._storage, self._version = storage, version

    def stat(self, path: str) -> Entry | None:
        version = self._version
        return Entry(path, path.rpartition("/")[2], False, version.size, version.changed)

    def read(self, path: str, offset: int = 0) -> Iterator[memoryview]:
        return self._storage.read_version(path, self._version, offset)


class Versions:
    """``changes`` keeps what is replaced, and tells what has come to be."""

    def __init__(self, storage: Callable[[str], Storage], changes: Changes) -> None:
        self._storage, self._changes = storage, changes

    def every(self, place: str, entry: Entry) -> tuple[Version, ...] | None:
        """Its earlier versions, the newest first, each content once; None where the share keeps none."""
        return self._storage(place).versions(entry.path)

    def beside(self, place: str, entry: Entry, version: Version, report: Report) -> Restored:
        """Bring it back under a name of its own: 「報告（2026-11-20 1200 の版）.xlsx」."""
        stem, suffix = os.path.splitext(entry.name)
        when = datetime.fromtimestamp(version.taken, TOKYO).strftime("%Y-%m-%d %H%M")
        name = f"{stem}{_('（{when} の版）').format(when=when)}{suffix}"
        storage = self._storage(place)
        wanted = names.join(entry.parent, name)
        sent = transfer.send(
            AsItWas(storage, version), entry_of(entry, version), storage, wanted, report, IfExists.KEEP_BOTH
        )
        self._changes.told("share.version.copied", place, [sent.path])
        return Restored(sent)

    def in_place(self, place: str, entry: Entry, version: Version, report: Report) -> Restored:
        """Bring it back under its own name; what is there now is kept in the bin. SHARE-070 when it is no
        longer what the person saw: somebody has changed it."""
        storage = self._storage(place)
        now = storage.stat(entry.path)
        if now is None or now.size != entry.size or not same_time(now.changed, entry.changed):
            raise errors.newer(entry.name)
        before = self._changes.kept(place, entry, report)
        source = AsItWas(storage, version)
        sent = transfer.send(
            source, entry_of(entry, version), storage, entry.path, report, IfExists.REPLACE, now.changed
        )
        self._changes.told("share.version.restored", place, [sent.path])
        return Restored(sent, None if sent.beside else before)

    def undo(self, place: str, restored: Restored) -> None:
        """What was in its place is there again, unless it has been changed since."""
        storage, before = self._storage(place), restored.before
        if before is None:
            return
        seen = storage.stat(restored.sent.path)
        if seen is not None and seen.size != restored.sent.size:
            raise errors.newer(seen.name)
        storage.move(before.where, before.path, replace=True)
        bins.tidy(storage, before.where.rpartition("/")[0])
        self._changes.told("share.restored", place, [before.path])


def entry_of(entry: Entry, version: Version) -> Entry:
    """The file as it was: what a transfer takes for its source."""
    return entry._replace(size=version.size, changed=version.changed, touched=0.0)
