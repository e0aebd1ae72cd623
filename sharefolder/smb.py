"""A share on an SMB 2/3 server: Windows or Samba. Signed always, encrypted where the share asks for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice

import smbclient
from smbclient._io import SMBRawIO
from smbprotocol.file_info import FileAttributes
from smbprotocol.open import CreateOptions, FilePipePrinterAccessMask, Open

from core.errors import SuiteError
from sharefolder import (
    errors,
    names,
    security,
    smb_listing,
    smb_lsa,
    smb_rights,
    smb_small,
    smb_versions,
    smb_wire,
)
from sharefolder.model import Entry, Rights, Version
from sharefolder.ports import CHUNK, Credential, Sink, Small, Watch
from sharefolder.smb_session import SmbSession
from sharefolder.smb_watch import SmbWatch

log = logging.getLogger(__name__)
_READ = FilePipePrinterAccessMask.FILE_READ_DATA
_WRITE = FilePipePrinterAccessMask.FILE_WRITE_DATA  # in a folder: may add files
_LOOK = FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
_MANY = 50
"""From so many small files on a second connection is worth its making: a server works on each by itself."""


class SmbStorage:
    """See ``ports.Storage``. What connects is in ``smb_session``."""

    unsettled = smb_wire.IN_FLIGHT * CHUNK  # a server writes what is in flight in whatever order

    def __init__(
        self,
        server: str,
        share: str,
        credential: Callable[[], Credential],
        *,
        port: int = 445,
        encrypt: bool | None = None,
        name: str = "",
    ) -> None:
        self.name = name or share
        self._at = SmbSession(server, share, credential, port, encrypt, self.name)
        self._listing = smb_listing.Listing()
        self._known: dict[bytes, str] = {}  # names by security identifier

    def list(self, folder: str) -> Iterator[Sequence[Entry]]:
        with self._at.failing(folder), self._open(folder, _READ | _LOOK, folder=True) as raw:
            for answer in self._listing.entries(raw.fd):
                yield [Entry(names.join(folder, n), n, d, s, c, t) for n, d, s, c, t in answer]

    def stat(self, path: str) -> Entry | None:
        try:
            with self._at.failing(path), self._open(path, _LOOK) as raw:
                attributes = raw.fd.file_attributes
                folder = bool(attributes & FileAttributes.FILE_ATTRIBUTE_DIRECTORY)
                changed = _seconds(raw.fd.last_write_time)
                touched = max(_seconds(raw.fd.change_time), _seconds(raw.fd.creation_time))
                return Entry(path, path.rpartition("/")[2], folder, raw.fd.end_of_file or 0, changed, touched)
        except SuiteError as error:
            if error.code == "SHARE-002" and path:
                return None
            raise

    def read(self, path: str, offset: int = 0) -> Iterator[memoryview]:
        with self._at.failing(path), self._open(path, _READ | _LOOK) as raw:
            yield from smb_wire.read(raw.fd, offset)

    @contextmanager
    def append(self, path: str, offset: int) -> Iterator[Sink]:
        names.writable(path)
        with self._at.failing(path), self._open(path, _READ | _WRITE | _LOOK, mode="a") as raw:
            if (raw.fd.end_of_file or 0) != offset:
                raw.truncate(offset)
            sink = smb_wire.PipelinedSink(raw.fd, offset)
            yield sink
            sink.finish()

    def put_many(self, files: Iterable[Small]) -> Iterator[SuiteError | None]:
        def checked() -> Iterator[Small]:
            for each in files:
                names.writable(each.part)
                names.writable(each.target)
                yield each

        wanted = checked()
        first = list(islice(wanted, _MANY))
        with self._at.failing(""):
            trees = [self._at.tree()]
            if len(first) == _MANY:
                trees.append(self._at.tree(beside=True))
            several = chain(first, wanted)
            yield from smb_small.put_many(trees, several, lambda status: self._at.readable(status, self.name))

    def set_changed(self, path: str, when: float) -> None:
        moments = (time.time_ns(), round(when * 1e9))
        try:
            with self._at.failing(path):
                unc = self._at.unc(names.inside(path))
                smbclient.utime(unc, ns=moments, follow_symlinks=False, **self._at.options())
        except errors.Disconnected:
            raise
        except SuiteError:
            log.info("a server keeps its own time of a file")

    def make_folder(self, path: str) -> None:
        names.writable(path)
        with self._at.failing(path):
            smbclient.mkdir(self._at.unc(path), **self._at.options())

    def move(self, source: str, target: str, replace: bool = False) -> None:
        names.inside(source)
        names.writable(target)
        move = smbclient.replace if replace else smbclient.rename
        with self._at.failing(target):
            move(self._at.unc(source), self._at.unc(target), **self._at.options())

    def copy(self, source: str, target: str) -> None:
        names.inside(source)
        names.writable(target)
        with self._at.failing(target):
            with self._open(target, _WRITE | _LOOK, mode="x"):
                pass  # takes the name; smbprotocol's copy would silently overwrite another's
            smbclient.copyfile(self._at.unc(source), self._at.unc(target), **self._at.options())

    def remove(self, path: str) -> None:
        seen = self.stat(path)
        if seen is None:
            raise errors.not_found(path.rpartition("/")[2])
        with self._at.failing(path):
            remove = smbclient.rmdir if seen.folder else smbclient.remove
            remove(self._at.unc(names.inside(path)), **self._at.options())

    def readable(self, path: str) -> bool:
        try:
            return self._may(path, _READ)
        except SuiteError as error:
            if error.code == "SHARE-002":
                return False
            raise

    def all_readable(self, paths: Sequence[str]) -> Sequence[bool]:
        with self._at.failing(""):
            return smb_small.may_read([names.inside(path) for path in paths], self._at.tree())

    def rights(self, path: str) -> Rights:
        """By asking the server to open it so: the only judge. Who else may is read from the server's list."""
        seen = self.stat(path)
        if seen is None:
            raise errors.not_found(path.rpartition("/")[2])
        read, write = self._may(path, _READ), self._may(path, _WRITE)
        found = self._descriptor(path)
        named = self._names(smb_rights.everyone_named(found)) if found is not None else {}
        return smb_rights.described(read, write, found, named)

    def _descriptor(self, path: str) -> security.Descriptor | None:
        """The list of rights; None where this person may not even see it."""
        try:
            with self._at.failing(path), self._open(path, smb_rights.READ_CONTROL | _LOOK) as raw:
                return smb_rights.query(raw.fd)
        except SuiteError as error:
            if error.code in ("SHARE-003", "SHARE-004"):
                return None
            raise

    def _names(self, sids: Sequence[bytes]) -> dict[bytes, str]:
        """Asked of the server once each; a server that does not say leaves the bare identifiers."""
        new = [sid for sid in sids if sid not in self._known][: smb_lsa.LOOKUP_AT_ONCE]
        if new:
            self._known |= dict.fromkeys(new, "") | self._asked_names(new)
        return {sid: self._known.get(sid, "") for sid in sids}

    def _asked_names(self, sids: Sequence[bytes]) -> dict[bytes, str]:
        unc = self._at.unc("lsarpc", "IPC$")
        try:
            with self._at.failing("lsarpc"):
                pipe = SMBRawIO(unc, "r", "rw", desired_access=_READ | _WRITE, **self._at.options())
                pipe.open()
                try:
                    return smb_rights.names(pipe.fd, sids)
                finally:
                    pipe.close()
        except errors.Disconnected:
            raise
        except SuiteError:  # this server tells no names
            return {}

    def grant_as(self, sources: Sequence[str], target: str) -> bool:
        found = [self._descriptor(names.inside(each)) for each in sources]
        lists = [each for each in found if each is not None]
        if len(lists) < len(found):  # what may not be looked at would leave out the very people it names
            return False
        access = smb_rights.READ_CONTROL | smb_rights.WRITE_DAC | _LOOK
        try:
            with self._at.failing(target), self._open(target, access, folder=True) as raw:
                owner = smb_rights.query(raw.fd).owner
                smb_rights.replace(raw.fd, security.together(lists, owner))
        except SuiteError as error:
            if error.code in ("SHARE-003", "SHARE-011"):  # not allowed, or not supported by its disk
                return False
            raise
        return True

    def _may(self, path: str, access: int) -> bool:
        try:
            with self._at.failing(path), self._open(path, access):
                return True
        except SuiteError as error:
            if error.code in ("SHARE-003", "SHARE-004"):
                return error.code == "SHARE-004"  # in use: allowed in general
            raise

    def versions(self, path: str) -> tuple[Version, ...] | None:
        now = self.stat(path)
        if now is None:
            raise errors.not_found(path.rpartition("/")[2])
        with self._at.failing(path), self._open("", _READ | _LOOK, folder=True) as raw:
            moments = smb_versions.moments(raw.fd)
        if moments is None:
            return None
        found: dict[tuple[int, float], Version] = {}
        for moment in moments:
            if (seen := self._at_moment(path, moment)) is not None:
                found.setdefault((seen.size, seen.changed), seen)
        found.pop((now.size, now.changed), None)
        return tuple(found.values())

    def _at_moment(self, path: str, moment: float) -> Version | None:
        """What was there then; None: nothing, or nothing that this person may read."""
        try:
            with (
                self._at.failing(path),
                smb_versions.opened(self._at.tree(), names.inside(path), moment) as fd,
            ):
                return Version(moment, fd.end_of_file or 0, smb_versions.written(fd))
        except errors.Disconnected:
            raise
        except SuiteError:
            return None

    def read_version(self, path: str, version: Version, offset: int = 0) -> Iterator[memoryview]:
        opened = smb_versions.opened(self._at.tree(), names.inside(path), version.taken)
        with self._at.failing(path), opened as fd:
            yield from smb_wire.read(fd, offset)

    def watch(self, folder: str, changed: Callable[[str], None], tree: bool = False) -> Watch:
        names.inside(folder)

        @contextmanager
        def opened() -> Iterator[Open]:
            with self._at.failing(folder), self._open(folder, _READ | _LOOK, folder=True) as raw:
                yield raw.fd

        return SmbWatch(folder, opened, changed, tree)

    @contextmanager
    def _open(self, path: str, access: int, *, mode: str = "r", folder: bool = False) -> Iterator[SMBRawIO]:
        """SHARE-008 for a link. A file that the server holds elsewhere is opened as any other."""
        options = CreateOptions.FILE_DIRECTORY_FILE if folder else 0
        if mode != "r":
            options |= CreateOptions.FILE_NON_DIRECTORY_FILE
        raw = self._raw(path, access, mode, options | CreateOptions.FILE_OPEN_REPARSE_POINT)
        raw.open()
        try:
            if raw.fd.file_attributes & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT:
                raw.close()
                self._refuse_link(path)
                raw = self._raw(path, access, mode, options)
                raw.open()
            yield raw
        finally:
            raw.close()

    def _refuse_link(self, path: str) -> None:
        raw = self._raw(path, _LOOK, "r", CreateOptions.FILE_OPEN_REPARSE_POINT)
        raw.open()
        try:
            if smb_listing.is_link(smb_listing.tag_of(raw.fd)):
                raise errors.outside()
        finally:
            raw.close()

    def _raw(self, path: str, access: int, mode: str, options: int) -> SMBRawIO:
        return SMBRawIO(
            self._at.unc(names.inside(path)),
            mode,
            share_access="rwd",
            desired_access=access,
            create_options=options,
            **self._at.options(),
        )

    def close(self) -> None:
        """End the connections for good: a later call would be another person's."""
        self._at.close()


def _seconds(moment: datetime) -> float:
    """Of the year 10000 and later smbprotocol makes the last moment before, without a zone."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
