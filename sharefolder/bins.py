"""The bins of a share: a deleted thing stays below the very folder that it was in.

So whoever may not open that folder never comes to it, today or after somebody has closed the folder: nothing
has to be granted for that, and nothing forgotten. Deleting wants no more rights than renaming does; a bin for
the whole share would want them at its top, where staff may not write.

``folder/.recycle/WHO/20261126-134501-9f3c/name``: who deleted it, and when. A bin that is closed to this
person (a server's own recycle makes such ones) has ``folder/.recycle-WHO`` beside it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors, names
from sharefolder.index.crawl import BIN, hidden, is_bin
from sharefolder.model import Entry
from sharefolder.ports import Storage

_WHEN = re.compile(r"(\d{8}-\d{6})-[0-9a-f]{4}")
_FORM = "%Y%m%d-%H%M%S"
_FOLDERS, _LYING, _SECONDS = 2_000, 500, 20.0
_DEPTH = 3  # a bin's name, whose it is, when


@dataclass(frozen=True)
class Lying:
    """``where`` it lies in a bin, and the ``path`` that it had; who put it there, and when."""

    where: str
    path: str
    who: str
    when: datetime


def make(storage: Storage, folder: str, actor: str) -> str:
    """A new place in the bin of ``folder``. SuiteError as for a new folder there."""
    who = names.proposed(actor or "unknown")
    when = f"{datetime.now(TOKYO).strftime(_FORM)}-{secrets.token_hex(2)}"
    try:
        return _make(storage, folder, (BIN, who, when))
    except errors.Disconnected:
        raise
    except SuiteError:
        return _make(storage, folder, (f"{BIN}-{who}", who, when))


def _make(storage: Storage, folder: str, parts: tuple[str, ...]) -> str:
    path = folder
    for depth, part in enumerate(parts):
        path = names.join(path, part)
        try:
            storage.make_folder(path)
        except SuiteError as error:
            if error.code != "SHARE-005":
                raise
        else:
            if not depth:  # colleagues who may delete here may use it too
                with suppress(SuiteError):
                    storage.grant_as([folder], path)
    return path


def tidy(storage: Storage, path: str) -> None:
    """Take away ``path``, which ``make`` has made, and what else of the bin is empty now."""
    for _part in range(_DEPTH):
        try:
            storage.remove(path)
        except SuiteError:  # something is in it, or it is another's
            return
        path = path.rpartition("/")[0]


def look(storage: Storage, folder: str, report: Report) -> tuple[list[Lying], bool]:
    """What lies in the bins of ``folder`` and of those below it, as far as this reader may open them, the
    newest first; and whether that is all (bounded by number and time)."""
    found: list[Lying] = []
    waiting, seen, end = deque([folder]), 0, time.monotonic() + _SECONDS
    while waiting and seen < _FOLDERS and time.monotonic() < end:
        here = waiting.popleft()
        report(seen, None, _("ごみ箱を調べています"))
        seen += 1
        for entry in _listed(storage, here):
            if entry.folder and is_bin(entry.name):
                found += _lying(storage, here, entry.path)
            elif entry.folder and not hidden(entry.name):
                waiting.append(entry.path)
    found.sort(key=lambda each: each.when, reverse=True)
    return found[:_LYING], not waiting and len(found) <= _LYING


def _lying(storage: Storage, folder: str, bin_: str) -> Iterator[Lying]:
    for who in _listed(storage, bin_):
        for when in _listed(storage, who.path) if who.folder else ():
            if (stamp := _WHEN.fullmatch(when.name)) is None or not when.folder:
                continue  # of the server's own recycle
            with suppress(ValueError):
                moment = datetime.strptime(stamp[1], _FORM).replace(tzinfo=TOKYO)
                for entry in _listed(storage, when.path):
                    yield Lying(entry.path, names.join(folder, entry.name), who.name, moment)


def _listed(storage: Storage, folder: str) -> list[Entry]:
    """Nothing where this reader may not look. SHARE-001 passes through."""
    try:
        return [entry for batch in storage.list(folder) for entry in batch]
    except errors.Disconnected:
        raise
    except SuiteError:
        return []
