"""Keeping the index true: compares folders with what the share lists and reads what is new or changed."""

from __future__ import annotations

import logging
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import transfer
from sharefolder.documents.kinds import KNOWN
from sharefolder.documents.sandbox import MAX_FILE, Answer, Sandbox
from sharefolder.errors import Disconnected
from sharefolder.index.store import PARTLY, IndexStore, kind
from sharefolder.inquiry import changes
from sharefolder.library import record
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.ports import Storage

log = logging.getLogger(__name__)
_AT_ONCE = 50
_FILE = (0, 0.0, 0.0, False)


@dataclass
class Crawled:
    """``skipped``: folders that this account may not list."""

    folders: int = 0
    changed: int = 0
    gone: int = 0
    skipped: int = 0


def list_again(
    storage: Storage, index: IndexStore, report: Report, folder: str = "", deep: bool = True
) -> Crawled:
    """Bring the names at and below ``folder`` up to date; not ``deep``: of its folders only the new ones.

    Only a folder that was listed to its end may lose entries from the index: ``Disconnected`` passes through
    and forgets nothing.
    """
    result = Crawled()
    waiting = deque([folder])
    while waiting:
        here = waiting.popleft()
        report(result.folders, None, _("フォルダを調べています"))
        known = index.known(here)
        below: list[str] = []
        try:
            for batch in storage.list(here):
                seen = [e for e in batch if not hidden(e.name)]
                index.forget([e.path for e in seen if not e.folder and known.get(e.path, _FILE)[3]])
                new = [e for e in seen if not _same(e, known.pop(e.path, None))]
                result.changed += len(new)
                for start in range(0, len(new), _AT_ONCE):
                    report(result.folders, None, _("フォルダを調べています"))
                    index.put(new[start : start + _AT_ONCE], is_readable)
                below += [e.path for e in (seen if deep else new) if e.folder]
        except Disconnected:
            raise
        except SuiteError:
            result.skipped += 1
            continue
        result.folders += 1
        index.forget(known)
        result.gone += len(known)
        waiting.extend(below)
    if result.skipped:
        log.info("%d folders may not be listed by this account", result.skipped)
    return result


def list_changed(storage: Storage, index: IndexStore, report: Report, folder: str) -> Crawled:
    """Bring the names in ``folder`` up to date, where something has changed, with all that is in new folders;
    from the first folder on that the index does not know."""
    while folder and not index.holds(folder):
        folder = folder.rpartition("/")[0]
    return list_again(storage, index, report, folder, deep=False)


def _same(entry: Entry, before: tuple[int, float, float, bool] | None) -> bool:
    """A folder's size and time say nothing about the folder itself: they may differ."""
    if before is None or entry.folder != before[3]:
        return False
    return entry.folder or (entry.size, entry.changed, entry.touched) == before[:3]


def hidden(name: str) -> bool:
    """Parts of transfers, lock files, records of the library and of inquiries, bins: not for people."""
    patterns = (transfer.PART, record.NAME, record.USE, changes.NAME, changes.QUESTION)
    ours = any(each.fullmatch(name) for each in patterns)
    return ours or name.startswith(("~$", ".~lock.")) or name in _BINS or is_bin(name)


BIN = ".recycle"


def is_bin(name: str) -> bool:
    """Whether a folder of that name holds what was deleted: see ``bins``."""
    return name == BIN or name.startswith(f"{BIN}-")


SERVICE = ".mahoroba-index"
"""Where a share says that an index service keeps its index: see ``vouching``."""
_BINS = frozenset(
    {
        SERVICE,
        ".snapshot",
        ".snapshots",
        "$RECYCLE.BIN",
        "System Volume Information",
        "Thumbs.db",
        "desktop.ini",
    }
)


def is_readable(entry: Entry) -> bool:
    """Whether the words in it can be read at all."""
    return not entry.folder and kind(entry) in KNOWN


def read_waiting(
    storage: Storage, index: IndexStore, sandbox: Sandbox, report: Report, at_most: int = 1 << 60
) -> int:
    """Read every document that waits, or ``at_most`` so many; how many. Those that cannot be read keep their
    reason."""
    done = 0
    left = index.counts().get("waiting", 0)
    while batch := index.waiting(min(_AT_ONCE, at_most - done)):
        answers = []
        for entry in batch:
            report(done, max(left, done), _("中の言葉を調べています"))
            answer = look_into(storage, entry, sandbox, "lines")
            text, whole = answer.value or (None, True)
            answers.append((entry, text, answer.reason if whole else PARTLY))
            done += 1
        index.read(answers)
    return done


def look_into(storage: transfer.Source, entry: Entry, sandbox: Sandbox, verb: str) -> Answer:
    """Ask the sandbox about a document of the share, wherever it lies. Disconnected passes through."""
    if entry.size > MAX_FILE:
        return Answer(None, "too large")
    if isinstance(storage, LocalStorage):
        return sandbox.ask(verb, storage.on_disk(entry.path))
    with tempfile.TemporaryDirectory(prefix="mahoroba-look-") as folder:
        copy = Path(folder) / f"document.{kind(entry)}"
        try:
            with copy.open("xb") as file:
                for chunk in storage.read(entry.path):
                    file.write(chunk)
        except Disconnected:
            raise
        except SuiteError:
            return Answer(None, "no right")
        return sandbox.ask(verb, copy)
