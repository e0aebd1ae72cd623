"""Presence at the window: who is watched and when, and what each reaction does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from auth.agent.presence import Reaction
from auth.face.actor import ActorCamera
from auth.model import SignedIn, Unlocked
from tests.ui.conftest import HANAKO, PIN, Office


class Recorded:
    """A watch that reacts when the test says so, on a thread of its own as the real one does."""

    def __init__(self, react: Callable[[Reaction], None]) -> None:
        self._react = react
        self.running = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def sees(self, reaction: Reaction) -> None:
        thread = threading.Thread(target=self._react, args=(reaction,))
        thread.start()
        thread.join()


class Watched(Office):
    """An office whose watches are recorded; Hanako has enrolled as far as the suite can tell."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.watches: list[Recorded] = []
        self.enrolled = True
        auth = self.services.auth
        kept = auth.my_data

        def my_data() -> Any:
            data = kept()
            return replace(data, enrolled=auth.session.started if self.enrolled and auth.session else None)

        auth.my_data = my_data  # type: ignore[method-assign]
        self.services.watch = self._made

    def _made(self, react: Callable[[Reaction], None]) -> Recorded:
        self.watches.append(Recorded(react))
        return self.watches[-1]


@pytest.fixture
def watched(qapp: QApplication, qtbot: QtBot) -> Iterator[Watched]:
    made = Watched(qtbot)
    yield made
    made.services.bridge.close()


def test_who_leaves_is_locked_out_and_watched_again_after_coming_back(watched: Watched) -> None:
    window = watched.signed_in()
    assert [w.running for w in watched.watches] == [True]
    watched.watches[0].sees(Reaction.LOCK_GONE)
    watched.bot.waitUntil(lambda: window.showing == "lock")
    assert watched.services.auth.session is not None
    assert watched.services.auth.session.locked
    assert "席を離れたので、画面をロックしました。" in [w.text() for w in window.findChildren(QLabel)]
    assert not watched.watches[0].running
    watched.services.auth.unlock_pin(PIN)
    watched.bot.waitUntil(lambda: window.showing == "shell")
    watched.settle()
    assert [w.running for w in watched.watches] == [False, True]


def test_a_watch_that_was_still_being_made_when_the_screen_locked_is_not_a_second_one(
    watched: Watched,
) -> None:
    """Both would hold the camera, and the forgotten one would lock whoever comes next."""
    free, bridge, auth = threading.Event(), watched.services.bridge, watched.services.auth
    window = watched.with_hanako().open()
    bridge.run(window, "", lambda _r: free.wait(30), lane="camera")
    auth.sign_in_pin(HANAKO.staff_number, PIN)
    watched.bot.waitUntil(lambda: window.showing == "shell")
    auth.lock()
    watched.bot.waitUntil(lambda: window.showing == "lock")
    auth.unlock_pin(PIN)
    watched.bot.waitUntil(lambda: window.showing == "shell")
    free.set()
    watched.settle()
    assert [w.running for w in watched.watches] == [True]
    assert watched.services.presence.state == "on"


def test_who_signs_out_while_being_seen_stays_out(watched: Watched) -> None:
    """The camera's word and the button's cross: the page of a session that is gone does not come back."""
    window, auth = watched.signed_in(), watched.services.auth
    session = auth.session
    assert session is not None
    auth.sign_out()
    for late in (Unlocked(session), SignedIn(session)):
        watched.services.events.publish(late)
    watched.settle()
    assert window.showing == "sheet"
    assert not watched.watches[0].running


def test_a_second_face_is_a_warning_and_no_lock(watched: Watched) -> None:
    window = watched.signed_in()
    watched.watches[0].sees(Reaction.WARN)
    watched.settle()
    assert Reaction.WARN.sentence() in [w.text() for w in window.findChildren(QLabel) if w.isVisible()]
    assert window.showing == "shell"


def test_a_camera_held_elsewhere_is_said_and_not_hidden(watched: Watched) -> None:
    watched.signed_in()
    watched.watches[0].sees(Reaction.PAUSED)
    watched.settle()
    assert watched.services.presence.words() == "カメラがほかで使われているため、休んでいます"
    watched.watches[0].sees(Reaction.RESUMED)
    watched.settle()
    assert watched.services.presence.words() == "席を離れて 30 秒でロックします"


def test_without_an_enrolled_face_nobody_is_watched(watched: Watched) -> None:
    watched.enrolled = False
    watched.signed_in()
    assert watched.watches == []
    assert watched.services.presence.words() == "顔を登録すると使えます"


def test_turned_off_in_the_settings_nobody_is_watched(watched: Watched) -> None:
    watched.signed_in()
    watched.services.go("settings")
    watched.settle()
    watched.find(QAbstractButton, "席を離れたらロック: 使わない").click()  # type: ignore[attr-defined]
    watched.settle()
    watched.find(QCheckBox, "のぞき込みを知らせる").click()  # type: ignore[attr-defined]
    watched.settle()
    assert not any(w.running for w in watched.watches)
    assert watched.services.presence.words() == "使っていません"


def test_the_real_watch_looks_through_the_camera_it_is_given(qapp: QApplication, qtbot: QtBot) -> None:
    office = Office(qtbot, ActorCamera)
    office.with_hanako().services.auth.sign_in_pin(HANAKO.staff_number, PIN)
    watch = office.services.watch(lambda _reaction: None)
    assert watch._lookout.look().value == "owner"  # type: ignore[attr-defined]
    office.services.bridge.close()


def test_signing_out_ends_the_watch(watched: Watched) -> None:
    window = watched.signed_in()
    button = watched.find(QPushButton, "画面をロック（Ctrl+L）")
    watched.bot.mouseClick(button, Qt.MouseButton.LeftButton)
    watched.bot.waitUntil(lambda: window.showing == "lock")
    assert not watched.watches[0].running
