"""Giving a form out to its sections: in a folder that is one asker's alone, over nothing that lies there.

The folder itself says whose the title is: whoever makes it has it. What says so inside lets that asker, and
nobody else, go on after a cut; by then a section may have filled in the copy that it already has.
"""

from __future__ import annotations

import json
import logging
import secrets
import tempfile
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import errors, names, transfer
from sharefolder.index.store import kind
from sharefolder.inquiry import record, refusals
from sharefolder.inquiry.board import WORKBOOKS
from sharefolder.inquiry.model import ENDED, PLACE, RECORD, Inquiry, Who
from sharefolder.local import LocalStorage
from sharefolder.ports import Small, Storage

log = logging.getLogger(__name__)
MAKING = "作成中.json"
"""Who is making the inquiry in this folder; gone once its record is there."""
_FORMAT, _MAX_BYTES = 1, 10_000
_QUIET = Report(lambda _done, _total, _text: None)


class Giving:
    """``template`` under ``title`` for ``who``."""

    def __init__(self, storage: Storage, template: Path, title: str, who: Who) -> None:
        self._storage, self._template, self._title = storage, template, title
        self.folder, self.digest = names.join(PLACE, title), _digest(template)
        mark = {"format": _FORMAT, "by": who.number, "asking": who.section, "digest": self.digest}
        self._mark = json.dumps(mark, ensure_ascii=False, indent=1).encode()

    def begin(self) -> None:
        """Take the title, or go on with what this asker began with this template. SHARE-005: it is taken."""
        if self.folder == ENDED:
            raise self._taken()
        try:
            self._storage.make_folder(self.folder)
        except SuiteError as error:
            if error.code != "SHARE-005":
                raise
            if not self._begun():
                raise self._taken() from error
            return
        part = names.join(self.folder, f".mahoroba-{secrets.token_hex(8)}.part")
        for failed in self._storage.put_many([Small(part, names.join(self.folder, MAKING), self._mark)]):
            if failed is not None:
                raise failed

    def give(self, folder: str, report: Report) -> None:
        """A copy of the template into ``folder``, unless a workbook lies there: it may be an answer."""
        there = [each for batch in self._storage.list(folder) for each in batch]
        if any(not each.folder and kind(each) in WORKBOOKS for each in there):
            return
        try:
            sent = transfer.upload(self._template, self._storage, folder, report)
        except SuiteError as error:
            if error.code != "SHARE-005":
                raise
            return  # come this very moment
        if sent.beside:
            self._storage.remove(sent.path)
        elif sent.digest != self.digest:
            raise errors.changed(self._template.name)

    def finish(self, inquiry: Inquiry) -> None:
        """The record, by which there is an inquiry at all; never over another."""
        with tempfile.TemporaryDirectory(prefix="mahoroba-inquiry-") as home:
            file = Path(home) / RECORD
            file.write_bytes(record.written(inquiry))
            try:
                sent = transfer.upload(file, self._storage, self.folder, _QUIET)
            except SuiteError as error:
                if error.code != "SHARE-005":
                    raise
                raise self._taken() from error
        if sent.beside:
            self._storage.remove(sent.path)
            raise self._taken()
        try:
            self._storage.remove(names.join(self.folder, MAKING))
        except SuiteError:  # the inquiry is there; beside its record this says nothing any more
            log.info("the mark of an inquiry in the making stays")

    def _begun(self) -> bool:
        if self._storage.stat(f"{self.folder}/{RECORD}") is not None:
            return False
        seen = self._storage.stat(f"{self.folder}/{MAKING}")
        if seen is None or seen.folder or not seen.size or seen.size > _MAX_BYTES:
            return False
        return b"".join(map(bytes, self._storage.read(seen.path))) == self._mark

    def _taken(self) -> SuiteError:
        there = [entry.name for batch in self._storage.list(PLACE) for entry in batch]
        return refusals.taken(self._title, names.free(self._title, [*there, ENDED.rpartition("/")[2]]))


def _digest(file: Path) -> str:
    digest = blake3()
    for chunk in LocalStorage(file.parent, str(file.parent)).read(file.name):
        digest.update(chunk)
    return str(digest.hexdigest())
