"""The schedule from outside: words in, on the list, undone and redone, there again the next morning."""

from __future__ import annotations

import pytest

from desktop.trial import Scene
from tests.e2e.conftest import Suite
from tests.e2e.person import Person
from tests.e2e.test_the_day import PIN, registers_first


def comes_in(person: Person) -> None:
    registers_first(person)
    person.sees("顔のデータの扱いについて")
    person.presses("顔は使わない")
    person.sees("山本 花子 さん")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_an_event_in_words_is_moved_and_still_there_the_next_morning(suite: Suite) -> None:
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    comes_in(person)
    person.presses("予定")
    person.sees("終わりました", 60)  # the sample office
    person.photographs("week")
    person.enters("予定をことばで入れる", "今日 18:00-18:30 引き継ぎ 401")
    person.presses("元に戻す")
    person.presses("やり直す")
    person.chooses("表示のしかた: 一覧")
    person.sees("引き継ぎ")
    person.photographs("list")
    person.chooses("表示のしかた: グループ週")
    person.photographs("group")
    person.sees("同期済み")
    suite.stop()

    person = suite.start()
    person.writes("暗証番号", PIN)
    person.presses("暗証番号でサインイン")
    person.sees("山本 花子 さん")
    person.presses("予定")
    person.sees("引き継ぎ")
    person.photographs("next-morning")
