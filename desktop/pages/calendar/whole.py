"""The page 予定 put together: tools, quick entry, the side, the chosen view, and the card beside it.

It reads and edits through ``Schedule`` in the background; nothing waits for the server.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from calendar_sync.model import Collection, Conflict, Occurrence, ScheduleChanged, Synchronised
from calendar_sync.service import Schedule, Undo
from calendar_sync.words import Understood
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.calendar import paper
from desktop.pages.calendar.acts import Acts
from desktop.pages.calendar.bar import Bar
from desktop.pages.calendar.beside import Beside
from desktop.pages.calendar.entry import InlineEntry, QuickEntry
from desktop.pages.calendar.more import more_button
from desktop.pages.calendar.sending import Sending
from desktop.pages.calendar.side import Side
from desktop.pages.calendar.tools import Tools
from desktop.pages.calendar.views import DAY, GROUP, WEEK, Views, at_midnight, months_on
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.beat import Beat
from desktop.ui.buttons import button

T = TypeVar("T")
Look = tuple[list[Collection], list[Occurrence], list[Conflict], int, int]
_ROOMY = 80  # em: side, days and a card next to each other


class CalendarPage(QWidget):
    """What is shown is read again whenever something has changed."""

    def __init__(self, services: Services, schedule: Schedule) -> None:
        super().__init__()
        self._services, self._schedule = services, schedule
        self._day = datetime.now(TOKYO).date()
        self._collections: dict[int, Collection] = {}
        self._found: list[Occurrence] = []
        self._reading = self._again = False
        self._since = schedule.looked()
        self.acts, self._sending = Acts(self, services, schedule), Sending(self, services, schedule)
        self._tools = Tools(self._sending.state)
        self._bar, self._side, self._views = Bar(), Side(), Views()
        self._entry = QuickEntry(self._rooms)
        whole = page.column(self, 0.7)
        whole.setContentsMargins(theme.em(1.25), theme.em(0.9), theme.em(1.25), theme.em(0.9))
        whole.addWidget(self._tools)
        place = page.column()
        self.beside = Beside(self, place, schedule, self)
        whole.addLayout(self._build_entry())
        whole.addWidget(self._bar)
        middle = page.row(spacing=1)
        middle.addWidget(self._side)
        frame = QFrame()
        frame.setProperty("card", True)
        page.column(frame, 0, 0.1).addWidget(self._views)
        middle.addWidget(frame, 1)
        middle.addLayout(place)
        whole.addLayout(middle, 1)
        self._inline = InlineEntry(self, self._rooms)
        self._connect()
        self._add_keys()

    def _build_entry(self) -> QHBoxLayout:
        beside = self.beside
        lines: list[tuple[str, Callable[[], object]]] = [
            (_("予定を探す（Ctrl+F）"), beside.open_find),
            (_("携帯をつなぐ"), beside.open_phone),
            (_("予定のサーバー"), beside.open_account),
            (_("留守の間の変更"), lambda: beside.open_changes(self._since)),
            (_("取り込む・書き出す"), beside.open_files),
        ]
        first = page.row(spacing=0.6)
        first.addWidget(self._entry, 1)
        top = Qt.AlignmentFlag.AlignTop
        first.addWidget(button(_("空き時間"), beside.open_slots, icon="users-three"), 0, top)
        first.addWidget(more_button(self, lines, self.write_paper, self.acts.join_organisation), 0, top)
        return first

    def write_paper(self, path: Path, form: paper.Form) -> None:
        """What is shown around the chosen day, as a PDF at ``path``."""
        self.acts.write_paper(path, form, at_midnight(self._day))

    def _connect(self) -> None:
        self._tools.turned.connect(self._turn)
        self._tools.today.connect(self._go_today)
        self._tools.choice.chosen.connect(self._choose)
        self._entry.made.connect(self._make)
        self._inline.made.connect(self._make)
        self._side.chosen.connect(self._go)
        self._side.month_turned.connect(lambda by: self._go(months_on(self._day, by)))
        self._side.shown.connect(
            lambda number, on: self.work(lambda: self._schedule.show(number, on), lambda _n: self.read())
        )
        self._side.opened.connect(self._open)
        views = self._views
        views.opened.connect(self._open)
        views.turned.connect(self._turn)
        views.wanted.connect(self._ask)
        views.picked.connect(self._pick)
        views.day_opened.connect(self._open_day)
        views.changed.connect(self.read)
        views.grid.moved.connect(self.acts.move)
        views.grid.deleted.connect(
            lambda o: self.acts.for_scope(o, lambda scope: self.beside.delete(o, scope))
        )
        views.conflicts.settled.connect(self.acts.settle)
        self._bar.compared.connect(views.show_conflicts)
        self._bar.invitations.connect(self.beside.open_invitations)
        self._bar.answered.connect(self.acts.answer)
        self.acts.changed.connect(self._sending.soon)
        self.acts.ended.connect(views.grid.viewport().update)
        self.beside.went_to.connect(self._find_there)
        self.beside.filled.connect(self._make_room)
        bridge, events = self._services.bridge, self._services.events
        bridge.subscribe(events, ScheduleChanged, self, lambda event: self._heard(event.staff_number))
        bridge.subscribe(events, Synchronised, self, self._synchronised)
        Beat(self, 60_000, views.grid.viewport().update)

    def _add_keys(self) -> None:
        for keys, act in (
            ("F5", self.sync),
            ("Ctrl+F5", lambda: self.sync(thorough=True)),
            ("Ctrl+N", lambda: self._entry.field.setFocus(Qt.FocusReason.ShortcutFocusReason)),
            ("Alt+T", self._go_today),
            ("Ctrl+F", self.beside.open_find),
        ):  # wherever the focus is in the window, as long as this page is the one shown
            QShortcut(QKeySequence(keys), self).activated.connect(lambda act=act: act())
        back = QShortcut(QKeySequence("Esc"), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.beside.close)

    def _make_room(self) -> None:
        """Where there is no room for both, the card takes the side's place: the days stay readable."""
        focus = self.window().focusWidget()
        self._side.setVisible(self.beside.card is None or self.width() >= theme.em(_ROOMY))
        if focus is not None and self._side.isHidden() and self._side.isAncestorOf(focus):
            self.refocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.read()
            self.sync()

    # reading

    def read(self) -> None:
        """Ask for what is shown, again; while one answer is on its way at most one more is asked for."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        first, last = (at_midnight(day) for day in self._views.range(self._day))
        schedule, everything = self._schedule, self._views.kind == GROUP

        def look() -> Look:
            found = schedule.between(first, last, everything)
            waiting = len(schedule.meetings.waiting(datetime.now(TOKYO).replace(tzinfo=None)))
            return schedule.collections(), found, schedule.conflicts(), schedule.unsent(), waiting

        self._services.bridge.run(
            self, _("予定"), lambda _r: look(), lambda found: self._show(*found), ended=self._read_ended,
            lane="calendar",
        )  # fmt: skip

    def _read_ended(self) -> None:
        self._reading = False
        if self._again:
            self.read()

    def _show(
        self,
        collections: list[Collection],
        found: list[Occurrence],
        conflicts: list[Conflict],
        unsent: int,
        waiting: int,
    ) -> None:
        self._collections = {c.id: c for c in collections}
        self._found = found
        self._side.put_collections(collections)
        self._views.put(self._day, found, self._collections)
        self._tools.heading.setText(self._views.title(self._day))
        self._put_day()
        self._bar.put(conflicts, collections, waiting)
        self._views.put_conflicts(conflicts)
        self._sending.waits(unsent)

    def _put_day(self) -> None:
        first, after = self._views.range(self._day)
        shown = self._views.shown(self._found)
        named = self._views.kind == GROUP
        self._side.put_day(self._day, first, after - date.resolution, shown, self._collections, named)

    def _heard(self, staff_number: str) -> None:
        if staff_number == self._schedule.owner.staff_number and self.isVisible():
            self.read()

    def _synchronised(self, event: Synchronised) -> None:
        if event.staff_number == self._schedule.owner.staff_number:
            self._sending.ended(event)
            self.read()

    # going about

    def _choose(self, view: object) -> None:
        self._inline.hide()
        self._views.choose(str(view))
        self.read()

    def _go(self, day: date) -> None:
        self._day = day
        self._inline.hide()
        self.read()

    def _go_today(self) -> None:
        self._go(datetime.now(TOKYO).date())

    def _pick(self, day: date) -> None:
        """A day chosen inside the view: only the list beside it changes."""
        self._day = day
        self._put_day()

    def _turn(self, by: int) -> None:
        self._go(self._views.turn(self._day, by))

    def _open_day(self, day: date) -> None:
        self._day = day
        self._tools.choice.choose(DAY)
        self._choose(DAY)
        self._views.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, o: Occurrence) -> None:
        self._views.grid.select(o)
        self.beside.open_event(o)

    def _find_there(self, o: Occurrence) -> None:
        """Go to ``o``: Enter then opens it. The search stays where it is."""
        if self._views.kind not in (DAY, WEEK):
            self._tools.choice.choose(WEEK)
            self._choose(WEEK)
        self._go(o.start.date())
        self._views.point_at(o)

    def lead(self, aim: object) -> None:
        """To an event, opened; to somebody's calendar, beside one's own."""
        if isinstance(aim, Occurrence):
            self._find_there(aim)
            self._open(aim)
        elif isinstance(aim, Collection):
            self.work(lambda: self._schedule.show(aim.id, True), lambda _n: self.read())

    # making

    def _rooms(self) -> list[str]:
        return [c.name for c in self._collections.values() if c.kind == "room"]

    def _ask(self, start: datetime, end: datetime, all_day: bool, place: QRect) -> None:
        self._inline.open_at(start, end, all_day, place, self._views.asking())

    def _make(self, found: Understood) -> None:
        own = next((c.id for c in self._collections.values() if c.writable), 1)
        self.acts.make(found, own)
        first, after = self._views.range(self._day)
        if not first <= found.start.date() < after:
            self._go(found.start.date())

    # what the cards beside the grid ask of this page

    @property
    def collections(self) -> dict[int, Collection]:
        return self._collections

    def work(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[SuiteError], object] | None = None,
    ) -> None:
        self._services.bridge.run(self, _("予定"), lambda _r: work(), done, failed=failed, lane="calendar")

    def edit(self, work: Callable[[], Undo], said: str) -> None:
        self.acts.edit(work, said)

    def sync(self, thorough: bool = False) -> None:
        self._sending.sync(thorough)

    def refocus(self) -> None:
        view = self._views.currentWidget()
        if view is not None:
            view.setFocus(Qt.FocusReason.OtherFocusReason)
