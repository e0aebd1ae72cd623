"""Who waits after wrong guesses, at which terminal, until when; and the end of a wait."""

from __future__ import annotations

from datetime import datetime

from auth.lockout import Wait
from auth.model import PeopleChanged
from core.clock import TOKYO
from core.i18n import _, bracketed
from core.wareki import format_short
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.table import Table


class Waits(Fresh):
    """A row a person or terminal and way of signing in."""

    def __init__(self, services: Services, step_up: StepUpCard) -> None:
        super().__init__(services, PeopleChanged)
        self._step_up = step_up
        self._names: dict[str, str] = {}
        layout = page.column(self, 0.75)
        line, tools = page.Across(44, 0.6), page.row(spacing=0.6)
        self.count = page.label("", wrap=True)
        line.add(self.count, 1)
        tools.addWidget(button(_("読み直す"), self.read, icon="arrows-clockwise"))
        self.end = button(_("選んだ待ち時間を解除"), self._end, "primary", "clock")
        tools.addWidget(self.end)
        tools.addStretch()
        line.add(tools)
        layout.addWidget(line)
        titles = [_("待っている人・端末"), _("サインインの方法"), _("失敗"), _("いつまで")]
        self.table = Table(_("失敗が続いて待っている人と端末"), titles, (14, 8, 5, 12))
        self.table.setMinimumHeight(theme.em(14))
        self.table.picked.connect(lambda key: self.end.setEnabled(key is not None))
        layout.addWidget(self.table, 1)
        self.end.setEnabled(False)

    def read(self) -> None:
        """Ask again; a wait also ends by itself."""
        office = self._services.auth.administration

        def ask() -> tuple[list[Wait], dict[str, str]]:
            return office.waits(), {p.staff_number: p.name for p in office.people()}

        self.bring(_("待ち時間"), ask, lambda found: self._show(*found))

    def _show(self, waits: list[Wait], names: dict[str, str]) -> None:
        self._names = names
        self.table.put([(each, self._cells(each)) for each in waits])
        self.end.setEnabled(self.table.key() is not None)
        words = _("{count} 件が待っています。") if waits else _("いま、待っている人も端末もありません。")
        self.count.setText(words.format(count=len(waits)))

    def _cells(self, wait: Wait) -> tuple[str, ...]:
        until = format_short(datetime.fromtimestamp(wait.until, TOKYO), seconds=True)
        return self._who(wait), wait.factor.words(), _("{count} 回").format(count=wait.failures), until

    def _who(self, wait: Wait) -> str:
        if wait.terminal:
            return _("端末 {name}").format(name=wait.terminal)
        name = self._names.get(wait.staff_number, _("登録のない番号"))
        return name + bracketed(wait.staff_number)

    def _end(self) -> None:
        wait, office = self.table.key(), self._services.auth.administration
        if not isinstance(wait, Wait):
            return
        words = _("{who} の待ち時間を解除しました。").format(who=self._who(wait))
        self._step_up.run(
            self,
            _("待ち時間の解除"),
            lambda: office.end_wait(wait),
            lambda _n: self._services.notices.success(words),
            ended=self.read,
        )
