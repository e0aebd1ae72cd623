"""Every view of 予定 without eyes, without a mouse: the list says what is painted, and keys do everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QWidget

from calendar_sync.edit import new_event
from calendar_sync.model import Draft, Occurrence
from desktop.pages.calendar import words
from desktop.pages.calendar.month import days_of
from desktop.pages.calendar.side import LEAST_HEIGHT
from desktop.ui import theme
from tests.ui.conftest import Office, spoken
from tests.ui.desk import MONDAY, Desk

FRIDAY = MONDAY.date() + timedelta(days=4)


@pytest.fixture
def desk(office: Office) -> Desk:
    """A week with two colleagues in it, and a Friday on which more happens than a cell of the month holds."""
    made = Desk(office)
    schedule = made.schedule
    for name in ("佐藤 健", "第一会議室"):
        kind = "room" if "室" in name else "person"
        number = schedule.subscribe(f"/{kind}-1/main/", name, kind)
        schedule._store.receive(number, list(_week(kind)), first=True)
    for uid, raw in _days():
        schedule._store.create(1, f"/K100234/main/{uid}.ics", raw)
    made.page.read()
    made.settle()
    return made


def _week(kind: str) -> Iterator[tuple[str, str, bytes]]:
    for day in range(5):
        start = MONDAY + timedelta(days=day, hours=10 + day)
        draft = Draft(1, "面談", start, start + timedelta(hours=1), private=day == 1)
        yield f"/{kind}-1/main/{day}.ics", '"1"', new_event(draft, f"{kind}-{day}", datetime.now(UTC))


def _days() -> Iterator[tuple[str, bytes]]:
    every = [(4, hour) for hour in range(9, 17)] + [(1, 9), (1, 10), (2, 13), (3, 15)]
    drafts = [
        Draft(
            1, f"窓口 {day}-{hour}", at := MONDAY + timedelta(days=day, hours=hour), at + timedelta(hours=1)
        )
        for day, hour in every
    ]
    drafts.append(Draft(1, "防災の日", MONDAY, MONDAY + timedelta(days=3), all_day=True))
    for number, draft in enumerate(drafts):
        yield f"own-{number}", new_event(draft, f"own-{number}", datetime.now(UTC))


def _choose(desk: Desk, view: str) -> None:
    desk.page._tools.choice.choose(view)
    desk.page._choose(view)
    desk.settle()


def _painted(desk: Desk, day: date) -> list[Occurrence]:
    """What the chosen view paints on ``day``; the month's cell says how many more there are."""
    views = desk.page._views
    if views.kind in ("day", "week"):
        places = [*views.grid._bars, *views.grid._placed]
        return [p.occurrence for p in places if day in days_of(p.occurrence, day, day + timedelta(days=1))]
    if views.kind == "month":
        return views.month._by_day.get(day, [])
    return [o for (_row, on), cell in views.group._cells.items() if on == day for o in cell]


def _twin(desk: Desk) -> Iterator[tuple[Occurrence, str]]:
    """The list's events, each with what a screen reader says of its line."""
    twin = desk.page._side.list
    for row in range(twin.count()):
        o = twin.item(row).data(Qt.ItemDataRole.UserRole)
        if o is not None:
            yield o, str(twin.item(row).data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_list_twin_says_exactly_what_is_painted_and_stands_where_the_cursor_is(desk: Desk) -> None:
    views = desk.page._views
    cursors = {
        "day": lambda: views.grid._cursor.date(), "week": lambda: views.grid._cursor.date(),
        "month": lambda: views.month._cursor, "group": lambda: views.group._days[views.group._cursor[1]],
    }  # fmt: skip
    for view, cursor in cursors.items():
        _choose(desk, view)
        for day in (MONDAY.date(), MONDAY.date() + timedelta(days=1), FRIDAY):
            desk.page._side.small.chosen.emit(day)
            desk.settle()
            assert cursor() == day == desk.page._day, view
            said = dict.fromkeys(_twin(desk))
            key = {(o.event, o.recurrence) for o, _text in said}
            assert key == {(o.event, o.recurrence) for o in _painted(desk, day)}, (view, day)
            assert key
            for o, text in said:
                collection = desk.page.collections[o.collection]
                for part in (words.title(o, collection), words.time_words(o), collection.name):
                    assert part in text
    twin = desk.page._side.list
    assert any("佐藤 健" in twin.item(row).text() for row in range(twin.count()))  # seen, too: whose it is
    views.places.shows = lambda c: c.kind == "own"  # type: ignore[method-assign]
    desk.page.read()
    desk.settle()
    assert {desk.page.collections[o.collection].kind for o, _text in _twin(desk)} == {"own"}


def test_the_year_and_the_agenda_have_what_the_list_has(desk: Desk) -> None:
    _choose(desk, "year")
    desk.page._go(FRIDAY)
    desk.settle()
    assert desk.page._views.year._counts[FRIDAY] == len(list(_twin(desk))) == 8
    _choose(desk, "agenda")
    desk.page._go(FRIDAY)
    desk.settle()
    titles = {words.title(o, desk.page.collections[o.collection]) for o in desk.page._found}
    assert {words.title(o, desk.page.collections[o.collection]) for o, _text in _twin(desk)} <= titles


def _tab(desk: Desk, back: bool = False) -> list[QWidget]:
    """What Tab (or Shift+Tab) reaches, until it comes to where it has been."""
    reached: list[QWidget] = []
    widget = QApplication.focusWidget() or desk.window
    for _step in range(120):
        QTest.keyClick(widget, Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in reached:
            return reached
        reached.append(widget)
    raise AssertionError("Tab does not come round")


def test_tab_goes_into_each_view_and_out_of_it_both_ways(desk: Desk) -> None:
    for view in ("day", "week", "group", "month", "year", "agenda"):
        _choose(desk, view)
        desk.page._entry.field.setFocus(Qt.FocusReason.OtherFocusReason)
        inside = desk.page._views.currentWidget()
        for walk in (_tab(desk), _tab(desk, back=True)):
            assert any(w is inside or inside.isAncestorOf(w) for w in walk), view
            assert {desk.page._side.list, desk.page._side.small, desk.page._entry.field} <= set(walk), view


def test_keys_alone_go_from_a_view_to_an_event_and_back(desk: Desk) -> None:
    for view in ("week", "month", "group"):
        _choose(desk, view)
        desk.page._go(FRIDAY)
        desk.settle()
        twin: QListWidget = desk.page._side.list
        twin.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(twin, Qt.Key.Key_Down)
        QTest.keyClick(twin, Qt.Key.Key_Home)
        QTest.keyClick(twin, Qt.Key.Key_Return)
        desk.settle()
        card = desk.page.beside.card
        assert card is not None, view
        assert desk.page.isAncestorOf(QApplication.focusWidget() or desk.window)
        QTest.keyClick(QApplication.focusWidget() or card, Qt.Key.Key_Escape)
        desk.settle()
        assert desk.page.beside.card is None
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.isVisible()
        assert desk.page.isAncestorOf(focus)


def test_each_card_opens_with_the_keys_in_it_and_closes_with_escape(desk: Desk) -> None:
    beside = desk.page.beside
    for open_ in (
        beside.open_slots, beside.open_find, beside.open_phone, beside.open_account, beside.open_files,
        lambda: beside.open_changes(""),
    ):  # fmt: skip
        open_()
        desk.settle()
        card = beside.card
        assert card is not None
        reached = _tab(desk)
        inside = [
            w for w in card.findChildren(QWidget)
            if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not w.focusProxy()
        ]  # fmt: skip
        assert {spoken(w) for w in inside} <= {spoken(w) for w in reached}
        inside[0].setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(inside[0], Qt.Key.Key_Escape)
        desk.settle()
        assert beside.card is None


def test_what_has_been_sent_is_no_longer_said_to_wait(desk: Desk) -> None:
    """A look begun before the synchronisation ended may arrive after it."""
    sending = desk.page._sending
    desk.page.sync()
    desk.settle()
    ended = sending.state.text()
    sending.waits(1)
    assert "1" in sending.state.text()
    sending.waits(0)
    assert sending.state.text() == ended


def test_the_right_arrow_on_sunday_goes_to_the_next_monday(desk: Desk) -> None:
    sunday = MONDAY.date() + timedelta(days=6)
    desk.page._go(sunday)
    desk.settle()
    grid = desk.page._views.grid
    QTest.keyClick(grid, Qt.Key.Key_Right)
    desk.settle()
    assert grid._cursor.date() == desk.page._day == sunday + timedelta(days=1)


def test_where_little_height_is_left_the_small_month_goes_rather_than_be_crushed(desk: Desk) -> None:
    side = desk.page._side
    side.resize(side.width(), theme.em(LEAST_HEIGHT) - 1)
    assert not side.small.isVisible()
    side.resize(side.width(), theme.em(LEAST_HEIGHT))
    assert side.small.isVisible()


@pytest.mark.parametrize("view", ["month", "year"])
def test_on_a_low_narrow_screen_no_day_runs_into_another(desk: Desk, view: str) -> None:
    """1366×768 at 150 %: it scrolls instead, and the cursor is on the screen wherever the keys go."""
    desk.window.resize(910, 512)
    _choose(desk, view)
    sheet = getattr(desk.page._views, view)
    cell = sheet.place_of(MONDAY.date())
    assert cell is not None
    assert cell.height() >= theme.em(3.5 if view == "month" else 0.9)
    assert cell.width() >= theme.em(1.2)
    sheet.setFocus()
    for key in (Qt.Key.Key_Up,) * 4:
        QTest.keyClick(sheet, key)
    there = sheet.place_of(sheet.chosen)
    assert there is not None
    assert sheet.visibleRegion().boundingRect().contains(there.toRect().adjusted(2, 2, -2, -2))
