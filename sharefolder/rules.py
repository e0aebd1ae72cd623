"""Rules for folders of a share, as data that anybody may read: 運用ルール.csv at its top, kept with Excel.

Who owns a folder and who cleans it up, until when it is kept, how old, how large, under which names. What has
come to its end is told a month ahead and in a report; nothing is ever deleted by it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from core.wareki import parse_date
from sharefolder import names
from sharefolder.documents.text import Unreadable, decode
from sharefolder.errors import Disconnected
from sharefolder.index.crawl import hidden
from sharefolder.model import Entry
from sharefolder.ports import Storage, first_bytes

FILE = "運用ルール.csv"
TITLES = ("フォルダ", "所有者", "整理する人", "保存期限", "最長日数", "最大GB", "名前")
AHEAD, YEAR = timedelta(days=31), timedelta(days=366)
"""How long before its end a folder is told of, in the monthly and in the yearly report."""
_MOST = 500_000  # bytes of the file
_RULES = 2_000
GB = 1_000_000_000
_HUGE = 1_000_000  # days, or GB
_LAST = 250_000_000_000.0  # seconds: in the last years that a date can have


@dataclass(frozen=True)
class Rule:
    """Of one folder and everything below it. ``days``: a file not changed for longer has had its time."""

    folder: str
    owner: str
    cleaner: str = ""
    until: date | None = None
    days: int | None = None
    gigabytes: float | None = None
    naming: str = ""


class Why(Enum):
    """What a rule says about a folder or file."""

    ENDS = "ends"  # within a month
    ENDED = "ended"
    OLD = "old"
    LARGE = "large"
    NAME = "name"
    GONE = "gone"  # the folder of the rule is not there
    CLOSED = "closed"  # a folder below it may not be listed


@dataclass(frozen=True)
class Finding:
    """``path`` and what a person should look at; ``when``: the day it ends or was last changed."""

    rule: Rule
    path: str
    why: Why
    when: date | None = None
    size: int = 0


Until = Callable[[str], date | None]
"""What else than a day may stand for the end of keeping; None: it is a day."""


def load(
    storage: Storage, path: str = FILE, until: Until = lambda _text: None, owner: str = ""
) -> list[Rule]:
    """The rules in ``path``; none where there is no such file. ``owner``: whose a line is that names nobody.
    SuiteError SHARE-050 for an unreadable one."""
    seen = storage.stat(path)
    if seen is None:
        return []
    if seen.folder or seen.size > _MOST:
        raise _unreadable(path, _("大きすぎます。"))
    try:
        rows = list(csv.DictReader(io.StringIO(decode(first_bytes(storage, path, _MOST))), strict=True))
        if len(rows) > _RULES:
            raise ValueError(_("行が多すぎます。"))
        return [_rule(number, row, until, owner) for number, row in enumerate(rows, 2) if any(row.values())]
    except (Unreadable, csv.Error, ValueError, TypeError) as error:
        raise _unreadable(path, str(error)) from error


def _rule(number: int, row: dict[str, str], otherwise: Until, nobody: str) -> Rule:
    """ValueError with the line's ``number`` in its words."""
    where = _("{number} 行目").format(number=number)
    if row.keys() != set(TITLES) or None in row.values():
        raise ValueError(_("{where}: 欄は {titles} です。").format(where=where, titles="、".join(TITLES)))
    folder, owner, cleaner, until, days, size, naming = (row[title].strip() for title in TITLES)
    owner = owner or nobody
    if not owner:
        raise ValueError(_("{where}: 所有者がありません。").format(where=where))
    try:
        return Rule(
            names.inside(folder.strip("/")),
            owner,
            cleaner or owner,
            (otherwise(until) or parse_date(until)) if until else None,
            int(_positive(days)) if days else None,
            _positive(size) if size else None,
            naming,
        )
    except (ValueError, SuiteError) as error:
        raise ValueError(_("{where}: 日付・数・場所のどれかが読めません。").format(where=where)) from error


def _positive(text: str) -> float:
    if not 0 < (value := float(text)) < _HUGE:  # and no nan
        raise ValueError(text)
    return value


def _pattern(naming: str) -> re.Pattern[str] | None:
    """``年月日`` is six or eight digits, ``*`` anything, all else itself: nobody has to know more."""
    if not naming:
        return None
    parts = re.split(r"(年月日|\*)", naming)
    known = {"年月日": r"\d{6}(\d\d)?", "*": ".*"}
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts))


def rule_of(rules: Sequence[Rule], path: str) -> Rule | None:
    """The rule that counts at ``path``: the nearest folder's above it."""
    fitting = [rule for rule in rules if not rule.folder or f"{path}/".startswith(f"{rule.folder}/")]
    return max(fitting, key=lambda rule: len(rule.folder), default=None)


def ending(rules: Sequence[Rule], section: str, today: date) -> list[Finding]:
    """What ``section`` owns or cleans up and what ends within a month or has ended, the nearest first. Of the
    rules alone: nothing is listed."""
    found = [
        Finding(rule, rule.folder, Why.ENDED if rule.until < today else Why.ENDS, rule.until)
        for rule in rules
        if rule.until is not None
        and rule.until - AHEAD <= today
        and any(who == section or who.startswith((f"{section} ", f"{section}　")) for who in _who(rule))
    ]
    return sorted(found, key=lambda each: (each.when or today, each.path))


def _who(rule: Rule) -> tuple[str, str]:
    return rule.owner, rule.cleaner


def look(
    storage: Storage, rules: Sequence[Rule], today: date, report: Report, ahead: timedelta = AHEAD
) -> Iterator[Finding]:
    """Everything that the rules say today, and what ends within ``ahead``. A rule whose folder is not there
    (a rename takes it away from its rule) and a folder that this reader may not list are named."""
    for number, rule in enumerate(rules):
        report(number, len(rules), rule.folder)
        if rule.until is not None and rule.until - ahead <= today:
            yield Finding(rule, rule.folder, Why.ENDED if rule.until < today else Why.ENDS, rule.until)
        if not _is_there(storage, rule.folder):
            yield Finding(rule, rule.folder, Why.GONE)
            continue
        closed: list[str] = []
        pattern, total = _pattern(rule.naming), 0
        for entry in _below(storage, rule, rules, report, closed):
            total += entry.size
            changed = _day(entry.changed)
            if rule.days is not None and (today - changed).days > rule.days:
                yield Finding(rule, entry.path, Why.OLD, changed, entry.size)
            if pattern is not None and not pattern.fullmatch(entry.name.rpartition(".")[0] or entry.name):
                yield Finding(rule, entry.path, Why.NAME, changed, entry.size)
        if rule.gigabytes is not None and total > rule.gigabytes * GB:
            yield Finding(rule, rule.folder, Why.LARGE, None, total)
        yield from (Finding(rule, folder, Why.CLOSED) for folder in closed)


def _is_there(storage: Storage, folder: str) -> bool:
    """False also where this reader may not know. SHARE-001 passes through."""
    try:
        return not folder or ((seen := storage.stat(folder)) is not None and seen.folder)
    except Disconnected:
        raise
    except SuiteError:
        return False


def _day(changed: float) -> date:
    """A server may tell times of any year."""
    return datetime.fromtimestamp(min(max(changed, 0.0), _LAST), TOKYO).date()


def _below(
    storage: Storage, rule: Rule, rules: Sequence[Rule], report: Report, closed: list[str]
) -> Iterator[Entry]:
    others = {each.folder for each in rules} - {rule.folder}
    waiting = deque([rule.folder])
    while waiting:
        folder = waiting.popleft()
        report(0, None, folder)
        try:
            seen = [entry for batch in storage.list(folder) for entry in batch if not hidden(entry.name)]
        except Disconnected:
            raise
        except SuiteError as error:
            if error.code != "SHARE-002":  # gone meanwhile
                closed.append(folder)
            continue
        yield from (entry for entry in seen if not entry.folder)
        waiting.extend(entry.path for entry in seen if entry.folder and entry.path not in others)


def _unreadable(path: str, why: str) -> SuiteError:
    return SuiteError(
        _("運用ルールを読めません。"),
        _("「{file}」: {why}").format(file=path, why=why[:200]),
        _("直すまで、期限の知らせと報告は出ません。ファイルには何も起きません。"),
        "SHARE-050",
    )
