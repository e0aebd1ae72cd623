"""One attempt before a camera, counted instead of timed: guided as at the terminal, judged again as at the
matcher."""

from __future__ import annotations

from dataclasses import dataclass

from auth.agent.look import as_sent, encode
from auth.face.actor import ActorCamera
from auth.face.challenge import Challenge
from auth.face.encode import Encoder
from auth.face.engine import FaceAnalyser
from auth.face.evidence import LivenessEvidence
from auth.face.frame import Frame
from auth.face.liveness import LivenessSession
from auth.matcher.pictures import decode

MOST_S, START_S = 10.0, 4.0


@dataclass(frozen=True)
class Attempt:
    """evidence: the terminal's, of frames as JPEG leaves them; frames: those that counted, as the camera gave
    them; seconds: from the first frame to the end."""

    evidence: LivenessEvidence
    frames: list[Frame]
    seconds: float


def attempt(
    camera: ActorCamera, challenge: Challenge, analyser: FaceAnalyser, encoder: Encoder | None = None
) -> Attempt:
    session = LivenessSession(challenge, encoder)
    kept: dict[int, Frame] = {}
    begin = None
    camera.open()
    while True:
        frame = camera.read()
        begin = frame.time if begin is None else begin
        seen, _picture = as_sent(frame)
        progress = session.push(seen, analyser.analyse(seen))
        if session.used and session.used[-1] == frame.number:
            kept[frame.number] = frame
        camera.ask(progress.guidance.action)
        camera.shine(session.colour)
        limit = MOST_S if session.used else START_S
        if progress.finished or progress.denied or frame.time - begin > limit:
            return Attempt(session.evidence(), [kept[n] for n in session.used], frame.time - begin)


def judged(
    challenge: Challenge, frames: list[Frame], analyser: FaceAnalyser, encoder: Encoder | None = None
) -> LivenessEvidence:
    """What the matcher makes of the frames after JPEG."""
    session = LivenessSession(challenge, encoder, replay=True)
    for frame in frames:
        received = decode(encode(frame), frame.number)
        session.push(received, analyser.analyse(received))
    return session.evidence()
