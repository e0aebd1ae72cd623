"""The storage port: a share as the service sees it. A local path and an SMB server speak it alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from core.errors import SuiteError
from sharefolder.model import Entry, Rights, Version


@dataclass(frozen=True)
class Credential:
    """Who asks. ``password`` None: Kerberos, with the ticket that this session already has."""

    user: str = ""
    password: str | None = None


CHUNK = 1 << 20  # bytes of one read or write
SMALL = 1 << 16  # bytes of a file that goes in one piece


Buffer = bytes | bytearray | memoryview


class Sink(Protocol):
    """Where an upload's bytes go."""

    def write(self, chunk: Buffer) -> None:
        """Append; may return before the server has it. SuiteError at this or a later call."""


class Small(NamedTuple):
    """A small new file: its part, where it goes, its content of at most ``SMALL`` bytes, and when that was
    last changed, None: now."""

    part: str
    target: str
    content: bytes
    changed: float | None = None


class Watch(Protocol):
    """Something that listens until it is stopped."""

    def stop(self) -> None:
        """End it; returns when no more will be told."""


class Storage(Protocol):
    """One share. Paths as in ``model``. Safe from any thread. Every call ends: servers that do not answer
    within the adapter's patience are ``Disconnected``. A missing root is never an empty folder.
    """

    @property
    def name(self) -> str:
        """For people."""

    @property
    def unsettled(self) -> int:
        """Bytes at the end of a file that an ``append`` which never ended may have left with holes: whoever
        goes on with it begins before them."""

    def close(self) -> None:
        """The person has left: what a server has opened to them ends, and what is under way with it. Whoever
        comes next gets an adapter of their own."""

    def list(self, folder: str) -> Iterator[Sequence[Entry]]:
        """The entries of ``folder`` in batches, unsorted, as they arrive; links are left out."""

    def stat(self, path: str) -> Entry | None:
        """None: nothing is there (and the share answers)."""

    def read(self, path: str, offset: int = 0) -> Iterator[memoryview]:
        """The content from ``offset`` on, in order, in chunks of at most ``CHUNK``. Each is good until the
        next is asked for, and then raises ValueError: the next may lie in its place."""

    def append(self, path: str, offset: int) -> AbstractContextManager[Sink]:
        """Write from ``offset`` on (created at 0; cut there). On leaving, all is on the server's disk."""

    def put_many(self, files: Iterable[Small]) -> Iterator[SuiteError | None]:
        """Many small new files at once: for each in turn None, or why it does not lie under its ``target``;
        then a part may be left. Never over another."""

    def set_changed(self, path: str, when: float) -> None:
        """Say when the content of a file was last changed: seconds, UTC, from 1970 to the year 10000. Where
        the disk or the server refuses that, its own time stays."""

    def make_folder(self, path: str) -> None:
        """SHARE-005 if there is something of that name."""

    def move(self, source: str, target: str, replace: bool = False) -> None:
        """Rename or move inside the share, at once. SHARE-005 unless ``replace``; SHARE-004 if in use."""

    def copy(self, source: str, target: str) -> None:
        """Copy a file inside the share to a new name, on the server where it can."""

    def remove(self, path: str) -> None:
        """Delete a file or an empty folder; only ever because a person asked."""

    def readable(self, path: str) -> bool:
        """Whether this reader may open it; False also where nothing is."""

    def all_readable(self, paths: Sequence[str]) -> Sequence[bool]:
        """``readable`` of many at once."""

    def rights(self, path: str) -> Rights:
        """What this reader may do there, and who else."""

    def grant_as(self, sources: Sequence[str], target: str) -> bool:
        """Let at folder ``target``, and in what is made there, those who may at the folders ``sources``, and
        this person; nobody else. False, and nothing changed, where the server keeps no lists of rights, or
        does not let this person see one of theirs."""

    def versions(self, path: str) -> tuple[Version, ...] | None:
        """What the server has kept of a file, the newest first, each content once and not the one that is
        there now. None: it keeps nothing of this share, or this adapter has no way to ask."""

    def read_version(self, path: str, version: Version, offset: int = 0) -> Iterator[memoryview]:
        """The content of that version, as ``read``. SHARE-002 where the server no longer has it."""

    def watch(self, folder: str, changed: Callable[[str], None], tree: bool = False) -> Watch:
        """Tell ``changed``, on a thread of its own, each folder in which something has changed or may have:
        ``folder`` itself, with ``tree`` also those below. Notices may be lost (a server's own disk, a network
        mount): whoever must not miss any looks again now and then as well."""


def first_bytes(storage: Storage, path: str, at_most: int) -> bytes:
    """The file's first ``at_most`` bytes."""
    found = bytearray()
    for chunk in storage.read(path):
        found += chunk[: at_most - len(found)]
        if len(found) == at_most:
            break
    return bytes(found)
