"""Creating inquiries, watching their folders, closing them. Their state is what lies in the folders."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors, names, transfer
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.index.crawl import hidden, look_into
from sharefolder.index.store import kind
from sharefolder.inquiry import record
from sharefolder.inquiry.answers import Source, WrongForm, read_answers
from sharefolder.inquiry.form import understand
from sharefolder.inquiry.model import ANSWERS, FORMS, PLACE, RECORD, Doubt, Form, Inquiry, Reading, State
from sharefolder.model import Entry
from sharefolder.ports import Storage

_WORKBOOKS = ("xlsx", "xlsm", "xls", "xlsb")


class Office:
    """The inquiries of one share. Readings are kept by path, size and time: only what changed is read."""

    def __init__(
        self,
        storage: Storage,
        sandbox: Sandbox,
        today: Callable[[], date] = lambda: datetime.now().date(),
        tell: Callable[[str, str], None] = lambda _action, _folder: None,
    ) -> None:
        """``tell``: the audit trail's end: (action, the inquiry's folder)."""
        self._storage, self._sandbox, self._today, self._tell = storage, sandbox, today, tell
        self._kept: dict[tuple[str, Entry], Reading] = {}

    def understand(self, template: Path) -> Form:
        """The form in a local template. SuiteError SHARE-020 (no table) or SHARE-022 (cannot be read)."""
        answer = self._sandbox.ask("cells", template)
        if answer.value is None:
            raise SuiteError(
                _("様式を開けません。"),
                reason_words(answer.reason),
                _("Excelで開いて保存し直すか、別の様式を選んでください。"),
                "SHARE-022",
            )
        return understand(answer.value)

    def create(
        self,
        title: str,
        template: Path,
        form: Form,
        sections: list[str],
        due: date,
        report: Report,
        notes: str = "",
        by: str = "",
        asking: str = "",
    ) -> Inquiry:
        """Make the inquiry's folder with a copy of the template for each section; the record comes last, so
        a cut leaves no half inquiry on anybody's board. Each answer folder gets the rights of its section's
        own folder on the share and of the ``asking`` section's. SuiteError SHARE-005 if the title is taken.
        """
        folder = names.join(PLACE, title)
        for name in (title, *sections):
            names.writable(names.join(PLACE, name))
        self._make(PLACE)
        if self._storage.stat(f"{folder}/{RECORD}") is not None:
            raise errors.exists(title)
        for path in (folder, f"{folder}/{FORMS}", f"{folder}/{ANSWERS}"):
            self._make(path)
        quiet = Report(lambda _done, _total, _text: report(0, len(sections), _("様式を配っています")))
        sent = self._put(template, f"{folder}/{FORMS}", quiet)
        made = (title, folder, due, tuple(sections), template.name, sent.digest, form, notes)
        inquiry = Inquiry(*made, self._today(), by)
        guarded = []
        for number, section in enumerate(sections):
            report(number, len(sections), _("様式を配っています"))
            self._make(inquiry.answer_folder(section))
            if self._guard(section, asking, inquiry.answer_folder(section)):
                guarded.append(section)
            self._put(template, inquiry.answer_folder(section), quiet)
        inquiry = self._write(replace(inquiry, guarded=tuple(guarded)))
        self._tell("inquiry.created", folder)
        return inquiry

    def _guard(self, section: str, asking: str, folder: str) -> bool:
        """Whether ``folder`` is now its section's (and the asking one's) alone: the server must keep lists of
        rights, and the section must have a folder of its own that says who belongs to it."""
        own = [each for each in (section, asking) if each and self._is_folder(each)]
        return section in own and self._storage.grant_as(own, folder)

    def _is_folder(self, path: str) -> bool:
        seen = self._storage.stat(path)
        return seen is not None and seen.folder

    def inquiries(self) -> tuple[list[Inquiry], list[SuiteError]]:
        """Every inquiry this reader can see, the nearest due date first; and those that cannot be read."""
        if self._storage.stat(PLACE) is None:
            return [], []
        found, broken = [], []
        for each in [e for batch in self._storage.list(PLACE) for e in batch if e.folder]:
            seen = self._storage.stat(f"{each.path}/{RECORD}")
            if seen is None or seen.size > record.MAX_BYTES:
                continue
            try:
                content = b"".join(self._storage.read(seen.path))
                found.append(record.parsed(content, each.path))
            except SuiteError as error:
                broken.append(error)
        return sorted(found, key=lambda i: (i.closed, i.due, i.title)), broken

    def board(self, inquiry: Inquiry, report: Report) -> list[Reading]:
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

    def collated(self, inquiry: Inquiry) -> None:
        """Somebody has taken the answers as one table: into the audit trail."""
        self._tell("inquiry.collated", inquiry.folder)

    def extend(self, inquiry: Inquiry, due: date) -> Inquiry:
        """A later (or earlier) due date for all."""
        return self._write(replace(inquiry, due=due), "inquiry.extended")

    def answer_question(self, inquiry: Inquiry, question: str, answer: str) -> Inquiry:
        """Share a question and its answer with all sections."""
        row = (self._today().isoformat(), question, answer)
        return self._write(replace(inquiry, questions=(*inquiry.questions, row)), "inquiry.answered")

    def close(self, inquiry: Inquiry) -> Inquiry:
        """No more answers are expected; nothing is deleted."""
        return self._write(replace(inquiry, closed=True), "inquiry.closed")

    def _section(self, inquiry: Inquiry, section: str) -> Reading:
        folder = inquiry.answer_folder(section)
        if (seen := self._storage.stat(folder)) is None or not seen.folder:
            return Reading(section, State.WRONG_FORM, _("回答のフォルダがありません。"))
        entries = [entry for batch in self._storage.list(folder) for entry in batch]
        opened = any(entry.name.startswith(("~$", ".~lock.")) for entry in entries)
        files = [e for e in entries if not e.folder and not hidden(e.name) and kind(e) in _WORKBOOKS]
        if not files:
            return Reading(section, State.WRONG_FORM, _("回答のブックがありません。"))
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

    def _make(self, folder: str) -> None:
        if self._storage.stat(folder) is None:
            self._storage.make_folder(folder)

    def _put(self, file: Path, folder: str, report: Report) -> transfer.Sent:
        return transfer.upload(file, self._storage, folder, report, transfer.IfExists.REPLACE)

    def _write(self, inquiry: Inquiry, action: str = "") -> Inquiry:
        with tempfile.TemporaryDirectory(prefix="mahoroba-inquiry-") as folder:
            file = Path(folder) / RECORD
            file.write_bytes(record.written(inquiry))
            self._put(file, inquiry.folder, Report(lambda _done, _total, _text: None))
        if action:
            self._tell(action, inquiry.folder)
        return inquiry
