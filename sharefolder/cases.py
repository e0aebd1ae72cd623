"""モデルケース: trees of folders that proved themselves, made anew in one act with documents and rules.

A case is a folder in モデルケース/ on the share: whatever lies in it is what is made. Two files speak about
it and do not come along: 説明.txt tells people what it is for, 運用ルール.csv holds its rules, with folders
as seen from the case, 「5年」 for an end of keeping, and an empty owner for whoever makes it.
"""

from __future__ import annotations

import re
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from sharefolder import errors, names, rules
from sharefolder.documents.text import Unreadable, decode
from sharefolder.index.crawl import hidden
from sharefolder.model import Entry
from sharefolder.ports import Storage, first_bytes
from sharefolder.rule_book import RuleBook, end_of_keeping
from sharefolder.rules import Rule

PLACE = "モデルケース"
ABOUT = "説明.txt"
_YEARS = re.compile(r"(\d{1,2})\s*年")
_CASES, _ENTRIES = 500, 2_000
_ABOUT = 4_000  # bytes shown
_OWNER = "＊作った所属＊"


@dataclass(frozen=True)
class Case:
    """``entries``: what is made, folders before what is in them. ``rules``: folders as seen from it."""

    folder: str
    about: str
    entries: tuple[Entry, ...]
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return self.folder.rpartition("/")[2]

    def rules_of(self, section: str) -> list[Rule]:
        """Its rules where ``section`` makes it, folders still as seen from it."""
        return [
            replace(
                rule,
                owner=rule.owner.replace(_OWNER, section),
                cleaner=rule.cleaner.replace(_OWNER, section),
            )
            for rule in self.rules
        ]

    def below(self, entry: Entry) -> str:
        """``entry``'s path as seen from the case."""
        return entry.path[len(self.folder) + 1 :]


@dataclass(frozen=True)
class Made:
    """What one act made: the folder, its rules' file (empty: none), and every entry as it was then."""

    folder: str
    rules: str
    entries: frozenset[Entry]


class Cases:
    """The model cases of a share. Safe from any thread."""

    def __init__(
        self,
        storage: Storage,
        book: RuleBook,
        today: Callable[[], date] = lambda: datetime.now(TOKYO).date(),
        tell: Callable[[str, str], None] = lambda _action, _folder: None,
    ) -> None:
        self._storage, self._book, self._today, self._tell = storage, book, today, tell

    def every(self, report: Report) -> tuple[list[Case], list[SuiteError]]:
        """All that this reader may look into, by name; and why others cannot be used."""
        seen = self._storage.stat(PLACE)
        if seen is None or not seen.folder:
            return [], []
        folders = [e for batch in self._storage.list(PLACE) for e in batch if e.folder and not hidden(e.name)]
        found, broken = [], []
        for number, folder in enumerate(sorted(folders, key=lambda e: e.name)[:_CASES]):
            report(number, len(folders), folder.name)
            try:
                found.append(self._one(folder.path))
            except errors.Disconnected:
                raise
            except SuiteError as error:
                broken.append(error)
        return found, broken

    def _one(self, folder: str) -> Case:
        entries, about = [], ""
        for entry in self._walk(folder):
            if entry.path == f"{folder}/{ABOUT}":
                about = self._about(entry)
            elif entry.path != f"{folder}/{rules.FILE}":
                entries.append(entry)
        wanted = rules.load(self._storage, f"{folder}/{rules.FILE}", self._end, _OWNER)
        return Case(folder, about, tuple(entries), tuple(wanted))

    def _end(self, text: str) -> date | None:
        found = _YEARS.fullmatch(text.strip())
        return end_of_keeping(self._today(), int(found[1])) if found is not None else None

    def _about(self, entry: Entry) -> str:
        content = first_bytes(self._storage, entry.path, _ABOUT) if entry.size <= 1_000_000 else b""
        try:
            return decode(content).strip()
        except Unreadable:  # cut in the middle of a character
            return content.decode("utf-8", "ignore").strip()

    def make(self, case: Case, folder: str, name: str, section: str, report: Report) -> Made:
        """``case`` as it is now, as the new folder ``name`` in ``folder``, all at once: nobody sees it before
        everything is there. SHARE-005 for a taken name, SHARE-006; SHARE-003, and nothing is made, where this
        person may not add the rules."""
        case = self._one(case.folder)
        end = names.writable(names.join(folder, name))
        if self._storage.stat(end) is not None:
            raise errors.exists(name)
        making = names.join(folder, f".mahoroba-{secrets.token_hex(8)}.part")
        done: list[str] = []
        attached = ""
        try:
            self._storage.make_folder(making)
            done.append(making)
            for number, entry in enumerate(case.entries):
                report(number, len(case.entries), entry.name)
                target = f"{making}/{case.below(entry)}"
                done.append(target)
                if entry.folder:
                    self._storage.make_folder(target)
                else:
                    self._storage.copy(entry.path, target)
            if case.rules:
                attached = self._attach(case, end, section)
                done.insert(0, attached)
            self._storage.move(making, end)
        except BaseException:
            for path in reversed(done):
                with suppress(SuiteError):  # what cannot be taken away stays hidden, as a part of a transfer
                    self._storage.remove(path)
            raise
        self._tell("case.made", end)
        return Made(end, attached, frozenset(self._walk(end, every=True)))

    def _attach(self, case: Case, end: str, section: str) -> str:
        wanted = [
            replace(rule, folder=f"{end}/{rule.folder}" if rule.folder else end)
            for rule in case.rules_of(section)
        ]
        try:
            return self._book.attach(end.rpartition("/")[2], wanted)
        except ValueError as error:
            raise _unusable(case.name) from error

    def untouched(self, made: Made) -> bool:
        """Whether everything is still as it was made, and nothing has come to it."""
        return frozenset(self._walk(made.folder, every=True)) == made.entries

    def _walk(self, folder: str, every: bool = False) -> Iterator[Entry]:
        """What lies below ``folder``, folders first; ``every``: also what is not for people. SHARE-065
        for more than a case is good for."""
        waiting, count = deque([folder]), 0
        while waiting:
            seen = [e for batch in self._storage.list(waiting.popleft()) for e in batch]
            seen = [e for e in seen if every or not hidden(e.name)]
            count += len(seen)
            if count > _ENTRIES:
                raise _too_large(folder.rpartition("/")[2])
            for entry in sorted(seen, key=lambda e: (not e.folder, e.name)):
                yield entry._replace(size=0, changed=0.0) if entry.folder else entry
            waiting.extend(entry.path for entry in seen if entry.folder)


def _too_large(name: str) -> SuiteError:
    return SuiteError(
        _("モデルケース「{name}」を使えません。").format(name=name),
        _("フォルダと文書が合わせて {count} を超えています。").format(count=_ENTRIES),
        _("モデルケースには、何度も使う形だけを置いてください。"),
        "SHARE-065",
    )


def _unusable(name: str) -> SuiteError:
    return SuiteError(
        _("モデルケース「{name}」を使えません。").format(name=name),
        _("決まりの欄が = や + で始まっています。"),
        _("モデルケースを作った人に直してもらってください。"),
        "SHARE-065",
    )


def changed_since(folder: str) -> SuiteError:
    """Why a folder that was made is not taken away again."""
    return SuiteError(
        _("「{folder}」を元に戻しませんでした。").format(folder=folder.rpartition("/")[2]),
        _("作ったあとに、だれかが中に書いたか、中のものを変えました。"),
        _("要らないものだけを選んで削除してください。ごみ箱から戻せます。"),
        "SHARE-066",
    )
