"""Moving files so that a cut, a kill or a full disk never leaves half a file under a final name.

Bytes go to ``.mahoroba-<key>.part`` beside the target; the key comes from what is sent (source, size, time)
and where to, so the same transfer finds its part again after a restart. When all is there: closed, its size
looked at, its BLAKE3 compared with the source's, and only then renamed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol

from blake3 import blake3

from core.errors import SuiteError
from core.i18n import _
from core.jobs import InUnit, Report
from sharefolder import errors, names
from sharefolder.local import LocalStorage
from sharefolder.model import Entry, same_time
from sharefolder.ports import Storage

PART = re.compile(r"\.mahoroba-[0-9a-f]{16}\.part")
_MB = 1_000_000
_YEAR_10000 = 253_402_300_800


class IfExists(Enum):
    """What to do where the target's name is taken."""

    ASK = "ask"  # SHARE-005; nothing sent
    REPLACE = "replace"  # the old one stays until the new one is whole
    KEEP_BOTH = "keep both"  # name (2)


class Look(Enum):
    """Instead of a time: when it was decided what may be replaced."""

    NOW = "now"  # whatever is there when the sending begins


Seen = float | None | Look
"""The time of what was in the target's place when it was decided to replace it; None: nothing was."""


class Tries(NamedTuple):
    """Of the tries of one sending: the ``part`` that all of them fill (named as ``PART``; without one, by
    what is sent); ``ends``: paths at which an earlier one may have left it whole; ``aim`` is told the path
    that it is about to get, where that may be another than wanted."""

    part: str = ""
    ends: tuple[str, ...] = ()
    aim: Callable[[str], object] = str


@dataclass(frozen=True)
class Sent:
    """A finished file: where it lies now, its size and BLAKE3, and how many bytes an earlier try had sent."""

    path: str
    size: int
    digest: str
    resumed: int = 0
    beside: bool = False  # the target was in use: it lies beside it as a conflict copy


class Source(Protocol):
    """What can be sent from: a storage, or one as it was at some moment."""

    def stat(self, path: str) -> Entry | None:
        """As ``Storage.stat``."""

    def read(self, path: str, offset: int = 0) -> Iterator[memoryview]:
        """As ``Storage.read``."""


@dataclass(frozen=True)
class _Way:
    """From one storage to another; both sides are storages, so up, down and across are one thing."""

    source: Source
    start: Entry
    target: Storage
    end: str
    seen: float | None  # the time of what may be replaced, None if nothing may
    dated: bool = False  # it keeps the time at which its content was changed
    aim: Callable[[str], object] = str  # see ``Tries``
    other: bool = False  # the end may be another than was asked for


def upload(
    file: Path,
    storage: Storage,
    folder: str,
    report: Report,
    if_exists: IfExists = IfExists.ASK,
    name: str = "",
    seen: Seen = Look.NOW,
    dated: bool = False,
    tries: Tries = Tries(),  # noqa: B008 - nothing in it can be changed
) -> Sent:
    """Send ``file`` into ``folder`` of the share, as ``name`` or its own; the rest as ``send``. SuiteError
    SHARE-00x; the part stays for another try."""
    here = LocalStorage(file.parent, str(file.parent))
    start = here.stat(file.name)
    if start is None or start.folder:
        raise errors.not_found(file.name)
    end = names.join(folder, name or file.name)
    return send(here, start, storage, end, report, if_exists, seen, dated, tries)


def download(
    storage: Storage,
    path: str,
    folder: Path,
    report: Report,
    if_exists: IfExists = IfExists.ASK,
    seen: Seen = Look.NOW,
    tries: Tries = Tries(),  # noqa: B008 - as above
) -> Sent:
    """Fetch a file of the share into a local ``folder``; ``seen`` as ``send``. It keeps its time."""
    start = storage.stat(path)
    if start is None or start.folder:
        raise errors.not_found(path.rpartition("/")[2])
    here = LocalStorage(folder, str(folder))
    name = names.proposed(start.name)
    return send(storage, start, here, name, report, if_exists, seen, dated=True, tries=tries)


def send(
    source: Source,
    start: Entry,
    target: Storage,
    wanted: str,
    report: Report,
    if_exists: IfExists,
    seen: Seen = Look.NOW,
    dated: bool = False,
    tries: Tries = Tries(),  # noqa: B008 - as above
) -> Sent:
    """Send ``start`` of ``source`` to ``wanted``. Only what was changed at ``seen`` is replaced: anything
    else stays, and this comes to lie beside it. ``dated``: it keeps the time of its content; otherwise it is
    of now, as for what the suite itself writes or somebody hands in."""
    names.writable(wanted)
    there, both = target.stat(wanted), if_exists is IfExists.KEEP_BOTH
    decided = (there.changed if there else None) if isinstance(seen, Look) else seen
    way = _Way(source, start, target, wanted, decided, dated, tries.aim, both)
    again = () if there is None or isinstance(seen, Look) or both else (wanted,)
    for end in (*tries.ends, *again):
        if whole := _has_arrived(replace(way, end=end, seen=decided if end == wanted else None), report):
            return Sent(end, start.size, whole, start.size)
    if there is not None and (there.folder or if_exists is not IfExists.REPLACE):
        if not both:
            raise errors.exists(there.name)
        way = replace(way, end=_beside(target, wanted), seen=None)
    part = names.join(wanted.rpartition("/")[0], tries.part or part_name(start, wanted))
    digest, resumed = _filled(way, part, report)
    return _settle(way, part, digest, resumed)


def _has_arrived(way: _Way, report: Report) -> str:
    """Its hash where at the end there is the very content already: an earlier try was cut between giving it
    its name and writing down that it did. Nobody else's work is compared for longer than its size differs."""
    there = way.target.stat(way.end)
    if there is None or there.folder or there.size != way.start.size:
        return ""
    if way.seen is not None and same_time(there.changed, way.seen):  # what was to be replaced
        return ""
    digest = _digest(way.target, there, report)
    return digest if digest == _digest(way.source, way.start, report) else ""


def part_name(start: Entry, wanted: str) -> str:
    """The part of this very content for this very target."""
    key = f"{start.path}\0{start.size}\0{start.changed!r}\0{wanted}".encode("utf-8", "surrogateescape")
    return f".mahoroba-{blake3(key).hexdigest()[:16]}.part"


def _filled(way: _Way, part: str, report: Report) -> tuple[str, int]:
    """``_fill`` and ``_verify``; from the beginning where what an earlier try has left is of another content,
    as the source has changed since, or is damaged."""
    digest, resumed = _fill(way, part, report)
    try:
        _verify(way, part, digest, report)
    except SuiteError as error:
        if error.code != "SHARE-010" or not resumed:
            raise
        digest, resumed = _fill(way, part, report)
        _verify(way, part, digest, report)
    return digest, resumed


def _fill(way: _Way, part: str, report: Report) -> tuple[str, int]:
    """Bring the part to full length; the source's hash and how much was there already.

    What an earlier try has sent is not sent again, but the source is read from its beginning: the hash
    covers all of it.
    """
    seen = way.target.stat(part)
    lies = min(seen.size, way.start.size) if seen is not None else 0
    done = resumed = max(0, lies - way.target.unsettled)
    words = _("続きから送っています") if resumed else _("送っています")
    digest, position = blake3(), 0
    with way.target.append(part, resumed) as sink, closing(_iterate(way.source, way.start)) as chunks:
        for chunk in chunks:
            digest.update(chunk)
            if position + len(chunk) > resumed:
                sink.write(chunk[max(0, resumed - position) :])
                done = position + len(chunk)
            position += len(chunk)
            report(done / _MB, way.start.size / _MB, InUnit(words, "MB"))
    if position != way.start.size or way.source.stat(way.start.path) != way.start:
        way.target.remove(part)
        raise errors.changed(way.start.name)
    return digest.hexdigest(), resumed


def _iterate(source: Source, start: Entry) -> Generator[memoryview, None, None]:
    """Its chunks; of what grows while it is read no more than shows that it does."""
    done = 0
    for chunk in source.read(start.path) if start.size else ():
        done += len(chunk)
        yield chunk
        if done > start.size:
            break


def _verify(way: _Way, part: str, digest: str, report: Report) -> None:
    """What lies there is what was sent; otherwise it is thrown away."""
    seen = way.target.stat(part)
    folder = part.rpartition("/")[0]
    if seen is None and folder and way.target.stat(folder) is None:  # moved or renamed by somebody meanwhile
        raise errors.not_found(folder.rpartition("/")[2])
    if seen is None or seen.size != way.start.size:
        raise errors.damaged(way.start.name)
    arrived, done = blake3(), 0
    with closing(_iterate(way.target, seen)) as chunks:
        for chunk in chunks:
            arrived.update(chunk)
            done += len(chunk)
            report(done / _MB, way.start.size / _MB, InUnit(_("届いたものを確かめています"), "MB"))
    if arrived.hexdigest() != digest:
        way.target.remove(part)
        raise errors.damaged(way.start.name)


def _settle(way: _Way, part: str, digest: str, resumed: int) -> Sent:
    """Give the part its time and its name; a target that another has changed or holds open is never
    touched."""
    _date(way, part)
    there = way.target.stat(way.end)
    end, beside = way.end, False
    if there is not None and (way.seen is None or not same_time(there.changed, way.seen)):
        end, beside = _beside(way.target, way.end, _("（競合）")), True
    if beside or way.other:
        way.aim(end)
    try:
        way.target.move(part, end, replace=there is not None and not beside)
    except SuiteError as error:
        refused = error.code == "SHARE-003" and not way.target.rights(end).write  # not just held by another
        if refused or error.code not in ("SHARE-003", "SHARE-004", "SHARE-005"):
            raise
        end, beside = _beside(way.target, way.end, _("（競合）")), True
        way.aim(end)
        way.target.move(part, end)
    return Sent(end, way.start.size, digest, resumed, beside)


def _date(way: _Way, part: str) -> None:
    when = time_of(way.start)
    if way.dated and when is not None:
        way.target.set_changed(part, when)


def time_of(start: Entry) -> float | None:
    """The time of its content, where that is one which every disk can keep."""
    return start.changed if 0 < start.changed < _YEAR_10000 else None


def _beside(storage: Storage, path: str, mark: str = "") -> str:
    """A free name beside ``path``."""
    folder, _slash, name = path.rpartition("/")
    taken = [entry.name for batch in storage.list(folder) for entry in batch]
    return names.join(folder, names.free(name, taken, mark))


def copy_inside(
    storage: Storage,
    path: str,
    folder: str,
    report: Report,
    name: str = "",
    *,
    fresh: bool = False,
    dated: bool = False,
) -> str:
    """Copy a file inside the share on the server, as ``name`` or its own, made free; the new path. Both are
    read, and compared by their BLAKE3, before the copy gets its name: SHARE-010, SHARE-009. ``fresh``: the
    name is free as far as anybody knows, and not looked at again; it is never over another (SHARE-005).
    ``dated`` as for ``send``."""
    seen = storage.stat(path)
    if seen is None or seen.folder:
        raise errors.not_found(path.rpartition("/")[2])
    wanted = names.writable(names.join(folder, name or seen.name))
    end = wanted if fresh else _beside(storage, wanted)
    part = names.join(folder, part_name(seen, end))
    if storage.stat(part) is not None:
        storage.remove(part)
    way = _Way(storage, seen, storage, end, None, dated)
    try:
        storage.copy(path, part)
        _verify(way, part, _digest(storage, seen, report), report)
        if storage.stat(path) != seen:
            raise errors.changed(seen.name)
        _date(way, part)
        storage.move(part, end)
    except BaseException:  # also when a person has stopped it: the next begins anew
        with suppress(SuiteError):
            storage.remove(part)
        raise
    return end


def _digest(source: Source, start: Entry, report: Report) -> str:
    digest, done = blake3(), 0
    with closing(_iterate(source, start)) as chunks:
        for chunk in chunks:
            digest.update(chunk)
            done += len(chunk)
            report(done / _MB, start.size / _MB, InUnit(_("元を読んでいます"), "MB"))
    return digest.hexdigest()
