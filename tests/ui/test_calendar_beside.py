"""What is done from beside the grid of 予定: others and free times, search, phones, files, paper, servers."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import httpx
import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLabel

from calendar_sync.model import Draft, Occurrence, Owner
from core.clock import TOKYO
from desktop.pages.calendar import paper
from desktop.pages.calendar.account import AccountCard
from desktop.pages.calendar.changes import ChangesCard
from desktop.pages.calendar.files import FilesCard
from desktop.pages.calendar.find import FindCard
from desktop.pages.calendar.phone import PhoneCard
from desktop.pages.calendar.reminding import Reminding
from desktop.pages.calendar.slots import SlotCard
from desktop.trial_office import furnish
from tests.fakes import xandikos_server
from tests.fakes.codes import read_code
from tests.ui.conftest import Office, spoken
from tests.ui.desk import Desk


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def furnished_today(desk: Desk) -> None:
    """A busy office round the day of this test: free times are looked for from now on."""
    today = datetime.now(TOKYO).date()
    furnish(desk.office.services.schedules, desk.schedule.owner, today)
    desk.page._go(today)
    desk.page.read()
    desk.settle()


def test_the_group_week_shows_who_is_busy_and_a_free_time_is_booked_with_its_room(desk: Desk) -> None:
    furnished_today(desk)
    desk.page._tools.choice.choose("group")
    desk.page._choose("group")
    desk.settle()
    names = [row.name for row in desk.page._views.group._rows]
    assert names[0] == "わたしの予定"
    assert {"佐藤 健", "第一会議室"} <= set(names)
    others = {o.collection for o in desk.page._found} - {1, 2}
    assert len(others) == 4
    desk.page.beside.open_slots()
    card = desk.card(SlotCard)
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
    desk.page._tools.choice.choose("group")
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
    furnished_today(desk)
    desk.page.beside.open_slots()
    card = desk.card(SlotCard)
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
    now = datetime.now(TOKYO).replace(tzinfo=None)
    found = desk.schedule.between(now - timedelta(days=30), now + timedelta(days=60), everything=True)
    return [o for o in found if o.summary == summary]


def test_a_search_goes_to_the_day(desk: Desk) -> None:
    start = datetime(2027, 3, 4, 13)
    desk.schedule.create(Draft(1, "年度末の検査", start, start + timedelta(hours=1), location="議会棟"))
    desk.settle()
    desk.page.beside.open_find()
    card = desk.card(FindCard)
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
    card = desk.card(PhoneCard)
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
    card = desk.card(ChangesCard)
    lines = card.list.item(0).text().splitlines()
    assert lines[0] == "変更　幹部会議"
    assert lines[2].startswith("前: 会議")


def test_a_file_shows_what_it_would_change_before_it_is_taken_in(desk: Desk, tmp_path: Path) -> None:
    desk.has("打合せ")
    desk.page.beside.open_files()
    card = desk.card(FilesCard)
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


def test_the_schedule_moves_to_an_office_by_its_address(desk: Desk, tmp_path: Path) -> None:
    desk.has("打合せ")
    desk.page.beside.open_account()
    card = desk.card(AccountCard)
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
