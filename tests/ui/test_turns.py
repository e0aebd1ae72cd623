"""The window goes first: a job's report waits while the window is at work, and no longer."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui import turns
from desktop.ui.bridge import Bridge


def test_a_job_holds_still_while_the_window_works_and_goes_on_when_it_rests(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LONGEST", 30.0)
    bridge, reached, passed = Bridge(), threading.Event(), threading.Event()

    def work(report: object) -> None:
        reached.set()
        report()  # type: ignore[operator]
        passed.set()

    with turns.first(), turns.first():
        bridge.run(bridge, "work", work)
        assert reached.wait(30)
        assert not passed.wait(0.2)
    qtbot.waitUntil(passed.is_set, timeout=30_000)
    qtbot.waitUntil(lambda: bridge.idle, timeout=30_000)
    bridge.close()


def test_a_window_that_is_always_busy_stops_nothing() -> None:
    with turns.first():
        turns.give_way()
