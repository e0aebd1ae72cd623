"""運用ルール: what the rules of the share say, for the month and the year. Nothing is deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from PySide6.QtWidgets import QWidget

from core.clock import TOKYO
from core.i18n import _, sentences
from core.jobs import Report
from core.wareki import format_date
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.pages.sharefolder.of_share import OfShare
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.words import size_words
from desktop.ui import page, theme
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Cell, Table
from sharefolder import findings, rules
from sharefolder.model import Entry
from sharefolder.rules import Finding, Why
from sharefolder.ruling import Said


class RulesView(OfShare):
    """The rules are read whenever one comes here; folders are looked through when one asks for it."""

    def __init__(
        self,
        services: Services,
        place: Callable[[], str],
        add_place: Callable[[], object],
        show_file: Callable[[str, str], object],
    ) -> None:
        super().__init__(services, place, add_place)
        self._show_file = show_file
        self._ahead: timedelta = rules.AHEAD
        self._found: tuple[Finding, ...] | None = None
        self._on = date.min
        self._of = ""  # the share of which they are
        self._board = self._build()
        self.nothing = Empty(
            "list-checks",
            _("この共有には、まだ運用ルールがありません。"),
            _("共有の最上位の「{file}」に、フォルダごとの所有者・保存期限などを Excel で書きます。").format(
                file=rules.FILE
            ),
            button(_("運用ルールのファイルを作る"), self._begin, "primary", "plus"),
        )
        self.stack = OneOf(*self.apart, self._board, self.nothing)
        page.column(self, 0).addWidget(self.stack, 1)

    def _build(self) -> QWidget:
        board = QWidget()
        layout = page.column(board, 0.75)
        line = page.Across(44, 0.6)
        self.sentence = page.label("", wrap=True)
        periods = ((rules.AHEAD, _("月次（期限まで1か月）")), (rules.YEAR, _("年次（期限まで1年）")))
        self.period = Segmented(_("報告の期間"), periods, rules.AHEAD)
        self.period.chosen.connect(self._choose)
        line.add(self.sentence, 1)
        line.add(self.period)
        layout.addWidget(line)
        self.look = button(_("報告を作る"), self._look, "primary", "magnifying-glass")
        self.csv = button(_("CSVで保存"), self._save, icon="file-csv")
        again = icon_button(_("読み直す"), "arrow-counter-clockwise", self.read)
        layout.addWidget(Flow(self.look, self.csv, again))
        self.counts = page.label("", "muted", wrap=True)
        layout.addWidget(self.counts)
        titles = [_("場所"), _("理由"), _("整理する人"), _("大きさ")]
        self.table = Table(_("運用ルールに当てはまるもの"), titles, (12, 12, 6, 5), whole=(3,))
        self.table.setMinimumHeight(theme.em(9))
        self.table.opened.connect(lambda path: self._show_file(path.rpartition("/")[0], path))
        layout.addWidget(self.table, 1)
        return board

    def read(self) -> None:
        """The rules; what was found stays while it is of the same share."""
        place, share = self.place, self._services.share
        if place:
            self.take(
                _("運用ルール"),
                lambda _r: share.ruling.known(place),
                partial(self._show, place),
                "share-look",
            )

    def _show(self, place: str, said: Said) -> None:
        if place != self._of:
            self._of = place
            self._forget()
        self.stack.choose(self._board if said.rules or said.broken else self.nothing)
        words = _("決まりのあるフォルダは {count} です。何も消しません。").format(count=said.rules)
        self.sentence.setText(sentences(words, *(error.why for error in said.broken[:3])))

    def _forget(self) -> None:
        self._found = None
        self.csv.setEnabled(False)
        self.counts.setText(_("「報告を作る」を押すと、保存期限・古さ・大きさ・名前を調べます。"))
        self.table.put([])

    def _choose(self, ahead: timedelta) -> None:
        self._ahead = ahead
        self._forget()

    def _look(self) -> None:
        place, share, ahead, today = self.place, self._services.share, self._ahead, datetime.now(TOKYO).date()

        def look(report: Report) -> Said:
            return share.ruling.report(place, today, ahead, report)

        def done(said: Said) -> None:
            if (place, ahead) == (self.place, self._ahead):
                self._on = today
                self._show(place, said)
                self._list(said.findings)

        self._services.bridge.run(self, _("運用ルール"), look, done, lane=f"share {place}", card=True)

    def _list(self, found: tuple[Finding, ...]) -> None:
        self._found = found
        self.csv.setEnabled(True)
        self.table.put([(each.path, _row(each)) for each in found])
        count = Counter(each.why for each in found)
        said = [f"{_why_words(why)} {count[why]:,}" for why in Why if count[why]]
        words = _("{day}に調べました。知らせ {count} 件").format(
            day=format_date(self._on), count=f"{len(found):,}"
        )
        self.counts.setText("　".join((words, *said)))

    def _save(self) -> None:
        found, today = self._found, self._on
        yearly = self._ahead == rules.YEAR
        name = _("運用ルール {year}年の報告.csv") if yearly else _("運用ルール {year}年{month}月の報告.csv")
        if found is None:
            return
        path = ask_save(self, name.format(year=today.year, month=today.month), "CSV (*.csv)")
        if path is None:
            return
        self._services.bridge.run(
            self,
            _("保存"),
            lambda _r: save(path, findings.write_csv(found, today)),
            lambda _n: self._services.notices.success(_("「{name}」に保存しました。").format(name=path.name)),
        )

    def _begin(self) -> None:
        place, share = self.place, self._services.share
        self._services.bridge.run(
            self,
            _("運用ルール"),
            lambda _r: share.ruling.begin(place),
            lambda _n: self._show_file("", rules.FILE),
            lane="share-change",
        )


def _row(finding: Finding) -> tuple[str, ...]:
    size = Cell(size_words(Entry("", "", False, finding.size, 0.0)), finding.size) if finding.size else ""
    return finding.path, findings.words(finding), finding.rule.cleaner, size


def _why_words(why: Why) -> str:
    return {
        Why.ENDS: _("期限が近い"),
        Why.ENDED: _("期限を過ぎた"),
        Why.OLD: _("古い"),
        Why.LARGE: _("大きすぎる"),
        Why.NAME: _("名前"),
        Why.GONE: _("フォルダがない"),
        Why.CLOSED: _("開けない"),
    }[why]
