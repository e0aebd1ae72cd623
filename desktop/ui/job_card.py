"""Job cards on the bottom edge: progress, speed, time left, pause and cancel. Only here are they drawn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from core.i18n import _
from core.jobs import InUnit, JobState, Status
from desktop.ui import page, theme
from desktop.ui.bridge import Bridge
from desktop.ui.buttons import button, icon_button

_MINUTES = 90  # seconds; from here on they are said


class JobCards(QWidget):
    """One card a running job; the last one stays until it is seen (closed)."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._cards: dict[int, JobCard] = {}
        self._layout = page.column(self, 0.5)
        bridge.states.connect(self._show)
        self.hide()

    def _show(self, states: list[JobState]) -> None:
        for state in states:
            if state.number not in self._cards:
                self._cards[state.number] = JobCard(self._bridge, state.number, self._put_away)
                self._layout.addWidget(self._cards[state.number])
            self._cards[state.number].show_state(state)
            if state.status is Status.CANCELLED or (state.status.final and len(self._cards) > 1):
                self._put_away(state.number)
        self._layout.setContentsMargins(theme.em(2), theme.em(0.5), theme.em(2), theme.em(0.5))
        self.setVisible(bool(self._cards))

    def _put_away(self, number: int) -> None:
        card = self._cards.pop(number, None)
        if card is not None:
            self._layout.removeWidget(card)
            card.deleteLater()
        self.setVisible(bool(self._cards))


class JobCard(QFrame):
    """One job. A screen reader reads the progress bar by the job's title."""

    def __init__(self, bridge: Bridge, number: int, close: Callable[[int], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._paused = False
        layout = page.row(self, 0.75, 0.6)
        words = page.column(spacing=0.25)
        self._title = page.label("", "strong")
        self._text = page.label("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        for widget in (self._title, self._bar, self._text):
            words.addWidget(widget)
        layout.addLayout(words, 1)
        self._hold = button(_("一時停止"), lambda: bridge.pause(number, not self._paused))
        self._cancel = button(_("中止する"), lambda: bridge.cancel(number))
        self.close_button = icon_button(_("閉じる"), "x", lambda: close(number))
        for one in (self._hold, self._cancel, self.close_button):
            layout.addWidget(one, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_state(self, state: JobState) -> None:
        self._paused = state.status is Status.PAUSED
        self._title.setText(state.title)
        self._bar.setAccessibleName(state.title)
        self._bar.setRange(0, 0 if state.total is None and not state.status.final else 1000)
        if state.total:
            self._bar.setValue(round(1000 * state.done / state.total))
        elif state.status is Status.DONE:
            self._bar.setValue(1000)
        self._text.setText(words_of(state))
        self._hold.setText(_("再開") if self._paused else _("一時停止"))
        self._hold.setVisible(not state.status.final)
        self._cancel.setVisible(state.cancellable and not state.status.final)
        self.close_button.setVisible(state.status.final)


def words_of(state: JobState) -> str:
    """The state of a job in one line: what it does, how far, how long still."""
    if state.status.final or state.status in (Status.PAUSED, Status.QUEUED):
        return {
            Status.QUEUED: _("順番を待っています"),
            Status.PAUSED: _("一時停止中"),
            Status.DONE: _("終わりました"),
            Status.CANCELLED: _("中止しました"),
            Status.FAILED: state.error.what if state.error is not None else "",
        }[state.status]
    parts = [state.text] if state.text else []
    elapsed = state.time - state.started if state.started is not None else 0.0
    if state.total:
        far = _("{done:.0f} / {total:.0f}").format(done=state.done, total=state.total)
        parts.append(f"{far} {state.text.unit}" if isinstance(state.text, InUnit) else far)
        if elapsed > 2 and state.done > 0:
            left = elapsed * (state.total - state.done) / state.done
            parts.append(_left(left))
    return "・".join(parts)


def _left(seconds: float) -> str:
    if seconds < _MINUTES:
        return _("残り約 {seconds} 秒").format(seconds=max(1, round(seconds)))
    return _("残り約 {minutes} 分").format(minutes=round(seconds / 60))
