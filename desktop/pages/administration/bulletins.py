"""Notices from IT: write one for a while, see how many have read it, take it back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from auth.bulletins import MOST_TITLE, Bulletin
from auth.model import BulletinsChanged
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date, format_short_date, parse_date
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.table import Table


class BulletinsView(Fresh):
    """The list on the left, the next one on the right."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, BulletinsChanged)
        whole = page.Across(58, 1.25)
        page.column(self, 0).addWidget(whole)
        left = page.column(spacing=0.75)
        titles = [_("題名"), _("掲示"), _("状態"), _("読んだ人")]
        self.table = Table(_("お知らせの一覧"), titles, (12, 15.5, 6, 6))
        self.table.setMinimumHeight(theme.em(12))
        self.table.picked.connect(self._pick)
        left.addWidget(self.table, 1)
        self.withdraw = button(_("取り下げる"), self._withdraw)
        self.withdraw.setEnabled(False)
        left.addWidget(self.withdraw)
        whole.add(left, 2)
        whole.add(self._build_form(), 1)

    def _build_form(self) -> QWidget:
        side = QWidget()
        layout = page.column(side, 0.6)
        self.title = line_edit(_("題名"), _("例 土曜日の計画停電"), limit=MOST_TITLE)
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.words.setMinimumHeight(theme.em(7))
        today = datetime.now(TOKYO).date()
        self.begins, self.ends = (line_edit(name, limit=40) for name in (_("始まりの日"), _("終わりの日")))
        self.begins.setText(format_date(today))
        self.ends.setText(format_date(today + timedelta(days=7)))
        self.urgent = QCheckBox(_("急ぎ（静かな時間にも知らせます）"))
        layout.addWidget(labelled(_("題名"), self.title))
        layout.addWidget(labelled(_("本文"), self.words))
        days = page.Across(26, 0.6)
        days.add(labelled(_("始まりの日"), self.begins), 1)
        days.add(labelled(_("終わりの日"), self.ends), 1)
        layout.addWidget(days)
        layout.addWidget(self.urgent)
        layout.addWidget(button(_("全職員に掲示する"), self._write, "primary", "bell"))
        layout.addStretch()
        return side

    def read(self) -> None:
        """Ask for the notices again."""
        office = self._services.auth.administration
        self.bring(_("お知らせの一覧"), office.bulletins, self._show)

    def _show(self, found: list[Bulletin]) -> None:
        now = datetime.now(TOKYO).timestamp()
        self.table.put([(each, _cells(each, now)) for each in found])
        self._pick(self.table.key())

    def _pick(self, key: object) -> None:
        self.withdraw.setEnabled(isinstance(key, Bulletin) and not key.withdrawn)

    def _write(self) -> None:
        office, notices = self._services.auth.administration, self._services.notices
        try:
            begins, after = parse_date(self.begins.text()), parse_date(self.ends.text()) + timedelta(days=1)
        except SuiteError as error:
            notices.error(error)
            return
        new = Bulletin(
            self.title.text(), self.words.toPlainText(), _midnight(begins), _midnight(after),
            self.urgent.isChecked(),
        )  # fmt: skip

        def done(_nothing: object) -> None:
            notices.success(_("「{title}」を掲示しました。").format(title=new.title.strip()))
            self.title.clear()
            self.words.clear()
            self.urgent.setChecked(False)

        self._services.bridge.run(self, _("お知らせ"), lambda _r: office.write_bulletin(new), done)

    def _withdraw(self) -> None:
        chosen = self.table.key()
        if isinstance(chosen, Bulletin):
            self._turn(chosen, True)

    def _turn(self, chosen: Bulletin, withdrawn: bool) -> None:
        office, notices = self._services.auth.administration, self._services.notices

        def done(_nothing: object) -> None:
            if withdrawn:
                words = _("「{title}」を取り下げました。").format(title=chosen.title)
                notices.success(words, (_("元に戻す"), partial(self._turn, chosen, False)))

        self._services.bridge.run(
            self, _("お知らせ"), lambda _r: office.withdraw_bulletin(chosen.id, withdrawn), done
        )


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), TOKYO).timestamp()


def _cells(each: Bulletin, now: float) -> tuple[str, ...]:
    days = (datetime.fromtimestamp(each.begins, TOKYO), datetime.fromtimestamp(each.ends - 1, TOKYO))
    title = _("【急ぎ】{title}").format(title=each.title) if each.urgent else each.title
    if each.withdrawn:
        state = _("取り下げ")
    elif each.ends <= now:
        state = _("終わり")
    else:
        state = _("掲示中") if each.begins <= now else _("これから")
    return title, "–".join(format_short_date(d.date()) for d in days), state, f"{each.readers:,}"
