"""Reading inquiries: each record with the changes beside it, and what cannot be read by its name."""

from __future__ import annotations

from core.errors import SuiteError
from core.i18n import _
from sharefolder import errors
from sharefolder.inquiry import changes, record
from sharefolder.inquiry.changes import Change
from sharefolder.inquiry.model import RECORD, Inquiry
from sharefolder.model import Entry
from sharefolder.ports import Storage


class Kept:
    """Changes never change once they are there, so each is read once. Safe from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._read: dict[Entry, Change] = {}

    def under(self, place: str, but: str = "") -> tuple[list[Inquiry], list[SuiteError]]:
        """Those in folder ``place``, and what cannot be read; one that fails hides no other."""
        found: list[Inquiry] = []
        broken: list[SuiteError] = []
        if self._storage.stat(place) is None:
            return found, broken
        for each in [e for batch in self._storage.list(place) for e in batch if e.folder and e.path != but]:
            try:
                if self._storage.stat(f"{each.path}/{RECORD}") is None:
                    continue  # another's folder, or one that is still being made
                inquiry, wrong = self.one(each.path)
            except errors.Disconnected:
                raise
            except SuiteError as error:
                broken.append(_unread(each.path, error))
            else:
                found.append(inquiry)
                broken += wrong
        return found, broken

    def one(self, folder: str) -> tuple[Inquiry, list[SuiteError]]:
        """The inquiry in ``folder`` as it is now, and which of its changes cannot be read."""
        entries = {e.name: e for batch in self._storage.list(folder) for e in batch if not e.folder}
        if (kept := entries.get(RECORD)) is None:
            raise errors.not_found(RECORD)
        inquiry = record.parsed(whole(self._storage, kept, record.MAX_BYTES), folder)
        names = sorted(name for name in entries if changes.NAME.fullmatch(name))
        good: list[Change] = []
        broken: list[SuiteError] = []
        for name in names[: changes.MAX_CHANGES]:
            try:
                good.append(self._change(entries[name]))
            except errors.Disconnected:
                raise
            except (SuiteError, ValueError):
                broken.append(record.damaged(entries[name].path))
        if len(names) > changes.MAX_CHANGES:
            broken.append(record.too_large(folder))
        return changes.applied(inquiry, good), broken

    def _change(self, entry: Entry) -> Change:
        if entry not in self._read:
            self._read[entry] = changes.parsed(whole(self._storage, entry, changes.MAX_BYTES))
        return self._read[entry]


def whole(storage: Storage, entry: Entry, most: int) -> bytes:
    """All of it; SHARE-072 for more than ``most`` bytes, also where it grows meanwhile."""
    content = b""
    if entry.size > most:
        raise record.too_large(entry.path)
    for chunk in storage.read(entry.path):
        content += chunk
        if len(content) > most:
            raise record.too_large(entry.path)
    return content


def _unread(folder: str, error: SuiteError) -> SuiteError:
    """``error`` with the inquiry's name: why it is missing from the list."""
    title = folder.rpartition("/")[2]
    return SuiteError(
        _("照会「{title}」を開けません。").format(title=title), error.why, error.next_step, error.code
    )
