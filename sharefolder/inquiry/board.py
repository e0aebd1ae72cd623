"""Where each section stands, from its folder as it is now: what lies there is all that counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from blake3 import blake3

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.index.crawl import hidden, look_into
from sharefolder.index.store import kind
from sharefolder.inquiry.answers import Source, WrongForm, read_answers
from sharefolder.inquiry.model import Doubt, Inquiry, Reading, State
from sharefolder.model import Entry
from sharefolder.ports import Storage

_WORKBOOKS = ("xlsx", "xlsm", "xls", "xlsb")
LOCKS = ("~$", ".~lock.")
"""What the file begins with that Office and LibreOffice lay beside an open document."""


class Board:
    """Readings are kept by path, size and time: only what changed is read."""

    def __init__(self, storage: Storage, sandbox: Sandbox, today: Callable[[], date]) -> None:
        self._storage, self._sandbox, self._today = storage, sandbox, today
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
        reading = self._section(inquiry, section)
        if reading.state in (State.UNOPENED, State.OPEN) and self._today() > inquiry.due:
            return replace(reading, state=State.LATE)
        return reading

    def _section(self, inquiry: Inquiry, section: str) -> Reading:
        folder = inquiry.answer_folder(section)
        if (seen := self._storage.stat(folder)) is None or not seen.folder:
            return _gone(section, folder, _("回答のフォルダがありません。"))
        entries = [entry for batch in self._storage.list(folder) for entry in batch]
        opened = any(entry.name.startswith(LOCKS) for entry in entries)
        files = [e for e in entries if not e.folder and not hidden(e.name) and kind(e) in _WORKBOOKS]
        if not files:
            return _gone(section, folder, _("回答のブックがありません。"))
        if len(files) > 1:
            why = _("回答のブックが二つ以上あります。")
            doubts = tuple(Doubt(section, each.path, "", "", "", why) for each in files)
            return Reading(section, State.DOUBT, why, doubts=doubts)
        reading = self._kept.get((inquiry.digest, files[0]))
        if reading is None or reading.section != section:
            reading = self._read(inquiry, section, files[0])
            self._kept[inquiry.digest, files[0]] = reading
        if opened and reading.state is not State.OPEN:
            return replace(reading, state=State.OPEN, reason=_("いま開かれています。"))
        return reading

    def _read(self, inquiry: Inquiry, section: str, file: Entry) -> Reading:
        changed = datetime.fromtimestamp(file.changed, UTC)
        try:
            digest = self._digest(file)
        except errors.Disconnected:
            raise
        except SuiteError as error:
            return Reading(section, State.DOUBT, error.why, file.path, changed)
        if digest == inquiry.digest:
            return Reading(section, State.UNOPENED, "", file.path, changed)
        answer = look_into(self._storage, file, self._sandbox, "cells")
        if answer.value is None:
            doubt = Doubt(section, file.path, "", "", "", reason_words(answer.reason))
            return Reading(section, State.DOUBT, doubt.why, file.path, changed, doubts=(doubt,))
        try:
            source = Source(section, file.path, changed, digest)
            values, doubts = read_answers(answer.value, inquiry.form, source)
        except WrongForm as error:
            doubt = Doubt(section, file.path, "", "", "", str(error))
            return Reading(section, State.WRONG_FORM, str(error), file.path, changed, doubts=(doubt,))
        if not values and not doubts:
            return Reading(section, State.OPEN, _("まだ記入がありません。"), file.path, changed)
        state = State.DOUBT if doubts else State.ANSWERED
        reason = doubts[0].why if doubts else ""
        return Reading(section, state, reason, file.path, changed, values, doubts)

    def _digest(self, file: Entry) -> str:
        digest = blake3()
        for chunk in self._storage.read(file.path):
            digest.update(chunk)
        return str(digest.hexdigest())


def _gone(section: str, folder: str, why: str) -> Reading:
    return Reading(section, State.GONE, why, doubts=(Doubt(section, folder, "", "", "", why),))
