"""Looks at the frames of a submission: the same challenge replayed, then the probe's vectors."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from auth.face.challenge import Challenge
from auth.face.encode import Encoder, Vector
from auth.face.engine import FaceAnalyser, Observation
from auth.face.evidence import LivenessEvidence
from auth.face.frame import Frame
from auth.face.liveness import LivenessSession
from auth.matcher.pictures import decode
from auth.wire import Picture, malformed

_ONE_AT_A_TIME = threading.Lock()  # two looks at once would only share the same cores


@dataclass(frozen=True, eq=False)
class Look:
    """What the frames of one submission show; ``observations`` and ``frames`` by their place in it."""

    liveness: LivenessEvidence
    frames: tuple[Frame, ...]
    observations: tuple[Observation, ...]
    vectors: dict[int, Vector]
    elapsed_ms: float


def look(pictures: Sequence[Picture], challenge: Challenge, analyser: FaceAnalyser, encoder: Encoder) -> Look:
    """Decode, analyse and judge. CPU: about 15 ms a frame. SuiteError WIRE-001, FACE-010 for bad pictures."""
    if not pictures:
        raise malformed()
    with _ONE_AT_A_TIME:
        begin = time.perf_counter()
        session = LivenessSession(challenge, encoder, replay=True)
        frames: list[Frame] = []
        observations: list[Observation] = []
        for number, picture in enumerate(pictures):
            frames.append(decode(picture, number))
            observations.append(analyser.analyse(frames[-1]))
            progress = session.push(frames[-1], observations[-1])
            if progress.denied is not None:
                break
        elapsed = (time.perf_counter() - begin) * 1000
    return Look(session.evidence(), tuple(frames), tuple(observations), dict(session.vectors), elapsed)


def vector_of(seen: Look, number: int, encoder: Encoder) -> Vector:
    """The encoding of one frame, made now unless liveness has made it already."""
    found = seen.vectors.get(number)
    face = seen.observations[number].face
    if found is not None or face is None:
        return found if found is not None else _no_face()
    return encoder.encode(seen.frames[number], face)


def _no_face() -> Vector:
    raise ValueError("a frame without a face has no vector")
