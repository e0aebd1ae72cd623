"""Liaison laptops from outside: build the profile, prepare, lend by scan, take back, wipe, hold a drill."""

from __future__ import annotations

from desktop.trial import Scene
from tests.e2e.conftest import Suite
from tests.e2e.person import Person
from tests.e2e.test_the_day import PIN


def signs_in(suite: Suite) -> Person:
    """The first administrator of a fresh trial, by PIN; nobody is before the camera."""
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    person.sees("ようこそ、まほろばへ")
    for field, text in (
        ("職員番号", "K100234"),
        ("所属", "情報政策課"),
        ("氏名", "山本 花子"),
        ("ふりがな", "やまもと はなこ"),
        ("暗証番号", PIN),
        ("暗証番号（もう一度）", PIN),
    ):
        person.writes(field, text)
    person.presses("登録して次へ")
    return person


def scans(person: Person, text: str) -> None:
    """As a wedge scanner: types into the field that has the focus, then Enter."""
    person.writes("端末のラベルを読み取る", text)
    person.keys("Enter")


def test_from_the_profile_to_the_drill(suite: Suite) -> None:
    person = signs_in(suite)
    person.presses("顔は使わない")
    person.presses("連絡員端末")
    person.sees("0 / 50")

    person.chooses("連絡員端末の画面: プロファイル")
    person.presses("設定一式を作る")
    person.sees("署名しました")
    person.photographs("profile")

    person.chooses("連絡員端末の画面: 訓練")
    person.presses("訓練を始める")
    person.sees("開始 令和")

    person.chooses("連絡員端末の画面: 準備")
    person.presses("すべて準備する")
    person.sees("12 台のうち 12 台が準備済みです", patience=60)
    person.photographs("prepared")

    person.chooses("連絡員端末の画面: 貸出と返却")
    person.writes("借りる人の氏名", "髙﨑 一郎")
    person.writes("所属先", "国土交通省 近畿地方整備局")
    scans(person, "K01")
    person.sees("K01 を貸し出しました")
    person.photographs("lent")
    person.chooses("窓口の作業: 返却を受ける")
    scans(person, "K01")
    person.sees("消去して確かめました")
    person.photographs("wiped")

    person.chooses("連絡員端末の画面: 一覧")
    person.sees("11 / 50")
    person.photographs("wall")

    person.chooses("連絡員端末の画面: 訓練")
    person.presses("訓練を終える")
    person.sees("訓練を始める")
    person.photographs("drill")
