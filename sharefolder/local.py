"""A share that is a path: on Windows terminals a UNC path, beside the file server its disk, in the trial a
folder. Links are never followed."""

from __future__ import annotations

import errno
import logging
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import Path

from core.errors import SuiteError
from core.files import sync_folder
from core.i18n import _
from sharefolder import errors, names, posix_acl
from sharefolder.local_rename import rename_new
from sharefolder.model import Entry, Rights, Version
from sharefolder.ports import CHUNK, Buffer, Sink, Small, Watch

log = logging.getLogger(__name__)
_BATCH = 500
_LEAST = 1 << 16  # of a file that may grow while it is read
_STREAMS = sys.platform == "win32"
"""There a colon opens a stream or a drive; elsewhere a file may have one, and be given a good name."""
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class LocalStorage:
    """See ``ports.Storage``."""

    unsettled = 0

    def __init__(self, root: Path, name: str = "") -> None:
        self._root = root
        self.name = name or root.name

    def close(self) -> None:
        """The system's own rights hold for whoever uses this machine's account: nothing to end."""

    def list(self, folder: str) -> Iterator[Sequence[Entry]]:
        batch: list[Entry] = []
        with self._failing(folder), os.scandir(self._real(folder)) as entries:
            for each in entries:
                if (entry := _entry(folder, each)) is not None:
                    batch.append(entry)
                if len(batch) >= _BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def stat(self, path: str) -> Entry | None:
        with self._failing(path):
            try:
                seen = self._real(path).lstat()
            except (FileNotFoundError, NotADirectoryError):
                self._present()
                return None
            if stat.S_ISLNK(seen.st_mode):
                raise errors.outside()
            name = path.rpartition("/")[2]
            return Entry(path, name, stat.S_ISDIR(seen.st_mode), seen.st_size, seen.st_mtime, seen.st_ctime)

    def read(self, path: str, offset: int = 0) -> Iterator[memoryview]:
        with self._failing(path):
            descriptor = os.open(self._real(path), os.O_RDONLY | os.O_NONBLOCK | _NO_LINK)
            with os.fdopen(descriptor, "rb", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise errors.outside()
                file.seek(offset)
                left = os.fstat(descriptor).st_size - offset
                place = memoryview(
                    bytearray(max(_LEAST, min(CHUNK, left)))
                )  # one for all, as in ``smb_wire``
                while length := file.readinto(place):
                    chunk = place[:length]
                    yield chunk
                    chunk.release()

    @contextmanager
    def append(self, path: str, offset: int) -> Iterator[Sink]:
        real = self._real(names.writable(path))
        with self._failing(path):
            descriptor = os.open(real, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o660)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                file.truncate(offset)
                file.seek(offset)
                yield _FileSink(file)
                os.fsync(file.fileno())

    def put_many(self, files: Iterable[Small]) -> Iterator[SuiteError | None]:
        for part, target, content, changed in files:
            try:
                with self.append(part, 0) as sink:
                    sink.write(content)
                if changed is not None:
                    self.set_changed(part, changed)
                self.move(part, target)
                yield None
            except errors.Disconnected:
                raise
            except SuiteError as error:
                yield error

    def set_changed(self, path: str, when: float) -> None:
        real = self._real(path)
        try:
            os.utime(real, ns=(time.time_ns(), round(when * 1e9)))
        except OSError:  # what is more wrong than that is said by whatever comes next
            self._present()
            log.info("a disk keeps its own time of a file")

    def make_folder(self, path: str) -> None:
        with self._failing(path):
            self._real(names.writable(path)).mkdir(mode=0o770)

    def move(self, source: str, target: str, replace: bool = False) -> None:
        start, end = self._real(source), self._real(names.writable(target))
        with self._failing(target):
            if replace or _only_case(start, end):
                os.replace(start, end)
            else:
                rename_new(start, end)
            sync_folder(end.parent)

    def copy(self, source: str, target: str) -> None:
        end = self._real(names.writable(target))
        with self._failing(target), end.open("xb", buffering=0) as written:
            sink = _FileSink(written)
            for chunk in self.read(source):
                sink.write(chunk)
            os.fsync(written.fileno())

    def remove(self, path: str) -> None:
        real = self._real(path)
        with self._failing(path):
            real.rmdir() if real.is_dir() else real.unlink()

    def readable(self, path: str) -> bool:
        with self._failing(path):
            return os.access(self._real(path), os.R_OK)

    def all_readable(self, paths: Sequence[str]) -> Sequence[bool]:
        found = []
        for path in paths:
            try:
                found.append(self.readable(path))
            except errors.Disconnected:
                raise
            except SuiteError:  # a link has come in its place
                found.append(False)
        return found

    def rights(self, path: str) -> Rights:
        with self._failing(path):
            real = self._real(path)
            return _rights(real, real.stat())

    def grant_as(self, sources: Sequence[str], target: str) -> bool:
        with self._failing(target):
            return posix_acl.grant_as([self._real(each) for each in sources], self._real(target))

    def versions(self, path: str) -> tuple[Version, ...] | None:
        """A path tells nothing of what its disk has kept."""
        with self._failing(path):
            self._real(path).stat()
        return None

    def read_version(self, path: str, version: Version, offset: int = 0) -> Iterator[memoryview]:
        raise errors.not_found(path.rpartition("/")[2])

    def watch(self, folder: str, changed: Callable[[str], None], tree: bool = False) -> Watch:
        from sharefolder.local_watch import LocalWatch  # watchdog is loaded only where something is watched

        with self._failing(folder):
            return LocalWatch(self._root, self._real(folder), changed, tree)

    def on_disk(self, path: str) -> Path:
        """Where it lies, for whoever looks into it in place. SHARE-008 for a link."""
        return self._real(path)

    def _real(self, path: str) -> Path:
        """The real path, with no link on the way to it. Not proof against somebody who changes folders into
        links at the same moment on the server itself; the reader's own rights bound what that gains."""
        place = self._root
        names.inside(path if _STREAMS else path.replace(":", "_"))
        for part in filter(None, path.split("/")):
            place = place / part
            if place.is_symlink() or (":" in part and not place.exists()):
                raise errors.outside()
        return place

    def _present(self) -> None:
        if not self._root.is_dir():
            raise errors.disconnected(self.name)

    @contextmanager
    def _failing(self, path: str) -> Iterator[None]:
        """What the system says, in words; whatever happens while the root is gone is *disconnected*."""
        try:
            yield
        except OSError as error:
            self._present()
            raise _readable(error, path.rpartition("/")[2] or self.name, self.name) from error


class _FileSink:
    def __init__(self, file: RawIOBase) -> None:
        self._file = file

    def write(self, chunk: Buffer) -> None:
        left = memoryview(chunk)
        while left:
            left = left[self._file.write(left) :]


def _entry(folder: str, each: os.DirEntry[str]) -> Entry | None:
    try:
        seen = each.stat(follow_symlinks=False)
        each.name.encode()
    except (OSError, UnicodeEncodeError):  # vanished meanwhile, or bytes that are no text
        return None
    if not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)):
        return None
    path, is_folder = names.join(folder, each.name), stat.S_ISDIR(seen.st_mode)
    return Entry(path, each.name, is_folder, seen.st_size, seen.st_mtime, seen.st_ctime)


def _only_case(start: Path, end: Path) -> bool:
    """Whether both are one file's name, in another case, on a disk that does not tell these apart."""
    return names.same(start.name) == names.same(end.name) and end.exists() and os.path.samefile(start, end)


def _readable(error: OSError, name: str, place: str) -> SuiteError:
    by_number: dict[int, Callable[[str], SuiteError]] = {
        errno.ENOENT: errors.not_found,
        errno.ENOTDIR: errors.not_found,
        errno.EACCES: errors.no_right,
        errno.EPERM: errors.no_right,
        errno.EROFS: errors.no_right,
        errno.EEXIST: errors.exists,
        errno.EBUSY: errors.in_use,
        errno.ETXTBSY: errors.in_use,
        errno.ELOOP: lambda _name: errors.outside(),
        errno.ENOSPC: lambda _name: errors.full(place),
        errno.EDQUOT: lambda _name: errors.full(place),
    }
    if getattr(error, "winerror", None) in (32, 33):  # sharing violation, lock violation
        return errors.in_use(name)
    made = by_number.get(error.errno or 0)
    return (
        made(name) if made is not None else errors.refused(_failed(name), error.strerror or str(error.errno))
    )


def _failed(name: str) -> str:

    return _("「{name}」を扱えませんでした。").format(name=name)


def _rights(real: Path, seen: os.stat_result) -> Rights:
    read, write = os.access(real, os.R_OK), os.access(real, os.W_OK)
    if sys.platform == "win32":
        return Rights(read, write, known=False)
    import pwd

    owner = str(seen.st_uid)
    with suppress(KeyError):
        owner = pwd.getpwuid(seen.st_uid).pw_name
    found = posix_acl.lines(real)
    return Rights(read, write, owner, posix_acl.names(found, 4), posix_acl.names(found, 2))
