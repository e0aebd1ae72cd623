"""The page 予定 in the real window, on the real service and a real server."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QListWidget, QWidget

from calendar_sync.model import Change, Occurrence
from desktop.pages.calendar import words
from desktop.pages.calendar.colours import block, on
from desktop.pages.calendar.columns import columns, lanes
from desktop.pages.calendar.detail import DetailCard
from desktop.ui.tokens import THEMES, Tokens, contrast
from tests.ui.conftest import Office, spoken
from tests.ui.desk import MONDAY, Desk


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_words_at_the_top_make_an_event_which_reaches_the_server(desk: Desk) -> None:
    field = desk.page._entry.field
    field.insert("R8.12.2 10-11 課内会議 302")
    QTest.keyClick(field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.shown() == [("課内会議", 2, 10, 11)]
    assert desk.page._found[0].location == "302"
    desk.page.sync()
    desk.settle()
    assert desk.schedule.unsent() == 0


def test_dragging_an_event_moves_it_and_undo_brings_it_back(desk: Desk) -> None:
    desk.has("打合せ")
    desk.drag(MONDAY.replace(hour=10), MONDAY.replace(hour=13) + timedelta(days=1))
    assert desk.shown() == [("打合せ", 1, 13, 14)]
    undo = next(b for b in desk.window.findChildren(QAbstractButton) if spoken(b) == "元に戻す")
    undo.click()
    desk.settle()
    assert desk.shown() == [("打合せ", 30, 10, 11)]


def test_dragging_the_lower_edge_lengthens_it(desk: Desk) -> None:
    desk.has("打合せ")
    grid = desk.page._views.grid
    edge = round(grid._hour) - 8  # from the event's first line to just inside its lower edge
    desk.drag(MONDAY.replace(hour=10), MONDAY.replace(hour=11), edge)
    assert desk.shown() == [("打合せ", 30, 10, 12)]


def test_a_click_on_an_empty_place_asks_for_words_and_enter_makes_the_event_there(desk: Desk) -> None:
    QTest.mouseClick(
        desk.page._views.grid.viewport(), Qt.MouseButton.LeftButton, pos=desk.place(MONDAY.replace(hour=14))
    )
    field = desk.page._inline.field
    assert field.isVisible()
    field.insert("部長説明 401")
    QTest.keyClick(field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.shown() == [("部長説明", 30, 14, 15)]


def test_the_keyboard_alone_finds_moves_and_deletes_an_event(desk: Desk) -> None:
    desk.has("打合せ", 9)
    grid = desk.page._views.grid
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    grid._cursor = MONDAY.replace(hour=8, minute=30)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    desk.settle()
    assert desk.shown() == [("打合せ", 1, 9, 10)]
    QTest.keyClick(grid, Qt.Key.Key_Delete)
    desk.settle()
    assert desk.shown() == []


def test_what_is_opened_can_be_changed_in_words(desk: Desk) -> None:
    o = desk.has("打合せ")
    desk.page._open(o)
    desk.settle()
    card = desk.card(DetailCard)
    card.summary.setText("部内打合せ")
    card.when.setText("2026/12/3 15-16:30")
    card.place.setText("第二会議室")
    desk.office.find(QAbstractButton, "保存").click()  # type: ignore[attr-defined]
    desk.settle()
    assert desk.shown() == [("部内打合せ", 3, 15, 16)]
    assert desk.page._found[0].location == "第二会議室"


def test_without_the_server_work_goes_on_and_the_page_says_so(desk: Desk) -> None:
    desk.schedule.exchange.offline = True
    desk.has("圏外の予定")
    desk.page.sync()
    desk.settle()
    assert desk.shown() == [("圏外の予定", 30, 10, 11)]
    assert "送っていない変更 1 件" in [spoken(b) for b in desk.window.findChildren(QAbstractButton)]
    desk.schedule.exchange.offline = False
    desk.page.sync()
    desk.settle()
    assert desk.schedule.unsent() == 0


def test_a_conflict_is_announced_shown_side_by_side_and_settled(desk: Desk) -> None:
    o = desk.has("会議")
    desk.page.sync()
    desk.settle()
    store = desk.schedule._store
    seen = store.object(o.event)
    assert seen is not None
    assert seen.base is not None
    remote = desk.schedule.exchange._connect()
    found = remote.get(seen.href)
    assert found is not None
    theirs = found[1].replace("会議".encode(), "ほかの人の題".encode())
    assert remote.put(seen.href, theirs, found[0])
    remote.close()
    desk.schedule.change(o.event, Change(summary="わたしの題"))
    desk.page.sync()
    desk.settle()
    desk.office.find(QAbstractButton, "見比べる").click()  # type: ignore[attr-defined]
    desk.settle()
    texts = [label.text() for label in desk.window.findChildren(QLabel) if label.isVisible()]
    assert "件名: わたしの題" in texts
    assert "件名: ほかの人の題" in texts
    desk.office.find(QAbstractButton, "わたしの変更にする").click()  # type: ignore[attr-defined]
    desk.settle()
    assert [summary for summary, *_rest in desk.shown()] == ["わたしの題"]
    assert desk.schedule.conflicts() == []


def test_the_day_stands_beside_the_grid_as_a_list_for_a_screen_reader(desk: Desk) -> None:
    desk.has("打合せ")
    desk.page._pick(MONDAY.date())
    beside = desk.page._side.list
    assert isinstance(beside, QListWidget)
    said = beside.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("11/30（月）、10:00–11:00、打合せ")


def test_every_view_shows_the_event(desk: Desk) -> None:
    desk.has("打合せ")
    for view in ("day", "month", "year", "agenda", "week"):
        desk.page._tools.choice.choose(view)
        desk.page._choose(view)
        desk.settle()
        assert desk.shown() == [("打合せ", 30, 10, 11)]
        picture = desk.page._views.grab().toImage()
        edge = block("#0017c1", THEMES["light"])[1]
        points = ((x, y) for x in range(picture.width()) for y in range(0, picture.height(), 6))
        assert view in ("agenda", "year") or any(picture.pixelColor(x, y).name() == edge for x, y in points)


def test_the_year_is_walked_by_keys_and_opens_a_day(desk: Desk) -> None:
    desk.has("打合せ")
    desk.page._tools.choice.choose("year")
    desk.page._choose("year")
    desk.settle()
    assert desk.page._tools.heading.text() == "令和8年度"
    year = desk.page._views.year
    assert year._counts[MONDAY.date()] == 1
    year.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(year, Qt.Key.Key_Right)
    QTest.keyClick(year, Qt.Key.Key_Return)
    desk.settle()
    assert (desk.page._views.kind, desk.page._day) == ("day", date(2026, 12, 1))


def test_the_holiday_and_the_era_stand_on_the_page(desk: Desk) -> None:
    desk.page._go(date(2026, 11, 23))
    desk.settle()
    assert desk.page._tools.heading.text() == "令和8年11月23日–29日"
    assert desk.page._side._day_name.text() == "11/23（月） 勤労感謝の日"


def test_overlapping_events_share_the_width_and_others_have_it_whole() -> None:
    assert columns([(0, 60), (30, 90), (90, 120)]) == [(0, 2), (1, 2), (0, 1)]
    assert columns([(0, 100), (10, 20), (20, 30)]) == [(0, 2), (1, 2), (1, 2)]
    assert lanes([(0, 2), (1, 3), (2, 4)]) == [0, 1, 0]


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES.keys())
@pytest.mark.parametrize("colour", ["#0017c1", "#197a4b", "#ffff00", "#ffffff", "#000000", "broken"])
def test_text_on_an_event_can_be_read_whatever_colour_its_calendar_has(tokens: object, colour: str) -> None:
    back, edge = block(colour, tokens)  # type: ignore[arg-type]
    assert contrast(back, tokens.text) >= 4.5  # type: ignore[attr-defined]
    assert contrast(edge, tokens.surface) >= 3  # type: ignore[attr-defined]


def test_somebody_elses_private_event_is_only_busy() -> None:
    from calendar_sync.model import Collection

    o = Occurrence(1, "", 2, MONDAY, MONDAY, False, "通院", "病院", private=True)
    others = Collection(2, "/x/", "佐藤 健", "#000000", False, True, kind="person")
    assert words.title(o, others) == "予定あり"
    assert "病院" not in words.spoken(o, others)


def test_every_control_of_the_page_has_a_name(desk: Desk) -> None:
    desk.page._open(desk.has("打合せ"))
    desk.settle()
    controls = [
        w
        for w in desk.page.findChildren(QWidget)
        if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(controls) > 15
    assert [type(w).__name__ for w in controls if not spoken(w)] == []


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES.keys())
def test_a_day_of_the_shown_week_can_be_read_in_the_small_month(tokens: Tokens) -> None:
    for colour in (tokens.text, tokens.muted, tokens.danger, tokens.primary):
        assert contrast(on(colour, tokens, True), tokens.selected) >= 4.5
        assert on(colour, tokens, False) == colour
