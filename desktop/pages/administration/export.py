"""A table saved as CSV where the person says: the one way out of administration's pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO

from PySide6.QtWidgets import QWidget

from core.i18n import _
from core.jobs import Report
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.files import ask_save, save, saving
from desktop.pages.services import Services
from desktop.ui.widgets.table import Table, harmless


def export(owner: QWidget, services: Services, table: Table, name: str) -> None:
    """What ``table`` shows, into a file that the person chooses (``name`` is offered)."""
    path = ask_save(owner, name, "CSV (*.csv)")
    if path is None:
        return
    content = table.csv()
    words = _("「{name}」に書き出しました。").format(name=path.name)
    services.bridge.run(
        owner,
        _("書き出し"),
        lambda _r: save(path, content()),
        lambda _nothing: services.notices.success(words),
    )


def export_rows(
    owner: QWidget,
    services: Services,
    name: str,
    titles: Sequence[str],
    rows: Callable[[], Iterable[Sequence[str]]],
    step_up: StepUpCard,
    allowed: Callable[[Callable[[], int]], object],
) -> None:
    """All of ``rows``, however many, written as they are read. ``allowed`` gets the writing, which gives the
    number of rows, and refuses (through ``step_up`` where a further factor is wanted) or has it done."""
    path = ask_save(owner, name, "CSV (*.csv)")
    if path is None:
        return

    def work(report: Report) -> int:
        written = 0

        def write(file: BinaryIO) -> int:
            nonlocal written
            written = _write(file, titles, rows(), report)
            return written

        with saving(path) as file:
            allowed(lambda: write(file))
        return written

    def told(count: int) -> None:
        words = _("「{name}」に {count} 件を書き出しました。")
        services.notices.success(words.format(name=path.name, count=f"{count:,}"))

    step_up.run_long(owner, _("書き出し"), work, told)


def _write(file: BinaryIO, titles: Sequence[str], rows: Iterable[Sequence[str]], report: Report) -> int:
    """UTF-8 with BOM, as Excel wants; the number of rows."""
    text, count = io.TextIOWrapper(file, "utf-8-sig", newline=""), 0
    writer = csv.writer(text)
    writer.writerow(titles)
    for cells in rows:
        writer.writerow([harmless(cell) for cell in cells])
        count += 1
        if count % 100 == 0:
            report(count)
    text.flush()
    text.detach()
    return count
