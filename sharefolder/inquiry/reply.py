"""Handing in an answer that was written on the screen: into the section's own workbook, as Excel would.

The workbook that lies in the answer folder stays what it is but for the cells of the answers; what comes out
is read back as the collation reads it before it takes the old one's place.
"""

from __future__ import annotations

import base64
import logging
import secrets
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors, transfer
from sharefolder.documents.filling import MAX_FILE, Cell
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.index.crawl import hidden
from sharefolder.index.store import kind
from sharefolder.inquiry.answers import Source, WrongForm, read_answers
from sharefolder.inquiry.fields import Place, standing
from sharefolder.inquiry.model import Inquiry
from sharefolder.model import Entry
from sharefolder.ports import Storage

log = logging.getLogger(__name__)
CHANGED = "SHARE-064"
UNWRITTEN = ("SHARE-004", "SHARE-063", CHANGED)
"""``Reply.hand_in`` with one of these has left the workbook as it was."""


@dataclass(frozen=True)
class Sheet:
    """The workbook in which a section answers, as it was when it was looked at, and what stands in it."""

    file: Entry
    cells: dict[Place, tuple[str, str]]

    @property
    def texts(self) -> dict[Place, str]:
        """As one would type them."""
        return {place: text for place, (_kind, text) in self.cells.items()}

    def holds(self, cell: Cell) -> bool:
        """Whether it says ``cell`` already: the same value, not just the same characters."""
        row, column, kind, text = cell
        there = self.cells.get((row, column), ("", ""))
        return there == (kind, text) or (kind == "s" and there[1] == text)


class Reply:
    """The answers of one share's sections."""

    def __init__(
        self,
        storage: Storage,
        sandbox: Sandbox,
        tell: Callable[[str, str], None] = lambda _action, _folder: None,
    ) -> None:
        self._storage, self._sandbox, self._tell = storage, sandbox, tell

    def open(self, inquiry: Inquiry, section: str) -> Sheet:
        """What ``section`` has answered up to now. SHARE-063 where the form cannot be written on the screen,
        SHARE-004 where somebody has it open."""
        file = self._file(inquiry, section)
        with tempfile.TemporaryDirectory(prefix="mahoroba-reply-") as folder:
            here = self._fetched(file, Path(folder))
            made = self._sandbox.ask("fill", here, sheet=inquiry.form.sheet, cells=[])  # whether it can be
            read = self._sandbox.ask("cells", here)
        for answer in (made, read):
            if answer.value is None:
                raise _not_here(reason_words(answer.reason))
        return Sheet(file, standing(read.value, inquiry.form))

    def hand_in(
        self, inquiry: Inquiry, section: str, sheet: Sheet, cells: Sequence[Cell], report: Report
    ) -> None:
        """Write ``cells``. SHARE-064, and nothing is written, where the workbook has changed since ``open``;
        SHARE-004 where somebody has it open."""
        if self._file(inquiry, section) != sheet.file:
            raise _changed()
        with tempfile.TemporaryDirectory(prefix="mahoroba-reply-") as folder:
            here = self._fetched(sheet.file, Path(folder))
            made = self._sandbox.ask("fill", here, sheet=inquiry.form.sheet, cells=list(cells))
            if made.value is None:
                raise _not_here(reason_words(made.reason))
            here.write_bytes(base64.b64decode(made.value))
            self._check(inquiry, section, here, cells)
            if self._file(inquiry, section) != sheet.file:
                raise _changed()
            where = inquiry.answer_folder(section)
            tries = transfer.Tries(self._fresh_part(where, here.name))
            over = transfer.IfExists.REPLACE
            sent = transfer.upload(here, self._storage, where, report, over, tries=tries)
        if sent.beside:  # opened just now: two workbooks would be nobody's answer
            self._storage.remove(sent.path)
            raise errors.in_use(sheet.file.name)
        self._tell("inquiry.replied", inquiry.folder)

    def _file(self, inquiry: Inquiry, section: str) -> Entry:
        entries = [e for batch in self._storage.list(inquiry.answer_folder(section)) for e in batch]
        files = [e for e in entries if not e.folder and not hidden(e.name) and kind(e)[:3] == "xls"]
        if len(files) != 1:
            raise _not_here(_("回答のブックが1つではありません。"))
        if kind(files[0]) not in ("xlsx", "xlsm"):
            raise _not_here(_("古い形式のブックです。"))
        if any(entry.name.startswith(("~$", ".~lock.")) for entry in entries):
            raise errors.in_use(files[0].name)
        return files[0]

    def _fresh_part(self, folder: str, name: str) -> str:
        """For handing in ``name``; what one that was killed left in ``folder`` is taken away. Should another
        be at it this very moment, theirs fails, says so, and keeps its draft."""
        mark = f".mahoroba-{blake3(name.encode()).hexdigest()[:8]}"
        for entry in [each for batch in self._storage.list(folder) for each in batch]:
            if transfer.PART.fullmatch(entry.name) and entry.name.startswith(mark):
                try:
                    self._storage.remove(entry.path)
                except errors.Disconnected:
                    raise
                except SuiteError:  # just gone, or not this person's to remove: it stays out of sight
                    log.info("a part of an earlier handing in stays")
        return f"{mark}{secrets.token_hex(4)}.part"

    def _fetched(self, file: Entry, folder: Path) -> Path:
        if file.size > MAX_FILE:
            raise _not_here(reason_words("too large"))
        here = folder / file.name
        left = MAX_FILE
        with here.open("xb") as written:
            for chunk in self._storage.read(file.path):
                left -= len(chunk)
                if left < 0:
                    raise _not_here(reason_words("too large"))
                written.write(chunk)
        return here

    def _check(self, inquiry: Inquiry, section: str, here: Path, cells: Sequence[Cell]) -> None:
        """What the collation will read is what was typed."""
        read = self._sandbox.ask("cells", here)
        if read.value is None:
            raise _not_here(reason_words(read.reason))
        source = Source(section, here.name, datetime.now(UTC), "")
        try:
            read_answers(read.value, inquiry.form, source)
        except WrongForm as error:
            raise _not_here(str(error)) from error
        found = standing(read.value, inquiry.form)
        for row, column, how, text in cells:
            kind, there = found.get((row, column), ("", ""))
            same = float(there) == float(text) if how == kind == "n" else there.strip() == text.strip()
            if kind != how or not same:
                raise _not_here(_("書いたものがそのとおりに読めませんでした。"))


def _not_here(why: str) -> SuiteError:
    return SuiteError(
        _("この回答は画面では書けません。"),
        why,
        _("回答のフォルダにあるブックを Excel で開いて書いてください。"),
        "SHARE-063",
    )


def _changed() -> SuiteError:
    return SuiteError(
        _("回答を保存しませんでした。"),
        _("開いてから、ほかの人がこの回答を変えました。"),
        _("書いたものは下書きに残っています。もう一度開いて、確かめてから保存してください。"),
        CHANGED,
    )
