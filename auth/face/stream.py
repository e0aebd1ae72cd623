"""One thread that keeps only the newest frame, and brings a lost camera back by itself.

Nobody waits for a camera: readers ask for a frame newer than the last one they saw, with a time limit.
"""

from __future__ import annotations

import logging
import math
import threading
from types import TracebackType

from auth.face.camera import Camera, busy
from auth.face.frame import Frame
from core.errors import SuiteError

log = logging.getLogger(__name__)

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to reopen a camera; the last one repeats."""
MOST_BAD = 30
"""Unusable frames in a row after which the camera counts as broken and is reopened."""


class FrameStream:
    """Use as a context manager, or start() and stop(). Thread-safe. ``error`` is why there is no frame, or
    None."""

    def __init__(self, camera: Camera, waits: tuple[float, ...] = WAITS) -> None:
        self._camera = camera
        self._waits = waits
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._frame: Frame | None = None
        self._number = 0
        self.error: SuiteError | None = None

    def __enter__(self) -> FrameStream:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def camera(self) -> Camera:
        return self._camera

    def start(self) -> None:
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Closes the camera; returns within about two seconds even when a read hangs."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2.0)
        self._thread = None
        with self._changed:
            self._frame = None
            self._changed.notify_all()

    def newest(self, after_number: int = -1, timeout: float = 1.0) -> Frame | None:
        """The newest frame if its number is above ``after_number``, waiting up to ``timeout`` seconds, else
        None.

        Numbers go on counting when a camera comes back.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._has(after_number) or self._stopping.is_set(), timeout)
            return self._frame if self._has(after_number) else None

    def _has(self, after_number: int) -> bool:
        return self._frame is not None and self._frame.number > after_number

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._camera.open()
                for frame in iter(self._usable, None):
                    failures = 0
                    self._publish(frame)
            except SuiteError as error:
                self._fail(error)
            finally:
                self._camera.close()
            self._stopping.wait(self._waits[min(failures, len(self._waits) - 1)])
            failures += 1

    def _usable(self) -> Frame | None:
        """The next frame whose image and time can be used; None when stopping."""
        for _attempt in range(MOST_BAD):
            if self._stopping.is_set():
                return None
            try:
                frame = self._camera.read()
            except SuiteError as error:
                if not error.code.startswith("FACE-01"):
                    raise
                continue  # one unusable picture or time: dropped
            if math.isfinite(frame.time) and (self._frame is None or frame.time > self._frame.time):
                return frame
        raise busy(self._camera.name)

    def _publish(self, frame: Frame) -> None:
        with self._changed:
            self._number += 1
            self._frame = Frame(frame.image, frame.time, self._number)
            self.error = None
            self._changed.notify_all()

    def _fail(self, error: SuiteError) -> None:
        if self.error is None or self.error.code != error.code:
            log.warning("camera: %s", error.code)
        with self._changed:
            self.error = error
            self._frame = None
            self._changed.notify_all()
