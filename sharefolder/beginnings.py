"""New work begun from what the office has already: a model case's folders, a specification of the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from core.jobs import Report
from sharefolder import errors, names, transfer
from sharefolder.cases import Case, Cases, Made, changed_since
from sharefolder.changes import Changes, Trashed
from sharefolder.library.shelf import Shelf
from sharefolder.model import Entry
from sharefolder.ports import Storage


class Beginnings:
    """``storage``, ``cases``, ``library``: of a place. ``done`` is told the act, the place and its paths."""

    def __init__(
        self,
        storage: Callable[[str], Storage],
        cases: Callable[[str], Cases],
        library: Callable[[str], Shelf],
        changes: Changes,
        done: Callable[[str, str, Sequence[str]], object],
    ) -> None:
        self._storage, self._cases, self._library = storage, cases, library
        self._changes, self._done = changes, done

    def make_case(self, place: str, case: Case, folder: str, name: str, section: str, report: Report) -> Made:
        """See ``Cases.make``. SHARE-061 where ``folder`` is a section's that the share does not have."""
        if folder:
            self._must_be_there(place, folder)
        made = self._cases(place).make(case, folder, name, section, report)
        self._done("share.folder.made", place, [made.folder])
        return made

    def unmake(self, place: str, made: Made) -> list[Trashed]:
        """Into the bin with what a model case made. SHARE-066 where somebody has changed anything in it."""
        if not self._cases(place).untouched(made):
            raise changed_since(made.folder)
        found = [self._storage(place).stat(path) for path in (made.folder, made.rules) if path]
        return self._changes.trash(place, [entry for entry in found if entry is not None])

    def bring(self, place: str, source: Path | Entry, report: Report, folder: str) -> None:
        """A local file, or a copy of one of the share, into ``folder``."""
        if isinstance(source, Path):
            transfer.upload(source, self._storage(place), folder, report, dated=True)
        else:
            transfer.copy_inside(self._storage(place), source.path, folder, report, dated=True)

    def begin_from(
        self, place: str, document: Entry, section: str, name: str, report: Report
    ) -> tuple[str, bool]:
        """A copy of a library's document in the folder of ``section`` (SHARE-061 where it has none): see
        ``Shelf.copy``."""
        self._must_be_there(place, section)
        made = self._library(place).copy(document, section, name, section, report)
        self._done("share.copied", place, [made[0]])
        return made

    def _must_be_there(self, place: str, section: str) -> None:
        seen = self._storage(place).stat(names.inside(section)) if section else None
        if seen is None or not seen.folder:
            raise errors.no_section(section)
