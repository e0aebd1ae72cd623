"""Deny cues over the run of frames: frozen or repeated pictures, odd times, a second face, a face that jumps.

Each guard is fed once a frame and answers with a Deny or None. They hold no picture, only numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections import deque

from auth.face.engine import Face, Observation
from auth.face.frame import Frame
from auth.face.guidance import Deny

FROZEN_FRAMES = 4
"""Equal frames in a row that make a frozen picture. Drivers repeat one or two when light is low, not four."""
MOST_GAP_S = 1.0
LEAST_GAP_S = 0.004
"""No camera here is faster than 240 frames a second."""
LOST_S = 0.6
SECOND_FACE_FRAMES = 3
JUMP = 0.55
"""Face widths that the face may move between two used frames; a person walks out of the picture more
slowly."""
GROWTH = 1.4


class PictureGuard:
    """A camera never delivers the same noise twice: an equal frame was stored somewhere."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._last = b""
        self._equal = 0

    def push(self, frame: Frame) -> Deny | None:
        mark = hashlib.blake2b(frame.image[::4, ::4].tobytes(), digest_size=16).digest()
        if mark == self._last:
            self._equal += 1
            return Deny.FROZEN if self._equal >= FROZEN_FRAMES - 1 else None
        repeated = mark in self._seen
        self._seen.add(mark)
        self._last, self._equal = mark, 0
        return Deny.REPEATED if repeated else None


class TimeGuard:
    """Times must be finite, rise, and leave no hole in which something could be exchanged."""

    def __init__(self) -> None:
        self._last = -math.inf

    def push(self, time: float) -> Deny | None:
        gap = time - self._last
        first = self._last == -math.inf
        self._last = time
        if not math.isfinite(time) or gap < LEAST_GAP_S:
            return Deny.TIMES
        return Deny.LOST if gap > MOST_GAP_S and not first else None


class FaceGuard:
    """One face, always the same size and place within what a person can move."""

    def __init__(self) -> None:
        self._last: Face | None = None
        self._seen_at = -math.inf
        self._second: deque[bool] = deque(maxlen=2 * SECOND_FACE_FRAMES)

    def push(self, observation: Observation) -> Deny | None:
        face, time = observation.face, observation.time
        self._second.append(observation.second_face)
        if sum(self._second) >= SECOND_FACE_FRAMES:
            return Deny.SECOND_FACE
        if face is None:
            return Deny.LOST if self._last is not None and time - self._seen_at > LOST_S else None
        before, since = self._last, time - self._seen_at
        self._last, self._seen_at = face, time
        return Deny.LOST if before is not None and since < 0.3 and jumped(before, face) else None


def jumped(before: Face, after: Face) -> bool:
    (x, y, w, h), (u, v, s, t) = before.box, after.box
    move = math.hypot(u + s / 2 - x - w / 2, v + t / 2 - y - h / 2)
    return move > JUMP * max(w, s) or not 1 / GROWTH < s / max(w, 1e-6) < GROWTH
