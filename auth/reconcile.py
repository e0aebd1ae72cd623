"""``mahoroba audit reconcile``: each certificate has a statement, each statement at most one certificate.

The signer's log and trail are compared with the trails of all matchers (copies of their ``audit.db``). What
the signer's own key has signed outside of its log shows up nowhere here, but at the KDC.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auth.house import House
from auth.signer.log import Issued, open_log
from core.audit import Entry, read_copy
from core.i18n import _


@dataclass(frozen=True)
class Reconciled:
    """``problems``: a sentence each, with the certificate's serial or the statement's id."""

    serials: tuple[str, ...]
    statements: int
    problems: tuple[str, ...]


def reconcile(issued: Iterable[Issued], entries: Iterable[Entry]) -> Reconciled:
    """Compare the rows of the signer's log with the lines of the trails."""
    stated: dict[str, Entry] = {}
    signed: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        statement = str(entry.detail.get("statement", ""))
        if entry.action == "statement.signed" and statement:
            stated[statement] = entry
        elif entry.action == "certificate.issued":
            signed[statement, str(entry.detail.get("serial", ""))] += 1
    rows = list(issued)
    problems = [p for row in rows for p in _of(row, stated)]
    problems += _twice(rows, signed)
    return Reconciled(tuple(r.serial for r in rows), len(stated), tuple(problems))


def _of(row: Issued, stated: dict[str, Entry]) -> Iterator[str]:
    entry = stated.get(row.statement)
    if entry is None:
        yield _("証明書 {serial} には、照合の記録がありません。").format(serial=row.serial)
        return
    same = (entry.subject, str(entry.detail.get("terminal")), str(entry.detail.get("key")))
    if same != (row.subject, row.device, row.key):
        yield _("証明書 {serial} は、照合の記録と人・端末・鍵が違います。").format(serial=row.serial)


def _twice(rows: Sequence[Issued], signed: Counter[tuple[str, str]]) -> Iterator[str]:
    logged = Counter(row.statement for row in rows)
    noted = Counter(statement for statement, _serial in signed)
    for statement in sorted(k for k in logged.keys() | noted.keys() if max(logged[k], noted[k]) > 1):
        yield _("照合 {id} から、証明書が 2 枚以上出ています。").format(id=statement)
    known = {(row.statement, row.serial) for row in rows}
    for _statement, serial in sorted(signed.keys() - known):
        yield _("証明書 {serial} の行が、署名の記録から消えています。").format(serial=serial)


def main(options: argparse.Namespace) -> int:
    """0 when all fits; otherwise 1 and a line for each certificate that does not."""
    house = House.open()
    log = open_log(house.config.servers.database, house.paths.data / "issued.db")
    trails: list[Path] = [house.paths.data / "audit.db", *options.trails]
    found = reconcile(log.all(), (entry for trail in trails for entry in read_copy(trail)))
    if options.json:
        shown = {"serials": found.serials, "statements": found.statements, "problems": found.problems}
        print(json.dumps(shown, ensure_ascii=False))
    else:
        for problem in found.problems:
            print(problem)
        print(
            _("証明書 {n} 枚、照合 {m} 件を突き合わせました。").format(
                n=len(found.serials), m=found.statements
            )
        )
    return 1 if found.problems else 0
