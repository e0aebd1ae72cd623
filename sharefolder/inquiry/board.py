"""Where each section stands, from its folder as it is now: what lies there is all that counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from blake3 import blake3

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.index.crawl import hidden, look_into
from sharefolder.index.store import kind
from sharefolder.inquiry import beside
from sharefolder.inquiry.answers import Source, WrongForm, read_answers
from sharefolder.inquiry.asked import Asked
from sharefolder.inquiry.model import Doubt, Inquiry, Reading, State
from sharefolder.model import Entry
from sharefolder.ports import Storage

WORKBOOKS = ("xlsx", "xlsm", "xls", "xlsb")
LOCKS = ("~$", ".~lock.")
"""What the file begins with that Office and LibreOffice lay beside an open document."""
_LATEST = 32_503_680_000
"""The year 3000: a server may tell any time, but not every one of them can be said."""
_PASSING = ("no right", "gone")
"""Why a workbook could not be read that may be otherwise the next time, though the file is the same."""


class Board:
    """Readings are kept by path, size and times: only what changed is read."""

    def __init__(self, storage: Storage, sandbox: Sandbox, today: Callable[[], date]) -> None:
        self._storage, self._sandbox, self._today = storage, sandbox, today
        self._asked = Asked(storage)
        self._kept: dict[tuple[str, Entry], Reading] = {}

    def every(self, inquiry: Inquiry, report: Report) -> list[Reading]:
        """Where each section stands, from its folder as it is now."""
        readings = []
        for number, section in enumerate(inquiry.sections):
            report(number, len(inquiry.sections), _("回答を見ています"))
            readings.append(self.standing(inquiry, section))
        return readings

    def standing(self, inquiry: Inquiry, section: str) -> Reading:
        """Where one section stands."""
        try:
            reading = self._section(inquiry, section)
        except SuiteError as error:
            if error.code != "SHARE-003":
                raise
            return Reading(section, State.UNSEEN, _("見られるのは、その所属と照会した所属だけです。"))
        if reading.state in (State.UNOPENED, State.OPEN) and self._today() > inquiry.due:
            return replace(reading, state=State.LATE)
        return reading

    def _section(self, inquiry: Inquiry, section: str) -> Reading:
        folder = inquiry.answer_folder(section)
        if (seen := self._storage.stat(folder)) is None or not seen.folder:
            return _gone(section, folder, _("回答のフォルダがありません。"))
        entries = [entry for batch in self._storage.list(folder) for entry in batch]
        reading = self._among(inquiry, section, entries)
        if not any(entry.name.startswith(LOCKS) for entry in entries):
            reading = beside.noticed(self._storage, reading, entries)
        return self._asked.beside(reading, entries)

    def _among(self, inquiry: Inquiry, section: str, entries: list[Entry]) -> Reading:
        opened = any(entry.name.startswith(LOCKS) for entry in entries)
        files = [e for e in entries if not e.folder and not hidden(e.name) and kind(e) in WORKBOOKS]
        if not files:
            return _gone(section, inquiry.answer_folder(section), _("回答のブックがありません。"))
        if len(files) > 1:
            why = _("回答のブックが二つ以上あります。")
            doubts = tuple(Doubt(section, each.path, "", "", "", why) for each in files)
            return Reading(section, State.DOUBT, why, doubts=doubts)
        reading = self._kept.get((inquiry.digest, files[0]))
        if reading is None or reading.section != section:
            reading, reason = self._read(inquiry, section, files[0])
            if reason not in _PASSING:
                self._kept[inquiry.digest, files[0]] = reading
        if opened and reading.state is not State.OPEN:
            return replace(reading, state=State.OPEN, reason=_("いま開かれています。"))
        return reading

    def _read(self, inquiry: Inquiry, section: str, file: Entry) -> tuple[Reading, str]:
        """And why its inside is not known: a key of ``reason_words``, or empty."""
        changed = datetime.fromtimestamp(min(max(file.changed, 0), _LATEST), UTC)
        source = Source(section, file.path, changed, "")
        try:
            source = replace(source, digest=self._digest(file))
        except errors.Disconnected:
            raise
        except SuiteError as error:
            return _whole(source, State.DOUBT, error.why), "no right"
        if source.digest == inquiry.digest:
            return Reading(section, State.UNOPENED, "", file.path, source.changed), ""
        answer = look_into(self._storage, file, self._sandbox, "cells")
        if answer.value is None:
            return _whole(source, State.DOUBT, reason_words(answer.reason)), answer.reason
        return _understood(inquiry, answer.value, source), ""

    def _digest(self, file: Entry) -> str:
        digest = blake3()
        for chunk in self._storage.read(file.path):
            digest.update(chunk)
        return str(digest.hexdigest())


def in_use(storage: Storage, folder: str) -> bool:
    """Whether somebody has something in ``folder`` open."""
    seen = storage.stat(folder)
    if seen is None or not seen.folder:
        return False
    return any(e.name.startswith(LOCKS) for batch in storage.list(folder) for e in batch)


def _gone(section: str, folder: str, why: str) -> Reading:
    return Reading(section, State.GONE, why, doubts=(Doubt(section, folder, "", "", "", why),))


def _understood(inquiry: Inquiry, workbook: dict[str, Any], source: Source) -> Reading:
    try:
        values, doubts = read_answers(workbook, inquiry.form, source)
    except WrongForm as error:
        return _whole(source, State.WRONG_FORM, str(error))
    state, why = (State.DOUBT, doubts[0].why) if doubts else (State.ANSWERED, "")
    if not values and not doubts:
        state, why = State.OPEN, _("まだ記入がありません。")
    return Reading(source.section, state, why, source.file, source.changed, values, doubts)


def _whole(source: Source, state: State, why: str) -> Reading:
    """Of a workbook from which nothing can be taken over."""
    doubt = Doubt(source.section, source.file, "", "", "", why)
    return Reading(source.section, state, why, source.file, source.changed, doubts=(doubt,))
