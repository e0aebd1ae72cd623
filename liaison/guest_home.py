"""A guest's home on the laptop itself: refuse everything else, destroy, make anew, look again.

The one thing that must never happen is that something else is deleted. So a target is a single name below a
guest root that we marked ourselves; it is entered by descriptors that follow no link, may hold no mount but
our own, and each folder below it is opened the same way. Files are unlinked, never overwritten: a hard link
to something else loses a name, not its content. No disk, no device, no path is ever taken from outside.

Standard library and its two neighbours only: this file is also carried to a laptop and run there as it is
(``liaison.wipe.program``), Python 3.9 or newer.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import re
import secrets
import struct
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from liaison import fscrypt
from liaison.descent import (
    OPEN,
    FailedError,
    RefusedError,
    closing,
    copy,
    destroy,
    digest_of,
    give,
    guest_root,
    mark_guest_root,
    mounts,
    open_home,
    refuse_mounts,
    walk,
)

IN_MEMORY = "mahoroba-guest"  # the source of a home in memory, as the mount table shows it
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True)
class Renewed:
    """``keys``: identifiers of the destroyed keys (hex); ``memory``: a home in memory was given back.

    ``private``: how the new home is kept: "key", "memory" or "" (plain files).
    """

    entries: int
    before: str  # SHA-256 over names and sizes: which state was destroyed, without saying what was in it
    after: str
    keys: tuple[str, ...]
    memory: bool
    trimmed: bool
    private: str


def renew(
    root: Path,
    name: str,
    template: Path | None = None,
    owner: tuple[int, int] | None = None,
    memory: bool = False,
    trim: bool = True,
) -> Renewed:
    """Destroy the home ``name`` below the guest root, make it anew from ``template``, verify.

    Where the file system can, the new home has a key of its own and the old one's key is destroyed; elsewhere
    the new one lies in memory if ``memory`` (it is gone with the power), or is plain. Interrupted at any
    point, the next call goes on: the home is first moved to a name that says so, and such leavings go too.
    ``trim``: the whole file system is told which blocks are free; it must be the laptop's own.
    """
    with guest_root(root) as top:
        _refuse_bad_name(name)
        before, count = "", 0
        dying = _leavings(top)
        was_memory, inside, before = _leave_memory(root, top, name)
        if (found := open_home(top, name)) is not None:
            with closing(found):
                refuse_mounts(found)
                before = before or digest_of(found)
            doomed = f".wiping-{secrets.token_hex(8)}"
            os.rename(name, doomed, src_dir_fd=top, dst_dir_fd=top)
            os.fsync(top)
            dying.append(doomed)
        keys = _destroy_keys(top, dying)
        for each in dying:
            count += destroy(top, each)
        if keys:
            os.sync()  # what was freed is on the disk before it is trimmed
        trimmed = trim and _trim(top)
        made, private = _make_home(top, name, template, owner, root if memory else None)
        with closing(made):
            after = digest_of(made)
            _verify(top, made, template, after)
        os.fsync(top)
    return Renewed(count + inside, before, after, tuple(k.hex() for k in keys), was_memory, trimmed, private)


def _leave_memory(root: Path, top: int, name: str) -> tuple[bool, int, str]:
    """Let a home in memory go: whether there was one, how many entries it had, its digest."""
    point = os.readlink(f"/proc/self/fd/{top}") + "/" + name
    if not any(where == point and source == IN_MEMORY for where, source in mounts()):
        return False, 0, ""
    home = os.open(name, OPEN, dir_fd=top)
    with closing(home):
        if os.fstat(home).st_dev == os.fstat(top).st_dev:
            raise RefusedError("home-is-a-link")
        before, count = digest_of(home), sum(1 for _each in walk(home))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(point.encode(), 8) != 0:  # UMOUNT_NOFOLLOW; EBUSY while somebody has a file open
        raise FailedError("still-open")
    return True, count, before


def _mount_memory(top: int, name: str, owner: tuple[int, int]) -> bool:
    """Put a home in memory over the empty one; what lies below is closed to everybody but root."""
    point = os.readlink(f"/proc/self/fd/{top}") + "/" + name
    options = f"mode=0700,uid={owner[0]},gid={owner[1]},size=50%"
    libc = ctypes.CDLL(None, use_errno=True)
    flags = 2 | 4  # MS_NOSUID | MS_NODEV
    done = libc.mount(IN_MEMORY.encode(), point.encode(), b"tmpfs", flags, options.encode())
    return bool(done == 0)


def _destroy_keys(top: int, dying: list[str]) -> list[bytes]:
    """Have the kernel forget the keys of these homes; which there were."""
    keys = []
    for name in dying:
        if (home := open_home(top, name)) is not None:
            with closing(home):
                key = fscrypt.identifier_of(home)
            if key is not None:
                fscrypt.destroy_key(top, key)
                keys.append(key)
    return keys


def _trim(folder: int) -> bool:
    """Tell the storage which blocks are free (FITRIM, linux/fs.h); False where it cannot."""
    try:
        fcntl.ioctl(folder, 0xC0185879, bytearray(struct.pack("<QQQ", 0, 2**64 - 1, 0)))
    except OSError:
        return False
    return True


def _refuse_bad_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RefusedError("name")


def _leavings(top: int) -> list[str]:
    """Homes that an interrupted wipe had moved away."""
    found = [name for name in os.listdir(top) if re.fullmatch(r"\.wiping-[0-9a-f]{16}", name)]
    for name in found:
        folder = open_home(top, name)
        if folder is not None:
            with closing(folder):
                refuse_mounts(folder)
    return found


def _make_home(
    top: int, name: str, template: Path | None, owner: tuple[int, int] | None, memory: Path | None
) -> tuple[int, str]:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=top)
    made, private = os.open(name, OPEN, dir_fd=top), ""
    if fscrypt.available(made):
        fscrypt.encrypt(made)
        private = "key"
    elif memory is not None and _mount_memory(top, name, owner or (0, 0)):
        os.fchmod(made, 0)
        os.close(made)
        made, private = os.open(name, OPEN, dir_fd=top), "memory"
    give(made, owner)
    os.fchmod(made, 0o700)
    if template is not None:
        source = os.open(template, OPEN)
        with closing(source):
            copy(source, made, owner)
    return made, private


def _verify(top: int, home: int, template: Path | None, after: str) -> None:
    if _leavings(top):
        raise FailedError("leavings")
    expected = hashlib.sha256().hexdigest()
    if template is not None:
        source = os.open(template, OPEN)
        with closing(source):
            expected = digest_of(source)
    if after != expected:
        raise FailedError("not-as-template")


def main(arguments: list[str]) -> int:
    """On a laptop: ``mark ROOT`` or ``renew ROOT NAME UID GID``; one JSON object on stdout."""
    try:
        if arguments[0] == "mark":
            mark_guest_root(Path(arguments[1]))
            print(json.dumps({"marked": True}))
        else:
            owner = (int(arguments[3]), int(arguments[4]))
            skel = Path("/etc/skel")
            template = skel if skel.is_dir() and not skel.is_symlink() else None
            done = renew(Path(arguments[1]), arguments[2], template, owner, memory=True)
            print(json.dumps({"renewed": asdict(done)}))
    except RefusedError as error:
        print(json.dumps({"refused": str(error)}))
        return 3
    except (FailedError, fscrypt.KeyStaysError) as error:
        print(json.dumps({"failed": str(error)}))
        return 1
    except OSError as error:
        print(json.dumps({"failed": f"errno {error.errno}"}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
