"""Nothing left to chance or to the clock: time that is counted, challenges that are the same each time.

The camera's own (counted) time moves the clock that the matcher reads, and its frames come one by one as they
are asked for: however slow the machine, none is dropped."""

from __future__ import annotations

import hashlib
from typing import Any

from auth.face.camera import Camera
from auth.face.frame import Frame
from core.errors import SuiteError


class CountedClock:
    """Seconds since the epoch, moved by whoever holds it."""

    def __init__(self, time: float = 1_800_000_000.0) -> None:
        self.time = time

    def now(self) -> float:
        return self.time


class SeededNonces:
    """In place of ``os.urandom``: the first, second … nonce after ``restart(name)`` is always the same."""

    def __init__(self, name: str = "") -> None:
        self.restart(name)

    def restart(self, name: str) -> None:
        """As if nothing had been drawn. Another name, other nonces: none comes twice in one register."""
        self._name, self._drawn = name, 0

    def __call__(self, count: int) -> bytes:
        self._drawn += 1
        return hashlib.blake2b(f"{self._name} {self._drawn}".encode(), digest_size=count).digest()


class StepStream:
    """As ``auth.face.stream.FrameStream``, without its thread."""

    def __init__(self, camera: Camera, clock: CountedClock) -> None:
        self.camera = camera
        self.error: SuiteError | None = None
        self._clock = clock
        self._last: Frame | None = None

    def __enter__(self) -> StepStream:
        self.camera.open()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.camera.close()

    def newest(self, after_number: int = -1, timeout: float = 1.0) -> Frame | None:
        try:
            frame = self.camera.read()
        except SuiteError as error:
            self.error = error
            return None
        if self._last is not None:
            self._clock.time += max(0.0, frame.time - self._last.time)
        self._last = Frame(frame.image, frame.time, after_number + 1)
        return self._last
