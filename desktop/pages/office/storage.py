"""保管量: what the office's data takes and how it grows, when the disk is full, and how its backups stand."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import TOKYO
from core.i18n import _, sentences
from core.wareki import format_date
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.widgets.table import Cell, Table
from office.backup.record import Act, Done, Record
from office.storage import Disk, Size

OLD_BACKUP_DAYS, REHEARSAL_DAYS = 3, 31


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
        layout.addWidget(page.label(_("バックアップ"), "section"))
        self.backups = page.label("", wrap=True)
        self.next_step = page.label("", "muted", wrap=True)
        layout.addWidget(self.backups)
        layout.addWidget(self.next_step)

    def read(self) -> None:
        office, today = self._services.open_office, datetime.now(TOKYO).date()

        def look() -> tuple[tuple[list[Size], Disk], tuple[str, str]]:
            return office().storage.look(today), backup_words(office().backups)

        def show(found: tuple[tuple[list[Size], Disk], tuple[str, str]]) -> None:
            self._show(*found[0])
            self.backups.setText(found[1][0])
            self.next_step.setText(found[1][1])

        self.bring(_("保管量"), look, show)

    def _show(self, sizes: list[Size], disk: Disk) -> None:
        words = _("ディスクの空き {free}（全体 {total}）。").format(
            free=size_words(disk.free), total=size_words(disk.total)
        )
        if disk.days_left is not None:
            full = _("この増え方なら、あと {days} 日で一杯になります。").format(days=disk.days_left)
            words = sentences(words, full)
        self._summary.setText(words)
        self.table.put([(each.name, _cells(each)) for each in sizes])


def backup_words(record: Record) -> tuple[str, str]:
    """When the last good backup and the last rehearsal were; and what is to be done next."""
    last = record.last()
    said = sentences(
        _done(last.get(Act.TAKEN), _("最後のバックアップ: {day}（{name}）。"))
        or _("バックアップの記録はありません。"),
        _done(last.get(Act.REHEARSED), _("最後の復元の練習: {day}（{name}）。"))
        or _("復元の練習の記録はありません。"),
        _done(last.get(Act.RESTORED), _("最後の復元: {day}（{name}）。")),
    )
    return said, _next_step(record, last.get(Act.TAKEN), last.get(Act.REHEARSED))


def _next_step(record: Record, taken: Done | None, rehearsed: Done | None) -> str:
    if taken is None:
        return _("「mahoroba backup take」を、毎日の予定（cron など）に入れてください。")
    if (days := record.days_since(taken)) >= OLD_BACKUP_DAYS:
        words = _(
            "{days} 日の間、新しいバックアップがありません。毎日の予定（cron など）を確かめてください。"
        )
        return words.format(days=days)
    if rehearsed is None or record.days_since(rehearsed) >= REHEARSAL_DAYS:
        return _("「mahoroba backup rehearse」で、戻す練習をしてください（月に一度）。")
    due = datetime.fromtimestamp(rehearsed.time, TOKYO).date() + timedelta(days=REHEARSAL_DAYS)
    return _("次の練習は {day} までにしてください。").format(day=format_date(due))


def _done(done: Done | None, words: str) -> str:
    if done is None:
        return ""
    day = format_date(datetime.fromtimestamp(done.time, TOKYO).date())
    return words.format(day=day, name=done.name)


def _cells(each: Size) -> tuple[str, ...]:
    growth = _("今日から記録") if each.growth is None else size_words(round(each.growth))
    name, words = each.name, _names().get(each.name, "")
    now = Cell(size_words(each.now), each.now)
    return (
        f"{words}（{name}）" if words else name,
        now,
        growth if each.growth is None else Cell(growth, each.growth),
    )


def _names() -> dict[str, str]:
    """What lies in the suite's files and folders, in words; whoever makes a backup knows the names too."""
    return {
        "share": _("共有フォルダ"),
        "calendar": _("予定"),
        "calendar-server": _("予定のサーバー"),
        "liaison": _("連絡員端末"),
        "audit.db": _("監査の記録"),
        "trail.db": _("監査の索引"),
        "auth.db": _("職員とサインイン"),
        "office.db": _("職場の台帳"),
        "issued.db": _("出した証明書"),
        "ca": _("認証局の鍵と証明書"),
        "secrets.json": _("封をした鍵"),
        "sign-ins.jsonl": _("サインインにかかった時間"),
    }


def size_words(size: int) -> str:
    """Bytes as people read them (1 MB is 1,000,000)."""
    value, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if abs(value) < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
