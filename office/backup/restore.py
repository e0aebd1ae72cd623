"""Putting an office back: beside the old one, checked there, then exchanged as a whole.

The same steps make the rehearsal, which ends before the exchange: a restore that nobody has tried is a hope.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.audit import read_copy
from core.errors import SuiteError
from core.files import make_private_folder, sync_folder, write_atomically
from core.i18n import _
from core.paths import Paths
from office.backup import manifest
from office.backup.manifest import Item, Manifest
from office.backup.take import Progress

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_EXCHANGING = "exchanging"


@dataclass(frozen=True)
class Restored:
    """``rows``: how many the restored tables hold, the same as when the backup was taken. ``former``: where
    the data that was there before lies now (None for a rehearsal). ``notes``: what is left to a person."""

    files: int
    size: int
    rows: int
    seconds: float
    former: Path | None
    notes: tuple[str, ...] = ()


def verify(folder: Path, key: bytes) -> Manifest:
    """Every file is there and as it was. SuiteError BACKUP-001, BACKUP-002, BACKUP-004 (names the first)."""
    made = manifest.read(folder, key)
    if found := list(manifest.problems(folder, made)):
        raise _damaged(found)
    return made


def rehearse(folder: Path, key: bytes, progress: Progress = lambda *_a: None) -> Restored:
    """Put the backup up in a temporary folder, compare, and take it away again."""
    begun = time.monotonic()
    made = verify(folder, key)
    with tempfile.TemporaryDirectory(prefix="mahoroba-restore-") as name:
        size = _put(folder, made.items, Path(name), progress)
        notes = _check(Path(name), made)
    seconds = time.monotonic() - begun
    return Restored(len(made.items), size, sum(made.rows.values()), seconds, None, tuple(notes))


def restore(folder: Path, paths: Paths, key: bytes, progress: Progress = lambda *_a: None) -> Restored:
    """Put the office back. What was there is moved aside, never deleted. SuiteError BACKUP-001, -002, -004,
    BACKUP-005 (the suite is running here), BACKUP-006 (not writable); in each case nothing has changed."""
    begun = time.monotonic()
    made = verify(folder, key)
    require_stillness(paths.data)
    fresh = paths.data.with_name(f".{paths.data.name}.restoring")
    try:
        _lay_aside_interrupted(fresh, paths.data)
        make_private_folder(fresh)
        size = _put(folder, made.items, fresh, progress)
        notes = _check(fresh, made)
        notes += _settle(fresh, paths)
        former = _exchange(fresh / "data", paths.data)
        shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise _unwritten(paths.data) from error
    seconds = time.monotonic() - begun
    return Restored(len(made.items), size, sum(made.rows.values()), seconds, former, tuple(notes))


def require_stillness(data: Path) -> None:
    """SuiteError BACKUP-005 while any program has a database of ``data`` open."""
    for path in sorted(data.rglob("*.db")):
        try:
            with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as probe:
                probe.execute("PRAGMA locking_mode=EXCLUSIVE")
                probe.execute("BEGIN EXCLUSIVE")
                probe.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise _running() from error
        except sqlite3.DatabaseError:
            continue  # damaged: that is why somebody restores


def _put(folder: Path, items: Sequence[Item], target: Path, progress: Progress) -> int:
    size = 0
    for number, item in enumerate(items):
        progress(number, len(items))
        path = target / item.path
        make_private_folder(path.parent)
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "wb") as writing, (folder / item.path).open("rb") as reading:
            shutil.copyfileobj(reading, writing, 2**20)
            writing.flush()
            os.fsync(writing.fileno())
        size += item.size
    progress(len(items), len(items))
    return size


def _check(target: Path, made: Manifest) -> list[str]:
    """What lies in ``target`` is what was backed up: bytes, tables, the databases' own check. A trail whose
    chain was broken before the backup does not keep an office from its data: it is a note."""
    found = list(manifest.problems(target, made)) + list(_database_problems(target, made))
    if found:
        raise _damaged(found)
    trail = target / "data" / "audit.db"
    try:
        for _entry in read_copy(trail) if trail.exists() else ():
            pass
    except SuiteError as error:
        return [f"{error.what}{error.why}"]
    return []


def _database_problems(target: Path, made: Manifest) -> Iterator[str]:
    for item in made.items:
        if item.kind != "sqlite":
            continue
        with closing(sqlite3.connect(target / item.path)) as database:
            if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                yield _("「{path}」の中が壊れています。").format(path=item.path)
            for name, count in made.rows.items():
                path, _colon, table = name.rpartition(":")
                if path == item.path and count != _count(database, table):
                    yield _("「{path}」の表 {table} の件数が違います。").format(path=path, table=table)


def _count(database: sqlite3.Connection, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    return int(database.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608


def _settle(fresh: Path, paths: Paths) -> list[str]:
    """Before the exchange: the keys stay where they are, settings and policy go to their places if those are
    empty. What is there already is somebody's later word: it stays, and the note says so."""
    notes = []
    make_private_folder(fresh / "data")
    if (paths.data / "secrets.json").is_file():
        shutil.copy2(paths.data / "secrets.json", fresh / "data" / "secrets.json")
    for part, root in (("config", paths.config), ("state", paths.state)):
        for source in sorted(p for p in (fresh / part).rglob("*") if p.is_file()):
            target = root / source.relative_to(fresh / part)
            if not target.exists():
                make_private_folder(target.parent)
                os.replace(source, target)
    policy = fresh / "policy" / "policy.toml"
    if policy.is_file() and (not paths.policy.is_file() or paths.policy.read_bytes() != policy.read_bytes()):
        aside = fresh / "data" / "policy.toml.restored"
        os.replace(policy, aside)
        notes.append(
            _("方針ファイルは置き換えていません。控えは data の {name} にあります。").format(name=aside.name)
        )
    return notes


def _lay_aside_interrupted(fresh: Path, data: Path) -> None:
    """What a killed restore has left: after its exchange that is the office's former data, kept like any."""
    if (fresh / _EXCHANGING).exists() and (fresh / "data").is_dir():
        os.rename(fresh / "data", _former(data))
    shutil.rmtree(fresh, ignore_errors=True)


def _former(data: Path) -> Path:
    """A free name for the data that is replaced."""
    stem, number = f"{data.name}.before-restore-{time.strftime('%Y%m%dT%H%M%S')}", 1
    while (free := data.with_name(stem if number == 1 else f"{stem}-{number}")).exists():
        number += 1
    return free


def _exchange(fresh: Path, data: Path) -> Path:
    """``data`` becomes ``fresh`` in one step; where the old one lies now."""
    former = _former(data)
    make_private_folder(data)
    write_atomically(fresh.parent / _EXCHANGING, b"")
    if not _exchanged(
        fresh, data
    ):  # no such call here: two steps, and a crash between them leaves both aside
        os.rename(data, former)
        os.rename(fresh, data)
    else:
        os.rename(fresh, former)
    sync_folder(data.parent)
    return former


def _exchanged(one: Path, other: Path) -> bool:
    """renameat2(2) with RENAME_EXCHANGE, Linux only."""
    if not sys.platform.startswith("linux"):
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    done: int = call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0


def _damaged(found: Sequence[str]) -> SuiteError:
    more = _("ほか {count} 件。").format(count=len(found) - 3) if len(found) > 3 else ""
    return SuiteError(
        _("バックアップを使いません。"),
        "".join(found[:3]) + more,
        _("別の世代のバックアップを使ってください。いまのデータは変わっていません。"),
        "BACKUP-004",
    )


def _running() -> SuiteError:
    return SuiteError(
        _("復元を始めませんでした。"),
        _("まほろばのプログラムが、このデータを使っています。"),
        _("画面とサーバーを終えてから、もう一度実行してください。"),
        "BACKUP-005",
    )


def _unwritten(data: Path) -> SuiteError:
    return SuiteError(
        _("復元できませんでした。"),
        _("「{name}」のある場所に書き込めません。").format(name=data.parent.name),
        _("空き容量と権限を確かめて、もう一度実行してください。いまのデータは変わっていません。"),
        "BACKUP-006",
    )
