"""Taking a backup while everybody works.

All databases are held for a moment (milliseconds: one write lock each), a read snapshot of each is opened and
the locks are let go: the copies are all of that one moment, however long copying takes. SQLite's own backup
API copies from the snapshot (sqlite.org/backup.html). A folder has its final name only when it is complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import SuiteError
from core.files import make_private_folder, sync_folder, write_atomically
from core.i18n import _
from core.paths import Paths
from office.backup import manifest
from office.backup.manifest import Item, Manifest

_SQLITE = b"SQLite format 3\0"
_LEFT_OUT = re.compile(r".*-(wal|shm|journal)|.*\.(lock|migrating|partial|part|tmp)|.*\.before-\d+\.sqlite")
"""What a running program leaves beside its files."""
KEYS = re.compile(r"secrets\.json|.*\.key|(device|server)\.pem")
"""Keys, and the certificates that are worth nothing without theirs: in no backup; a restore leaves them."""
_FILES_OF_ONE = 6  # what a database may hold open: itself, its log and its index; to hold it and to read it
_CORRUPT, _NO_DATABASE = 11, 26  # sqlite.org/rescode.html
_NAME = re.compile(r"mahoroba-\d{8}T\d{6}Z")
Progress = Callable[[int, int], object]
Dumped = tuple[list[Item], dict[str, int]]
"""What was copied, and how many rows of each table."""
Dump = Callable[[Path], Dumped]


@dataclass(frozen=True)
class Taken:
    """The folder of a finished backup and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def damaged(self) -> list[str]:
        """The databases that SQLite cannot read: they are in it as they lie there, byte for byte."""
        return self.manifest.damaged


def take(
    paths: Paths, out: Path, key: bytes, dumps: Sequence[Dump] = (), progress: Progress = lambda *_a: None
) -> Taken:
    """A backup of the home in a new folder under ``out`` (0700; files 0600). ``dumps`` add what lies on a
    database server. A damaged database does not keep the others from being backed up (``Taken.damaged``).
    BACKUP-003 where it cannot be written, BACKUP-010 (``out`` lies in what is backed up), BACKUP-011 (too
    many databases for this process); then nothing with a final name is left."""
    if any(out.resolve().is_relative_to(root.resolve()) for root in (paths.data, paths.config)):
        raise _within()
    named = datetime.now(UTC)
    while (final := out / f"mahoroba-{named:%Y%m%dT%H%M%SZ}").exists():
        named += timedelta(seconds=1)
    partial = partial_of(final)
    try:
        make_private_folder(out)
        _sweep(out)
        partial.mkdir(mode=0o700)
        return seal_up(partial, final, _copy_all(paths, partial, dumps, progress), key)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise _unwritten(out) from error


def partial_of(final: Path) -> Path:
    """Where a backup grows until it is complete."""
    return final.with_name(f".{final.name}.partial")


def seal_up(partial: Path, final: Path, dumped: Dumped, key: bytes) -> Taken:
    """What lies in ``partial`` is complete: manifest, seal, its name."""
    items, rows = dumped
    made = Manifest(datetime.now(UTC).isoformat(timespec="seconds"), tuple(items), rows)
    content = made.encoded()
    write_atomically(partial / manifest.NAME, content)
    write_atomically(partial / manifest.SEAL, manifest.seal(content, key))
    os.rename(partial, final)
    sync_folder(final.parent)
    return Taken(final, made)


def backups(out: Path) -> list[Path]:
    """The finished backups under ``out``, oldest first."""
    return sorted(p for p in out.iterdir() if _NAME.fullmatch(p.name) and p.is_dir()) if out.is_dir() else []


def keep_newest(out: Path, count: int) -> list[Path]:
    """Delete all but the newest ``count`` (at least one stays); what was deleted."""
    gone = backups(out)[: -max(1, count)]
    for folder in gone:
        doomed = folder.with_name(f".{folder.name}.partial")  # half-deleted, it is no backup any more
        os.rename(folder, doomed)
        shutil.rmtree(doomed)
    return gone


def _sweep(out: Path) -> None:
    """What an interrupted backup has left."""
    for left in out.glob(".mahoroba-*.partial"):
        shutil.rmtree(left, ignore_errors=True)


def _copy_all(paths: Paths, target: Path, dumps: Sequence[Dump], progress: Progress) -> Dumped:
    items: list[Item] = []
    rows: dict[str, int] = {}
    files = list(_files(paths))
    databases = [(source, name) for source, name in files if _is_database(source)]
    plain = [pair for pair in files if pair not in set(databases)]
    with snapshots([source for source, _name in databases]) as opened:
        for number, ((source, name), connection) in enumerate(zip(databases, opened, strict=True)):
            progress(number, len(files))
            more, counted = _copy_readable(source, connection, target, name)
            items += more
            rows |= counted
    for number, (source, name) in enumerate(plain, start=len(databases)):
        progress(number, len(files))
        if (item := _copy_file(source, target, name)) is not None:
            items.append(item)
    for dump in dumps:
        more, counted = dump(target)
        items += more
        rows |= counted
    progress(len(files), len(files))
    return sorted(items, key=lambda item: item.path), rows


def _files(paths: Paths) -> Iterator[tuple[Path, str]]:
    """Every file that belongs to the office, with its place in the backup."""
    for part, root in (("data", paths.data), ("config", paths.config)):
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink() and not left_out(path.name):
                yield path, f"{part}/{path.relative_to(root).as_posix()}"
    for name in ("terminal-id", "clock.json"):
        if (paths.state / name).is_file():
            yield paths.state / name, f"state/{name}"
    if paths.policy.is_file():
        yield paths.policy, "policy/policy.toml"


def left_out(name: str) -> bool:
    return bool(KEYS.fullmatch(name) or _LEFT_OUT.fullmatch(name))


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == _SQLITE
    except OSError:
        return False


@contextmanager
def snapshots(databases: Sequence[Path]) -> Iterator[list[sqlite3.Connection | None]]:
    """A connection to each, all reading the state of one moment; None for one that is damaged."""
    _allow_files(len(databases))
    with ExitStack() as stack:
        with ExitStack() as held:
            for path in databases:
                _begun(held, path, "BEGIN IMMEDIATE")
            opened = [_begun(stack, path, "BEGIN") for path in databases]
        yield opened


def _begun(stack: ExitStack, path: Path, how: str) -> sqlite3.Connection | None:
    connection = stack.enter_context(closing(sqlite3.connect(path, timeout=30, isolation_level=None)))
    try:
        connection.execute(how)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a snapshot begins here
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise
        return None
    return connection


def _is_damage(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in (_CORRUPT, _NO_DATABASE)


def _allow_files(databases: int) -> None:
    """An office may have a database a person: more than a process may usually hold open. BACKUP-011."""
    if sys.platform == "win32":
        return
    import resource

    need = _open_files() + databases * _FILES_OF_ONE + 128
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= need:
        return
    enough = hard == resource.RLIM_INFINITY or hard >= need
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (need, hard if enough else need))
    except (ValueError, OSError) as error:
        raise _too_many(databases, need) from error


def _open_files(listed: str = "/dev/fd") -> int:
    """How many this process has open. A bare root cannot list them: a few then, as of a command."""
    try:
        return len(os.listdir(listed))
    except FileNotFoundError:
        return 32


def _copy_readable(source: Path, connection: sqlite3.Connection | None, target: Path, name: str) -> Dumped:
    """The database from its snapshot, with its rows; one that SQLite cannot read as it lies there."""
    if connection is not None:
        try:
            item = _copy_database(connection, target, name)
            with closing(sqlite3.connect(target / name)) as copy:
                sound = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
            if sound:
                return [item], {f"{name}:{table}": count for table, count in _rows(connection)}
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
        (target / name).unlink(missing_ok=True)
    there = [(Path(f"{source}{end}"), f"{name}{end}") for end in ("", "-wal")]
    copied = [_copy_file(path, target, named) for path, named in there]
    return [replace(item, kind="damaged") for item in copied if item is not None], {}


def _copy_database(source: sqlite3.Connection, target: Path, name: str) -> Item:
    path = target / name
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it; WAL again when it is opened
    _sync(path)
    return Item(name, "sqlite", *manifest.hash_of(path))


def _copy_file(source: Path, target: Path, name: str) -> Item | None:
    """None if it went away meanwhile (an event that was deleted)."""
    path, digest, size = target / name, hashlib.sha256(), 0
    make_private_folder(path.parent)
    try:
        reading = source.open("rb")
    except FileNotFoundError:
        return None
    with reading, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writing:
        while chunk := reading.read(2**20):
            digest.update(chunk)
            size += len(chunk)
            writing.write(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    return Item(name, "file", size, digest.hexdigest())


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    """Each ordinary table's count; what a virtual table keeps for itself is not counted."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    for (name,) in tables:
        quoted = '"' + name.replace('"', '""') + '"'
        yield name, connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _within() -> SuiteError:
    return SuiteError(
        _("バックアップを作りませんでした。"),
        _("控えを置くフォルダが、控えるデータの中にあります。"),
        _("データの外のフォルダ（できれば別のディスク）を指定してください。"),
        "BACKUP-010",
    )


def _too_many(databases: int, need: int) -> SuiteError:
    step = _("ulimit -n {need}（systemd では LimitNOFILE={need}）にして、もう一度実行してください。")
    return SuiteError(
        _("バックアップを作りませんでした。"),
        _("データベースが {count} 個あり、同時に開けるファイルの数が足りません。").format(count=databases),
        step.format(need=need),
        "BACKUP-011",
    )


def _unwritten(out: Path) -> SuiteError:
    return SuiteError(
        _("バックアップを作れませんでした。"),
        _("「{name}」に書き込めないか、データベースが応答しません。").format(name=out.name or str(out)),
        _("空き容量と権限を確かめて、もう一度実行してください。前のバックアップはそのままです。"),
        "BACKUP-003",
    )
