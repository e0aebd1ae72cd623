"""What waits in the morning, from outside: IT's notice is posted and read, a setting found by Ctrl+K."""

from __future__ import annotations

import pytest

from desktop.trial import Scene
from tests.e2e.conftest import Suite
from tests.e2e.test_the_day import registers_first

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


def test_a_notice_is_posted_read_and_found_again(suite: Suite) -> None:
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    registers_first(person)
    person.sees("顔のデータの扱いについて")
    person.presses("顔は使わない")
    person.sees("【急ぎ】県をかたる不審なメールが届いています")
    person.photographs("today")
    person.presses("県をかたる不審なメールが届いています: 読みました")
    person.sees("読んだお知らせ 1 件を見る")
    person.sees_no("【急ぎ】県をかたる不審なメールが届いています")

    person.presses("管理")
    person.chooses("管理の対象: お知らせ")
    person.writes("題名", "窓口の当番")
    person.writes_lines("本文", "明日から当番の表が変わります。")
    person.presses("全職員に掲示する")
    person.sees("「窓口の当番」を掲示しました。")
    person.presses_what("お知らせ 未読")
    person.sees("お知らせの一覧")
    person.photographs("bell")
    person.presses("窓口の当番: 読みました")

    person.clicks("今日")
    person.sees("読んだお知らせ 2 件を見る")
    person.sees_no("明日から当番の表が変わります。")
    person.holds("Ctrl", "k")
    person.writes("検索と操作", "静かな時間の始")
    person.photographs("search")
    person.keys("Enter")
    person.sees("お知らせと静かな時間")
    person.photographs("setting")
