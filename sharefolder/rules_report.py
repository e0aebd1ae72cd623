"""``mahoroba share-rules``: what the rules of a share say, for IT's monthly and yearly round."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from core.clock import TOKYO
from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from core.jobs import Report
from core.wareki import parse_date, written_fiscal_year
from sharefolder import findings, rules
from sharefolder.local import LocalStorage
from sharefolder.rule_book import RuleBook
from sharefolder.rules import Finding, Rule

_QUIET = Report(lambda _done, _total, _text: None)


def main(arguments: Sequence[str]) -> int:
    """0; without ``--reports`` 1 when something has come to its end (so that one's own timer notices)."""
    options = _parser().parse_args(arguments)
    storage = LocalStorage(options.root)
    known, broken = RuleBook(storage).whole()
    today: date = options.on or datetime.now(TOKYO).date()
    if options.reports is not None:
        return _reports(options.reports, storage, known, broken, today)
    found = list(rules.look(storage, known, today, _QUIET, rules.YEAR if options.year else rules.AHEAD))
    if options.csv is not None:
        _write(options.csv, findings.write_csv(found, today))
    _say(known, broken, found)
    return int(any(finding.why is rules.Why.ENDED for finding in found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mahoroba share-rules", description=_("運用ルールに当てはまるものを調べます（消しません）。")
    )
    parser.add_argument("--root", type=Path, required=True, help=_("共有の中身があるフォルダ"))
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--csv", type=Path, help=_("報告を書くファイル"))
    where.add_argument("--reports", type=Path, help=_("月次の報告（4月は年次も）を、月の名前で置くフォルダ"))
    parser.add_argument("--year", action="store_true", help=_("1か月ではなく、1年先の期限まで調べます。"))
    parser.add_argument(
        "--on", type=parse_date, default=None, help=_("この日として調べます（例: R9.3.31）。")
    )
    return parser


def _reports(
    folder: Path, storage: LocalStorage, known: list[Rule], broken: list[SuiteError], today: date
) -> int:
    """One a month, and in April that of the year; written anew when it is made again."""
    wanted = {f"運用ルール_{today:%Y-%m}.csv": rules.AHEAD}
    if today.month == 4:
        wanted[f"運用ルール_{written_fiscal_year(today)}.csv"] = rules.YEAR
    for name, ahead in wanted.items():
        found = list(rules.look(storage, known, today, _QUIET, ahead))
        _write(folder / name, findings.write_csv(found, today))
        print(folder / name)
        _say(known, broken, found)
    return 0


def _say(known: list[Rule], broken: list[SuiteError], found: list[Finding]) -> None:
    print(_("決まりのあるフォルダ {count}、知らせ {found} 件").format(count=len(known), found=len(found)))
    for error in broken:
        print(error)
    for (owner, why), count in sorted(Counter((f.rule.owner, f.why.value) for f in found).items()):
        print(owner, why, count, sep="\t")
    for finding in found:
        if finding.why in (rules.Why.ENDS, rules.Why.ENDED, rules.Why.GONE, rules.Why.CLOSED):
            print(finding.path, findings.words(finding), finding.rule.cleaner, sep="\t")


def _write(path: Path, report: bytes) -> None:
    try:
        write_atomically(path, report)
    except OSError as error:
        raise SuiteError(
            _("報告を書けませんでした。"),
            _("「{path}」に書けません（{why}）。").format(path=path, why=error.strerror),
            _("書けるフォルダのファイルを選んでください。"),
            "SHARE-051",
        ) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
