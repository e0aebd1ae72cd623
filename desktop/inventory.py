"""``mahoroba inventory``: what this terminal is, shown or left in the folder where reports are collected.

Which machine, which system, which programs, how its self-test went; never who uses it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from desktop.self_test import terminal_here
from installer.selftest import State, run, worst
from installer.selftest.checks import checks
from office.here import host, report


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    results = [] if options.quick else run(checks(terminal_here()))
    failed = tuple(each.key for each in results if each.outcome.state is State.FAIL)
    made = report(options.name or host(), worst(results).value if results else "", failed)
    if options.folder is None:
        print(made.encoded().decode())
        return 0
    try:
        write_atomically(options.folder / f"{made.name}.json", made.encoded(), 0o640)
    except OSError as error:
        raise SuiteError(
            _("端末の報告を置けませんでした。"),
            _("「{name}」に書き込めません。").format(name=options.folder.name),
            _("フォルダの場所と権限を確かめてください。"),
            "INV-003",
        ) from error
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba inventory", description=_("この端末の報告を作ります。"))
    parser.add_argument(
        "folder", nargs="?", type=Path, help=_("報告を置くフォルダ（なければ画面に出します）")
    )
    parser.add_argument("--name", default="", help=_("端末名（なければこの機械の名前）"))
    parser.add_argument("--quick", action="store_true", help=_("自己診断をしません。"))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
