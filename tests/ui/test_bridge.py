"""Work off the UI thread, answers on it, and never more than the screen can take."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from core.errors import SuiteError
from core.events import Events
from core.jobs import InUnit, JobState, Report, Status, after
from desktop.ui.bridge import Bridge
from desktop.ui.job_card import JobCards, words_of


@pytest.fixture
def bridge(qtbot: QtBot) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


def test_work_runs_elsewhere_and_its_result_arrives_on_the_ui_thread(bridge: Bridge, qtbot: QtBot) -> None:
    seen: list[tuple[str, int]] = []
    here = threading.get_ident()
    bridge.run(
        bridge,
        "work",
        lambda _report: threading.get_ident(),
        lambda where: seen.append(("done", where)),
        ended=lambda: seen.append(("ended", threading.get_ident())),
    )
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0][0] == "done"
    assert seen[0][1] != here
    assert seen[1] == ("ended", here)


def test_an_error_nobody_handles_becomes_a_notice(bridge: Bridge, qtbot: QtBot) -> None:
    wrong = SuiteError("しません。", "なぜなら。", "こうします。", "TEST-001")
    seen: list[SuiteError] = []
    bridge.on_error = seen.append

    def work(_report: Report) -> None:
        raise wrong

    bridge.run(bridge, "work", work)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [wrong]


def test_a_page_that_fails_on_its_result_keeps_no_other_from_its_own(
    bridge: Bridge, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Both have ended before the screen hears of either; the log knows the kind of error, not its words."""
    gate, seen, told = threading.Event(), list[str](), list[SuiteError]()
    bridge.on_error = told.append

    def broken(_result: object) -> None:
        raise ValueError("山本 花子")

    first = bridge.run(
        bridge, "1", lambda _r: gate.wait(5), broken, ended=lambda: seen.append("ended"), lane="a"
    )
    second = bridge.run(bridge, "2", lambda _r: gate.wait(5), lambda _x: seen.append("done"), lane="b")
    gate.set()
    for each in (first, second):
        each.result(5)
    qtbot.waitUntil(lambda: bridge.idle)
    assert sorted(seen) == ["done", "ended"]
    assert [error.code for error in told] == ["GEN-001"]
    assert "ValueError" in caplog.text
    assert "花子" not in caplog.text


def test_a_page_that_is_gone_is_not_called(bridge: Bridge, qtbot: QtBot) -> None:
    from shiboken6 import delete

    gate, seen = threading.Event(), list[object]()
    page = QObject()
    bridge.run(page, "work", lambda _report: gate.wait(5), seen.append)
    delete(page)
    gate.set()
    qtbot.waitUntil(lambda: bridge.idle)
    assert seen == []


def test_a_thousand_reports_reach_the_screen_at_most_ten_times_a_second(bridge: Bridge, qtbot: QtBot) -> None:
    shown: list[list[JobState]] = []
    bridge.states.connect(shown.append)

    def work(report: Report) -> None:
        for i in range(1000):
            report(i, 1000)

    handle = bridge.run(bridge, "work", work, card=True)
    qtbot.waitUntil(lambda: bridge.idle)
    elapsed = handle.state.time - (handle.state.started or 0)
    assert shown[-1][-1].status is Status.DONE
    assert len(shown) <= 3 + 10 * elapsed


def test_after_closing_nothing_is_begun(bridge: Bridge, qtbot: QtBot) -> None:
    done: list[object] = []
    bridge.close()
    bridge.run(bridge, "late", lambda _report: done.append("work"), done.append)
    qtbot.wait(50)
    assert done == []


def test_an_event_arrives_on_the_ui_thread_until_its_page_is_gone(bridge: Bridge, qtbot: QtBot) -> None:
    from shiboken6 import delete

    events, page, seen = Events(), QObject(), list[tuple[str, int]]()
    bridge.subscribe(events, str, page, lambda text: seen.append((text, threading.get_ident())))
    thread = threading.Thread(target=lambda: events.publish("first"))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("first", threading.get_ident())]
    delete(page)
    events.publish("second")
    qtbot.wait(50)
    assert len(seen) == 1


def test_a_card_says_the_unit_and_a_long_time_in_minutes() -> None:
    sending = after("航空写真.tif", InUnit("送っています", "MB"))
    state = JobState(1, "送る", "", True, Status.RUNNING, 317, 900, sending, started=0.0, time=317.0)
    assert words_of(state) == "航空写真.tif　送っています・317 / 900 MB・残り約 10 分"
    few = JobState(1, "読む", "", True, Status.RUNNING, 3, 4, "名簿", started=0.0, time=30.0)
    assert words_of(few) == "名簿・3 / 4・残り約 10 秒"


def test_a_card_pauses_resumes_and_cancels_its_job(bridge: Bridge, qtbot: QtBot) -> None:
    window = QMainWindow()
    window.setMinimumSize(600, 200)
    cards = JobCards(bridge)
    window.setCentralWidget(cards)
    qtbot.addWidget(window)
    window.show()
    counted = [0]

    def work(report: Report) -> None:
        while True:
            counted[0] += 1
            report(counted[0], None, "読んでいます")

    handle = bridge.run(bridge, "名簿", work, card=True)
    qtbot.waitUntil(cards.isVisible)
    bridge.pause(handle.state.number, True)
    qtbot.waitUntil(lambda: handle.state.status is Status.PAUSED)
    held = counted[0]
    assert words_of(handle.state) == "一時停止中"
    bridge.pause(handle.state.number, False)
    qtbot.waitUntil(lambda: counted[0] > held)
    bridge.cancel(handle.state.number)
    qtbot.waitUntil(lambda: not cards.isVisible())
    assert handle.state.status is Status.CANCELLED
