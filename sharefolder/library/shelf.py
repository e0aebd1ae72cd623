"""The library on a share: a folder of specifications, each a folder with its documents and its records."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors, names, transfer
from sharefolder.index.bigram import fold
from sharefolder.index.crawl import hidden
from sharefolder.index.store import Hit
from sharefolder.library import record
from sharefolder.library.record import Known, Record
from sharefolder.model import Entry
from sharefolder.ports import Small, Storage, first_bytes

PLACE = "仕様書ライブラリ"
_MOST = 5_000  # specifications looked at
_TRIES = 20
_QUIET = Report(lambda _done, _total, _text: None)


@dataclass(frozen=True)
class Specification:
    """``folder``: its path, whose last name is its title. ``damaged``: how many of its records are none."""

    folder: str
    documents: tuple[Entry, ...]
    known: Known
    uses: int = 0
    damaged: int = 0

    @property
    def title(self) -> str:
        return self.folder.rpartition("/")[2]

    def value(self, field: str) -> str:
        """One of ``record.FIELDS``; empty where nobody has said."""
        return self.known.values.get(field, "")


class Shelf:
    """Safe from any thread. Records never change once they are there, so each is read once."""

    def __init__(
        self, storage: Storage, tell: Callable[[str, str], None] = lambda _action, _folder: None
    ) -> None:
        """``tell``: the audit trail's end: (action, the specification's folder)."""
        self._storage, self._tell = storage, tell
        self._read: dict[Entry, Record | None] = {}

    def every(self, report: Report) -> list[Specification]:
        """All that this reader may look into, by title. SuiteError SHARE-001 where the share is away."""
        seen = self._storage.stat(PLACE)
        if seen is None or not seen.folder:
            return []
        folders = [e for batch in self._storage.list(PLACE) for e in batch if e.folder and not hidden(e.name)]
        folders.sort(key=lambda entry: entry.name)
        found = []
        for number, folder in enumerate(folders[:_MOST]):
            report(number, len(folders), folder.name)
            try:
                found.append(self.one(folder.path))
            except errors.Disconnected:
                raise
            except SuiteError:  # gone meanwhile, or not for this reader
                continue
        return found

    def one(self, folder: str) -> Specification:
        """The specification in ``folder``, as it is now."""
        entries = [entry for batch in self._storage.list(folder) for entry in batch if not entry.folder]
        written = sorted((e for e in entries if record.NAME.fullmatch(e.name)), key=lambda e: e.name)
        records: dict[str, Record] = {}
        for entry in written[-record.MAX_RECORDS :]:
            found = self._record(entry)
            if found is not None:
                records[entry.name[len("記録-") : -len(".json")]] = found
        documents = sorted((e for e in entries if not hidden(e.name)), key=lambda e: e.name)
        uses = sum(bool(record.USE.fullmatch(entry.name)) for entry in entries)
        known = record.together(records)
        return Specification(folder, tuple(documents), known, uses, len(written) - len(records))

    def put(
        self,
        title: str,
        values: Mapping[str, str],
        bring: Callable[[str], object],
        by: str = "",
    ) -> Specification:
        """A new specification: ``bring`` puts its documents into the folder that it is given. Nobody sees the
        folder before all is in it. SHARE-006 for a title that no folder can have, SHARE-060 for a value."""
        names.writable(names.join(PLACE, title))
        first = _record(values, frozenset(), by)
        try:
            self._storage.make_folder(PLACE)
        except SuiteError as error:
            if error.code != "SHARE-005" and self._storage.stat(PLACE) is None:
                raise
        making = names.join(PLACE, f".mahoroba-{secrets.token_hex(8)}.part")
        self._storage.make_folder(making)
        bring(making)
        self._add(making, record.file_name(), record.written(first))
        end = self._named(making, title)
        self._tell("library.added", end)
        return self.one(end)

    def change(self, was: Specification, values: Mapping[str, str], by: str = "") -> Specification:
        """Set some fields. Two who set the same one at the same moment lose nothing: see ``record``."""
        self._add(was.folder, record.file_name(), record.written(_record(values, was.known.newest, by)))
        self._tell("library.changed", was.folder)
        return self.one(was.folder)

    def copy(
        self, document: Entry, folder: str, name: str, by: str = "", report: Report = _QUIET
    ) -> tuple[str, bool]:
        """A new specification of one's own begun from ``document``: the copy's path, under a free name, and
        whether the use could be counted (this reader may not be allowed to write beside the document)."""
        made = transfer.copy_inside(self._storage, document.path, folder, report, name)
        self._tell("library.copied", document.parent)
        try:
            self.count(document, by)
        except errors.Disconnected:
            raise
        except SuiteError:
            return made, False
        return made, True

    def count(self, document: Entry, by: str) -> None:
        """One more use, by a section; not by whom in it. SHARE-003 where this reader may not write there."""
        use = json.dumps({"by": by[:100], "at": datetime.now(UTC).date().isoformat()}, ensure_ascii=False)
        self._add(document.parent, record.file_name("利用"), use.encode())

    def _record(self, entry: Entry) -> Record | None:
        if entry not in self._read:
            if entry.size > record.MAX_BYTES:
                self._read[entry] = None
            else:
                self._read[entry] = self._parsed(entry)
        return self._read[entry]

    def _parsed(self, entry: Entry) -> Record | None:
        try:
            return record.parsed(first_bytes(self._storage, entry.path, record.MAX_BYTES))
        except errors.Disconnected:
            raise
        except (SuiteError, ValueError):
            return None

    def _add(self, folder: str, name: str, content: bytes) -> None:
        part = names.join(folder, f".mahoroba-{secrets.token_hex(8)}.part")
        for failed in self._storage.put_many([Small(part, names.join(folder, name), content)]):
            if failed is not None:
                raise failed

    def _named(self, making: str, title: str) -> str:
        """Give the finished folder its title, or ``title (2)`` where somebody has taken it meanwhile."""
        for attempt in range(_TRIES):
            taken = [entry.name for batch in self._storage.list(PLACE) for entry in batch]
            end = names.join(PLACE, names.free(title, taken))
            try:
                self._storage.move(making, end)
                return end
            except SuiteError:
                if self._storage.stat(end) is None or attempt == _TRIES - 1:
                    raise
        raise errors.exists(title)


def _record(values: Mapping[str, str], seen: frozenset[str], by: str) -> Record:
    try:
        return Record(record.checked(values), seen, by)
    except ValueError as error:
        raise SuiteError(
            _("仕様書の情報を保存できません。"),
            _("「{field}」が長すぎるか、年度が西暦4けたではありません。").format(
                field=field_words(str(error))
            ),
            _("短くするか、年度を選び直してください。"),
            "SHARE-060",
        ) from error


def field_words(field: str) -> str:
    """What a field of the records is called."""
    return {
        "system": _("対象システム"),
        "year": _("年度"),
        "department": _("所属"),
        "kind": _("種別"),
        "note": _("備考"),
    }.get(field, field)


def fitting(found: Sequence[Specification], words: str, inside: Iterable[Hit] = ()) -> list[Specification]:
    """Those whose title, records or documents' names hold every one of ``words`` (case and width aside), and
    those in whose folders the index has found them (``inside``)."""
    wanted = [fold(word) for word in words.split()]
    hits = {hit.entry.path for hit in inside}
    return [
        each
        for each in found
        if all(word in _text(each) for word in wanted) or any(d.path in hits for d in each.documents)
    ]


def _text(each: Specification) -> str:
    return fold("\n".join((each.title, *each.known.values.values(), *(d.name for d in each.documents))))
