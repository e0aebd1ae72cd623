"""From worker threads to the screen: jobs and events arrive on the UI thread, ten updates a second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from core.crash import describe, unexpected
from core.errors import SuiteError
from core.events import Events
from core.jobs import Job, JobHandle, JobRunner, JobState, Report, Status
from desktop.ui import turns

_log = logging.getLogger(__name__)
T = TypeVar("T")
E = TypeVar("E")
_INTERVAL = 0.1  # seconds between two updates of the screen


@dataclass
class _Waiting:
    handle: JobHandle[Any]
    owner: QObject
    done: Callable[[Any], object] | None
    failed: Callable[[SuiteError], object] | None
    ended: Callable[[], object] | None


class Bridge(QObject):
    """Owns the job runner. Everything it calls back runs on the UI thread."""

    states = Signal(list)  # the newest JobState of each job shown as a card
    _wake = Signal(bool)
    _post = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.on_error: Callable[[SuiteError], object] = lambda _error: None
        self._runner = JobRunner(self._notify)
        self._lock = threading.Lock()
        self._pending: dict[int, JobState] = {}
        self._waiting: dict[int, _Waiting] = {}
        self._cards: set[int] = set()
        self._last = 0.0
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._flush)
        self._wake.connect(self._woken)
        self._post.connect(self._call)

    def run(
        self,
        owner: QObject,
        title: str,
        work: Callable[[Report], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[SuiteError], object] | None = None,
        *,
        ended: Callable[[], object] | None = None,
        lane: str = "service",
        card: bool = False,
    ) -> JobHandle[T]:
        """Do ``work`` off the UI thread. ``done`` gets its result; without ``failed`` the error is a notice.

        Nothing is called once ``owner`` is gone. ``ended`` comes last, whatever happened. ``card``: shown.
        """
        job = Job(title, lambda report: work(self._polite(report)), lane)
        if self._closed:  # a timer of a window that is closing: nothing is begun any more
            return JobHandle(job, 0, lambda _state: None)
        handle = self._runner.submit(job)
        number = handle.state.number
        self._waiting[number] = _Waiting(handle, owner, done, failed, ended)
        if card:
            self._cards.add(number)
        return handle

    def _polite(self, report: Report) -> Report:
        """``report`` that also lets the window go first."""

        def step(done: float, total: float | None, text: str) -> None:
            turns.give_way()
            report(done, total, text)

        return Report(step)

    def cancel(self, number: int) -> None:
        if number in self._waiting:
            self._waiting[number].handle.cancel()

    def pause(self, number: int, hold: bool) -> None:
        if number in self._waiting:
            handle = self._waiting[number].handle
            handle.pause() if hold else handle.resume()

    def post(self, call: Callable[[], object]) -> None:
        """Have ``call`` run on the UI thread soon; from any thread."""
        self._post.emit(call)

    def subscribe(
        self, events: Events, event: type[E], owner: QObject, handler: Callable[[E], object]
    ) -> None:
        """``handler`` on the UI thread for each ``event``, until ``owner`` is destroyed."""

        def arrive(published: E) -> None:
            self.post(lambda: handler(published) if shiboken6.isValid(owner) else None)

        unsubscribe = events.subscribe(event, arrive)
        owner.destroyed.connect(lambda _gone=None: unsubscribe())

    @property
    def idle(self) -> bool:
        """Nothing runs and nothing waits to be told."""
        return not self._waiting and not self._pending

    def close(self) -> None:
        """Cancel what runs and wait up to three seconds; what is still to be told is not told any more."""
        self._closed = True
        self._runner.close(3.0)

    def _call(self, call: Callable[[], object]) -> None:
        if not self._closed:
            with turns.first():
                call()

    def _notify(self, state: JobState) -> None:
        with self._lock:
            asleep = not self._pending
            self._pending[state.number] = state
        if asleep or state.status.final:
            self._wake.emit(state.status.final)

    def _woken(self, final: bool) -> None:
        wait = self._last + _INTERVAL - time.monotonic()
        if final or wait <= 0:
            self._flush()
        elif not self._timer.isActive():
            self._timer.start(round(wait * 1000))

    def _flush(self) -> None:
        with self._lock:
            states, self._pending = list(self._pending.values()), {}
        self._last = time.monotonic()
        shown = [s for s in states if s.number in self._cards]
        if shown:
            self.states.emit(shown)
        for state in states:
            if state.status.final:
                with turns.first():
                    self._ended(state)

    def _ended(self, state: JobState) -> None:
        """What one page makes of its result keeps no other from its own: an error there is told and noted."""
        try:
            self._end(state)
        except Exception as error:  # noqa: BLE001 - one page must not take the others' results away
            _log.error("a page could not take what its work had brought: %s", describe(error))
            self.on_error(unexpected(error))

    def _end(self, state: JobState) -> None:
        self._cards.discard(state.number)
        waiting = self._waiting.pop(state.number, None)
        if waiting is None or not shiboken6.isValid(waiting.owner):
            return
        try:
            if state.status is Status.DONE and waiting.done is not None:
                waiting.done(waiting.handle.result(0))
            elif state.status is Status.FAILED and state.error is not None:
                (waiting.failed or self.on_error)(state.error)
        finally:
            if waiting.ended is not None and shiboken6.isValid(waiting.owner):
                waiting.ended()
