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
from core.wareki import parse_date
from sharefolder import rules
from sharefolder.local import LocalStorage
from sharefolder.rule_book import RuleBook

_QUIET = Report(lambda _done, _total, _text: None)


def main(arguments: Sequence[str]) -> int:
    """0; 1 when something has come to its end (so that a timer's mail is sent)."""
    parser = argparse.ArgumentParser(
        prog="mahoroba share-rules", description=_("運用ルールに当てはまるものを調べます（消しません）。")
    )
    parser.add_argument("--root", type=Path, required=True, help=_("共有の中身があるフォルダ"))
    parser.add_argument("--csv", type=Path, help=_("報告を書くファイル"))
    parser.add_argument(
        "--on", type=parse_date, default=None, help=_("この日として調べます（例: R9.3.31）。")
    )
    options = parser.parse_args(arguments)
    storage = LocalStorage(options.root)
    known, broken = RuleBook(storage).whole()
    today: date = options.on or datetime.now(TOKYO).date()
    found = list(rules.look(storage, known, today, _QUIET))
    if options.csv is not None:
        _write(options.csv, rules.write_csv(found, today))
    print(_("決まりのあるフォルダ {count}、知らせ {found} 件").format(count=len(known), found=len(found)))
    for error in broken:
        print(error)
    for (owner, why), count in sorted(Counter((f.rule.owner, f.why.value) for f in found).items()):
        print(owner, why, count, sep="\t")
    for finding in found:
        if finding.why in (rules.Why.ENDS, rules.Why.ENDED):
            print(finding.path, rules.words(finding), finding.rule.cleaner, sep="\t")
    return int(any(finding.why is rules.Why.ENDED for finding in found))


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
