"""Looks at the frames of a submission as they come: the same challenge replayed, then the probe's vectors."""

from __future__ import annotations

import time
from collections.abc import Sequence

from auth.face.challenge import Challenge
from auth.face.encode import Vector
from auth.face.engine import FaceAnalyser, Observation
from auth.face.evidence import LivenessEvidence
from auth.face.frame import Frame
from auth.face.liveness import LivenessSession
from auth.matcher.engines import Engine
from auth.matcher.pictures import decode
from auth.wire import Picture


class Look:
    """One submission. Not thread-safe. Frames are numbered by their place in it."""

    def __init__(self, challenge: Challenge, analyser: FaceAnalyser, engine: Engine) -> None:
        self._analyser = analyser
        self._engine = engine
        self._session = LivenessSession(challenge, engine.identity, replay=True, passive=engine.passive)
        self._over = False
        self.frames: list[Frame] = []
        self.observations: list[Observation] = []
        self.elapsed_ms = 0.0  # spent on looking, most of it while the person was still moving

    def push(self, picture: Picture) -> None:
        """Decode, analyse, judge. CPU: about 20 ms. After the end of the challenge frames are passed over.
        SuiteError WIRE-001, FACE-010 for what is no usable picture."""
        if self._over:
            return
        begin = time.perf_counter()
        frame = decode(picture, len(self.frames))
        observation = self._analyser.analyse(frame)
        self.frames.append(frame)
        self.observations.append(observation)
        progress = self._session.push(frame, observation)
        self._over = progress.finished or progress.denied is not None
        self.elapsed_ms += (time.perf_counter() - begin) * 1000

    @property
    def liveness(self) -> LivenessEvidence:
        return self._session.evidence()

    @property
    def span(self) -> float:
        """Seconds from the first frame to the last, by the camera's clock."""
        return self.frames[-1].time - self.frames[0].time if self.frames else 0.0

    def vectors(self, numbers: Sequence[int]) -> list[Vector]:
        """The encodings of these frames, made now unless liveness has made the same already."""
        return [self._vector(n) for n in numbers]

    def _vector(self, number: int) -> Vector:
        made = self._session.vectors.get(number)
        if made is not None and self._engine.encoder is self._engine.identity:
            return made
        if (face := self.observations[number].face) is None:
            raise ValueError("a frame without a face has no vector")
        return self._engine.encoder.encode(self.frames[number], face)
