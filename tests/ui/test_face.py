"""The main job at the window: enrol, sign out, sign in by looking, with the actor before the camera."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from auth.face.actor import ActorCamera
from auth.local import open_service
from tests.fakes.counted import CountedClock, SeededNonces, StepStream
from tests.ui.conftest import HANAKO, PIN, Office

PATIENCE = 200_000  # ms; a look takes a few seconds of computing, where many share a machine minutes


@pytest.fixture
def stage(qapp: QApplication, qtbot: QtBot) -> Iterator[Office]:
    """The actor's time is counted and the challenges are seeded: each run asks and sees the same."""
    clock = CountedClock()
    counted = partial(
        open_service,
        stream=lambda camera: StepStream(camera, clock),
        clock=clock,
        nonces=SeededNonces("at the window"),
    )
    made = Office(qtbot, ActorCamera, counted)
    yield made
    made.services.bridge.close()


@pytest.mark.timeout(900)
def test_enrol_then_sign_in_by_looking_and_unlock_by_looking(stage: Office) -> None:
    window = stage.with_hanako().open()
    auth = stage.services.auth
    auth.sign_in_pin(HANAKO.staff_number, PIN)
    stage.bot.waitUntil(lambda: window.showing == "shell")
    stage.services.enrol(True)
    stage.find(QCheckBox, "読みました。顔のデータを残すことに同意します").click()  # type: ignore[attr-defined]
    stage.bot.mouseClick(stage.find(QPushButton, "同意して顔を登録する"), Qt.MouseButton.LeftButton)
    stage.bot.waitUntil(lambda: _shown(stage, "今日の画面へ"), timeout=PATIENCE)
    assert auth.my_data().enrolled is not None
    stage.bot.mouseClick(stage.find(QPushButton, "今日の画面へ"), Qt.MouseButton.LeftButton)
    auth.sign_out()
    stage.bot.waitUntil(lambda: window.showing == "sheet")
    stage.bot.waitUntil(lambda: auth.session is not None, timeout=PATIENCE)  # nobody touches anything
    stage.bot.waitUntil(lambda: window.showing == "shell")
    auth.lock("away")
    stage.bot.waitUntil(lambda: window.showing == "lock")
    stage.bot.waitUntil(lambda: window.showing == "shell", timeout=PATIENCE)
    assert auth.session is not None
    assert not auth.session.locked


def _shown(stage: Office, words: str) -> bool:
    assert stage.window is not None
    return any(b.text() == words and b.isVisible() for b in stage.window.findChildren(QAbstractButton))
