"""Wiping a guest's home after a loan: refuse everything else, destroy, make anew, look again.

The one thing that must never happen is that something else is deleted. So a target is a single name below a
guest root that we marked ourselves; it is entered by descriptors that follow no link, may hold no mount, and
each folder below it is opened the same way. Files are unlinked, never overwritten: a hard link to something
else loses a name, not its content. No disk, no device, no path is ever taken from outside.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.i18n import _
from liaison import errors, fscrypt

MARK = ".mahoroba-guest-root"
_MARK_TEXT = b"mahoroba guest root 1\n"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_OPEN = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
)
_MOST = 2_000_000  # entries
_DEPTH = 200


@dataclass(frozen=True)
class Wiped:
    """What was destroyed and what a second look found. ``method``: in the terms of NIST SP 800-88."""

    method: str
    destroyed: tuple[str, ...]
    not_destroyed: tuple[str, ...]
    entries: int
    before: str  # SHA-256 over names and sizes: which state was destroyed, without saying what was in it
    after: str
    verified: tuple[str, ...]


def mark_guest_root(root: Path) -> None:
    """Say once, when a laptop is set up, that homes below ``root`` may be wiped."""
    descriptor = os.open(root, _OPEN)
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


def wipe_folder(
    root: Path, name: str, template: Path | None = None, owner: tuple[int, int] | None = None
) -> Wiped:
    """Destroy the home ``name`` below the guest root, make it anew from ``template``, verify.

    Where the file system can, the new home has a key of its own and the old one's key is destroyed; elsewhere
    an unlinked file's blocks stay until they are used again. The result says which it was. Interrupted at any
    point, the next call goes on: the home is first moved to a name that says so, and such leavings are
    destroyed too. SuiteError LIAISON-005 (refused, nothing touched), LIAISON-006 (not verified).
    """
    with guest_root(root) as top:
        _refuse_bad_name(name)
        before, count = "", 0
        dying = _leavings(top)
        if (found := _open_home(top, name)) is not None:
            with _closing(found):
                _refuse_mounts(found)
                before = digest_of(found)
            doomed = f".wiping-{secrets.token_hex(8)}"
            os.rename(name, doomed, src_dir_fd=top, dst_dir_fd=top)
            os.fsync(top)
            dying.append(doomed)
        keys = _destroy_keys(top, dying)
        for each in dying:
            count += _destroy(top, each)
        if keys:
            os.sync()  # what was freed is on the disk before it is trimmed
        trimmed = _trim(top)
        made = _make_home(top, name, template, owner)
        with _closing(made):
            after = digest_of(made)
            _verify(top, made, template, after)
        os.fsync(top)
    return _result(count, before, after, keys, trimmed)


def _result(count: int, before: str, after: str, keys: list[bytes], trimmed: bool) -> Wiped:
    """In modest words: what was done, and what nobody can know."""
    destroyed = [_("利用者のファイルとフォルダーの名前と参照")]
    left = [_("この端末の外へ写されたもの（USB メモリー、印刷、送信）")]
    verified = [_("利用者領域がひな形と同じです。"), _("消去待ちのファイルが残っていません。")]
    if keys:
        method = "Cryptographic erase (a Purge technique of NIST SP 800-88; SSD spare area not inspected)"
        for key in keys:
            destroyed.insert(0, _("この貸出だけの暗号鍵（{key}）").format(key=key.hex()))
        verified.insert(0, _("カーネルに鍵が残っていません。"))
    else:
        method = "Removal of names only (below Clear of NIST SP 800-88)"
        left.insert(0, _("記憶装置の未使用領域に残る複製（上書きはしていません）"))
    if trimmed:
        destroyed.append(_("空き領域の割り当て（TRIM）"))
    return Wiped(method, tuple(destroyed), tuple(left), count, before, after, tuple(verified))


def _destroy_keys(top: int, dying: list[str]) -> list[bytes]:
    """Have the kernel forget the keys of these homes; which there were."""
    keys = []
    for name in dying:
        if (home := _open_home(top, name)) is not None:
            with _closing(home):
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


@contextmanager
def guest_root(root: Path) -> Iterator[int]:
    """A descriptor of the marked guest root. SuiteError LIAISON-005 for anything else."""
    if not root.is_absolute() or ".." in root.parts or len(root.parts) < 3:
        raise errors.wipe_refused(_("利用者領域の場所として使えないパスです。"))
    try:
        descriptor = os.open("/", _OPEN)
        for part in root.parts[1:]:
            try:
                below = os.open(part, _OPEN, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = below
    except OSError as error:
        raise errors.wipe_refused(_("利用者領域へのパスにリンクがあるか、開けません。")) from error
    with _closing(descriptor):
        if not _is_marked(descriptor):
            raise errors.wipe_refused(_("利用者領域として登録された場所ではありません。"))
        yield descriptor


def digest_of(folder: int) -> str:
    """SHA-256 over every name, kind, mode and size below ``folder``, in order."""
    whole = hashlib.sha256()
    for path, status in _walk(folder):
        kind = stat.S_IFMT(status.st_mode) | stat.S_IMODE(status.st_mode)
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        whole.update(f"{path}\0{kind:o}\0{size}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _is_marked(root: int) -> bool:
    """Our own mark: a regular file of whoever runs this, with our text, that nobody else can write."""
    try:
        descriptor = os.open(MARK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=root)
    except OSError:
        return False
    with _closing(descriptor):
        status = os.fstat(descriptor)
        ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        return ours and not status.st_mode & 0o022 and os.read(descriptor, 100) == _MARK_TEXT


def _refuse_bad_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise errors.wipe_refused(_("利用者領域の名前として使えません。"))


def _open_home(top: int, name: str) -> int | None:
    try:
        return os.open(name, _OPEN, dir_fd=top)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise errors.wipe_refused(_("利用者領域がリンクか、フォルダーではありません。")) from error


def _refuse_mounts(folder: int) -> None:
    """Nothing may be mounted on or below it: deleting would go through into something else."""
    path = os.readlink(f"/proc/self/fd/{folder}")
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), line.split(" ")[4])
            if point == path or point.startswith(path + "/"):
                raise errors.wipe_refused(_("利用者領域の中に、別の装置かフォルダーが組み込まれています。"))


def _leavings(top: int) -> list[str]:
    """Homes that an interrupted wipe had moved away."""
    found = [name for name in os.listdir(top) if re.fullmatch(r"\.wiping-[0-9a-f]{16}", name)]
    for name in found:
        folder = _open_home(top, name)
        if folder is not None:
            with _closing(folder):
                _refuse_mounts(folder)
    return found


def _destroy(parent: int, name: str, depth: int = 0) -> int:
    """Remove ``name`` and all below it, through descriptors only; how many entries went."""
    if depth > _DEPTH:
        raise errors.wipe_failed(_("フォルダーの重なりが深すぎます。"))
    folder = os.open(name, _OPEN, dir_fd=parent)
    count = 1
    with _closing(folder):
        os.fchmod(folder, 0o700)
        device = os.fstat(parent).st_dev
        if os.fstat(folder).st_dev != device:
            raise errors.wipe_refused(_("利用者領域の中に、別の装置が組み込まれています。"))
        for entry in os.listdir(folder):
            if stat.S_ISDIR(os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mode):
                count += _destroy(folder, entry, depth + 1)
            else:
                os.unlink(entry, dir_fd=folder)
                count += 1
    os.rmdir(name, dir_fd=parent)
    return count


def _make_home(top: int, name: str, template: Path | None, owner: tuple[int, int] | None) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=top)
    made = os.open(name, _OPEN, dir_fd=top)
    if fscrypt.available(made):
        fscrypt.encrypt(made)
    if owner is not None and os.geteuid() == 0:
        os.fchown(made, *owner)
    os.fchmod(made, 0o700)
    if template is not None:
        source = os.open(template, _OPEN)
        with _closing(source):
            _copy(source, made, owner)
    return made


def _copy(source: int, target: int, owner: tuple[int, int] | None) -> None:
    """The template's folders and plain files; it is ours, so links in it are left out."""
    for entry in sorted(os.listdir(source)):
        status = os.stat(entry, dir_fd=source, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            os.mkdir(entry, 0o700, dir_fd=target)
            below, to = os.open(entry, _OPEN, dir_fd=source), os.open(entry, _OPEN, dir_fd=target)
            with _closing(below), _closing(to):
                _copy(below, to, owner)
                os.fchmod(to, stat.S_IMODE(status.st_mode))
        elif stat.S_ISREG(status.st_mode):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            mode = stat.S_IMODE(status.st_mode)
            with (
                os.fdopen(os.open(entry, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=source), "rb") as old,
                os.fdopen(os.open(entry, flags, mode, dir_fd=target), "wb") as new,
            ):
                new.write(old.read())
                os.fchmod(new.fileno(), mode)


def _verify(top: int, home: int, template: Path | None, after: str) -> None:
    if _leavings(top):
        raise errors.wipe_failed(_("消去待ちのファイルが残っています。"))
    expected = hashlib.sha256().hexdigest()
    if template is not None:
        source = os.open(template, _OPEN)
        with _closing(source):
            expected = digest_of(source)
    if after != expected:
        raise errors.wipe_failed(_("新しい利用者領域が、ひな形と同じになりませんでした。"))


def _walk(folder: int, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, os.stat_result]]:
    if depth > _DEPTH:
        raise errors.wipe_failed(_("フォルダーの重なりが深すぎます。"))
    for name in sorted(os.listdir(folder)):
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        yield prefix + name, status
        if stat.S_ISDIR(status.st_mode):
            below = os.open(name, _OPEN, dir_fd=folder)
            with _closing(below):
                yield from _walk(below, f"{prefix}{name}/", depth + 1)


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
