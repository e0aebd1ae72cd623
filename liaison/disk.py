"""Clearing a whole disk, for a laptop that is given away: overwritten once and read back.

The most destructive thing in the house. The disk must be whole and used by nobody; the kernel is asked again
at the moment of opening (O_EXCL, open(2)). Who may ask for it is ``liaison.retirement``'s.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.i18n import _
from liaison import errors
from liaison.wipe import Wiped

CHUNK = 4 * 1024 * 1024
_ZEROS = bytes(CHUNK)
_BLKFLSBUF = 0x1261  # linux/fs.h: what is read afterwards comes from the disk, not from memory
_SECTOR = 512  # the unit of /sys/block/*/size, whatever the disk's own is

Progress = Callable[[float, float | None, str], None]


@dataclass(frozen=True)
class Disk:
    """A whole disk of this machine. ``number``: the device's (st_rdev). ``size``: bytes."""

    path: Path
    number: int
    size: int
    model: str
    serial: str

    def words(self) -> str:
        """What two people read before they agree."""
        size = f"{self.size / 1e9:.1f} GB" if self.size >= 1e8 else f"{self.size / 1e6:.1f} MB"
        return _("{path}　{model}　製造番号 {serial}　{size}").format(
            path=self.path, model=self.model or _("機種不明"), serial=self.serial or _("不明"), size=size
        )


def look(device: Path, sys: Path = Path("/sys"), proc: Path = Path("/proc")) -> Disk:
    """The disk at ``device``. SuiteError LIAISON-009 unless it is a whole disk that nothing uses."""
    try:
        path = device.resolve(strict=True)
        found = path.stat()
    except OSError as error:
        raise errors.disk_refused(_("{device} がありません。").format(device=device)) from error
    if not stat.S_ISBLK(found.st_mode):
        raise errors.disk_refused(_("{device} は記憶装置ではありません。").format(device=device))
    home = sys / "dev" / "block" / _name(found.st_rdev)
    if (home / "partition").exists():
        raise errors.disk_refused(
            _("{device} は記憶装置の一部分です。全体を指定してください。").format(device=device)
        )
    if _read(home / "ro") == "1":
        raise errors.disk_refused(_("{device} は書き込み禁止です。").format(device=device))
    used = _used(home.resolve(), proc)
    if used:
        raise errors.disk_refused(_("{device} は使われています（{how}）。").format(device=device, how=used))
    size = int(_read(home / "size") or 0) * _SECTOR
    if size == 0:
        raise errors.disk_refused(_("{device} に媒体が入っていません。").format(device=device))
    model, serial = _read(home / "device" / "model"), _read(home / "device" / "serial")
    return Disk(path, found.st_rdev, size, model, serial or _read(home / "wwid"))


def clear(disk: Disk, progress: Progress) -> Wiped:
    """Overwrite ``disk`` with zeros once and read it all back: Clear of NIST SP 800-88 Rev. 1, A.

    Cancelled or killed, it is simply begun again. SuiteError LIAISON-009 (nothing written), LIAISON-006.
    """
    with _alone(disk) as descriptor:
        try:
            _overwrite(descriptor, disk.size, progress)
            rest = _first_not_zero(descriptor, disk.size, progress)
        except OSError as error:
            raise errors.wipe_failed(
                _("記憶装置の読み書きに失敗しました。壊れているかもしれません。")
            ) from error
    if rest is not None:
        raise errors.wipe_failed(_("上書きした記憶装置に、消えていない所がありました。"))
    return Wiped(
        method="Clear (NIST SP 800-88: one overwrite with zeros, read back whole; spare area not reached)",
        destroyed=(_("記憶装置の全体（{size} バイト）").format(size=disk.size),),
        not_destroyed=(_("記憶装置が予備として隠している領域"),),
        entries=0,
        before=f"{disk.model} {disk.serial}".strip(),
        after="zeros",
        verified=(_("全体を読み直し、すべて 0 でした。"),),
    )


@contextmanager
def _alone(disk: Disk) -> Iterator[int]:
    """Opened for nobody else, and still the disk that was agreed on."""
    try:
        descriptor = os.open(disk.path, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise errors.disk_refused(
            _("{device} を一人占めできません。使われているか、権限がありません。").format(device=disk.path)
        ) from error
    try:
        same = (
            os.fstat(descriptor).st_rdev == disk.number and os.lseek(descriptor, 0, os.SEEK_END) == disk.size
        )
        if not same:
            raise errors.disk_refused(
                _("{device} は、確かめたあとで別の装置に替わりました。").format(device=disk.path)
            )
        yield descriptor
    finally:
        os.close(descriptor)


def _overwrite(descriptor: int, size: int, progress: Progress) -> None:
    done = 0
    os.lseek(descriptor, 0, os.SEEK_SET)
    while done < size:
        progress(done, 2 * size, _("上書き"))
        done += os.write(descriptor, _ZEROS[: min(CHUNK, size - done)])
    os.fsync(descriptor)


def _first_not_zero(descriptor: int, size: int, progress: Progress) -> int | None:
    """The offset of the first block that is not zeros or could not be read; None when there is none."""
    fcntl.ioctl(descriptor, _BLKFLSBUF)
    done = 0
    while done < size:
        progress(size + done, 2 * size, _("読み直し"))
        block = os.pread(descriptor, min(CHUNK, size - done), done)
        if not block or block != _ZEROS[: len(block)]:
            return done
        done += len(block)
    return None


def _used(home: Path, proc: Path) -> str:
    """How the disk at ``home`` (in sysfs) or a part of it is used; empty when it is not."""
    places = [home, *(part.parent for part in home.glob("*/partition"))]
    numbers = {_read(place / "dev") for place in places}
    mounted = {line.split(" ")[2] for line in _read(proc / "self" / "mountinfo").splitlines() if " " in line}
    if numbers & mounted:
        return _("マウント中")
    if any(any((place / "holders").glob("*")) for place in places):
        return _("暗号化、RAID か論理ボリュームの一部")
    swaps = [line.split()[0] for line in _read(proc / "swaps").splitlines()[1:] if line]
    names = {f"/dev/{place.name}" for place in places}
    return _("スワップ領域") if names & set(swaps) else ""


def _name(number: int) -> str:
    return f"{os.major(number)}:{os.minor(number)}"


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(1_000_000).strip()
    except OSError:  # an attribute that this kind of disk does not have
        return ""
