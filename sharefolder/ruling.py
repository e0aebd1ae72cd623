"""What the rules of a share say: of one folder, to one section, and as IT's and each section's report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import rules
from sharefolder.ports import Storage
from sharefolder.rule_book import RuleBook
from sharefolder.rules import Finding, Rule

Done = Callable[[str, str, Sequence[str]], None]
"""As in ``changes``."""


@dataclass(frozen=True)
class Said:
    """``rules``: how many folders have one; ``broken``: files of rules that cannot be read."""

    rules: int
    findings: tuple[Finding, ...] = ()
    broken: tuple[SuiteError, ...] = ()


class Ruling:
    """``at`` gives a place's storage and its rules. Safe from any thread."""

    def __init__(self, at: Callable[[str], tuple[Storage, RuleBook]], done: Done) -> None:
        self._at, self._done = at, done

    def rule(self, place: str, folder: str) -> Rule | None:
        """The rule that counts in ``folder``. SHARE-050 where the share's rules cannot be read."""
        return rules.rule_of(self._at(place)[1].every(), folder)

    def ending(self, place: str, section: str, today: date) -> list[Finding]:
        """What ``section`` should look at before its end. SHARE-050 where the rules cannot be read."""
        return rules.ending(self._at(place)[1].every(), section, today)

    def known(self, place: str) -> Said:
        """How many rules there are; nothing is listed. SHARE-050 as above."""
        found, broken = self._at(place)[1].whole()
        return Said(len(found), broken=tuple(broken))

    def report(self, place: str, today: date, ahead: timedelta, report: Report) -> Said:
        """All that the rules say today of what this reader may see, and what ends within ``ahead``. Lists
        every folder that has a rule, and those below. SHARE-050 as above."""
        storage, book = self._at(place)
        found, broken = book.whole()
        return Said(len(found), tuple(rules.look(storage, found, today, report, ahead)), tuple(broken))

    def begin(self, place: str) -> None:
        """The share's own file of rules, with its headings and nothing else. SHARE-005 where it is there
        already, SHARE-003 for whoever may not write at the top of the share."""
        path = self._at(place)[1].begin()
        self._done("share.sent", place, [path])
