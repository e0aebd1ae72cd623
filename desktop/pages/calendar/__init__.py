"""予定: the page. It reads and edits through ``Schedule`` in the background; nothing waits for the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QPushButton, QStackedWidget, QWidget

from calendar_sync import organisation
from calendar_sync.model import (
    Change,
    Collection,
    Conflict,
    Draft,
    Occurrence,
    Owner,
    ScheduleChanged,
    Scope,
    Synchronised,
)
from calendar_sync.service import Schedule, Undo
from calendar_sync.words import Understood
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.calendar import paper, words
from desktop.pages.calendar.agenda import Agenda
from desktop.pages.calendar.beside import ROWS, Beside
from desktop.pages.calendar.conflicts import Conflicts
from desktop.pages.calendar.entry import InlineEntry, QuickEntry
from desktop.pages.calendar.grid import DayGrid
from desktop.pages.calendar.group import GroupWeek
from desktop.pages.calendar.month import MonthGrid, span
from desktop.pages.calendar.places import Places
from desktop.pages.calendar.side import Side
from desktop.pages.calendar.year import YearGrid, fiscal_year
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.segmented import Segmented

T = TypeVar("T")
_EVERY = 5 * 60_000  # ms between two looks at the server
_SOON = 700  # ms after an edit, so that a drag of many events is sent at once
DAY, WEEK, GROUP, MONTH, YEAR, AGENDA = "day", "week", "group", "month", "year", "agenda"


def calendar_page(services: Services) -> QWidget:
    """Build the page for whoever is signed in."""
    session = services.auth.session
    assert session is not None  # noqa: S101 - a page is shown to a signed-in person only
    person = session.person
    owner = Owner(person.staff_number, person.name, person.section)
    page_ = CalendarPage(services, services.schedules.of(owner))
    if services.trial:
        from desktop.trial_office import CROWD, furnish

        services.bridge.run(
            page_,
            _("見本の職場の準備"),
            lambda _r: furnish(services.schedules, owner, datetime.now(TOKYO).date(), CROWD),
            lane="caldav",
            card=True,
        )
    return page_


class CalendarPage(QWidget):
    """Toolbar, quick entry, side, the chosen view, and the opened event."""

    def __init__(self, services: Services, schedule: Schedule) -> None:
        super().__init__()
        self._services, self._schedule = services, schedule
        self._day = datetime.now(TOKYO).date()
        self._view = WEEK
        self._collections: dict[int, Collection] = {}
        self._found: list[Occurrence] = []
        self._reading = self._again = False
        self._since = schedule.looked()
        whole = page.column(self, 0.7)
        whole.setContentsMargins(theme.em(1.25), theme.em(0.9), theme.em(1.25), theme.em(0.9))
        whole.addLayout(self._build_tools())
        self._entry = QuickEntry(self._rooms)
        self._entry.made.connect(self._make)
        first = page.row(spacing=0.6)
        first.addWidget(self._entry, 1)
        first.addWidget(
            button(_("空き時間"), self.beside_slots, icon="users-three"), 0, Qt.AlignmentFlag.AlignTop
        )
        first.addWidget(self._build_more(), 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(first)
        self._bar = _Bar()
        whole.addWidget(self._bar)
        middle = page.row(spacing=1)
        self._side = Side()
        middle.addWidget(self._side)
        self._views = QStackedWidget()
        self._grid, self._month, self._agenda, self._group = DayGrid(), MonthGrid(), Agenda(), GroupWeek()
        self._year = YearGrid()
        self._conflicts = Conflicts()
        frame = QFrame()
        frame.setProperty("card", True)
        page.column(frame, 0, 0.1).addWidget(self._views)
        group = QWidget()
        self._places = Places()
        self._places.chosen.connect(self.read)
        under = page.column(group, 0.3)
        under.addWidget(self._places)
        under.addWidget(self._group, 1)
        group.setFocusProxy(self._group)
        self._group_page = group
        for view in (self._grid, self._month, self._year, self._agenda, group, self._conflicts):
            self._views.addWidget(view)
        middle.addWidget(frame, 1)
        place = page.column()
        middle.addLayout(place)
        self.beside = Beside(self, place, schedule, self)
        whole.addLayout(middle, 1)
        self._inline = InlineEntry(self, self._rooms)
        self._inline.made.connect(self._make)
        self._connect()
        self._start_timers()

    def _build_tools(self) -> QHBoxLayout:
        tools = page.row(spacing=0.5)
        tools.addWidget(icon_button(_("前へ"), "caret-left", lambda: self._turn(-1)))
        tools.addWidget(button(_("今日"), lambda: self._go(datetime.now(TOKYO).date())))
        tools.addWidget(icon_button(_("次へ"), "caret-right", lambda: self._turn(1)))
        self._heading = page.label("", "section")
        tools.addWidget(self._heading)
        tools.addStretch(1)
        self._state = button(_("同期"), self.sync, "plain", "arrows-clockwise")
        tools.addWidget(self._state)
        choices = [
            (DAY, _("日")),
            (WEEK, _("週")),
            (GROUP, _("グループ週")),
            (MONTH, _("月")),
            (YEAR, _("年度")),
            (AGENDA, _("一覧")),
        ]
        self._choice = Segmented(_("表示のしかた"), choices, WEEK)
        self._choice.chosen.connect(self._choose)
        tools.addWidget(self._choice)
        return tools

    def beside_slots(self) -> None:
        self.beside.open_slots()

    def _build_more(self) -> QPushButton:
        """What is needed now and then, in words behind one button."""
        menu = QMenu(self)
        for text, act in (
            (_("予定を探す（Ctrl+F）"), lambda: self.beside.open_find()),
            (_("携帯をつなぐ"), lambda: self.beside.open_phone()),
            (_("予定のサーバー"), lambda: self.beside.open_account()),
            (_("留守の間の変更"), lambda: self.beside.open_changes(self._since)),
            (_("取り込む・書き出す"), lambda: self.beside.open_files()),
            (_("職場の一覧を取り込む…"), self._choose_organisation),
        ):
            menu.addAction(text, act)
        paper_menu = menu.addMenu(_("印刷用の PDF"))
        for text, form in (
            (_("週（A4）"), paper.WEEK),
            (_("月（A4）"), paper.MONTH),
            (_("手帳（A5）"), paper.DIARY_A5),
            (_("手帳（A6）"), paper.DIARY_A6),
        ):
            paper_menu.addAction(text, partial(self._print, form))
        more = button(_("ほかの操作"), icon="sliders-horizontal")
        more.clicked.connect(lambda: menu.popup(more.mapToGlobal(more.rect().bottomLeft())))
        return more

    def _choose_organisation(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("職場の一覧（CSV）"), "", "*.csv")
        if name:
            self.join_organisation(Path(name))

    def join_organisation(self, path: Path) -> None:
        """Follow everybody and every room of the table at ``path`` as of today."""
        today, schedule = datetime.now(TOKYO).date(), self._schedule

        def work() -> tuple[int, list[str]]:
            problems: list[str] = []
            with path.open("rb") as file:
                units = organisation.read(file.read(organisation.MOST_BYTES + 1), problems)
            return schedule.join(units, today), problems

        def done(found: tuple[int, list[str]]) -> None:
            count, problems = found
            said = _("{count} 人・部屋を職場の一覧から加えました。").format(count=count)
            self._services.notices.success(said + (" " + problems[0] if problems else ""))
            self._soon.start()

        self._work(work, done)

    def _print(self, form: paper.Form) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, _("PDF を置く場所"), _("予定.pdf"), "*.pdf")
        if name:
            self.write_paper(Path(name), form)

    def write_paper(self, path: Path, form: paper.Form) -> None:
        """The shown calendars of the week or month of the chosen day as a PDF at ``path``."""
        first, after = (datetime(d.year, d.month, d.day) for d in paper.range_of(form, self._day))
        day, schedule, collections = self._day, self._schedule, self._collections

        def work() -> None:
            paper.write(path, form, day, schedule.between(first, after), collections)

        self._work(work, lambda _n: self._services.notices.success(_("PDF を作りました。")))

    def _connect(self) -> None:
        self._side.chosen.connect(self._go)
        self._side.month_turned.connect(lambda by: self._go(_months(self._day, by)))
        self._side.shown.connect(
            lambda number, on: self._work(lambda: self._schedule.show(number, on), lambda _n: self.read())
        )
        self._side.opened.connect(self._open)
        for view in (self._grid, self._month, self._group):
            view.opened.connect(self._open)
            view.turned.connect(self._turn)
            view.wanted.connect(self._ask)
            view.picked.connect(self._pick)
        self._agenda.opened.connect(self._open)
        self._year.turned.connect(self._turn)
        self._year.picked.connect(self._pick)
        self._year.day_opened.connect(self._open_day)
        self._month.day_opened.connect(self._open_day)
        self._grid.moved.connect(self._moved)
        self._grid.deleted.connect(self._delete_asked)
        self.beside.went_to.connect(self._find_there)
        self._conflicts.settled.connect(self._settle)
        self._conflicts.closed.connect(self._show_view)
        bridge, events = self._services.bridge, self._services.events
        bridge.subscribe(events, ScheduleChanged, self, lambda event: self._heard(event.staff_number))
        bridge.subscribe(events, Synchronised, self, self._synchronised)
        for keys, act in (
            ("F5", self.sync),
            ("Ctrl+F5", lambda: self.sync(thorough=True)),
            ("Ctrl+N", lambda: self._entry.field.setFocus(Qt.FocusReason.ShortcutFocusReason)),
            ("Alt+T", lambda: self._go(datetime.now(TOKYO).date())),
            ("Ctrl+F", self.beside.open_find),
        ):  # wherever the focus is in the window, as long as this page is the one shown
            QShortcut(QKeySequence(keys), self).activated.connect(lambda act=act: act())
        back = QShortcut(QKeySequence("Esc"), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.beside.close)

    def _start_timers(self) -> None:
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON)
        self._soon.timeout.connect(self.sync)
        every = QTimer(self)
        every.setInterval(_EVERY)
        every.timeout.connect(self.sync)
        every.start()
        minute = QTimer(self)
        minute.setInterval(60_000)
        minute.timeout.connect(self._grid.viewport().update)
        minute.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.read()
            self.sync()

    # reading

    def _range(self) -> tuple[date, date]:
        """The first day shown and the day after the last."""
        if self._view == DAY:
            return self._day, self._day + timedelta(days=1)
        if self._view == MONTH:
            return span(self._day)
        if self._view == YEAR:
            first = fiscal_year(self._day)
            return first, first.replace(year=first.year + 1)
        monday = self._day - timedelta(days=self._day.weekday())
        return monday, monday + timedelta(days=28 if self._view == AGENDA else 7)

    def read(self) -> None:
        """Ask for what is shown, again; while one answer is on its way at most one more is asked for."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        first, last = (datetime(d.year, d.month, d.day) for d in self._range())
        schedule, everything = self._schedule, self._view == GROUP

        def look() -> tuple[list[Collection], list[Occurrence], list[Conflict], int]:
            found = schedule.between(first, last, everything)
            return schedule.collections(), found, schedule.conflicts(), schedule.unsent()

        self._work(look, lambda found: self._show(*found), ended=self._read_ended)

    def _read_ended(self) -> None:
        self._reading = False
        if self._again:
            self.read()

    def _show(
        self, collections: list[Collection], found: list[Occurrence], conflicts: list[Conflict], unsent: int
    ) -> None:
        self._collections = {c.id: c for c in collections}
        self._found = found
        self._side.put_collections(collections)
        first, after = self._range()
        last = after - timedelta(days=1)
        if self._view in (DAY, WEEK):
            days = [first + timedelta(days=n) for n in range((after - first).days)]
            self._grid.put(days, found, self._collections)
        elif self._view == GROUP:
            days = [first + timedelta(days=n) for n in range(7)]
            self._places.put(collections)
            rows = [c for c in collections if self._places.shows(c)]
            self._group.put(days, found, sorted(rows, key=lambda c: (ROWS.index(c.kind), c.place)))
        elif self._view == MONTH:
            self._month.put(self._day, found, self._collections)
        elif self._view == YEAR:
            self._year.put(first, found, self._day)
        else:
            self._agenda.put(found, self._collections)
        self._heading.setText(self._title(first, last))
        self._side.put_day(self._day, first, last, found, self._collections)
        self._bar.put(self._notes(conflicts, collections))
        self._conflicts.put(conflicts)
        if not conflicts and self._views.currentWidget() is self._conflicts:
            self._show_view()
        if unsent:
            self._state.setText(_("送っていない変更 {count} 件").format(count=unsent))

    def _title(self, first: date, last: date) -> str:
        if self._view == MONTH:
            return words.month_words(self._day)
        if self._view == YEAR:
            return _("{year}度").format(year=words.month_words(first).partition("年")[0] + "年")
        return words.range_words(first, last)

    def _notes(
        self, conflicts: list[Conflict], collections: list[Collection]
    ) -> list[tuple[str, list[tuple[str, Callable[[], object]]]]]:
        notes: list[tuple[str, list[tuple[str, Callable[[], object]]]]] = []
        if conflicts:
            text = _("同じ予定が別々に変えられています（{count} 件）。").format(count=len(conflicts))
            notes.append((text, [(_("見比べる"), self._show_conflicts)]))
        for c in collections:
            if c.held:
                text = _("「{name}」の {count} 件が、サーバーから一度に消えました。").format(
                    name=c.name, count=c.held
                )
                keep = (_("残して送り直す"), lambda n=c.id: self._answer(n, False))
                drop = (_("ここでも消す"), lambda n=c.id: self._answer(n, True))
                notes.append((text, [keep, drop]))
        return notes

    def _show_conflicts(self) -> None:
        self._views.setCurrentWidget(self._conflicts)

    def _show_view(self) -> None:
        views = {
            DAY: self._grid, WEEK: self._grid, GROUP: self._group_page, MONTH: self._month,
            YEAR: self._year,
            AGENDA: self._agenda,
        }  # fmt: skip
        self._views.setCurrentWidget(views[self._view])

    def _heard(self, staff_number: str) -> None:
        if staff_number == self._schedule.owner.staff_number and self.isVisible():
            self.read()

    # going about

    def _choose(self, view: object) -> None:
        self._view = str(view)
        self._inline.hide()
        self._show_view()
        self.read()

    def _go(self, day: date) -> None:
        self._day = day
        self._inline.hide()
        self.read()

    def _pick(self, day: date) -> None:
        """A day chosen inside the view: only the list beside it changes."""
        self._day = day
        first, after = self._range()
        self._side.put_day(day, first, after - timedelta(days=1), self._found, self._collections)

    def _turn(self, by: int) -> None:
        step = {DAY: 1, WEEK: 7, GROUP: 7, AGENDA: 28}.get(self._view)
        if self._view == YEAR:
            self._go(_months(self._day, 12 * by))
        else:
            self._go(_months(self._day, by) if step is None else self._day + timedelta(days=step * by))

    def _open_day(self, day: date) -> None:
        self._day = day
        self._choice.choose(DAY)
        self._choose(DAY)
        self._grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # making and changing

    def _rooms(self) -> list[str]:
        return [c.name for c in self._collections.values() if c.kind == "room"]

    def _ask(self, start: datetime, end: datetime, all_day: bool, place: QRect) -> None:
        view = {MONTH: self._month, GROUP: self._group}.get(self._view, self._grid)
        self._inline.open_at(start, end, all_day, place, view)

    def _own(self) -> int:
        return next((c.id for c in self._collections.values() if c.writable), 1)

    def _make(self, found: Understood) -> None:
        draft = Draft(
            self._own(), found.summary or _("（件名なし）"), found.start, found.end, found.all_day,
            found.location, "", found.private,
        )  # fmt: skip
        said = _("「{title}」を {when} に入れました。").format(
            title=draft.summary, when=words.when_words(draft.start, draft.end, draft.all_day)
        )
        self._edit(lambda: self._schedule.create(draft), said)
        first, after = self._range()
        if not first <= found.start.date() < after:
            self._go(found.start.date())

    def _moved(self, o: Occurrence, start: datetime, end: datetime) -> None:
        said = _("「{title}」を {when} に移しました。").format(
            title=o.summary, when=words.when_words(start, end, False)
        )
        change = Change(start=start, end=end)

        def do(scope: Scope) -> None:
            self._edit(lambda: self._schedule.change(o.event, change, o.recurrence, scope), said)

        self._for_scope(o, do)

    def _for_scope(self, o: Occurrence, do: Callable[[Scope], None]) -> None:
        """Of a series, ask how much is meant; a menu, because a choice is needed before anything can
        happen."""
        if not o.repeats:
            do(Scope.ALL)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(_("変える範囲"))
        for scope, text in (
            (Scope.THIS, _("この回だけ")), (Scope.FUTURE, _("これ以降すべて")), (Scope.ALL, _("すべての回")),
        ):  # fmt: skip
            menu.addAction(text, partial(do, scope))
        menu.aboutToHide.connect(self._grid.viewport().update)
        menu.popup(self.cursor().pos())

    def _delete_asked(self, o: Occurrence) -> None:
        self._for_scope(o, lambda scope: self.beside.delete(o, scope))

    def _edit(self, work: Callable[[], Undo], said: str) -> None:
        def done(act: Undo) -> None:
            undo = (_("元に戻す"), lambda: self._undo(act))
            self._services.notices.success(said, undo)
            self._soon.start()

        self._work(work, done)

    def _undo(self, act: Undo) -> None:
        def done(again: Undo) -> None:
            self._services.notices.info(_("元に戻しました。"), (_("やり直す"), lambda: self._undo(again)))
            self._soon.start()

        self._work(lambda: self._schedule.undo(act), done)

    def _open(self, o: Occurrence) -> None:
        self._grid.select(o)
        self.beside.open_event(o)

    def _find_there(self, o: Occurrence) -> None:
        """Go to ``o``: Enter then opens it. The search stays where it is."""
        if self._view not in (DAY, WEEK):
            self._choice.choose(WEEK)
            self._choose(WEEK)
        self._go(o.start.date())
        self._grid.point_at(o)
        self._grid.setFocus(Qt.FocusReason.OtherFocusReason)

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
        self._edit(work, said)

    def refocus(self) -> None:
        view = self._views.currentWidget()
        if view is not None:
            view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _settle(self, conflict: Conflict, mine: bool) -> None:
        said = _("わたしの変更にしました。") if mine else _("ほかの人の変更のままにしました。")

        def done(_none: None) -> None:
            self._services.notices.success(said)
            self._soon.start()

        self._work(lambda: self._schedule.settle(conflict, mine), done)

    def _answer(self, collection: int, delete: bool) -> None:
        self._work(
            lambda: self._schedule.answer_mass_deletion(collection, delete), lambda _n: self._soon.start()
        )

    # the server

    def sync(self, thorough: bool = False) -> None:
        """Send and fetch in the background; ``thorough`` compares everything with the server."""
        self._state.setText(_("同期しています…"))
        self._services.bridge.run(
            self,
            _("予定の同期"),
            lambda report: self._schedule.sync(report, thorough),
            failed=lambda _error: None,  # said by ``Synchronised``, beside what did work
            lane="caldav",
        )

    def _synchronised(self, event: Synchronised) -> None:
        if event.staff_number != self._schedule.owner.staff_number:
            return
        now = datetime.now(TOKYO)
        if not event.code:
            self._state.setText(_("同期済み {time}").format(time=words.clock(now.replace(tzinfo=None))))
        elif event.code == "CAL-010":
            self._state.setText(_("オフライン（変更はあとで送ります）"))
        else:
            self._state.setText(_("同期できない予定があります"))
            error = SuiteError(_("予定を同期できませんでした。"), event.reason, "", event.code)
            self._services.notices.error(error)
        self.read()

    def _work(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        ended: Callable[[], object] | None = None,
    ) -> None:
        self._services.bridge.run(self, _("予定"), lambda _r: work(), done, ended=ended, lane="calendar")


class _Bar(QFrame):
    """What needs a person's decision, above the grid: a sentence and its answers."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", "warning")
        self._layout = page.column(self, 0.2)
        self._shown: list[str] = []
        self.hide()

    def put(self, notes: list[tuple[str, list[tuple[str, Callable[[], object]]]]]) -> None:
        if [text for text, _a in notes] == self._shown:
            return
        self._shown = [text for text, _a in notes]
        page.clear(self._layout)
        for text, actions in notes:
            line = QWidget()
            row = page.row(line, 0.75)
            row.setContentsMargins(theme.em(1), theme.em(0.35), theme.em(0.75), theme.em(0.35))
            row.addWidget(page.label(text, "strong", wrap=True), 1)
            for name, act in actions:
                row.addWidget(button(name, act))
            self._layout.addWidget(line)
            announce(self, text, True)
        self.setVisible(bool(notes))


def _months(day: date, by: int) -> date:
    """The same day ``by`` months on, or the last one that month has."""
    month = day.month - 1 + by
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise ValueError(day)
