"""The audit trail: read, filter, verify, export. Staff numbers only; nobody can change it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox

from auth.model import PeopleChanged, SignedIn, Unlocked
from core.audit import AuditReport, Entry
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _, sentences
from core.wareki import format_short, parse_date
from desktop.pages.action_words import action_words
from desktop.pages.administration.export import export_rows
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.icons import set_icon
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.table import Table
from office.trail import Wish

_PAGE = 200
_Found = tuple[list[Entry], list[str]]


class Audit(Fresh):
    """The newest rows first; older ones on request. The whole trail is searched, not what is shown."""

    def __init__(self, services: Services, step_up: StepUpCard) -> None:
        super().__init__(services, PeopleChanged, SignedIn, Unlocked)
        self._step_up = step_up
        self._entries: list[Entry] = []
        layout = page.column(self, 0.75)
        line = page.Across(44, 0.6)
        tools = page.row(spacing=0.6)
        self.finder = line_edit(_("記録を探す"), _("職員番号・端末名・R8.11.25"))
        self._typed = QTimer(self, singleShot=True, interval=150)
        self._typed.timeout.connect(self.read)
        self.finder.textChanged.connect(lambda _text: self._typed.start())
        line.add(self.finder, 2)
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("操作の種類"))
        self.kind.setAccessibleDescription(_("操作の種類"))  # a combo box is read by its choice on Linux
        self.kind.setMinimumWidth(theme.em(7))
        self.kind.activated.connect(lambda _index: self.read())
        tools.addWidget(self.kind, 1)
        self.check = button(_("改ざんを検査"), self._verify, icon="shield-check")
        tools.addWidget(self.check)
        tools.addWidget(button(_("書き出す"), self._export, icon="export"))
        tools.addStretch()
        line.add(tools, 3)
        layout.addWidget(line)
        self.verdict = page.label("", wrap=True)
        self.verdict.hide()
        layout.addWidget(self.verdict)
        self._titles = [_("番号"), _("日時"), _("操作"), _("行った人"), _("対象"), _("詳しく")]
        self.table = Table(_("監査の記録"), self._titles, (4, 12, 13, 7, 7, 12))
        self.table.setMinimumHeight(theme.em(14))
        layout.addWidget(self.table, 1)
        foot = page.row()
        self.count = page.label("", "caption")
        foot.addWidget(self.count, 1)
        self.older = button(_("もっと古い記録"), self._read_older, "plain", "caret-down")
        foot.addWidget(self.older)
        layout.addLayout(foot)

    def read(self) -> None:
        """The newest rows that hold every word."""
        self._ask(None, self._show)

    def _read_older(self) -> None:
        before = self._entries[-1].id if self._entries else None
        self._ask(before, lambda found: self._show((self._entries + found[0], found[1])))

    def _ask(self, before: int | None, done: Callable[[_Found], object]) -> None:
        office, wish = self._services.open_office, wish_of(self.finder.text(), self.kind.currentData())

        def look() -> _Found:
            entries = office().find(wish, _PAGE, before)
            return entries, [word for word, _count in office().trail.words("action")]

        self.bring(_("監査の記録"), look, done)

    def _show(self, found: _Found) -> None:
        self._entries, actions = found
        chosen = self.kind.currentData()
        self.kind.clear()
        self.kind.addItem(_("すべての操作"), "")
        for action in sorted(actions, key=action_words):
            self.kind.addItem(action_words(action), action)
        self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))
        self.older.setVisible(len(self._entries) % _PAGE == 0 and bool(self._entries))
        self.table.put([(e.id, _cells(e)) for e in self._entries])
        self.count.setText(_("{count} 件を表示").format(count=self.table.shown()))

    def _verify(self) -> None:
        office = self._services.auth.administration
        self.check.setEnabled(False)
        self._services.bridge.run(
            self,
            _("監査の記録の検査"),
            lambda _r: office.verify_audit(),
            self._verified,
            ended=lambda: self.check.setEnabled(True),
            card=True,
        )

    def _verified(self, report: AuditReport) -> None:
        if report.ok:
            words = _("{rows} 件すべてがつながっています。書き換えや削除はありません。").format(
                rows=report.rows
            )
        else:
            where = _("{number} 番: ").format(number=report.first_bad) if report.first_bad else ""
            words = sentences(
                _("記録が壊れています。"),
                where + report.reason,
                _("ファイルに触れずに、監査の責任者に連絡してください。"),
            )
        self.verdict.setProperty("role", "success" if report.ok else "danger")
        page.restyle(self.verdict)
        self.verdict.setText(words)
        self.verdict.show()
        set_icon(self.check, "check-circle" if report.ok else "warning-circle")
        announce(self, words, urgent=not report.ok)

    def _export(self) -> None:
        """All that the words find, not only what has been read so far."""
        office, allowed = self._services.open_office, self._services.auth.administration.export_audit
        wish = wish_of(self.finder.text(), self.kind.currentData())
        said = " ".join(filter(None, (*wish.words, wish.first_day, wish.last_day)))
        export_rows(
            self,
            self._services,
            _("監査の記録.csv"),
            self._titles,
            lambda: map(_cells, office().every(wish)),
            self._step_up,
            lambda write: allowed(write, said),
        )


def wish_of(text: str, action: str | None) -> Wish:
    """What is looked for: each word in any spelling that the trail has; a day, or two as from and to."""
    words = unicodedata.normalize("NFKC", text).split()[:8]
    days = sorted(day.isoformat() for word in words if (day := _day(word)) is not None)
    others = [word for word in words if _day(word) is None]
    first, last = (days[0], days[-1]) if days else ("", "")
    return Wish((*others, *([action] if action else [])), first, last)


def _day(word: str) -> date | None:
    try:
        return parse_date(word)
    except SuiteError:
        return None


def _cells(entry: Entry) -> tuple[str, ...]:
    when = datetime.fromisoformat(entry.time).astimezone(TOKYO)
    detail = _("、").join(f"{key}={value}" for key, value in entry.detail.items())
    shown = format_short(when, seconds=True)
    return (str(entry.id), shown, action_words(entry.action), entry.actor, entry.subject, detail)
