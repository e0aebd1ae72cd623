"""Copies inside a share, folders with all that is in them: folder by folder, each file by the server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report, after
from sharefolder import errors, names, transfer
from sharefolder.index.crawl import is_bin
from sharefolder.inquiry.model import handed_in
from sharefolder.model import Entry
from sharefolder.ports import Storage


class Copying:
    """``made``: the new paths of files and folders; ``tops``: of what was asked for itself; ``refused``:
    (path, why). All are true also when ``run`` was cancelled."""

    def __init__(self, storage: Storage, report: Report) -> None:
        self._storage, self._report = storage, report
        self.made: list[str] = []
        self.tops: list[str] = []
        self.refused: list[tuple[str, str]] = []

    def run(self, entries: Sequence[Entry], folder: str) -> None:
        """Copy ``entries`` into ``folder`` under free names. SuiteError SHARE-001."""
        taken = {names.same(each.name) for batch in self._storage.list(folder) for each in batch}
        for entry in entries:
            name = entry.name if names.same(entry.name) not in taken else names.free(entry.name, taken)
            taken.add(names.same(name))
            end = self._folder(entry, folder, name) if entry.folder else self._file(entry, folder, name)
            if end:
                self.tops.append(end)
                if entry.folder:
                    self._inside(entry, end)

    def _inside(self, entry: Entry, end: str) -> None:
        waiting = [(entry.path, end)]
        while waiting:
            source, target = waiting.pop()
            for each in self._listed(source):
                if transfer.PART.fullmatch(each.name) or is_bin(each.name):
                    continue
                if not each.folder:
                    self._file(each, target, each.name)
                elif made := self._folder(each, target, each.name):
                    waiting.append((each.path, made))

    def _listed(self, folder: str) -> list[Entry]:
        try:
            return [each for batch in self._storage.list(folder) for each in batch]
        except SuiteError as error:
            self._refuse(folder, error)
            return []

    def _folder(self, entry: Entry, into: str, name: str) -> str:
        end = names.join(into, name)
        try:
            self._storage.make_folder(end)
        except SuiteError as error:
            self._refuse(entry.path, error)
            return ""
        self.made.append(end)
        return end

    def _file(self, entry: Entry, into: str, name: str) -> str:
        """``name`` was free when it was looked at."""
        words = _("{name}（{count} 件目）").format(name=entry.name, count=len(self.made) + 1)
        self._report(len(self.made), None, words)
        read = Report(lambda done, total, text: self._report(done, total, after(words, text)))
        dated = not handed_in(names.join(into, entry.name))
        copy = partial(transfer.copy_inside, self._storage, entry.path, into, read, name, dated=dated)
        try:
            try:
                end = copy(fresh=True)
            except SuiteError as error:
                if error.code != "SHARE-005":  # another has taken it since
                    raise
                end = copy()
        except SuiteError as error:
            self._refuse(entry.path, error)
            return ""
        self.made.append(end)
        return end

    def _refuse(self, path: str, error: SuiteError) -> None:
        if isinstance(error, errors.Disconnected):
            raise error
        self.refused.append((path, error.why))
