"""サービスの状態: each server of the office, as this terminal reaches it now, since when, and what to do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import shiboken6

from core.clock import TOKYO
from core.i18n import _, bracketed
from core.wareki import format_short
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.table import Table
from office.states import Seen, Standing

if TYPE_CHECKING:
    from installer.selftest import Check, Result

_ORDER = {"fail": 0, "unknown": 1, "": 2, "ok": 3}


class StatesView(Fresh):
    """Asked when it is shown, and at a press. What was known stands there at once, each answer in its place
    as soon as it has come: a server that does not answer holds up nobody else's row. What wants somebody to
    act stands first."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._found: dict[str, Standing] = {}
        self.waiting: set[str] = set()
        """The keys of those whose answer is still to come."""
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
        self.table.picked.connect(lambda _key: self._say_step())
        layout.addWidget(self.table, 1)

    def _say_reading(self) -> None:
        """The summary says so at once."""

    def read(self) -> None:
        if self.waiting:
            return  # it is being asked
        self.summary.setText(_("確かめています…"))
        self.again.setEnabled(False)
        self.bring(_("サービスの状態"), self._kept, self._ask, ended=self._enable)

    def _enable(self) -> None:
        self.again.setEnabled(not self.waiting)

    def _checks(self) -> list[Check]:
        from core.secrets import open_secrets
        from installer.selftest.checks import Terminal
        from installer.selftest.services import checks

        config, paths = self._services.config, self._services.paths
        return checks(Terminal(config, paths, self._services.camera, lambda: open_secrets(config, paths)))

    def _kept(self) -> tuple[list[Check], list[Standing]]:
        checks = self._checks()
        return checks, self._services.office.states.kept([(each.key, each.title) for each in checks])

    def _ask(self, known: tuple[list[Check], list[Standing]]) -> None:
        """Show what is known, and ask all of them."""
        checks, standing = known
        self._found = {each.seen.key: self._found.get(each.seen.key, each) for each in standing}
        self.waiting = set(self._found)
        self._put()
        states, bridge = self._services.office.states, self._services.bridge

        def tell(result: Result) -> None:
            (noted,) = states.note([_seen(result)])
            bridge.post(lambda: self._arrived(noted) if shiboken6.isValid(self) else None)

        def work(_report: object) -> None:
            from installer.selftest import run

            run(checks, tell)

        bridge.run(self, _("サービスの状態"), work, self._all_came, ended=self._ended)

    def _arrived(self, noted: Standing) -> None:
        self._found[noted.seen.key] = noted
        self.waiting.discard(noted.seen.key)
        self._put()

    def _all_came(self, _nothing: None) -> None:
        count = Counter(each.seen.state for each in self._found.values())
        words = _("{all} のサービスのうち、正常 {ok}、問題 {fail}、未確認 {unknown} です。").format(
            all=len(self._found), ok=count["ok"], fail=count["fail"], unknown=count["unknown"]
        )
        self.summary.setText(words)
        announce(self.summary, words)
        if self.table.key() is None and self.table.shown():
            self.table.selectRow(0)

    def _ended(self) -> None:
        """Also where something went wrong: nothing is waited for any more."""
        self.waiting = set()
        self._put()
        self._enable()

    def _put(self) -> None:
        rows = sorted(self._found.values(), key=lambda each: _ORDER[each.seen.state])
        self.table.put([(each.seen.key, _cells(each, each.seen.key in self.waiting)) for each in rows])
        self._say_step()

    def _say_step(self) -> None:
        each = self._found.get(self.table.key() or "")
        if each is None or each.seen.key in self.waiting:
            self.step.clear()
            return
        step = each.seen.next_step or _("することはありません。")
        self.step.setText(_("{title}: {step}").format(title=each.seen.title, step=step))


def _seen(result: Result) -> Seen:
    outcome = result.outcome
    return Seen(result.key, result.title, outcome.state.value, outcome.what, outcome.next_step, outcome.code)


def _cells(each: Standing, waiting: bool) -> tuple[str, ...]:
    since = format_short(datetime.fromtimestamp(each.since, TOKYO)) if each.since else ""
    if each.before:
        since = _("{since}（前は{state}）").format(since=since, state=_state(each.before))
    now = _("確かめています…") if waiting else each.seen.what + bracketed(each.seen.code)
    return each.seen.title, _state(each.seen.state), since, now


def _state(state: str) -> str:
    return {"ok": _("正常"), "fail": _("問題"), "unknown": _("未確認")}.get(state, "–")
