"""What lies beside a section's workbook: somebody may have answered in it, in a form that is not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from core.errors import SuiteError
from core.i18n import _
from sharefolder import errors
from sharefolder.index.crawl import hidden
from sharefolder.index.store import kind
from sharefolder.inquiry.bulletin import NAME
from sharefolder.inquiry.model import Doubt, Reading, State
from sharefolder.model import Entry
from sharefolder.ports import Storage

_NAMED, _MOST, _LOOKED, _DEEP = 3, 50, 2_000, 3
_TABLES = ("xlsx", "xlsm", "xls", "xlsb", "ods", "fods", "csv")
_SYSTEMS = {"thumbs.db", "desktop.ini", ".ds_store"}
_BULLETIN = re.compile(re.escape(NAME) + r"( \(\d+\))?\.txt")
_SILENT = (State.UNOPENED, State.OPEN, State.GONE)


def noticed(storage: Storage, reading: Reading, entries: Iterable[Entry]) -> Reading:
    """``reading`` of a section whose folder holds ``entries``. Where its workbook says nothing, any other
    file may be the answer; where it has been read, another table may be a second one, and the rest goes
    along with it."""
    silent = reading.state in _SILENT
    if not (silent or reading.handed_in):
        return reading
    seen = islice((e for e in _files(storage, entries, _DEEP) if e.path != reading.file), _LOOKED)
    found = list(islice((e for e in seen if silent or e.folder or kind(e) in _TABLES), _MOST))
    if not found:
        return reading
    said = "、".join(each.name for each in found[:_NAMED])
    rest = _("（ほか {count} 件）").format(count=len(found) - _NAMED) if len(found) > _NAMED else ""
    why = _("ほかのファイルがあります: {names}").format(names=said + rest)
    doubt = Doubt(reading.section, found[0].path, "", "", "", why)
    doubts = (doubt,) if reading.state is State.GONE else (doubt, *reading.doubts)
    return replace(reading, state=State.DOUBT, reason=why, doubts=doubts, beside=True)


def _files(storage: Storage, entries: Iterable[Entry], deep: int) -> Iterator[Entry]:
    """People's own, also in folders within; a folder that cannot be looked into stands for itself."""
    for entry in sorted(entries, key=lambda each: each.name):
        if hidden(entry.name) or _BULLETIN.fullmatch(entry.name) or entry.name.lower() in _SYSTEMS:
            continue
        if not entry.folder:
            yield entry
        elif deep:
            try:
                within = [each for batch in storage.list(entry.path) for each in batch]
            except errors.Disconnected:
                raise
            except SuiteError:
                yield entry
            else:
                yield from _files(storage, within, deep - 1)
