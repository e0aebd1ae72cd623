"""Collects Python's garbage between the window's events, and nowhere else.

Left alone, the collector runs wherever an object is made: on a job's thread, or while Qt walks over all
widgets (setStyleSheet polishes each, and asks Python). Widgets in a cycle are then deleted off the UI
thread or under Qt's feet: seen as a segmentation fault in setStyleSheet, with the collector at work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

EVERY_MS, AWAY_MS = 5000, 30_000
"""While the person works here; while another program or nobody has the screen."""


class Collector(QObject):
    """As ``gc`` by itself: the generations whose thresholds are passed, but when the event loop comes by.

    What has lived through a whole collection is not walked over again while the person works: a whole one
    takes several times the 16 ms in which the window has to answer. Once they are away everything is.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.start(EVERY_MS)
        self._away = self._swept = False
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._state)

    def _state(self, state: Qt.ApplicationState) -> None:
        active = state == Qt.ApplicationState.ApplicationActive
        self._away = not active
        self._swept = self._swept and self._away
        self._timer.setInterval(EVERY_MS if active else AWAY_MS)

    def collect(self) -> None:
        if self._away and not self._swept:
            self._swept = True
            gc.unfreeze()
            self._whole()
            return
        due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[2]:
            self._whole()
        elif due[0]:
            gc.collect(1 if due[1] else 0)

    def _whole(self) -> None:
        gc.collect()
        gc.freeze()
