"""The schedule from outside: a meeting moved, out of reach, thirty people, a phone, the same event twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import SplitResult, unquote, urlsplit

import caldav
import cv2
import pytest

from core.clock import TOKYO
from desktop.trial import Scene
from tests.e2e.conftest import Suite
from tests.e2e.person import Person
from tests.e2e.test_the_day import PIN, registers_first
from tests.fakes.codes import read_code

WORDS = "予定をことばで入れる"


def comes_in(suite: Suite) -> Person:
    """The first start of the trial, by PIN, and the page 予定 with its sample office."""
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    registers_first(person)
    person.sees("顔のデータの扱いについて")
    person.presses("顔は使わない")
    person.sees("山本 花子 さん")
    person.presses("予定")
    person.sees("終わりました", 120)  # the sample office
    return person


def comes_back(suite: Suite) -> Person:
    person = suite.start()
    person.sees("照合できる顔が写りませんでした", 60)  # what is typed before that is cleared with the look
    person.writes("暗証番号", PIN)
    person.presses("暗証番号でサインイン")
    person.sees("山本 花子 さん")
    person.clicks("予定")
    person.sees(WORDS, 60)  # a key pressed before the page is there goes nowhere
    return person


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_morning_look_and_a_meeting_half_an_hour_later(suite: Suite) -> None:
    person = comes_in(suite)
    person.photographs("week")
    person.enters(WORDS, "今日 18:00-18:30 引き継ぎ 401")
    opens(person, "引き継ぎ")
    person.writes("日時", "18:30-19:00")
    person.presses("保存")
    person.sees("「引き継ぎ」を変えました。")
    person.presses("元に戻す")
    person.sees("元に戻しました。")
    person.presses("やり直す")
    finds(person, "引き継ぎ", "18:30–19:00")
    person.photographs("moved")
    person.sees("同期済み")
    suite.stop()

    person = comes_back(suite)
    finds(person, "引き継ぎ", "18:30–19:00")
    person.photographs("next-morning")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_what_is_entered_out_of_reach_is_sent_after_coming_home(suite: Suite) -> None:
    person = comes_in(suite)
    suite.is_out_of_reach(True)
    person.enters(WORDS, "今日 18:00-18:30 山の現場")
    person.sees("送っていない変更 1 件")
    person.photographs("out-of-reach")
    suite.stop()
    person = comes_back(suite)
    finds(person, "山の現場", "18:00–18:30")
    suite.is_out_of_reach(False)
    person.keys("F5")
    person.sees("同期済み")
    phone = connects_a_phone(person)
    assert "山の現場" in titles(phone)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_thirty_people_and_a_room_in_one_go(suite: Suite) -> None:
    person = comes_in(suite)
    person.presses("空き時間")
    person.writes("会議の名前", "全庁会議")
    person.presses("さがす")
    person.sees("空き部屋")
    person.photographs("slots")
    person.presses("この時間に入れる")
    person.sees("「全庁会議」を")
    person.sees("同期済み")
    person.chooses("表示のしかた: グループ週")
    person.sees("グループの週の予定")
    person.photographs("group")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_phone_changes_what_the_desk_changes_too(suite: Suite) -> None:
    person = comes_in(suite)
    person.enters(WORDS, "今日 18:00-18:30 議会対応")
    person.sees("同期済み")
    phone = connects_a_phone(person)
    person.photographs("phone")
    suite.is_out_of_reach(True)
    renames(phone, "議会対応", "携帯で変えた題")
    opens(person, "議会対応")
    person.writes("件名", "机で変えた題")
    person.presses("保存")
    person.sees("送っていない変更 1 件")
    suite.is_out_of_reach(False)
    person.keys("F5")  # it looks by itself, too, and may have been first
    person.presses("見比べる")
    person.sees("件名: 机で変えた題")
    person.sees("件名: 携帯で変えた題")
    person.photographs("both")
    person.presses("わたしの変更にする")
    person.sees("わたしの変更にしました。")
    person.sees("同期済み")
    assert "机で変えた題" in titles(phone)
    assert "携帯で変えた題" not in titles(phone)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_invited_to_a_meeting_and_answering(suite: Suite) -> None:
    """会議に招かれて答える: what waits is said above the days, opened, answered, and still so tomorrow."""
    person = comes_in(suite)
    person.sees("返事を待っている招待が 1 件あります。")
    person.presses("招待を見る")
    person.sees("佐藤 健 さんから", role="list_item")
    person.photographs("invitations")
    person.keys("Enter")  # the first of the list has the focus
    person.sees("佐藤 健 さんからの招待")
    person.sees("あなたの返事: 返事待ち")
    person.writes("ひとこと（任意）", "10 分遅れます")
    person.photographs("invitation")
    person.presses("参加")
    person.sees("「窓口の改善 検討会」に「参加」と返事しました。")
    person.keys("F5")
    person.sees("同期済み")
    phone = connects_a_phone(person)
    assert answers(phone, "窓口の改善 検討会")["山本 花子"] == "ACCEPTED"
    suite.stop()

    person = comes_back(suite)
    finds(person, "窓口の改善 検討会", "窓口の改善 検討会")
    person.keys("Tab", "Enter")
    person.sees("、窓口の改善 検討会、", role="list_item")  # of that day, beside the week it goes to
    person.keys("Enter")
    person.sees("あなたの返事: 参加")
    person.sees("山本 花子　参加「10 分遅れます」")
    person.sees_no("返事を待っている招待が")
    person.photographs("answered")


def finds(person: Person, title: str, words: str) -> None:
    """The search says ``words`` of the one event called ``title``."""
    person.holds("Ctrl", "f")
    person.writes("探すことば", title)
    person.sees("1 件見つかりました")
    person.sees(words, role="list_item")


def opens(person: Person, title: str) -> None:
    """By the search: words in, Tab to what was found, Enter goes there, Enter opens."""
    finds(person, title, title)
    person.keys("Tab", "Enter", "Enter")
    person.sees("予定の内容")


def connects_a_phone(person: Person) -> SplitResult:
    """携帯をつなぐ: the code is read off the screen as a camera would; what a phone then has."""
    person.chooses_from_menu("ほかの操作", 2)
    person.writes("携帯の名前", "私の携帯")
    person.presses("コードを作る")
    person.sees("DAVx⁵ を入れる")
    image = cv2.imread(str(person.photographs("code")), cv2.IMREAD_GRAYSCALE)
    code = read_code(image)
    assert code.startswith("caldav://"), code
    return urlsplit(code)


def _client(phone: SplitResult) -> caldav.DAVClient:
    return caldav.DAVClient(
        f"http://{phone.hostname}:{phone.port}{phone.path}",
        username=unquote(phone.username or ""), password=unquote(phone.password or ""),
    )  # fmt: skip


def _today(client: caldav.DAVClient, phone: SplitResult) -> list[caldav.Event]:
    day = datetime.now(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    calendar = client.calendar(url=f"http://{phone.hostname}:{phone.port}{phone.path}main/")
    found = calendar.search(start=day - timedelta(days=1), end=day + timedelta(days=2), event=True)
    return [each for each in found if isinstance(each, caldav.Event)]


def titles(phone: SplitResult) -> list[str]:
    with _client(phone) as client:
        return [str(each.icalendar_component["SUMMARY"]) for each in _today(client, phone)]


def answers(phone: SplitResult, title: str) -> dict[str, str]:
    """Who has answered what, as an independent client reads it in the person's own calendar."""
    now = datetime.now(TOKYO)
    with _client(phone) as client:
        calendar = client.calendar(url=f"http://{phone.hostname}:{phone.port}{phone.path}main/")
        found = calendar.search(start=now, end=now + timedelta(days=20), event=True)
        events = [each.icalendar_component for each in found]
    (event,) = [each for each in events if str(each["SUMMARY"]) == title]
    return {str(who.params["CN"]): str(who.params["PARTSTAT"]) for who in event["ATTENDEE"]}


def renames(phone: SplitResult, title: str, to: str) -> None:
    with _client(phone) as client:
        event = next(e for e in _today(client, phone) if e.icalendar_component["SUMMARY"] == title)
        event.icalendar_component["SUMMARY"] = to
        event.save()
