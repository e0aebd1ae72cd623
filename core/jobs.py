"""Long work exists once: submitted to a lane, with progress, pause and cancel, errors made readable.

Serial inside a lane (a lane is a remote or a device), parallel across lanes. No Qt: ``notify`` is called on
the lane's thread, and whoever shows it brings it to the screen.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from core.crash import unexpected
from core.errors import SuiteError

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """Raised inside a job by its report when the person has cancelled; let it pass."""


class Status(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (Status.DONE, Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True)
class JobState:
    """What a job card shows. ``done`` and ``total`` are in the job's own unit; ``total`` None: unknown.

    ``started`` and ``time`` are monotonic seconds (for speed and time left); ``error`` only when failed.
    """

    number: int
    title: str
    lane: str
    cancellable: bool
    status: Status = Status.QUEUED
    done: float = 0.0
    total: float | None = None
    text: str = ""
    error: SuiteError | None = None
    started: float | None = None
    time: float = 0.0


class InUnit(str):
    """The words of a report whose numbers are in ``unit``: MB, and not pieces."""

    __slots__ = ("unit",)
    unit: str

    def __new__(cls, words: str, unit: str) -> InUnit:
        made = super().__new__(cls, words)
        made.unit = unit
        return made


def after(before: str, words: str) -> str:
    """``words`` of a part, said to be of ``before``; their unit stays."""
    said = f"{before}　{words}"
    return InUnit(said, words.unit) if isinstance(words, InUnit) else said


class Report:
    """Given to the job: call it often, with how far the work is. Raises Cancelled, waits while paused."""

    def __init__(self, step: Callable[[float, float | None, str], None]) -> None:
        self._step = step

    def __call__(self, done: float = 0.0, total: float | None = None, text: str = "") -> None:
        self._step(done, total, text)


@dataclass(frozen=True)
class Job(Generic[T]):
    """A titled piece of work. ``run`` gets the report and returns the result."""

    title: str
    run: Callable[[Report], T]
    lane: str
    cancellable: bool = True


class JobHandle(Generic[T]):
    """The submitter's side of a job. All methods are safe from any thread."""

    def __init__(self, job: Job[T], number: int, notify: Callable[[JobState], None]) -> None:
        self._job = job
        self._notify = notify
        self._changed = threading.Condition(threading.RLock())
        self._cancel = False
        self._pause = False
        self._result: T | None = None
        self._state = JobState(number, job.title, job.lane, job.cancellable, time=time.monotonic())

    @property
    def state(self) -> JobState:
        with self._changed:
            return self._state

    def cancel(self) -> bool:
        """Ask the job to end: at once when queued or paused, at its next report when running.

        False if it is already over or not cancellable.
        """
        with self._changed:
            if self._state.status.final or not self._job.cancellable:
                return False
            self._stop()
            return True

    def pause(self) -> bool:
        """Hold the job at its next report (or before it starts). False if it is already over."""
        with self._changed:
            self._pause = not self._state.status.final
            return self._pause

    def resume(self) -> bool:
        """Let a held job go on. False if it was not held."""
        with self._changed:
            held, self._pause = self._pause, False
            self._changed.notify_all()
            return held

    def result(self, timeout: float | None = None) -> T:
        """Wait for the end (not on the UI thread). Raises the job's SuiteError, Cancelled or TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._state.status.final, timeout):
                raise TimeoutError(self._job.title)
            if self._state.status is Status.CANCELLED:
                raise Cancelled
            if self._state.error is not None:
                raise self._state.error
            return cast(T, self._result)  # done: the result is a T

    def _stop(self) -> None:
        """End it as soon as it may: a job that must not be cancelled is let go on instead of held."""
        with self._changed:
            self._pause = False
            self._cancel = self._job.cancellable
            self._changed.notify_all()
            if self._state.status is Status.QUEUED:
                self._become(status=Status.CANCELLED)

    def _become(self, **changes: Any) -> None:
        """Take the next state and tell it; the lock keeps notifications in order."""
        with self._changed:
            self._state = replace(self._state, time=time.monotonic(), **changes)
            self._changed.notify_all()
            try:
                self._notify(self._state)
            except Exception:  # noqa: BLE001 - a display that fails must not fail the work
                _log.exception("the display of a job failed")

    def _checkpoint(self) -> None:
        with self._changed:
            if self._pause and not self._cancel:
                self._become(status=Status.PAUSED)
                self._changed.wait_for(lambda: self._cancel or not self._pause)
            if self._cancel:
                raise Cancelled
            if self._state.status is Status.PAUSED:
                self._become(status=Status.RUNNING)

    def _step(self, done: float, total: float | None, text: str) -> None:
        self._checkpoint()
        self._become(done=done, total=total, text=text)

    def _start(self) -> bool:
        with self._changed:
            if self._state.status is not Status.QUEUED:
                return False
            self._become(status=Status.RUNNING, started=time.monotonic())
            return True

    def _run(self) -> None:
        """On the lane's thread: do the work; only here are a job's exceptions caught."""
        if not self._start():
            return
        try:
            self._checkpoint()
            result = self._job.run(Report(self._step))
        except Cancelled:
            self._become(status=Status.CANCELLED)
        except SuiteError as error:
            _log.warning("a job in lane %s failed: %s", self._job.lane, error.code)
            self._become(status=Status.FAILED, error=error)
        except BaseException as error:  # noqa: BLE001 - the lane must live, the person must read something
            _log.exception("a job in lane %s failed unexpectedly", self._job.lane)
            self._become(status=Status.FAILED, error=unexpected(error))
        else:
            with self._changed:
                self._result = result
                self._become(status=Status.DONE)


class JobRunner:
    """Runs jobs, one daemon thread a busy lane; an idle lane has no thread."""

    def __init__(self, notify: Callable[[JobState], None] = lambda state: None) -> None:
        self._notify = notify
        self._lock = threading.RLock()  # notify may submit
        self._numbers = itertools.count(1)
        self._lanes: dict[str, deque[JobHandle[Any]]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._closed = False

    def submit(self, job: Job[T]) -> JobHandle[T]:
        """Queue ``job`` behind the others of its lane. RuntimeError after ``close``."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the job runner is closed")
            handle = JobHandle(job, next(self._numbers), self._notify)
            handle._become()  # tell that it is queued before anything else about it
            self._lanes.setdefault(job.lane, deque()).append(handle)
            if job.lane not in self._threads:
                self._threads[job.lane] = threading.Thread(
                    target=self._work, args=(job.lane,), name=f"lane {job.lane}", daemon=True
                )
                self._threads[job.lane].start()
        return handle

    def close(self, timeout: float = 3.0) -> bool:
        """Cancel everything, wait up to ``timeout`` seconds; True if all lanes have ended."""
        with self._lock:
            self._closed = True
            handles = [handle for lane in self._lanes.values() for handle in lane]
            threads = list(self._threads.values())
        for handle in handles:
            handle._stop()
        end = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _work(self, lane: str) -> None:
        queue = self._lanes[lane]
        while True:
            with self._lock:
                if not queue:
                    del self._lanes[lane], self._threads[lane]
                    return
                handle = queue[0]  # stays visible to close() while it runs
            handle._run()
            with self._lock:
                queue.popleft()
