"""``mahoroba support-bundle [--out FILE]``: what IT needs to help, without anything about a person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.i18n import _
from desktop.self_test import terminal_here
from installer.selftest import run
from installer.selftest.checks import checks
from installer.support import bundle


def main(arguments: Sequence[str]) -> int:
    """0 when the bundle is written; its path is printed."""
    parser = argparse.ArgumentParser(
        prog="mahoroba support-bundle",
        description=_("情報担当に渡す記録を、個人の情報を除いて作ります。"),
    )
    parser.add_argument("--out", type=Path, help=_("作る ZIP ファイル。"))
    options = parser.parse_args(arguments)
    terminal = terminal_here()
    target = options.out or Path.cwd() / bundle.name_now()
    print(bundle.write(target, terminal.paths, terminal.config, run(checks(terminal))))
    return 0
