"""Laptops prepared, lent and taken back, and what one of them shows its borrower."""

from __future__ import annotations

from pathlib import Path

from desktop.pages.liaison.kiosk import Kiosk
from liaison import kiosk, profile
from liaison.steps import kiosk as step
from tests.gallery.hands import Hands, wait
from tests.gallery.scene import Scene, press, sample


def _prepare(hands: Hands) -> None:
    def may() -> bool:
        return hands.button("すべて準備する").isEnabled()

    hands.press("準備")
    wait(may)
    hands.press("すべて準備する")
    wait(lambda: hands.services.bridge.idle and may())
    hands.put_cards_away()


def _lend(hands: Hands) -> None:
    hands.press("貸出と返却")
    hands.write("借りる人の氏名", "髙﨑 一郎")
    hands.write("所属先", "国土交通省")
    _scan(hands, "K01")


def _take_back(hands: Hands) -> None:
    hands.press("返却を受ける")
    _scan(hands, "K01")
    hands.put_cards_away()


def _scan(hands: Hands, label: str) -> None:
    hands.write("端末のラベルを読み取る", label).returnPressed.emit()
    hands.answered()


def _kiosk(_hands: Hands) -> Kiosk:
    """As the shipped profile itself prepares it."""
    source = Path(profile.__file__).with_name("profiles") / "liaison.toml"
    content = step.resources(profile.load(source), source.parent)[0].content
    shown = kiosk.Shown.model_validate_json(content)
    screen = Kiosk(shown, lambda _address: None, lambda _language: None)
    screen.resize(1280, 800)
    screen.show()
    return screen


SCENES = (
    Scene("liaison", sample("liaison"), everywhere=True, slow=True),
    Scene("liaison-prepared", _prepare, "operator", slow=True),
    Scene("liaison-wall", press("一覧"), "operator", slow=True),
    Scene("liaison-lent", _lend, "operator", slow=True),
    Scene("liaison-wiped", _take_back, "operator", slow=True),
    Scene("liaison-profile", press("プロファイル"), "operator", slow=True),
    Scene("liaison-shelf", press("棚"), "operator", slow=True),
    Scene("liaison-network", press("ネットワーク"), "operator", slow=True),
    Scene("liaison-drill", press("訓練"), "operator", slow=True),
    Scene("liaison-kiosk", _kiosk, "operator"),
)
