"""サービスの状態: each server of the office, as this terminal reaches it now, since when, and what to do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from core.clock import TOKYO
from core.i18n import _, bracketed
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.table import Table
from office.states import Seen, Standing

_ORDER = {"fail": 0, "unknown": 1, "ok": 2}


class StatesView(Fresh):
    """Asked when it is shown, and at a press; what wants somebody to act stands first."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        layout = page.column(self, 0.75)
        self.summary = page.label("", wrap=True)
        self.again = button(_("いま確かめる"), self.read, "primary", "arrows-clockwise")
        line = page.row(spacing=1.0)
        line.addWidget(self.summary, 1)
        line.addWidget(self.again)
        layout.addLayout(line)
        self.step = page.label("", wrap=True)
        layout.addWidget(self.step)
        titles = [_("サービス"), _("状態"), _("いつから"), _("いまの様子")]
        self.table = Table(_("サービスの状態"), titles, (8, 6, 11, 18))
        self.table.setMinimumHeight(theme.em(21))
        self.table.picked.connect(self._pick)
        layout.addWidget(self.table, 1)

    def _say_reading(self) -> None:
        """The summary says so at once."""

    def read(self) -> None:
        self.summary.setText(_("確かめています…"))
        self.again.setEnabled(False)
        self.bring(_("サービスの状態"), self._look, self._show, ended=self._ended)

    def _look(self) -> list[Standing]:
        from core.secrets import open_secrets
        from installer.selftest import run
        from installer.selftest.checks import Terminal
        from installer.selftest.services import checks

        config, paths = self._services.config, self._services.paths
        terminal = Terminal(config, paths, self._services.camera, lambda: open_secrets(config, paths))
        seen = [
            Seen(r.key, r.title, r.outcome.state.value, r.outcome.what, r.outcome.next_step, r.outcome.code)
            for r in run(checks(terminal))
        ]
        return self._services.office.states.note(seen)

    def _ended(self) -> None:
        self.again.setEnabled(True)

    def _show(self, found: list[Standing]) -> None:
        count = Counter(each.seen.state for each in found)
        words = _("{all} のサービスのうち、正常 {ok}、問題 {fail}、未確認 {unknown} です。").format(
            all=len(found), ok=count["ok"], fail=count["fail"], unknown=count["unknown"]
        )
        self.summary.setText(words)
        announce(self.summary, words)
        rows = sorted(found, key=lambda each: _ORDER[each.seen.state])
        self.table.put([(each, _cells(each)) for each in rows])
        if rows:
            self.table.choose(rows[0])
            self._pick(rows[0])

    def _pick(self, each: object) -> None:
        if isinstance(each, Standing):
            step = each.seen.next_step or _("することはありません。")
            self.step.setText(_("{title}: {step}").format(title=each.seen.title, step=step))


def _cells(each: Standing) -> tuple[str, ...]:
    since = datetime.fromtimestamp(each.since, TOKYO).strftime("%Y/%m/%d %H:%M")
    if each.before:
        since = _("{since}（前は{state}）").format(since=since, state=_state(each.before))
    return each.seen.title, _state(each.seen.state), since, each.seen.what + bracketed(each.seen.code)


def _state(state: str) -> str:
    return {"ok": _("正常"), "fail": _("問題"), "unknown": _("未確認")}[state]
