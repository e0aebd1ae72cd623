"""Putting an office back: beside the old one, checked there, then exchanged as a whole.

The same steps make the rehearsal, which ends before the exchange: a restore that nobody has tried is a hope.
A database server's rows are replaced within one transaction that ends well only after the files' exchange.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from core.audit import read_copy
from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _
from core.paths import Paths
from office.backup import manifest, take
from office.backup.comparison import database_problems
from office.backup.exchange import exchange, exchange_back, former_name, lay_aside_interrupted, rows_of
from office.backup.manifest import Item, Manifest
from office.backup.take import Dumped, Progress

Replacing = Callable[[Path, Manifest, Path], AbstractContextManager[Dumped]]
"""``office.backup.postgres.replacing``: (backup, its manifest, where to dump what is there now)."""


@dataclass(frozen=True)
class Restored:
    """``rows``: how many the restored tables hold, the same as when the backup was taken. ``former``: where
    what was there before lies now, folder and database (a backup of its rows); none for a rehearsal.
    ``notes``: what is left to a person."""

    files: int
    size: int
    rows: int
    seconds: float
    former: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def verify(folder: Path, key: bytes) -> Manifest:
    """Every file is there and as it was. SuiteError BACKUP-001, BACKUP-002, BACKUP-004 (names the first)."""
    made = manifest.read(folder, key)
    if found := list(manifest.problems(folder, made)):
        raise _damaged(found)
    return made


def rehearse(folder: Path, key: bytes, progress: Progress = lambda *_a: None) -> Restored:
    """Put the backup up in a temporary folder, compare, and take it away again. SuiteError as ``verify``, and
    BACKUP-012 where the temporary folder cannot take it."""
    begun = time.monotonic()
    made = verify(folder, key)
    try:
        with tempfile.TemporaryDirectory(prefix="mahoroba-restore-") as name:
            size = _put(folder, made.items, Path(name), progress)
            notes = _check(Path(name), made)
    except OSError as error:
        raise _no_room() from error
    seconds = time.monotonic() - begun
    return Restored(len(made.items), size, sum(made.rows.values()), seconds, (), tuple(notes))


def restore(
    folder: Path,
    paths: Paths,
    key: bytes,
    progress: Progress = lambda *_a: None,
    database: Replacing | None = None,
) -> Restored:
    """Put the office back. What was there is moved aside, never deleted: the folder as it was, a database's
    rows as a backup of their own (which holds no files, so that putting it back leaves the files alone).
    SuiteError BACKUP-001, -002, -004, BACKUP-005 (the suite is running), BACKUP-006 (not writable),
    BACKUP-007 and -008 (the database refused), BACKUP-009 (it is not named); in each nothing has changed."""
    begun = time.monotonic()
    made = verify(folder, key)
    has_rows = any(item.kind == "table" for item in made.items)
    if has_rows and database is None:
        raise _no_database()
    require_stillness(paths.data)
    fresh = paths.data.with_name(f".{paths.data.name}.restoring")
    try:
        lay_aside_interrupted(fresh, paths.data)
        former = former_name(paths.data)
        make_private_folder(fresh)
        size = _put(folder, made.items, fresh, progress)
        notes = _check(fresh, made)
        if database is not None and has_rows:
            present = database(folder, made, partial := take.partial_of(rows_of(former)))
            notes += _settle_with_rows(present, partial, fresh, paths, former, key)
        else:
            notes += _settle(fresh, paths)
            exchange(fresh / "data", paths.data, former)
        shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise _unwritten(paths.data) from error
    seconds = time.monotonic() - begun
    kept = tuple(each for each in (former, rows_of(former)) if each.exists())
    return Restored(len(made.items), size, sum(made.rows.values()), seconds, kept, tuple(notes))


def _settle_with_rows(
    present: AbstractContextManager[Dumped],
    partial: Path,
    fresh: Path,
    paths: Paths,
    former: Path,
    key: bytes,
) -> list[str]:
    """Within ``present``'s transaction the rows there were are sealed aside and the files exchanged; if it
    does not end well, the files are as they were too. A backup of rows alone leaves the files alone."""
    notes, exchanged = [], False
    try:
        with present as dumped:
            take.seal_up(partial, rows_of(former), dumped, key)
            if any((fresh / part).is_dir() for part in ("data", "config", "state", "policy")):
                notes = _settle(fresh, paths)
                exchange(fresh / "data", paths.data, former)
                exchanged = True
    except BaseException:
        if exchanged:  # the server may have kept the new rows and not said so: the old ones stay aside
            exchange_back(fresh / "data", paths.data, former)
        else:
            shutil.rmtree(rows_of(former), ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return notes


def require_stillness(data: Path) -> None:
    """SuiteError BACKUP-005 while any program has a database of ``data`` open."""
    for path in sorted(data.rglob("*.db")):
        try:
            with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as probe:
                probe.execute("PRAGMA locking_mode=EXCLUSIVE")
                probe.execute("BEGIN EXCLUSIVE")
                probe.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise running() from error
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
    found = list(manifest.problems(target, made)) + list(database_problems(target, made))
    if found:
        raise _damaged(found)
    notes = [_("「{path}」は、控えたときから壊れていました。").format(path=path) for path in made.damaged]
    trail = target / "data" / "audit.db"
    try:
        for _entry in read_copy(trail) if trail.exists() else ():
            pass
    except SuiteError as error:
        notes.append(f"{error.what}{error.why}")
    return notes


def _settle(fresh: Path, paths: Paths) -> list[str]:
    """Before the exchange: the keys stay where they are, settings and policy go to their places if those are
    empty. What is there already is somebody's later word: it stays, and the note says so."""
    notes = []
    make_private_folder(fresh / "data")
    for kept in sorted(p for p in paths.data.rglob("*") if take.KEYS.fullmatch(p.name)):
        if kept.is_file() and not kept.is_symlink():
            place = fresh / "data" / kept.relative_to(paths.data)
            make_private_folder(place.parent)
            shutil.copy2(kept, place)
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


def _no_database() -> SuiteError:
    return SuiteError(
        _("復元を始めませんでした。"),
        _("このバックアップにはデータベースの表がありますが、戻す先が決められていません。"),
        _("方針の servers.database を書いてから、もう一度実行してください。いまのデータは変わっていません。"),
        "BACKUP-009",
    )


def _no_room() -> SuiteError:
    return SuiteError(
        _("戻す練習をできませんでした。"),
        _("一時的に使うフォルダ（TMPDIR）に書き込めないか、空きが足りません。"),
        _("TMPDIR に、控えと同じ大きさの空きがある場所を指定して、もう一度実行してください。"),
        "BACKUP-012",
    )


def _damaged(found: Sequence[str]) -> SuiteError:
    more = _("ほか {count} 件。").format(count=len(found) - 3) if len(found) > 3 else ""
    return SuiteError(
        _("バックアップを使いません。"),
        "".join(found[:3]) + more,
        _("別の世代のバックアップを使ってください。いまのデータは変わっていません。"),
        "BACKUP-004",
    )


def running() -> SuiteError:
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
