"""端末の台帳: every terminal's model, system, version and self-test, and the programs of the house."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from PySide6.QtWidgets import QWidget

from core.clock import TOKYO
from core.files import read_bounded
from core.i18n import _
from core.wareki import format_short_date
from desktop.pages.files import ask_open, ask_save, save
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Table, harmless
from office import licences
from office.here import host, report
from office.licences import Title
from office.terminals import MOST_BYTES, Collected, Report


class InventoryView(Fresh):
    """The terminals on the left; on the right the chosen one's programs, or all programs of the house."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._rows: list[tuple[Report, tuple[str, ...]]] = []
        layout = page.column(self, 0.75)
        self._summary = page.label("", wrap=True)
        layout.addWidget(self._summary)
        choices = [("all", _("すべて")), ("trouble", _("診断で問題")), ("silent", _("30 日報告なし"))]
        self._which = Segmented(_("見る端末"), choices, "all", wrap=True)
        self._which.chosen.connect(lambda _value: self._put())
        layout.addWidget(self._which)
        whole = page.Across(58, 1.25)
        left = page.column(spacing=0.6)
        self.finder = line_edit(_("端末を絞り込む"), _("名前・機種・OS・版"))
        left.addWidget(self.finder)
        titles = [_("名前"), _("機種"), _("自己診断"), _("版"), _("最後の報告"), _("OS")]
        self.table = Table(_("端末の台帳"), titles, (5.8, 7.4, 5.8, 3.9, 8.5, 6.8))
        self.table.setMinimumHeight(theme.em(14))
        self.finder.textChanged.connect(self.table.narrow)
        self.table.picked.connect(self._pick)
        left.addWidget(self.table, 1)
        collect = button(_("報告を集める"), self._collect, "primary", "arrows-clockwise")
        left.addWidget(Flow(collect, button(_("台帳を CSV で保存"), self._save, icon="file-csv")))
        whole.add(left, 5)
        whole.add(self._build_side(), 3)
        layout.addWidget(whole, 1)

    def _build_side(self) -> QWidget:
        side = QWidget()
        layout = page.column(side, 0.6)
        self.title = page.label("", "section", wrap=True)
        layout.addWidget(self.title)
        self.about = page.label("", "caption", wrap=True)
        layout.addWidget(self.about)
        titles = [_("ソフトウェア"), _("台数・版"), _("保有")]
        self.programs = Table(_("ソフトウェア"), titles, (9, 5, 6))
        self.programs.setMinimumHeight(theme.em(12))
        layout.addWidget(self.programs, 1)
        house = button(_("全体のソフトウェア"), self._read_titles)
        owned = button(_("保有数を読み込む"), self._import, icon="upload-simple")
        layout.addWidget(
            Flow(house, owned, button(_("一覧を CSV で保存"), self._save_titles, icon="file-csv"))
        )
        return side

    def read(self) -> None:
        """What is known; new reports are collected when somebody asks for it."""
        office = self._services.open_office

        def look() -> tuple[list[tuple[Report, tuple[str, ...]]], list[Title]]:
            inventory = office().inventory
            day = lru_cache(1024)(_day)  # ten thousand terminals share a few, in today's language
            return [(each, _cells(each, day)) for each in inventory.terminals()], inventory.titles()

        self.bring(_("端末の台帳"), look, lambda found: self._show(*found))

    def _show(self, found: list[tuple[Report, tuple[str, ...]]], titles: list[Title]) -> None:
        self._rows, reports = found, [report for report, _words in found]
        now = time.time()
        silent = sum(report.stale(now) for report in reports)
        trouble = sum(report.state == "fail" for report in reports)
        words = _("{all} 台。30 日以内に報告 {heard}、自己診断で問題 {trouble}。いちばん多い版 {version}。")
        versions = Counter(report.version for report in reports).most_common(1)
        version = versions[0][0] if versions else _("なし")
        heard = len(reports) - silent
        self._summary.setText(words.format(all=len(reports), heard=heard, trouble=trouble, version=version))
        self._put()
        self._show_titles(titles)

    def _put(self) -> None:
        which, now = self._which.value(), time.time()
        shown = [
            row
            for row in self._rows
            if which == "all" or (row[0].state == "fail" if which == "trouble" else row[0].stale(now))
        ]
        self.table.put(shown)

    def _pick(self, report: object) -> None:
        if not isinstance(report, Report):
            return
        office, name = self._services.open_office, report.name
        failed = _checks_words(report)
        about = [", ".join(report.cameras) or _("カメラなし")]
        about += [_("問題のある診断: {names}").format(names=failed)] if failed else []

        def show(programs: list[tuple[str, str]]) -> None:
            self.title.setText(name)
            self.about.setText("　".join(about))
            self.programs.put([(each, (*each, "")) for each in programs])

        self._services.bridge.run(self, name, lambda _r: office().inventory.programs(name), show)

    def _read_titles(self) -> None:
        office = self._services.open_office
        self._services.bridge.run(
            self, _("ソフトウェア"), lambda _r: office().inventory.titles(), self._show_titles
        )

    def _show_titles(self, titles: list[Title]) -> None:
        over = [each for each in titles if each.owned is not None and each.found > each.owned]
        counted = sum(each.owned is not None for each in titles)
        self.title.setText(_("全体のソフトウェア"))
        words = _("{all} 種類。保有数を管理しているもの {counted}、足りないもの {over}。")
        self.about.setText(words.format(all=len(titles), counted=counted, over=len(over)))
        self.programs.put([(each, _title_cells(each)) for each in titles])

    def _collect(self) -> None:
        """Take up the folder's reports; without a folder this terminal's own."""
        services = self._services

        def work(_report: object) -> Collected:
            if services.config.servers.reports:
                return services.office.collect()
            services.office.inventory.take(report(host()))
            return Collected(1, ())

        self._services.bridge.run(self, _("報告を集める"), work, self._collected, card=True)

    def _collected(self, found: Collected) -> None:
        words = _("新しい報告 {count} 件を台帳に入れました。").format(count=found.taken)
        if found.refused:
            names = _("、").join(found.refused[:3])
            more = _("報告として読めないファイル {count} 件（{names}）は使っていません。")
            self._services.notices.warning(words, more.format(count=len(found.refused), names=names))
        else:
            self._services.notices.success(words)
        self.read()

    def _import(self) -> None:
        path = ask_open(self, "CSV (*.csv)")
        if path is None:
            return
        office = self._services.open_office

        def work(_report: object) -> int:
            return office().inventory.take_licences(read_bounded(path, MOST_BYTES + 1))

        def done(count: int) -> None:
            self._services.notices.success(_("{count} 件の保有数を読み込みました。").format(count=count))
            self._read_titles()

        self._services.bridge.run(self, _("保有数の読み込み"), work, done)

    def _save(self) -> None:
        reports = [report for report, _words in self._rows]
        self._write(_("端末の台帳.csv"), lambda: _csv(_lines(reports)))

    def _save_titles(self) -> None:
        office = self._services.open_office
        self._write(_("ソフトウェアの一覧.csv"), lambda: _csv(licences.table(office().inventory.titles())))

    def _write(self, name: str, content: Callable[[], bytes]) -> None:
        path = ask_save(self, name, "CSV (*.csv)")
        if path is None:
            return
        words = _("「{name}」に書き出しました。").format(name=path.name)
        self._services.bridge.run(
            self,
            _("書き出し"),
            lambda _r: save(path, content()),
            lambda _n: self._services.notices.success(words),
        )


def _csv(lines: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _lines(reports: Sequence[Report]) -> Iterator[tuple[str, ...]]:
    """Headings and a row a terminal, in the words of the page."""
    yield (
        _("名前"), _("機種"), "OS", _("版"), _("最後の報告"), _("カメラ"), _("自己診断"), _("問題のある診断"),
    )  # fmt: skip
    for each in reports:
        seen = datetime.fromtimestamp(each.seen, TOKYO).isoformat(timespec="seconds")
        cameras, failed = _("、").join(each.cameras), _checks_words(each)
        yield each.name, each.model, each.os, each.version, seen, cameras, state_words(each.state), failed


def _cells(report: Report, day: Callable[[int], str]) -> tuple[str, ...]:
    seen = day(int(report.seen + 9 * 3600) // 86_400)
    return report.name, report.model, state_words(report.state), report.version, seen, report.os


def _checks_words(report: Report) -> str:
    """The failed checks as the self-test calls them; one of a newer version by its key."""
    from installer.selftest.checks import titles  # it brings what it asks about along

    named = titles()
    return _("、").join(named.get(key, key) for key in report.failed)


def _day(number: int) -> str:
    """A day (number since the epoch, Japanese time)."""
    return format_short_date(date(1970, 1, 1) + timedelta(days=number))


def state_words(state: str) -> str:
    return {"ok": _("良好"), "fail": _("問題あり"), "unknown": _("不明")}.get(state, _("未実施"))


def _title_cells(title: Title) -> tuple[str, ...]:
    if title.owned is None:
        return title.name, _("{count} 台").format(count=title.found), "–"
    mark = _("（不足）") if title.found > title.owned else ""
    return title.name, _("{count} 台").format(count=title.found), f"{title.owned}{mark}"
