"""What sending or fetching comes to before a byte moves: all that was chosen, small files first."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _, sentences
from sharefolder import errors, names
from sharefolder.index.crawl import is_bin
from sharefolder.model import Entry
from sharefolder.ports import Storage
from sharefolder.transfer import PART


@dataclass(frozen=True)
class Plan:
    """What a drop or a folder comes to, before anything is sent."""

    folders: tuple[str, ...]
    files: tuple[tuple[Path, str], ...]  # local file, folder on the share
    size: int
    refused: tuple[tuple[str, str], ...]  # name, why
    unnamed: tuple[tuple[Path, str], ...] = ()  # of those, what could go under another name, and where to


def plan_mended(
    unnamed: Sequence[tuple[Path, str]], alive: Callable[[], object] = lambda: None
) -> list[tuple[Plan, str]]:
    """For each of a plan's ``unnamed``: what sending it comes to, and the name it is sent under if it is a
    file. What is in a folder with a good name keeps its own."""
    made = []
    for path, into in unnamed:
        name = names.proposed(path.name)
        try:
            if path.is_dir():
                below = names.join(into, name)
                plan = plan_upload(sorted(path.iterdir()), below, alive)
                made.append((replace(plan, folders=(below, *plan.folders)), ""))
            else:
                made.append((Plan((), ((path, into),), path.stat().st_size, ()), name))
        except OSError as error:  # gone since, or closed
            made.append((Plan((), (), 0, ((path.name, error.strerror or str(error)),)), ""))
    return made


def plan_upload(paths: list[Path], folder: str, alive: Callable[[], object] = lambda: None) -> Plan:
    """Everything below ``paths`` in sending order: small files are not stuck behind huge ones."""
    folders: list[str] = []
    files: list[tuple[int, Path, str]] = []
    refused: list[tuple[str, str]] = []
    unnamed: list[tuple[Path, str]] = []
    waiting = [(path, folder) for path in paths]
    while waiting:
        alive()
        path, into = waiting.pop()
        try:
            why = _unsendable(path)
            inside = sorted(path.iterdir()) if not why and path.is_dir() else None
            size = path.stat().st_size
        except OSError as error:
            why, inside, size = error.strerror or str(error), None, 0
            if isinstance(error, FileNotFoundError):
                why = _("見つかりません。")
            elif isinstance(error, PermissionError):
                why = _("読む権利がありません。")
        if why:
            refused.append((path.name, why))
            if names.problem(path.name) and not path.is_symlink():
                unnamed.append((path, into))
        elif inside is not None:
            below = names.join(into, path.name)
            folders.append(below)
            waiting.extend((each, below) for each in inside)
        else:
            files.append((size, path, into))
    files.sort(key=lambda each: each[0])
    return Plan(
        tuple(folders),
        tuple((path, into) for _size, path, into in files),
        sum(size for size, _path, _into in files),
        tuple(refused),
        tuple(unnamed),
    )


def _unsendable(path: Path) -> str:
    """Why ``path`` is not sent: a sentence; empty if it is. OSError."""
    if why := names.problem(path.name):
        return sentences(why, _("「{proposed}」なら使えます。").format(proposed=names.proposed(path.name)))
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        return _("リンクです。")
    return "" if stat.S_ISREG(kind) or stat.S_ISDIR(kind) else _("ファイルでもフォルダでもありません。")


@dataclass(frozen=True)
class PlanDown:
    """What fetching comes to: local folders to be made, (path on the share, local folder), name and why."""

    folders: tuple[Path, ...]
    files: tuple[tuple[str, Path], ...]
    refused: tuple[tuple[str, str], ...]


def plan_download(
    storage: Storage, entries: Sequence[Entry], folder: Path, alive: Callable[[], object] = lambda: None
) -> PlanDown:
    """Everything in and below ``entries``, small files first. A folder that may not be listed is named."""
    folders: list[Path] = []
    files: list[tuple[int, str, Path]] = []
    refused: list[tuple[str, str]] = []
    waiting = [(entry, folder) for entry in entries]
    while waiting:
        alive()
        entry, into = waiting.pop()
        if PART.fullmatch(entry.name) or is_bin(entry.name):
            continue
        if not entry.folder:
            files.append((entry.size, entry.path, into))
            continue
        try:
            below = [each for batch in storage.list(entry.path) for each in batch]
        except errors.Disconnected:
            raise
        except SuiteError as error:
            refused.append((entry.name, error.why))
            continue
        folders.append(into / names.proposed(entry.name))
        waiting.extend((each, folders[-1]) for each in below)
    files.sort(key=lambda each: each[0])
    return PlanDown(tuple(folders), tuple((path, into) for _size, path, into in files), tuple(refused))
