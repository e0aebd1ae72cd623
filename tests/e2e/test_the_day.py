"""A working day, from outside: what a staff member does and sees, through what a screen reader is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.trial import Scene
from tests.e2e.conftest import Suite
from tests.e2e.person import Person

pytestmark = pytest.mark.timeout(300)
PIN = "739152"


WALK_AWAY = "[presence]\nafter_s = 10\n"


def registers_first(person: Person) -> None:
    """The first start: the administrator's name and PIN."""
    person.sees("ようこそ、まほろばへ")
    person.writes("職員番号", "K100234")
    person.writes("所属", "情報政策課")
    person.writes("氏名", "山本 花子")
    person.writes("ふりがな", "やまもと はなこ")
    person.writes("暗証番号", PIN)
    person.writes("暗証番号（もう一度）", PIN)
    person.photographs("first-run")
    person.presses("登録して次へ")


def agrees(person: Person) -> None:
    person.sees("顔のデータの扱いについて")
    person.photographs("consent")
    person.ticks("読みました。顔のデータを残すことに同意します")
    person.presses("同意して顔を登録する")


def enrols(person: Person) -> None:
    """Consent, then what the screen asks."""
    agrees(person)
    person.looks_at_camera("顔を登録しました。")
    person.photographs("enrolled")
    person.presses("今日の画面へ")


def test_from_the_first_start_to_the_pin(suite: Suite) -> None:
    suite.settings(WALK_AWAY)
    person = suite.start()
    registers_first(person)
    enrols(person)
    person.sees("山本 花子 さん")
    person.sees("令和")
    person.photographs("today")

    suite.camera_shows(Scene.PHOTO)
    person.signs_out()
    person.sees("もう一度カメラを見る")
    person.sees_no("山本 花子 さん")
    person.photographs("photo-refused")

    suite.camera_shows(Scene.PERSON)
    person.looks_again()
    person.looks_at_camera("山本 花子 さん")
    person.sees("に顔で")
    person.photographs("accepted")

    suite.camera_shows(Scene.NOBODY)
    person.sees("席を離れたので、画面をロックしました。", patience=60)
    person.sees_no("わたしの用件")
    person.sees_no("AUTH-")
    person.photographs("locked")
    person.writes("暗証番号", PIN)
    person.presses("ロックを解除")
    person.sees("山本 花子 さん")
    person.photographs("unlocked")


def test_a_wrong_pin_says_so_and_lets_nobody_in(suite: Suite) -> None:
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    registers_first(person)
    person.sees("顔のデータの扱いについて")
    person.presses("顔は使わない")
    person.sees("山本 花子 さん")
    person.signs_out()
    person.writes("暗証番号", "111112")
    person.presses("暗証番号でサインイン")
    person.sees("職員番号または暗証番号が違います")
    person.sees_no("山本 花子 さん")
    person.writes("暗証番号", PIN)
    person.presses("暗証番号でサインイン")
    person.sees("山本 花子 さん")


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_without_sound_models_the_pin_opens_the_day(suite: Suite, tmp_path: Path, damage: str) -> None:
    models = tmp_path / "models"
    models.mkdir()
    if damage == "truncated":
        for name in ("mobilefacenet", "blazeface", "facemesh"):
            (models / f"{name}.tflite").write_bytes(b"TFL3" * 100)
    suite.models_are(models)
    person = suite.start()
    registers_first(person)
    agrees(person)
    person.sees("FACE-00")
    person.photographs("no-models")
    person.presses("中止する")
    person.sees("山本 花子 さん")
    person.signs_out()
    person.writes("暗証番号", PIN)
    person.presses("暗証番号でサインイン")
    person.sees("山本 花子 さん")
