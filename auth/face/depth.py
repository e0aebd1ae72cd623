"""Holds the tracked skin from the last straight look on, and notices a plane that turns."""

from __future__ import annotations

import math

from auth.face.engine import Face
from auth.face.frame import Frame
from auth.face.planarity import Parallax, PlaneTracker
from auth.face.turns import Turn

FLAT_NOSE, FLAT_RESIDUAL, FLAT_SQUEEZE, FLAT_FRAMES = 0.025, 0.06, 0.9, 3
"""A plane seen to turn: foreshortened, and the nose still in it, in this many frames running."""
ANCHOR_S = 0.4
STRAIGHT, BEFORE = 0.3, 0.35  # shares of a turn
CUT = 0.8
WORN = 0.4  # share of lost tracks


class DepthWatch:
    """push() every frame with a face. flat turns true when a turning plane was seen, cut when nearly all of a
    well-tracked skin was gone from one frame to the next: another face, or something before it."""

    def __init__(self) -> None:
        self._tracker: PlaneTracker | None = None
        self._anchored = -math.inf
        self._flat_frames = 0
        self.flat = False
        self.cut = False

    def renew(self) -> None:
        """Begin at the next frame: what was tracked through one turn is poor for the next."""
        self._tracker = None

    def push(self, frame: Frame, face: Face, turn: Turn, towards: float) -> Parallax | None:
        """The parallax against the last straight look; None when too few tracks are left to say.

        towards: how much of the turn asked for is done; well before it, worn tracks are replaced as well.
        """
        if face.mesh is None:
            return None
        old = frame.time - self._anchored > ANCHOR_S
        straight = turn.amount < STRAIGHT and old
        if self._tracker is None or straight or (towards < BEFORE and self._tracker.worn > WORN):
            self._tracker = PlaneTracker(frame, face.mesh, face.inter_eye)
            self._anchored = frame.time
            return None
        tracked = 1.0 - self._tracker.worn
        lost = self._tracker.follow(frame, face.mesh)
        self.cut = self.cut or (lost > CUT and tracked > 1 - WORN)
        seen = self._tracker.parallax()
        if not seen.measured:
            return None
        plane = seen.squeeze < FLAT_SQUEEZE and seen.nose < FLAT_NOSE and seen.residual < FLAT_RESIDUAL
        self._flat_frames = self._flat_frames + 1 if plane else 0
        self.flat = self.flat or self._flat_frames >= FLAT_FRAMES
        return seen
