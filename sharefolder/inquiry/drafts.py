"""Answers that are being written on this terminal: they survive a kill, and nobody else sees them.

A draft knows what stood in the workbook where it was written. So, gone on with later, it never hides what the
workbook has come to say since: one's own answer that did arrive before a kill, or a colleague's newer one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.jobs import Report
from sharefolder.documents.filling import Cell
from sharefolder.inquiry.fields import MAX_FIELDS, Place, field_at, typed
from sharefolder.inquiry.model import Form, Inquiry
from sharefolder.inquiry.reply import UNWRITTEN, Reply, Sheet


@dataclass(frozen=True)
class Draft:
    """``rows``: what was typed, and what the workbook said there then; None: nobody has decided between what
    was typed and what came into the workbook since. ``file``: the workbook's size and time then.
    ``sent``: handing in has begun, so it may have arrived."""

    rows: dict[Place, tuple[str, str | None]]
    file: tuple[int, float]
    sent: bool = False


@dataclass(frozen=True)
class Resumed:
    """``over``: shown instead of what the workbook says; ``aside``: the workbook has come to say something
    else since, so this is only told beside it."""

    over: dict[Place, str]
    aside: dict[Place, str]


def drafted(sheet: Sheet, texts: dict[Place, str], aside: dict[Place, str]) -> Draft:
    """What of ``texts`` the workbook does not say, and what of an older draft nobody has decided about."""
    rows: dict[Place, tuple[str, str | None]] = {place: (text, None) for place, text in aside.items()}
    for place, text in texts.items():
        if text != (before := sheet.texts.get(place, "")):
            rows[place] = (text, before)
    return Draft(rows, _state(sheet))


def resumed(draft: Draft, sheet: Sheet, form: Form) -> Resumed:
    """What of ``draft`` still counts over the workbook as it is now; what it says already is gone."""
    still = not draft.sent or draft.file == _state(sheet)  # else it may be that it arrived and was changed
    over: dict[Place, str] = {}
    aside: dict[Place, str] = {}
    for place, (text, before) in draft.rows.items():
        if sheet.texts.get(place, "") == text or _says(sheet, form, place, text):
            continue
        same = still and before is not None and sheet.texts.get(place, "") == before
        (over if same else aside)[place] = text
    return Resumed(over, aside)


def _says(sheet: Sheet, form: Form, place: Place, text: str) -> bool:
    try:
        return sheet.holds(typed(field_at(form, place), text))
    except ValueError:  # a mistake that is still to be corrected
        return False


def _state(sheet: Sheet) -> tuple[int, float]:
    return sheet.file.size, sheet.file.changed


class Drafts:
    """``owner``: whose they are; ``share``: the address of the share."""

    def __init__(self, folder: Path, owner: str, share: str) -> None:
        self._folder, self._whose = folder, f"{owner}\0{share}"

    def load(self, inquiry: Inquiry, section: str) -> Draft | None:
        """What was typed; None where nothing was, or where the file is none of ours."""
        try:
            kept = json.loads(self._path(inquiry, section).read_text("utf-8"))
            size, changed = kept["file"]
            rows = {
                (int(row), int(column)): (str(text), None if before is None else str(before))
                for row, column, text, before in kept["rows"][: 2 * MAX_FIELDS]
            }
            return Draft(rows, (int(size), float(changed)), bool(kept["sent"]))
        except (OSError, ValueError, TypeError, KeyError, OverflowError):
            return None

    def keep(self, inquiry: Inquiry, section: str, draft: Draft) -> None:
        """On the disk when it returns."""
        make_private_folder(self._folder)
        rows = [[row, column, *said] for (row, column), said in draft.rows.items()]
        kept = {"file": draft.file, "sent": draft.sent, "rows": rows}
        write_atomically(self._path(inquiry, section), json.dumps(kept, ensure_ascii=False).encode())

    def drop(self, inquiry: Inquiry, section: str) -> None:
        """It has been handed in, or nobody wants it."""
        self._path(inquiry, section).unlink(missing_ok=True)

    def resume(self, inquiry: Inquiry, section: str, sheet: Sheet) -> tuple[Resumed, bool]:
        """What to go on with over ``sheet``, and whether all of a draft that was being handed in has turned
        out to be there. A draft of which nothing is left is dropped."""
        if (draft := self.load(inquiry, section)) is None:
            return Resumed({}, {}), False
        left = resumed(draft, sheet, inquiry.form)
        if left.over or left.aside:
            return left, False
        self.drop(inquiry, section)
        return left, draft.sent and bool(draft.rows)

    def hand_in(
        self,
        reply: Reply,
        inquiry: Inquiry,
        section: str,
        sheet: Sheet,
        cells: Sequence[Cell],
        draft: Draft,
        report: Report,
    ) -> None:
        """``Reply.hand_in`` so that it may be cut off anywhere: the draft says first that it begins, and goes
        last. Where nothing has been written it is an ordinary draft again."""
        self.keep(inquiry, section, replace(draft, sent=True))
        try:
            reply.hand_in(inquiry, section, sheet, cells, report)
        except SuiteError as error:
            if error.code in UNWRITTEN:
                self.keep(inquiry, section, draft)
            raise
        self.drop(inquiry, section)

    def _path(self, inquiry: Inquiry, section: str) -> Path:
        key = "\0".join((self._whose, inquiry.folder, inquiry.digest, section))
        return self._folder / f"{blake3(key.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"
