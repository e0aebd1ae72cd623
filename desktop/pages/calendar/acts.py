"""What a person does to the schedule: each act kept at once, said, and taken back by 元に戻す."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from calendar_sync import organisation
from calendar_sync.model import Change, Conflict, Draft, Occurrence, Scope
from calendar_sync.service import Schedule, Undo
from calendar_sync.words import Understood
from core.clock import TOKYO
from core.files import read_bounded
from core.i18n import _
from desktop.pages.calendar import paper, words
from desktop.pages.services import Services


class Acts(QObject):
    """``changed`` after each: time to send. ``ended``: a menu is gone, the grid paints again."""

    changed = Signal()
    ended = Signal()

    def __init__(self, page: QWidget, services: Services, schedule: Schedule) -> None:
        super().__init__(page)
        self._page, self._services, self._schedule = page, services, schedule

    def make(self, found: Understood, collection: int) -> None:
        """The event that somebody has written in words."""
        draft = Draft(
            collection, found.summary or _("（件名なし）"), found.start, found.end, found.all_day,
            found.location, "", found.private,
        )  # fmt: skip
        said = _("「{title}」を {when} に入れました。").format(
            title=draft.summary, when=words.when_words(draft.start, draft.end, draft.all_day)
        )
        self.edit(lambda: self._schedule.create(draft), said)

    def move(self, o: Occurrence, start: datetime, end: datetime) -> None:
        said = _("「{title}」を {when} に移しました。").format(
            title=o.summary, when=words.when_words(start, end, False)
        )
        change = Change(start=start, end=end)

        def do(scope: Scope) -> None:
            self.edit(lambda: self._schedule.change(o.event, change, o.recurrence, scope), said)

        self.for_scope(o, do)

    def for_scope(self, o: Occurrence, do: Callable[[Scope], None]) -> None:
        """Of a series, ask how much is meant; a menu, because a choice is needed before anything can
        happen."""
        if not o.repeats:
            do(Scope.ALL)
            return
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(_("変える範囲"))
        for scope, text in (
            (Scope.THIS, _("この回だけ")), (Scope.FUTURE, _("これ以降すべて")), (Scope.ALL, _("すべての回")),
        ):  # fmt: skip
            menu.addAction(text, partial(do, scope))
        menu.aboutToHide.connect(self.ended)
        menu.popup(self._page.cursor().pos())

    def edit(self, work: Callable[[], Undo], said: str) -> None:
        def done(act: Undo) -> None:
            self._services.notices.success(said, (_("元に戻す"), lambda: self._undo(act)))
            self.changed.emit()

        self._work(work, done)

    def _undo(self, act: Undo) -> None:
        def done(again: Undo) -> None:
            self._services.notices.info(_("元に戻しました。"), (_("やり直す"), lambda: self._undo(again)))
            self.changed.emit()

        self._work(lambda: self._schedule.undo(act), done)

    def settle(self, conflict: Conflict, mine: bool) -> None:
        said = _("わたしの変更にしました。") if mine else _("ほかの人の変更のままにしました。")
        if conflict.refused:
            said = _("わたしの予定に写しました。") if mine else _("元のままにしました。")

        def done(_none: None) -> None:
            self._services.notices.success(said)
            self.changed.emit()

        self._work(lambda: self._schedule.settle(conflict, mine), done)

    def answer(self, collection: int, delete: bool) -> None:
        """Many have vanished at the server at once: here too, or sent again."""
        self._work(
            lambda: self._schedule.answer_mass_deletion(collection, delete), lambda _n: self.changed.emit()
        )

    def join_organisation(self, path: Path) -> None:
        """Follow everybody and every room of the table at ``path`` as of today."""
        today, schedule = datetime.now(TOKYO).date(), self._schedule

        def work() -> tuple[int, list[str]]:
            problems: list[str] = []
            units = organisation.read(read_bounded(path, organisation.MOST_BYTES + 1), problems)
            return schedule.join(units, today), problems

        def done(found: tuple[int, list[str]]) -> None:
            count, problems = found
            said = _("{count} 人・部屋を職場の一覧から加えました。").format(count=count)
            self._services.notices.success(said + (" " + problems[0] if problems else ""))
            self.changed.emit()

        self._work(work, done)

    def write_paper(self, path: Path, form: paper.Form, day: datetime) -> None:
        """The shown calendars of the week or month of ``day`` as a PDF at ``path``."""
        first, after = (datetime(d.year, d.month, d.day) for d in paper.range_of(form, day.date()))
        schedule = self._schedule

        def work() -> None:
            known = {c.id: c for c in schedule.collections()}
            paper.write(path, form, day.date(), schedule.between(first, after), known)

        self._work(work, lambda _n: self._services.notices.success(_("PDF を作りました。")))

    def _work(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        self._services.bridge.run(self, _("予定"), lambda _r: work(), done, lane="calendar")
