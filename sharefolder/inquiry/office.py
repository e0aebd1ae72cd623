"""Creating inquiries, extending, answering and ending them. Their state is what lies in the folders.

The record is written once, when everything else is there; what comes later is files beside it (``changes``).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from core.wareki import written_fiscal_year
from sharefolder import names
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.inquiry import asked, bulletin, changes, refusals
from sharefolder.inquiry.board import Board, in_use
from sharefolder.inquiry.changes import Change
from sharefolder.inquiry.creating import Draft, create, is_folder, made
from sharefolder.inquiry.form import understand
from sharefolder.inquiry.kept import Kept
from sharefolder.inquiry.layout import Layout
from sharefolder.inquiry.model import (
    ENDED,
    NOBODY,
    PLACE,
    RECORD,
    Form,
    Inquiry,
    Question,
    Reading,
    Who,
)
from sharefolder.ports import Small, Storage


def _in_tokyo() -> date:
    return datetime.now(TOKYO).date()


class Office:
    """The inquiries of one share."""

    def __init__(
        self,
        storage: Storage,
        sandbox: Sandbox,
        today: Callable[[], date] = _in_tokyo,
        tell: Callable[[str, str], None] = lambda _action, _folder: None,
    ) -> None:
        """``tell``: the audit trail's end: (action, the inquiry's folder)."""
        self._storage, self._sandbox, self._today, self._tell = storage, sandbox, today, tell
        self._board, self._kept = Board(storage, sandbox, today), Kept(storage)
        self._asked = asked.Asked(storage)

    def understand(self, template: Path, at: Layout | None = None, sheet: str = "") -> Form:
        """The form in a local template, its table on ``sheet`` and ``at`` those rows, or where it probably
        lies. SuiteError SHARE-020 (no table) or SHARE-022 (cannot be read)."""
        answer = self._sandbox.ask("cells", template)
        if answer.value is None:
            raise SuiteError(
                _("様式を開けません。"),
                reason_words(answer.reason),
                _("Excelで開いて保存し直すか、別の様式を選んでください。"),
                "SHARE-022",
            )
        return understand(answer.value, at, sheet)

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
        closed_only: bool = False,
    ) -> Inquiry:
        """Make the inquiry's folder with a copy of the template for each section, as ``creating``: with the
        same SuiteErrors, and SHARE-067 for a due date that is over."""
        self._refuse_past(due)
        asked = Draft(title, template, form, tuple(sections), due, notes, Who(by, asking))
        inquiry = create(self._storage, asked, self._today(), report, closed_only)
        self._tell("inquiry.created", inquiry.folder)
        return inquiry

    def inquiries(self) -> tuple[list[Inquiry], list[SuiteError]]:
        """Every inquiry under way that this reader can see, the nearest due date first; and what cannot be
        read of them."""
        found, broken = self._kept.under(PLACE, but=ENDED)
        return sorted(found, key=lambda i: (i.closed, i.due, i.title)), broken

    def ended(self) -> tuple[list[Inquiry], list[SuiteError]]:
        """Those that are over, the latest due date first; and what cannot be read of them."""
        found: list[Inquiry] = []
        broken: list[SuiteError] = []
        if self._storage.stat(ENDED) is not None:
            for year in [e for batch in self._storage.list(ENDED) for e in batch if e.folder]:
                some, wrong = self._kept.under(year.path)
                found += (replace(each, closed=True) for each in some)
                broken += wrong
        return sorted(found, key=lambda i: (i.due, i.title), reverse=True), broken

    def board(self, inquiry: Inquiry, report: Report) -> list[Reading]:
        """Where each section stands, from its folder as it is now."""
        return self._board.every(inquiry, report)

    def standing(self, inquiry: Inquiry, section: str) -> Reading:
        """Where one section stands."""
        return self._board.standing(inquiry, section)

    def waiting(self, inquiry: Inquiry) -> list[Question]:
        """What sections ask that has no answer yet, the oldest first, of those whose folders this reader may
        open. For looking again and again: only what has changed is read."""
        return self._asked.waiting(inquiry)

    def collated(self, inquiry: Inquiry) -> None:
        """Somebody has taken the answers as one table: into the audit trail."""
        self._tell("inquiry.collated", inquiry.folder)

    def extend(self, inquiry: Inquiry, due: date, who: Who = NOBODY) -> Inquiry:
        """A later (or earlier) due date for all. SHARE-067 for one that is over; SHARE-068 and SHARE-003 as
        ``close``."""
        self._refuse_past(due)
        return self._add(inquiry, Change(self._today(), due=due), "inquiry.extended", who)

    def answer_question(
        self,
        inquiry: Inquiry,
        question: str,
        answer: str,
        who: Who = NOBODY,
        key: str = "",
    ) -> Inquiry:
        """Share a question (a section's, if it has a ``key``) and its answer with all sections. SHARE-068 and
        SHARE-003 as ``close``."""
        change = Change(self._today(), question, answer, asked=key)
        return self._add(inquiry, change, "inquiry.answered", who)

    def ask(self, inquiry: Inquiry, section: str, question: str) -> Inquiry:
        """A question of ``section``, laid into its answer folder for the asking one. SHARE-068 where the
        inquiry is over, SHARE-071 for too much, SHARE-003 for whoever may not write there."""
        now = self._under_way(inquiry)
        if now.closed:
            raise refusals.over(now.title)
        folder = now.answer_folder(section)
        there = [e.name for batch in self._storage.list(folder) for e in batch]
        if sum(bool(changes.QUESTION.fullmatch(name)) for name in there) >= asked.MOST:
            raise refusals.too_many()
        name = changes.file_name(there, changes.QUESTION)
        self._put(folder, name, Change(self._today(), question))
        self._tell("inquiry.asked", now.folder)
        return now

    def close(self, inquiry: Inquiry, who: Who = NOBODY) -> Inquiry:
        """No more answers are expected: the inquiry's folder goes as it is to those that are over. SHARE-073
        while somebody has an answer open, SHARE-068 where it is over already, SHARE-003 for whoever neither
        asked nor may write the asking section's folder."""
        now = self._admitted(inquiry, who)
        if busy := [section for section in now.sections if in_use(self._storage, now.answer_folder(section))]:
            raise refusals.still_open("、".join(busy[:5]))
        year = f"{ENDED}/{written_fiscal_year(now.asked or self._today())}"
        for folder in (ENDED, year):
            made(self._storage, folder)
        taken = [entry.name for batch in self._storage.list(year) for entry in batch]
        end = names.join(year, names.free(now.folder.rpartition("/")[2], taken))
        try:
            self._storage.move(now.folder, end)
        except SuiteError as error:
            if error.code in ("SHARE-003", "SHARE-004"):  # servers say either of an open file inside
                raise refusals.still_open("") from error
            raise
        closed = replace(now, folder=end, closed=True)
        self._tell("inquiry.closed", end)
        self._announce(closed)
        return closed

    def reopen(self, inquiry: Inquiry, who: Who = NOBODY) -> Inquiry:
        """One that is over comes back to those under way, under its name or one made free. SHARE-002 where it
        is no longer there, SHARE-073 where its folder cannot be moved, SHARE-003 as ``close``."""
        now = self._permitted(self._kept.one(inquiry.folder)[0], who)
        if now.closed:  # by a suite that wrote it into the record, which nobody writes again
            raise refusals.over(now.title)
        taken = [entry.name for batch in self._storage.list(PLACE) for entry in batch]
        end = names.join(PLACE, names.free(now.folder.rpartition("/")[2], taken))
        try:
            self._storage.move(now.folder, end)
        except SuiteError as error:
            if error.code in ("SHARE-003", "SHARE-004"):
                raise refusals.not_back() from error
            raise
        self._tell("inquiry.reopened", end)
        return self._announce(replace(now, folder=end))

    def _add(self, inquiry: Inquiry, change: Change, action: str, who: Who) -> Inquiry:
        """One more change, on top of whatever others have done meanwhile."""
        now = self._admitted(inquiry, who)
        if now.closed:  # by a suite that did not move it
            raise refusals.over(now.title)
        name = changes.file_name(e.name for batch in self._storage.list(now.folder) for e in batch)
        self._put(now.folder, name, change)
        self._tell(action, now.folder)
        return self._announce(now)

    def _put(self, folder: str, name: str, change: Change) -> None:
        part = names.join(folder, f".mahoroba-{secrets.token_hex(8)}.part")
        content = changes.written(change)
        if len(content) > changes.MAX_BYTES:
            raise refusals.too_long()
        for failed in self._storage.put_many([Small(part, names.join(folder, name), content)]):
            if failed is not None:
                raise failed

    def _announce(self, inquiry: Inquiry) -> Inquiry:
        """The text beside it says what it says now."""

        def current() -> Inquiry:
            return replace(self._kept.one(inquiry.folder)[0], closed=inquiry.closed)

        bulletin.put(self._storage, inquiry.folder, current)
        return current()

    def _admitted(self, inquiry: Inquiry, who: Who) -> Inquiry:
        """The inquiry as it is now, for somebody who may act on it."""
        return self._permitted(self._under_way(inquiry), who)

    def _under_way(self, inquiry: Inquiry) -> Inquiry:
        if inquiry.folder.startswith(f"{ENDED}/") or self._storage.stat(f"{inquiry.folder}/{RECORD}") is None:
            raise refusals.over(inquiry.title)
        return self._kept.one(inquiry.folder)[0]

    def _permitted(self, now: Inquiry, who: Who) -> Inquiry:
        if now.asked_by(who):
            return now
        if now.asking and is_folder(self._storage, now.asking) and self._storage.rights(now.asking).write:
            return now
        raise refusals.not_yours(now)

    def _refuse_past(self, due: date) -> None:
        if due < self._today():
            raise refusals.past(due)
