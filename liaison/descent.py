"""Folders entered by descriptors that follow no link: the guest root, what lies below it, taking it away.

Standard library only: this file is also carried to a laptop and run there as it is, Python 3.9 or newer.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".mahoroba-guest-root"
_MARK_TEXT = b"mahoroba guest root 1\n"
OPEN = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
)
_DEPTH = 200


class RefusedError(Exception):
    """Nothing was touched; the argument says which rule."""


class FailedError(Exception):
    """It could not be shown that all is gone; the argument says why."""


def mark_guest_root(root: Path) -> None:
    """Say once, when a laptop is set up, that homes below ``root`` may be wiped."""
    descriptor = os.open(root, OPEN)
    try:
        if not _is_marked(descriptor):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            mark = os.open(MARK, flags, 0o600, dir_fd=descriptor)
            with os.fdopen(mark, "wb") as file:
                file.write(_MARK_TEXT)
                file.flush()
                os.fsync(file.fileno())
    finally:
        os.close(descriptor)


@contextmanager
def guest_root(root: Path) -> Iterator[int]:
    """A descriptor of the marked guest root. SuiteError LIAISON-005 for anything else."""
    if not root.is_absolute() or ".." in root.parts or len(root.parts) < 2:
        raise RefusedError("path")
    try:
        descriptor = os.open("/", OPEN)
        for part in root.parts[1:]:
            try:
                below = os.open(part, OPEN, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = below
    except OSError as error:
        raise RefusedError("link-on-the-way") from error
    with closing(descriptor):
        if not _is_marked(descriptor):
            raise RefusedError("not-marked")
        yield descriptor


def _is_marked(root: int) -> bool:
    """Our own mark: a regular file of whoever runs this, with our text, that nobody else can write."""
    try:
        descriptor = os.open(MARK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=root)
    except OSError:
        return False
    with closing(descriptor):
        status = os.fstat(descriptor)
        ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        return ours and not status.st_mode & 0o022 and os.read(descriptor, 100) == _MARK_TEXT


def open_home(top: int, name: str) -> int | None:
    try:
        return os.open(name, OPEN, dir_fd=top)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RefusedError("home-is-a-link") from error


def mounts() -> list[tuple[str, str]]:
    """(mount point, source) of all that is mounted for this process, proc(5)."""
    found = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            part = line.split(" ")
            point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), part[4])
            rest = part[part.index("-") :]
            found.append((point, rest[2] if len(rest) > 2 else ""))
    return found


def refuse_mounts(folder: int) -> None:
    """Nothing may be mounted on or below it: deleting would go through into something else."""
    path = os.readlink(f"/proc/self/fd/{folder}")
    if any(point == path or point.startswith(path + "/") for point, _source in mounts()):
        raise RefusedError("mount-inside")


def digest_of(folder: int) -> str:
    """SHA-256 over every name, kind, mode and size below ``folder``, in order."""
    whole = hashlib.sha256()
    for path, status in walk(folder):
        kind = stat.S_IFMT(status.st_mode) | stat.S_IMODE(status.st_mode)
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        whole.update(f"{path}\0{kind:o}\0{size}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def walk(folder: int, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, os.stat_result]]:
    if depth > _DEPTH:
        raise FailedError("too-deep")
    for name in sorted(os.listdir(folder)):
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        yield prefix + name, status
        if stat.S_ISDIR(status.st_mode):
            below = os.open(name, OPEN, dir_fd=folder)
            with closing(below):
                yield from walk(below, f"{prefix}{name}/", depth + 1)


def destroy(parent: int, name: str, depth: int = 0) -> int:
    """Remove ``name`` and all below it, through descriptors only; how many entries went."""
    if depth > _DEPTH:
        raise FailedError("too-deep")
    folder = os.open(name, OPEN, dir_fd=parent)
    count = 1
    with closing(folder):
        os.fchmod(folder, 0o700)
        device = os.fstat(parent).st_dev
        if os.fstat(folder).st_dev != device:
            raise RefusedError("mount-inside")
        for entry in os.listdir(folder):
            if stat.S_ISDIR(os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mode):
                count += destroy(folder, entry, depth + 1)
            else:
                os.unlink(entry, dir_fd=folder)
                count += 1
    os.rmdir(name, dir_fd=parent)
    return count


def copy(source: int, target: int, owner: tuple[int, int] | None) -> None:
    """The template's folders and plain files; it is ours, so links in it are left out."""
    for entry in sorted(os.listdir(source)):
        status = os.stat(entry, dir_fd=source, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            os.mkdir(entry, 0o700, dir_fd=target)
            below, to = os.open(entry, OPEN, dir_fd=source), os.open(entry, OPEN, dir_fd=target)
            with closing(below), closing(to):
                copy(below, to, owner)
                give(to, owner)
                os.fchmod(to, stat.S_IMODE(status.st_mode))
        elif stat.S_ISREG(status.st_mode):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            mode = stat.S_IMODE(status.st_mode)
            with (
                os.fdopen(os.open(entry, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=source), "rb") as old,
                os.fdopen(os.open(entry, flags, mode, dir_fd=target), "wb") as new,
            ):
                new.write(old.read())
                give(new.fileno(), owner)
                os.fchmod(new.fileno(), mode)


def give(descriptor: int, owner: tuple[int, int] | None) -> None:
    """To the guest, where we may."""
    if owner is not None and os.geteuid() == 0:
        os.fchown(descriptor, *owner)


@contextmanager
def closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
