"""``python -m installer.packages.make``: both Debian packages of this commit, and the hash of the program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from core.version import SOURCE
from installer.packages import build, deb, tree


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when both are made; their paths and the program's hash are printed."""
    parser = argparse.ArgumentParser(
        prog="installer.packages.make", description=_("配布用のパッケージを作ります。")
    )
    parser.add_argument("--out", type=Path, default=build.ROOT / "out" / "package", help=_("置く場所"))
    parser.add_argument("--version", default=SOURCE, help=_("版"))
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    try:
        folder = build.build(out, options.version)
        print(deb.program(folder, out), deb.models(out, options.version), tree.digest(folder), sep="\n")
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
