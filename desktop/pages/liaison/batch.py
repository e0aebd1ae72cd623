"""The batch run: one row a laptop, live; the reason of each failure in words; checking and preparing."""

from __future__ import annotations

from core.i18n import _
from desktop.pages.fresh import Fresh
from desktop.pages.liaison.words import look
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.table import Table
from liaison.answer import Outcome
from liaison.service import LaptopReported, LaptopsChanged
from liaison.standing import Standing, Tile

_WORKABLE = (Standing.READY, Standing.ATTENTION, Standing.UNKNOWN)


class Batch(Fresh):
    """Prepares every laptop that stands here; those that are lent are left alone."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, LaptopsChanged, LaptopReported)
        self._tiles: list[Tile] = []
        layout = page.column(self, 0.75)
        tools = page.Across(46, 0.6)
        self.sentence = page.label("", "muted", wrap=True)
        tools.add(self.sentence, 1)
        self.check = button(_("違いだけ調べる"), lambda: self._start("check"), icon="magnifying-glass")
        self.start = button(_("すべて準備する"), lambda: self._start("apply"), "primary", "play", main=True)
        for made in (self.check, self.start):
            made.setEnabled(False)  # until it is known what stands here
        both = page.row(spacing=0.6)
        both.addWidget(self.check)
        both.addWidget(self.start)
        both.addStretch()
        tools.add(both)
        layout.addWidget(tools)
        titles = [_("端末"), _("状態"), _("変えた数"), _("よい"), _("違う"), _("わからない"), _("理由")]
        self.table = Table(_("端末ごとの準備の状態"), titles, (5, 6, 5, 4, 4, 6.5, 26))
        self.table.setMinimumHeight(theme.em(9))
        layout.addWidget(self.table, 1)

    def read(self) -> None:
        """All laptops again."""
        liaison = self._services.liaison
        self._services.bridge.run(
            self, _("連絡員端末の一覧"), lambda _r: liaison.tiles(), self._show, lane="liaison-read"
        )

    def _show(self, tiles: list[Tile]) -> None:
        self._tiles = tiles
        workable = sum(tile.standing in _WORKABLE for tile in tiles)
        busy = any(tile.standing is Standing.PREPARING for tile in tiles)
        self.sentence.setText(
            _(
                "いま手元にある {count} 台に、同じ設定を入れて確かめます。何度実行しても同じ結果になります。"
            ).format(count=workable)
        )
        self.start.setEnabled(workable > 0 and not busy)
        self.check.setEnabled(workable > 0 and not busy)
        self.table.put([(tile.tag, _cells(tile)) for tile in tiles])

    def _start(self, verb: str) -> None:
        tags = [tile.tag for tile in self._tiles if tile.standing in _WORKABLE]
        liaison = self._services.liaison
        title = _("端末の準備") if verb == "apply" else _("端末の点検")
        self.start.setEnabled(False)
        self.check.setEnabled(False)
        self._services.bridge.run(
            self,
            title,
            lambda report: liaison.prepare(tags, report, verb),
            self._finished,
            ended=self.read,
            lane="liaison-fleet",
            card=True,
        )

    def _finished(self, outcomes: list[Outcome]) -> None:
        ready = sum(outcome.ready for outcome in outcomes)
        changed = sum(outcome.changed > 0 for outcome in outcomes)
        words = _("{all} 台のうち {ready} 台が準備済みです（変えた端末 {changed} 台）。").format(
            all=len(outcomes), ready=ready, changed=changed
        )
        if ready == len(outcomes):
            self._services.notices.success(words)
        else:
            left = _("、").join(outcome.tag for outcome in outcomes if not outcome.ready)
            self._services.notices.warning(words, _("理由は表にあります: {tags}").format(tags=left))


def _cells(tile: Tile) -> tuple[str, ...]:
    shown = look(tile.standing).words
    if tile.report is None:
        return (tile.tag, shown, "", "", "", "", tile.reason)
    o = tile.report.outcome
    reason = "" if tile.standing is Standing.READY else tile.reason
    return (tile.tag, shown, str(o.changed), str(o.ok), str(o.failed), str(o.unknown), reason)
