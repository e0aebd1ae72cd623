"""What sections ask about an inquiry: each in files of its own answer folder, only ever added.

A section may write nowhere else, and nobody but it and the asking one reads there; with its answer a question
goes to all (``changes``), without saying whose it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.errors import SuiteError
from core.i18n import _
from sharefolder import errors
from sharefolder.inquiry import changes
from sharefolder.inquiry.kept import whole
from sharefolder.inquiry.model import Doubt, Inquiry, Question, Reading
from sharefolder.model import Entry
from sharefolder.ports import Storage

MOST = 100
"""Questions of one section that are looked at."""


class Asked:
    """Questions never change once they are there, so each is read once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._read: dict[Entry, Question | Doubt] = {}

    def beside(self, reading: Reading, entries: Iterable[Entry]) -> Reading:
        """``reading`` with what its section asks in its folder, of ``entries``; what cannot be read is a
        doubt."""
        found = sorted((e for e in entries if changes.QUESTION.fullmatch(e.name)), key=lambda e: e.name)
        if not found:
            return reading
        said = [self._one(reading.section, entry) for entry in found[:MOST] if not entry.folder]
        asked = tuple(each for each in said if isinstance(each, Question))
        doubts = tuple(each for each in said if isinstance(each, Doubt))
        return replace(reading, asked=asked, doubts=(*reading.doubts, *doubts)) if said else reading

    def _one(self, section: str, entry: Entry) -> Question | Doubt:
        if entry not in self._read:
            try:
                change = changes.parsed(whole(self._storage, entry, changes.MAX_BYTES))
                self._read[entry] = Question(section, f"{section}/{entry.name}", change.day, change.question)
            except errors.Disconnected:
                raise
            except (SuiteError, ValueError):
                return Doubt(section, entry.path, "", "", "", _("質問を読めません。"))
        return self._read[entry]


def waiting(inquiry: Inquiry, readings: Sequence[Reading]) -> list[Question]:
    """What has been asked and is not answered yet, the oldest first."""
    every = (each for reading in readings for each in reading.asked)
    return sorted((q for q in every if q.key not in inquiry.answered), key=lambda q: (q.day, q.key))
