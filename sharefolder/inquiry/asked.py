"""What sections ask about an inquiry: each in files of its own answer folder, only ever added.

A section may write nowhere else, and nobody but it and the asking one reads there; with its answer a question
goes to all (``changes``), without saying whose it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.errors import SuiteError
from core.i18n import _
from sharefolder import errors
from sharefolder.inquiry import changes
from sharefolder.inquiry.kept import whole
from sharefolder.inquiry.model import ANSWERS, Doubt, Inquiry, Question, Reading, State
from sharefolder.model import Entry
from sharefolder.ports import Storage

MOST = 100
"""Questions of one section that are looked at."""


@dataclass(frozen=True)
class _Looked:
    """A section's folder as it was listed, and what was asked there; ``settled``: it was the same when it was
    looked into again, so nothing came within the same tick of the server's clock."""

    folder: Entry
    found: tuple[Question, ...]
    settled: bool


class Asked:
    """Questions never change once they are there, so each is read once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._read: dict[Entry, Question | Doubt] = {}
        self._looked: dict[str, _Looked] = {}

    def waiting(self, inquiry: Inquiry) -> list[Question]:
        """What waits for its answer. One listing tells which sections' folders have changed, and only those
        are looked into; one that this reader may not open tells nothing."""
        sections = set(inquiry.sections)
        folders = [e for e in self._listed(f"{inquiry.folder}/{ANSWERS}") if e.folder and e.name in sections]
        return unanswered(inquiry, [question for folder in folders for question in self._in(folder)])

    def _in(self, folder: Entry) -> tuple[Question, ...]:
        before = self._looked.get(folder.path)
        same = before is not None and before.folder == folder
        if before is not None and same and before.settled:
            return before.found
        found = self.beside(Reading(folder.name, State.UNSEEN), self._listed(folder.path)).asked
        self._looked[folder.path] = _Looked(folder, found, same)
        return found

    def _listed(self, folder: str) -> list[Entry]:
        """Nothing where it is gone, or not this reader's to open."""
        try:
            return [entry for batch in self._storage.list(folder) for entry in batch]
        except errors.Disconnected:
            raise
        except SuiteError:
            return []

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
    return unanswered(inquiry, (each for reading in readings for each in reading.asked))


def unanswered(inquiry: Inquiry, questions: Iterable[Question]) -> list[Question]:
    """Those of ``questions`` that are, the oldest first."""
    return sorted((q for q in questions if q.key not in inquiry.answered), key=lambda q: (q.day, q.key))
