"""The laptop's own screen: whom to call, two languages, how to return it; a strange file is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.errors import SuiteError
from core.i18n import set_language
from desktop.language import LOCALE
from desktop.pages.liaison.kiosk import Kiosk
from desktop.ui import theme
from liaison import kiosk, profile
from liaison.steps import kiosk as step
from tests.ui.conftest import spoken

SHIPPED = Path(profile.__file__).with_name("profiles") / "liaison.toml"


def shown(folder: Path) -> kiosk.Shown:
    """What the shipped profile puts on a laptop."""
    first = step.resources(profile.load(SHIPPED), SHIPPED.parent)[0]
    (folder / "kiosk.json").write_bytes(first.content)
    return kiosk.read(folder / "kiosk.json")


@pytest.fixture
def screen(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Kiosk, list[str]]]:
    visited: list[str] = []
    theme.current().choose("light", "noto", 1.0, reduced_motion=True)
    made = Kiosk(shown(tmp_path), visited.append, lambda language: set_language(language, LOCALE))
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made, visited
    set_language("ja", LOCALE)


def words(screen: Kiosk) -> str:
    return "\n".join(label.text() for label in screen.findChildren(QLabel) if label.isVisible())


def press(screen: Kiosk, name: str) -> None:
    made = [b for b in screen.findChildren(QPushButton) if b.isVisible() and spoken(b) == name]
    assert len(made) == 1, name
    made[0].click()
    QApplication.processEvents()


def test_whom_to_call_where_to_look_and_how_to_return(screen: tuple[Kiosk, list[str]]) -> None:
    made, visited = screen
    assert "内線 2710" in words(made)
    assert "KEN-OUEN" in words(made)
    press(made, "気象庁")
    assert visited == ["https://www.jma.go.jp/"]
    press(made, "返却する")
    assert "電源を切らずに" in words(made)
    assert "内線 2710" not in words(made)
    press(made, "戻る")
    assert "内線 2710" in words(made)


def test_in_english_at_one_press(screen: tuple[Kiosk, list[str]]) -> None:
    made, _visited = screen
    press(made, "Language / 言語: English")
    press(made, "Return this laptop")
    assert "wiped" in words(made)
    press(made, "Language / 言語: 日本語")
    assert "消去されます" in words(made)


def test_every_control_is_named_and_large_enough(screen: tuple[Kiosk, list[str]]) -> None:
    made, _visited = screen
    buttons = [b for b in made.findChildren(QPushButton) if b.isVisible()]
    assert len(buttons) > 6
    assert [(spoken(b), b.height()) for b in buttons if not spoken(b) or b.height() < 24] == []


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"title": 1}', '{"title": "x", "extra": 1}', "x" * 300_000]
    + [
        json.dumps({"title": "x", "links": [["x", address]]})
        for address in ("file:///etc/passwd", "javascript:1")
    ],
)
def test_a_strange_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "kiosk.json").write_text(text)
    with pytest.raises(SuiteError) as error:
        kiosk.read(tmp_path / "kiosk.json")
    assert error.value.code == "LIAISON-013"
