"""All rules of a share: its own file, and those that came along with folders made from a model case.

The latter are files of their own in 運用ルール/, one for each such folder: adding one disturbs nobody who
has the share's file open in Excel. Where both speak of the same folder the share's file counts.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Sequence
from datetime import date

from core.errors import SuiteError
from sharefolder import errors, names, rules
from sharefolder.index.crawl import hidden
from sharefolder.model import Entry
from sharefolder.ports import Small, Storage
from sharefolder.rules import Rule

PLACE = "運用ルール"
_MOST = 2_000  # files
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RuleBook:
    """Safe from any thread. A file is read again when its size or time is another."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._read: dict[Entry, list[Rule] | SuiteError] = {}

    def every(self) -> list[Rule]:
        """All that can be read. SHARE-050 where the share's own file cannot."""
        return self.whole()[0]

    def whole(self) -> tuple[list[Rule], list[SuiteError]]:
        """And why others cannot: a damaged one of a folder's silences no other."""
        found, broken = rules.load(self._storage), []
        seen = self._storage.stat(PLACE)
        if seen is None or not seen.folder:
            return found, []
        files = [e for batch in self._storage.list(PLACE) for e in batch if e.name.endswith(".csv")]
        for entry in sorted((e for e in files if not hidden(e.name)), key=lambda e: e.name)[:_MOST]:
            if entry not in self._read:
                self._read[entry] = self._one(entry)
            each = self._read[entry]
            if isinstance(each, SuiteError):
                broken.append(each)
            else:
                found += each
        return found, broken

    def _one(self, entry: Entry) -> list[Rule] | SuiteError:
        try:
            return rules.load(self._storage, entry.path)
        except errors.Disconnected:
            raise
        except SuiteError as error:
            return error

    def attach(self, name: str, wanted: Sequence[Rule]) -> str:
        """Put ``wanted`` beside the others; the new file's path. SHARE-003 where this person may not."""
        if self._storage.stat(PLACE) is None:
            self._storage.make_folder(PLACE)
        made = names.proposed(f"{name[:60]}-{secrets.token_hex(6)}.csv")
        return self._put(PLACE, made, wanted)

    def begin(self) -> str:
        """The share's own file, empty but for its headings; its path. SHARE-005 where it is there already."""
        return self._put("", rules.FILE, ())

    def _put(self, folder: str, name: str, wanted: Sequence[Rule]) -> str:
        part, end = (names.join(folder, each) for each in (f".mahoroba-{secrets.token_hex(8)}.part", name))
        for failed in self._storage.put_many([Small(part, end, written(wanted))]):
            if failed is not None:
                raise failed
        return end


def written(wanted: Sequence[Rule]) -> bytes:
    """As ``rules.load`` reads it and Excel opens it. ValueError for a cell that would be a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rules.TITLES)
    for rule in wanted:
        if any(cell.startswith(_FORMULA) for cell in (rule.owner, rule.cleaner, rule.naming)):
            raise ValueError(rule.owner)
        until = rule.until.isoformat() if rule.until is not None else ""
        size = f"{rule.gigabytes:g}" if rule.gigabytes is not None else ""
        row = (f"/{rule.folder}", rule.owner, rule.cleaner, until, rule.days or "", size, rule.naming)
        writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")


def end_of_keeping(day: date, years: int) -> date:
    """31 March after ``years`` whole fiscal years (1 April to 31 March) that follow the one of ``day``."""
    begins = day.year if day.month >= 4 else day.year - 1
    return date(begins + 1 + years, 3, 31)
