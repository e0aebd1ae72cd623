"""Widgets in a cycle are freed between events, on the UI thread, and never where a job makes an object."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.garbage import Collector


def left_in_a_cycle(freed: list[str]) -> None:
    widget = QWidget()
    widget.destroyed.connect(lambda: freed.append(threading.current_thread().name))
    widget.itself = widget  # type: ignore[attr-defined]


def make_much() -> None:
    kept = [[number] for number in range(200_000)]
    assert len(kept) == 200_000


def test_a_busy_thread_frees_no_widget_and_the_event_loop_does(qapp: QApplication, qtbot: QtBot) -> None:
    gc.collect()
    collector, freed = Collector(qapp), []  # type: tuple[Collector, list[str]]
    left_in_a_cycle(freed)
    worker = threading.Thread(target=make_much, name="a job")
    worker.start()
    worker.join()
    assert freed == []
    assert not gc.isenabled()
    kept = [[number] for number in range(100_000)]  # far past the threshold: old windows may yet be freed
    collector._timer.start(1)
    qtbot.waitUntil(lambda: freed != [], timeout=60_000)
    assert (freed, len(kept)) == (["MainThread"], 100_000)
    collector.deleteLater()


def test_what_has_stayed_is_walked_over_again_once_nobody_works(qapp: QApplication) -> None:
    gc.collect()
    collector, freed = Collector(qapp), []  # type: tuple[Collector, list[str]]
    try:
        left_in_a_cycle(freed)
        gc.freeze()  # as after a whole collection that it has lived through
        gc.collect()
        collector.collect()
        assert freed == []
        collector._state(Qt.ApplicationState.ApplicationInactive)
        collector.collect()
        assert freed == ["MainThread"]
    finally:
        gc.unfreeze()
        collector.deleteLater()
