"""``./mahoroba face-report FOLDER [--out FOLDER]``: how well the face sign-in works on these very people.

Enrols, matches and attacks with the pictures of a folder (see ``folder``) and writes a page, CSV and JSON.
A customer can run it on its own staff; pictures and vectors stay on the machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from auth.face.report.files import write_report
from auth.face.report.measure import engines_of, measure
from auth.face.report.plots import check_available
from auth.face.report.samples import Progress
from auth.face.report.summary import Summary
from core.clock import TOKYO
from core.config import Config
from core.errors import SuiteError
from core.i18n import _
from core.paths import Paths


def run(folder: Path, out: Path, report: Progress) -> Summary:
    """Measure ``folder`` and write index.html, figures.csv and figures.json into ``out``.

    ``report`` is a core.jobs.Report or a look-alike; it may raise to cancel.
    Raises SuiteError FACE-001..003 (models), FACE-030 (nothing to measure), FACE-031 (no matplotlib),
    FACE-032 (``out`` cannot be written).
    """
    check_available()
    paths = Paths.from_environment()
    engines, notes = engines_of(Config.load(paths).face)
    summary = measure(folder, engines, paths.cache / "face-report", report, notes)
    try:
        write_report(summary, out)
    except OSError as error:
        raise SuiteError(
            _("顔認証の報告を保存できませんでした。"),
            _("{folder} に書き込めません（{reason}）。").format(folder=out, reason=error.strerror or error),
            _("空き容量と書き込みの権限を確かめるか、--out で別の場所を指定してください。"),
            "FACE-032",
        ) from error
    return summary


def main(arguments: Sequence[str]) -> int:
    """The command. 0 when the report is written."""
    parser = argparse.ArgumentParser(
        prog="mahoroba face-report", description=_("顔画像のフォルダーで認証の精度を測ります。")
    )
    parser.add_argument(
        "folder", type=Path, help=_("「人／画像」または「live／人／日／画像」の形のフォルダー")
    )
    parser.add_argument("--out", type=Path, help=_("報告を置く場所（既定: out/face-report-日付）"))
    options = parser.parse_args(arguments)
    out = options.out or Path("out") / f"face-report-{datetime.now(TOKYO).date().isoformat()}"
    run(options.folder, out, _say())
    print(_("報告を書きました: {page}").format(page=out / "index.html"))
    return 0


def _say() -> Progress:
    """Progress on the terminal: one line a step, and every tenth of it."""
    last = ("", -1)

    def say(done: float = 0.0, total: float | None = None, text: str = "") -> None:
        nonlocal last
        tenth = int(10 * done / total) if total else 0
        if (text, tenth) != last:
            last = (text, tenth)
            print(f"  {text} {10 * tenth:3d} %", file=sys.stderr, flush=True)

    return say
