"""A timer that beats only while its widget is on the screen: a page behind another wakes nobody."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget


class Beat(QObject):
    """``call`` every ``every_ms``; gone with ``widget``. Qt hides what a minimised window holds, too."""

    def __init__(self, widget: QWidget, every_ms: int, call: Callable[[], object]) -> None:
        super().__init__(widget)
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.VeryCoarseTimer)  # whole seconds: wakes the machine with others
        self.timer.setInterval(every_ms)
        self.timer.timeout.connect(lambda: call())
        widget.installEventFilter(self)
        if widget.isVisible():
            self.timer.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.timer.start()
        elif event.type() == QEvent.Type.Hide:
            self.timer.stop()
        return False
