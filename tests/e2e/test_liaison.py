"""Liaison laptops from outside, a journey a purpose: profile, preparing, lending, the return, the drill."""

from __future__ import annotations

import json
import os

import pytest

from desktop.trial import Scene
from liaison.lab_holder import missing
from tests.e2e.conftest import Suite
from tests.e2e.person import Person
from tests.e2e.test_the_day import PIN

READY = "12 台のうち 12 台が準備済みです"


def at_the_laptops(suite: Suite) -> Person:
    """The first administrator of a fresh trial, by PIN, on the page; nobody is before the camera."""
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
    person.presses("顔は使わない")
    person.presses("連絡員端末")
    person.sees("不明 12", patience=60)
    return person


def prepares(person: Person) -> None:
    person.chooses("連絡員端末の画面: 準備")
    person.presses("すべて準備する")
    person.sees(READY, patience=90)


def lends(person: Person, tag: str) -> None:
    """As a wedge scanner: into the field that has the focus, then Enter."""
    person.chooses("連絡員端末の画面: 貸出と返却")
    person.writes("借りる人の氏名", "髙﨑 一郎")
    person.writes("所属先", "国土交通省 近畿地方整備局")
    person.enters("端末のラベルを読み取る", tag)
    person.sees(f"{tag} を貸し出しました")


def test_makes_a_profile(suite: Suite) -> None:
    """プロファイルを作る: a value is changed in the form, the difference looked at, the bundle signed."""
    person = at_the_laptops(suite)
    person.chooses("連絡員端末の画面: プロファイル")
    person.sees("いま使っているものと同じです")
    person.writes("緊急連絡先の電話", "内線 9999")
    person.presses("変更を保存")
    person.sees("か所が変わります")
    person.photographs("changed")
    person.presses("設定一式を作る")
    person.sees("署名しました")
    written = (suite.home / "data/liaison/profiles/liaison.toml").read_text("utf-8")
    assert "内線 9999" in written
    assert "# 訓練用" in written  # the reviewer's comment is still there


@pytest.mark.root
@pytest.mark.netns
def test_from_lending_to_the_proved_wipe(suite: Suite) -> None:
    """返却して消去する: twelve laptops prepared, one lent by scan, taken back, wiped with a certificate."""
    person = at_the_laptops(suite)
    prepares(person)
    person.photographs("prepared")
    lends(person, "K01")
    person.photographs("lent")
    person.chooses("窓口の作業: 返却を受ける")
    person.enters("端末のラベルを読み取る", "K01")
    person.sees("消去して確かめました", patience=60)
    person.photographs("wiped")
    person.chooses("連絡員端末の画面: 一覧")
    person.sees("11 / 50")
    person.photographs("wall")
    (certificate,) = (suite.home / "data/liaison/certificates").glob("K01-*.json")
    said = json.loads(certificate.read_text("utf-8"))
    assert said["simulated"] is True
    assert said["not_destroyed"]
    if os.geteuid() == 0 and not missing():  # in namespaces, reached over SSH, not a folder
        assert not (suite.home / "data/liaison/lab").exists()


@pytest.mark.long
def test_prepares_the_laptops(suite: Suite) -> None:
    """50台を準備する: twelve here; a second run changes nothing, and the number on the wall says so."""
    person = at_the_laptops(suite)
    prepares(person)
    person.sees("変えた端末 12 台")
    person.presses("すべて準備する")
    person.sees("変えた端末 0 台", patience=90)
    person.presses("違いだけ調べる")
    person.sees("12 台のうち 12 台が準備済みです（変えた端末 0 台）", patience=90)
    person.chooses("連絡員端末の画面: 一覧")
    person.sees("12 / 50")


@pytest.mark.long
def test_lends_by_scan(suite: Suite) -> None:
    """スキャンで貸し出す: three in a row; none twice, none of another office; then the shelf is counted."""
    person = at_the_laptops(suite)
    prepares(person)
    for tag in ("K01", "K02", "K03"):
        lends(person, tag)
    person.writes("借りる人の氏名", "田中 実")
    person.enters("端末のラベルを読み取る", "K02")
    person.sees("もう貸し出されています")
    person.enters("端末のラベルを読み取る", "MHRB-OTHER-K04-X")
    person.sees("読み取ったコードを使えません")
    person.chooses("連絡員端末の画面: 棚")
    for tag in ("K04", "K05"):
        person.enters("端末のラベルを読み取る", tag)
        person.sees(f"{tag}: あります")
    person.sees("数えた端末 2 台、まだ見つからない端末 7 台")
    person.photographs("shelf")


@pytest.mark.long
def test_holds_a_drill(suite: Suite) -> None:
    """訓練をする: the plan, the clock, laptops that fail, all phases timed from the ledger."""
    person = at_the_laptops(suite)
    person.chooses("連絡員端末の画面: 訓練")
    person.sees("台本「")
    person.presses("訓練を始める")
    person.sees("開始 令和")
    prepares(person)
    person.chooses("連絡員端末の画面: 訓練")
    person.presses("端末 3 台が故障した")
    person.sees("端末 3 台が故障した: K")
    person.chooses("連絡員端末の画面: 一覧")
    person.sees("9 / 50")
    person.chooses("連絡員端末の画面: 訓練")
    person.presses("見本の端末を直す")
    person.sees("見本の端末を直しました")
    prepares(person)
    lends(person, "K01")
    person.chooses("窓口の作業: 返却を受ける")
    person.enters("端末のラベルを読み取る", "K01")
    person.sees("消去して確かめました", patience=60)
    person.chooses("連絡員端末の画面: 訓練")
    person.presses("訓練を終える")
    person.sees("訓練を始める")
    person.photographs("drill")
