"""Before, after each step and at the end: the same face, and live in the eyes of a passive model."""

from __future__ import annotations

from typing import Protocol

from auth.face.compare import distance
from auth.face.encode import Encoder, Vector
from auth.face.engine import Face
from auth.face.frame import Frame
from auth.face.guidance import Deny

IDENTITY = 0.42
"""Cosine distance from the nearest earlier moment of an attempt that a turn does not explain. CASIA
stills: 73 pairs of one person turned differently at most 0.37; 4,373 pairs of two people 0.47 at the first
percentile."""


class PassiveModel(Protocol):
    """A still-picture model that an administrator supplies: the probability 0..1 that the face is live."""

    def live(self, frame: Frame, face: Face) -> float: ...


class Continuity:
    """push() at each such moment. vectors: encodings made, by frame number; cues: figures for the audit."""

    def __init__(self, encoder: Encoder | None, passive: PassiveModel | None, passive_limit: float) -> None:
        self._encoder, self._passive, self._passive_limit = encoder, passive, passive_limit
        self.vectors: dict[int, Vector] = {}
        self.cues: dict[str, float] = {}

    def push(self, frame: Frame, face: Face) -> Deny | None:
        if self._passive is not None:
            live = self._passive.live(frame, face)
            self.cues["passive"] = round(min(live, self.cues.get("passive", 1.0)), 3)
            if not live >= self._passive_limit:
                return Deny.PASSIVE
        if self._encoder is None:
            return None
        now = self._encoder.encode(frame, face)
        nearest = min((distance(now, each) for each in self.vectors.values()), default=0.0)
        self.vectors[frame.number] = now
        self.cues["identity"] = round(max(nearest, self.cues.get("identity", 0.0)), 3)
        return Deny.IDENTITY if not nearest <= IDENTITY else None
