"""A new inquiry: its folder, for each section a folder of answers that only it may open, and the forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import names
from sharefolder.inquiry import bulletin, refusals
from sharefolder.inquiry.giving import Giving
from sharefolder.inquiry.model import ANSWERS, FORMS, PLACE, Form, Inquiry, Who
from sharefolder.ports import Storage


@dataclass(frozen=True)
class Draft:
    """What ``who`` asks of ``sections``."""

    title: str
    template: Path
    form: Form
    sections: tuple[str, ...]
    due: date
    notes: str
    who: Who


def create(storage: Storage, draft: Draft, today: date, report: Report, closed_only: bool = False) -> Inquiry:
    """The record comes last, so a cut leaves no half inquiry on anybody's board, and the same asker, with the
    same template, goes on with it. Each answer folder gets the rights of its section's own folder on the
    share and of the asking section's. SuiteError SHARE-005 if the title is taken; with ``closed_only``
    SHARE-074, and no section has got anything, where others could open a folder of answers.
    """
    for name in (draft.title, *draft.sections):
        names.writable(names.join(PLACE, name))
    giving = Giving(storage, draft.template, draft.title, draft.who)
    made(storage, PLACE)
    giving.begin()
    for path in (f"{giving.folder}/{FORMS}", f"{giving.folder}/{ANSWERS}"):
        made(storage, path)
    about = (draft.title, giving.folder, draft.due, draft.sections, draft.template.name, giving.digest)
    who = draft.who
    inquiry = Inquiry(*about, draft.form, draft.notes, today, who.number, asking=who.section)
    inquiry = replace(inquiry, guarded=_closed(storage, inquiry, report, closed_only))
    count = len(draft.sections)

    def say(number: int) -> None:
        report(count + number, 2 * count, _("様式を配っています"))

    quiet = Report(lambda _done, _total, _text: say(0))
    giving.give(f"{giving.folder}/{FORMS}", quiet)
    for number, section in enumerate(draft.sections):
        say(number)
        giving.give(inquiry.answer_folder(section), quiet)
    bulletin.put(storage, giving.folder, lambda: inquiry)
    giving.finish(inquiry)
    return inquiry


def _closed(storage: Storage, inquiry: Inquiry, report: Report, only: bool) -> tuple[str, ...]:
    """The sections whose folders of answers, all there now, are closed to others; ``only``: SHARE-074 unless
    all are, and those that are not are gone again where they have just been made."""
    new: list[str] = []
    guarded: list[str] = []
    for number, section in enumerate(inquiry.sections):
        report(number, 2 * len(inquiry.sections), _("回答のフォルダを作っています"))
        folder = inquiry.answer_folder(section)
        if made(storage, folder):
            new.append(section)
        if _guard(storage, section, inquiry.asking, folder):
            guarded.append(section)
    others = [section for section in inquiry.sections if section not in guarded]
    if only and others:
        for section in set(others) & set(new):
            storage.remove(inquiry.answer_folder(section))
        raise refusals.open_to_others(others)
    return tuple(guarded)


def _guard(storage: Storage, section: str, asking: str, folder: str) -> bool:
    """Whether ``folder`` is now its section's (and the asking one's) alone: the server must keep lists of
    rights, and the section must have a folder of its own that says who belongs to it."""
    own = [each for each in (section, asking) if each and is_folder(storage, each)]
    return section in own and storage.grant_as(own, folder)


def is_folder(storage: Storage, path: str) -> bool:
    seen = storage.stat(path)
    return seen is not None and seen.folder


def made(storage: Storage, folder: str) -> bool:
    """Make ``folder`` unless it is there; whether it was not."""
    try:
        if storage.stat(folder) is None:
            storage.make_folder(folder)
            return True
    except SuiteError as error:
        if error.code != "SHARE-005":  # another has, this very moment
            raise
    return False
