"""保管量: what the office's data takes, how it grows, when the disk is full, and the backups' command."""

from __future__ import annotations

from datetime import datetime

from core.clock import TOKYO
from core.i18n import _, sentences
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.widgets.table import Table
from office.storage import Disk, Size


class StorageView(Fresh):
    """A row a database or folder."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        layout = page.column(self, 0.75)
        self._summary = page.label("", wrap=True)
        layout.addWidget(self._summary)
        titles = [_("データ"), _("いまの大きさ"), _("1 日の増え方（30 日）")]
        self.table = Table(_("データの大きさ"), titles, (12, 8, 10))
        self.table.setMinimumHeight(theme.em(14))
        layout.addWidget(self.table, 1)
        words = _("控えは「mahoroba backup take」で作り、月に一度「rehearse」で戻す練習をしてください。")
        layout.addWidget(page.label(words, "caption", wrap=True))

    def read(self) -> None:
        office, today = self._services.open_office, datetime.now(TOKYO).date()
        self.bring(_("保管量"), lambda: office().storage.look(today), lambda found: self._show(*found))

    def _show(self, sizes: list[Size], disk: Disk) -> None:
        words = _("ディスクの空き {free}（全体 {total}）。").format(
            free=size_words(disk.free), total=size_words(disk.total)
        )
        if disk.days_left is not None:
            full = _("この増え方なら、あと {days} 日で一杯になります。").format(days=disk.days_left)
            words = sentences(words, full)
        self._summary.setText(words)
        self.table.put([(each.name, _cells(each)) for each in sizes])


def _cells(each: Size) -> tuple[str, ...]:
    growth = _("今日から記録") if each.growth is None else size_words(round(each.growth))
    return each.name, size_words(each.now), growth


def size_words(size: int) -> str:
    """Bytes as people read them (1 MB is 1,000,000)."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(value) < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
