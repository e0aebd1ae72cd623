"""The page 予定 in the real window, on the real service and a real server."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import httpx
import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QListWidget, QWidget

from calendar_sync.model import Change, Draft, Occurrence, Owner
from calendar_sync.service import Schedule
from core.clock import TOKYO
from desktop.pages.calendar import CalendarPage, paper, words
from desktop.pages.calendar.account import AccountCard
from desktop.pages.calendar.changes import ChangesCard
from desktop.pages.calendar.colours import block
from desktop.pages.calendar.columns import columns, lanes
from desktop.pages.calendar.detail import DetailCard
from desktop.pages.calendar.files import FilesCard
from desktop.pages.calendar.find import FindCard
from desktop.pages.calendar.phone import PhoneCard
from desktop.pages.calendar.reminding import Reminding
from desktop.pages.calendar.slots import SlotCard
from desktop.trial_office import furnish
from desktop.ui.tokens import THEMES, contrast
from tests.fakes import xandikos_server
from tests.fakes.codes import read_code
from tests.ui.conftest import Office, spoken

MONDAY = datetime(2026, 11, 30)


class Desk:
    """The page of a signed-in person, and what a test does there."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.window = office.signed_in()
        office.services.go("calendar")
        office.settle()
        found = self.window.findChild(CalendarPage)
        assert found is not None
        self.page: CalendarPage = found
        self.page._go(MONDAY.date())
        self.settle()

    @property
    def schedule(self) -> Schedule:
        return self.page._schedule

    def settle(self) -> None:
        for _round in range(3):  # an edit is followed by a read, then by a synchronisation
            self.office.settle()

    def has(self, summary: str, hour: int = 10, hours: int = 1) -> Occurrence:
        start = MONDAY + timedelta(hours=hour)
        self.schedule.create(Draft(1, summary, start, start + timedelta(hours=hours)))
        self.settle()
        return next(o for o in self.page._found if o.summary == summary)

    def shown(self) -> list[tuple[str, int, int, int]]:
        return [(o.summary, o.start.day, o.start.hour, o.end.hour) for o in self.page._found]

    def place(self, moment: datetime) -> QPoint:
        """Where ``moment`` is on the grid."""
        grid = self.page._views.grid
        x = grid._gutter + (grid._days.index(moment.date()) + 0.5) * grid._width
        return QPointF(x, grid._y(moment.hour * 60 + moment.minute) + 3).toPoint()

    def drag(self, start: datetime, end: datetime, offset: int = 0) -> None:
        view = self.page._views.grid.viewport()
        first, last = self.place(start) + QPoint(0, offset), self.place(end) + QPoint(0, offset)
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
        for step in (0.5, 1.0):
            point = first + (last - first) * step
            QTest.mouseMove(view, point)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=last)
        self.settle()


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
    card = desk.page.beside.card
    assert isinstance(card, DetailCard)
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
        desk.page._choice.choose(view)
        desk.page._choose(view)
        desk.settle()
        assert desk.shown() == [("打合せ", 30, 10, 11)]
        picture = desk.page._views.grab().toImage()
        edge = block("#0017c1", THEMES["light"])[1]
        points = ((x, y) for x in range(picture.width()) for y in range(0, picture.height(), 6))
        assert view in ("agenda", "year") or any(picture.pixelColor(x, y).name() == edge for x, y in points)


def test_the_group_week_shows_who_is_busy_and_a_free_time_is_booked_with_its_room(desk: Desk) -> None:
    furnish(desk.office.services.schedules, desk.schedule.owner, MONDAY.date())
    desk.page._choice.choose("group")
    desk.page._choose("group")
    desk.settle()
    names = [row.name for row in desk.page._views.group._rows]
    assert names[0] == "わたしの予定"
    assert {"佐藤 健", "第一会議室"} <= set(names)
    others = {o.collection for o in desk.page._found} - {1, 2}
    assert len(others) == 4
    desk.page.beside.open_slots()
    card = desk.page.beside.card
    assert isinstance(card, SlotCard)
    card.title.setText("制度改正の打合せ")
    card.margin.setCurrentIndex(card.margin.findData(30))
    card.search()
    desk.settle()
    slot = card.list.item(0).data(Qt.ItemDataRole.UserRole)
    card.book.click()
    desk.settle()
    meets = desk.schedule.between(slot.start, slot.end, everything=True)
    made = [o for o in meets if o.summary == "制度改正の打合せ"]
    assert [(o.start, o.end, o.location) for o in made] == [(slot.start, slot.end, slot.rooms[0])] * 2
    kinds = {c.id: c.kind for c in desk.schedule.collections()}
    assert sorted(kinds[o.collection] for o in made) == ["own", "room"]  # the room is taken for others too
    assert [o for o in meets if o not in made and o.busy and not o.all_day] == []
    way = timedelta(minutes=30)
    around = desk.schedule.between(slot.start - way, slot.end + way, everything=True)
    people = [o for o in around if o not in made and kinds[o.collection] in ("own", "person")]
    assert [o for o in people if o.busy and not o.all_day] == []


def test_an_organisation_is_taken_in_and_the_group_shows_one_section_of_it(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [
        "職員,K9,佐藤 健,土木部,道路建設課,,",
        "職員,K8,髙橋 一郎,総務部,人事課,,",
        "部屋,1,大会議室,総務部,総務課,,80",
    ]
    table = "種別,番号,名前,部局,所属,異動日,定員\n" + "\n".join(rows)
    (tmp_path / "organisation.csv").write_text(table, "utf-8")
    desk.page.acts.join_organisation(tmp_path / "organisation.csv")
    desk.page._choice.choose("group")
    desk.page._choose("group")
    desk.settle()
    places = desk.page._views.places
    assert places.isVisible()
    places.department.setCurrentIndex(places.department.findText("総務部"))
    desk.settle()
    names = [row.name for row in desk.page._views.group._rows]
    assert names[0] == "わたしの予定"
    assert {"髙橋 一郎", "大会議室"} <= set(names)
    assert "佐藤 健" not in names
    places.section.setCurrentIndex(places.section.findText("人事課"))
    desk.settle()
    assert "大会議室" not in [row.name for row in desk.page._views.group._rows]
    (tmp_path / "organisation.csv").write_text(table.replace(rows[0] + "\n", ""), "utf-8")
    desk.page.acts.join_organisation(tmp_path / "organisation.csv")
    desk.settle()
    assert "佐藤 健" not in [c.name for c in desk.schedule.collections()]


def test_several_times_are_held_and_one_is_settled_on_with_one_press(desk: Desk) -> None:
    furnish(desk.office.services.schedules, desk.schedule.owner, MONDAY.date())
    desk.page.read()
    desk.settle()
    desk.page.beside.open_slots()
    card = desk.page.beside.card
    assert isinstance(card, SlotCard)
    card.title.setText("委員会")
    card.search()
    desk.settle()
    for row in range(3):
        card.list.item(row).setCheckState(Qt.CheckState.Checked)
    card.hold.click()
    desk.settle()
    held = _named(desk, "委員会")
    assert [o.status for o in held] == ["TENTATIVE"] * 6  # three times, each with its room
    desk.page._open(next(o for o in held if o.collection == 1))
    desk.settle()
    desk.office.find(QAbstractButton, "この時間に決める").click()  # type: ignore[attr-defined]
    desk.settle()
    settled = _named(desk, "委員会")
    assert [(o.start, o.status) for o in settled] == [(settled[0].start, "CONFIRMED")] * 2
    [b for b in desk.window.findChildren(QAbstractButton) if spoken(b) == "元に戻す"][-1].click()
    desk.settle()
    assert len(_named(desk, "委員会")) == 6


def _named(desk: Desk, summary: str) -> list[Occurrence]:
    found = desk.schedule.between(MONDAY - timedelta(days=60), MONDAY + timedelta(days=90), everything=True)
    return [o for o in found if o.summary == summary]


def test_a_search_goes_to_the_day(desk: Desk) -> None:
    start = datetime(2027, 3, 4, 13)
    desk.schedule.create(Draft(1, "年度末の検査", start, start + timedelta(hours=1), location="議会棟"))
    desk.settle()
    desk.page.beside.open_find()
    card = desk.page.beside.card
    assert isinstance(card, FindCard)
    card.field.setText("検査 議会")
    card.searched.emit(card.field.text())  # as the pause after the last key does
    desk.settle()
    card.list.itemActivated.emit(card.list.item(0))
    desk.settle()
    assert ("年度末の検査", 4, 13, 14) in desk.shown()


def test_a_phone_is_let_in_by_the_code_and_shut_out_again(desk: Desk) -> None:
    desk.page.sync()
    desk.settle()
    desk.page.beside.open_phone()
    desk.settle()
    card = desk.page.beside.card
    assert isinstance(card, PhoneCard)
    card.name.setText("私の携帯")
    desk.office.find(QAbstractButton, "コードを作る").click()  # type: ignore[attr-defined]
    desk.settle()
    place = _scanned(card)
    assert place.scheme == "caldav"
    phone = httpx.Client(auth=(unquote(place.username or ""), place.password or ""), trust_env=False)
    where = f"http://{place.hostname}:{place.port}{place.path}main/"
    assert phone.request("PROPFIND", where).status_code == 207
    card.list.setCurrentRow(
        next(r for r in range(card.list.count()) if "私の携帯" in card.list.item(r).text())
    )
    card.stop.click()
    desk.settle()
    assert phone.request("PROPFIND", where).status_code == 401
    phone.close()


def _scanned(card: PhoneCard) -> SplitResult:
    """What a camera reads off the screen."""
    picture = card.code.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    width, height = picture.width(), picture.height()
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(height, picture.bytesPerLine())[:, :width]
    return urlsplit(read_code(pixels.copy()))


def test_the_year_is_walked_by_keys_and_opens_a_day(desk: Desk) -> None:
    desk.has("打合せ")
    desk.page._choice.choose("year")
    desk.page._choose("year")
    desk.settle()
    assert desk.page._heading.text() == "令和8年度"
    year = desk.page._views.year
    assert year._counts[MONDAY.date()] == 1
    year.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(year, Qt.Key.Key_Right)
    QTest.keyClick(year, Qt.Key.Key_Return)
    desk.settle()
    assert (desk.page._views.kind, desk.page._day) == ("day", date(2026, 12, 1))


def test_the_paper_has_what_the_screen_has(desk: Desk, tmp_path: Path) -> None:
    desk.has("打合せ")
    sizes = {paper.WEEK: (297, 210), paper.MONTH: (297, 210), paper.DIARY_A5: (148, 210)}
    sizes[paper.DIARY_A6] = (105, 148)
    for form, size in sizes.items():
        desk.page.write_paper(tmp_path / "out.pdf", form)
        desk.settle()
        document = pypdfium2.PdfDocument(tmp_path / "out.pdf")
        text = "".join(document[0].get_textpage().get_text_range().split())
        text = unicodedata.normalize("NFKC", text)
        assert len(document) == 1
        assert "打合せ" in text
        assert "11月" in text
        assert tuple(round(points / 72 * 25.4) for points in document[0].get_size()) == size
        document.close()


def test_what_others_changed_while_one_was_out_is_listed(desk: Desk) -> None:
    o = desk.has("会議")
    desk.page.sync()
    desk.settle()
    seen = desk.schedule._store.object(o.event)
    assert seen is not None
    remote = desk.schedule.exchange._connect()
    found = remote.get(seen.href)
    assert found is not None
    assert remote.put(seen.href, found[1].replace("会議".encode(), "幹部会議".encode()), found[0])
    remote.close()
    desk.page.sync()
    desk.settle()
    desk.page.beside.open_changes("")
    desk.settle()
    card = desk.page.beside.card
    assert isinstance(card, ChangesCard)
    lines = card.list.item(0).text().splitlines()
    assert lines[0] == "変更　幹部会議"
    assert lines[2].startswith("前: 会議")


def test_a_file_shows_what_it_would_change_before_it_is_taken_in(desk: Desk, tmp_path: Path) -> None:
    desk.has("打合せ")
    desk.page.beside.open_files()
    card = desk.page.beside.card
    assert isinstance(card, FilesCard)
    card.exported.emit(tmp_path / "out.ics", 1)
    desk.settle()
    text = (tmp_path / "out.ics").read_bytes().decode()
    (tmp_path / "in.ics").write_text(text.replace("打合せ", "部内打合せ"), "utf-8", newline="")
    card.chosen.emit(tmp_path / "in.ics", 1)
    desk.settle()
    assert "変わる予定 1 件" in card._found.text()
    assert [summary for summary, *_rest in desk.shown()] == ["打合せ"]
    card.take.click()
    desk.settle()
    assert [summary for summary, *_rest in desk.shown()] == ["部内打合せ"]


def test_the_holiday_and_the_era_stand_on_the_page(desk: Desk) -> None:
    desk.page._go(date(2026, 11, 23))
    desk.settle()
    assert desk.page._heading.text() == "令和8年11月23日–29日"
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


def test_the_schedule_moves_to_an_office_by_its_address(desk: Desk, tmp_path: Path) -> None:
    desk.has("打合せ")
    desk.page.beside.open_account()
    card = desk.page.beside.card
    assert isinstance(card, AccountCard)
    with xandikos_server.running(tmp_path) as url:
        card.url.setText("http://127.0.0.1:9/")
        card.connect_.click()
        desk.settle()
        assert "TICKET-010" in card._said.text(), "without a password a ticket is shown, and here is none"
        card.user.setText("user")
        card.password.setText("none")
        card.connect_.click()
        desk.settle()
        assert "CAL-015" in card._said.text()
        assert card.connect_.isEnabled()
        card.url.setText(url)
        card.password.setText("none")
        card.connect_.click()
        desk.settle()
        assert url in card._now.text()
        assert (card.password.text(), card._said.isVisible(), card.back.isVisible()) == ("", False, True)
        assert desk.schedule.unsent() == 0
        card.back.click()
        desk.settle()
        assert "この端末" in card._now.text()
    assert [summary for summary, *_rest in desk.shown()] == ["打合せ"]


def test_a_reminder_stays_until_it_is_answered_and_comes_again(desk: Desk) -> None:
    start = datetime.now(TOKYO).replace(tzinfo=None, second=0, microsecond=0)
    desk.schedule.create(Draft(1, "知事レク", start, start + timedelta(hours=1), location="知事室"))
    desk.settle()
    person = desk.office.services.auth.session.person  # type: ignore[union-attr]
    reminding = Reminding(desk.page, desk.office.services, Owner(person.staff_number, person.name))
    reminding.look()
    desk.settle()
    again = desk.office.find(QAbstractButton, "5分後にもう一度")
    assert any("知事レク" in label.text() for label in desk.window.findChildren(QLabel))
    reminding.look()
    desk.settle()
    again.click()  # type: ignore[attr-defined]
    desk.settle()
    assert desk.schedule.reminders.due(start + timedelta(minutes=1)) == []
    (reminder,) = desk.schedule.reminders.due(start + timedelta(minutes=7))
    desk.schedule.reminders.done(reminder)
    assert desk.schedule.reminders.due(start + timedelta(minutes=8)) == []
