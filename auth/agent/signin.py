"""The terminal's side of a look: guide the person through the challenge, send the frames, hear the verdict.

What is decided here only guides; the matcher looks at the same frames and decides anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2

from auth.agent.client import Asked, MatcherClient, Reply
from auth.face.challenge import LEVELS, Action, draw
from auth.face.engine import FaceAnalyser, Observation
from auth.face.evidence import Progress
from auth.face.frame import Frame
from auth.face.guidance import Guidance
from auth.face.liveness import LivenessSession
from auth.face.stream import FrameStream
from auth.model import CameraView
from auth.wire import MOST_FRAME_BYTES, Picture
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report

JPEG_QUALITY = 90
LONGEST_SIDE = 1280  # a 4K camera's frame is made smaller first: faces need no more
WAIT_FOR_FACE_S = 20.0
WAIT_FOR_FRAME_S = 3.0
ATTEMPT_S = 30.0

Show = Callable[[CameraView], None]


@runtime_checkable
class WatchesScreen(Protocol):
    """The trial's actor: it sees on the screen, as a person does, what is asked."""

    def ask(self, action: Action | None) -> None: ...


@dataclass(frozen=True, eq=False)
class Performance:
    """The frames that counted, as sent, and the time they took in milliseconds."""

    pictures: list[Picture]
    elapsed_ms: float


class Look:
    """One person before one camera: waits for a usable face, then leads through one challenge."""

    def __init__(self, stream: FrameStream, analyser: FaceAnalyser, show: Show, report: Report) -> None:
        self._stream = stream
        self._analyser = analyser
        self._show = show
        self._report = report
        self._number = -1

    def wait_for_face(self) -> None:
        """Return at the first frame fit to match. SuiteError FACE-112 when nobody comes, CAM-…"""
        begin = time.monotonic()
        while time.monotonic() - begin < WAIT_FOR_FACE_S:
            frame, seen = self._next()
            if not seen.problems:
                return
            self._draw(frame, seen, Progress(0, 0, Guidance(seen.problems[0].sentence())))
        raise SuiteError(
            _("顔を確かめられませんでした。"),
            _("カメラに、照合できる顔が写りませんでした。"),
            _("明るい場所で正面を向いてもう一度試すか、暗証番号を使ってください。"),
            "FACE-112",
        )

    def perform(self, asked: Asked) -> Performance:
        """Lead through the challenge to its end, good or bad, and return the frames to submit."""
        begin = time.monotonic()
        session = LivenessSession(draw(bytes.fromhex(asked.challenge_id), LEVELS[asked.level]))
        encoded: dict[int, Picture] = {}
        progress = Progress(0, 0, Guidance(""))
        while not (progress.finished or progress.denied):
            frame, seen = self._next()
            progress = session.push(frame, seen)
            if session.used and session.used[-1] == frame.number:
                encoded[frame.number] = encode(frame)
            self._draw(frame, seen, progress)
            if time.monotonic() - begin > ATTEMPT_S:
                break
        pictures = [encoded[n] for n in session.used if n in encoded]
        return Performance(pictures, (time.monotonic() - begin) * 1000)

    def _next(self) -> tuple[Frame, Observation]:
        """The next frame and what is in it; cancelled or without camera it raises."""
        waited = 0.0
        while True:
            self._report()
            frame = self._stream.newest(self._number, 0.25)
            if frame is not None:
                self._number = frame.number
                return frame, self._analyser.analyse(frame)
            waited += 0.25
            if self._stream.error is not None and (waited >= WAIT_FOR_FRAME_S or self._number >= 0):
                raise self._stream.error
            if waited >= WAIT_FOR_FRAME_S:
                raise _no_picture()

    def _draw(self, frame: Frame, seen: Observation, progress: Progress) -> None:
        camera = self._stream.camera
        if isinstance(camera, WatchesScreen):
            camera.ask(progress.guidance.action)
        face = seen.faces[0] if seen.faces else None
        quality = face.quality.score if face and face.quality else 0.0
        self._show(
            CameraView(
                frame.image, progress.guidance, quality, progress.step, progress.steps, progress.ratio,
                face.box if face else None,
            )
        )  # fmt: skip


class SignIn:
    """A look whose frames go to be matched."""

    def __init__(self, stream: FrameStream, analyser: FaceAnalyser, client: MatcherClient) -> None:
        self._stream = stream
        self._analyser = analyser
        self._client = client

    def run(
        self, staff_number: str | None, prior: str | None, show: Show, report: Report
    ) -> tuple[Reply, dict[str, float]]:
        """The matcher's reply, and the milliseconds from the first usable face: ``challenge`` as performed,
        ``matcher`` (its own stages are in the reply), ``total``."""
        look = Look(self._stream, self._analyser, show, report)
        look.wait_for_face()
        begin = time.monotonic()
        asked = self._client.challenge("sign-in", staff_number)
        performed = look.perform(asked)
        sent = time.monotonic()
        reply = self._client.match(asked, performed.pictures, prior)
        end = time.monotonic()
        return reply, {
            "challenge": performed.elapsed_ms,
            "matcher": (end - sent) * 1000,
            "total": (end - begin) * 1000,
        }


def encode(frame: Frame) -> Picture:
    """The frame as JPEG within the bounds of the wire."""
    image, quality = frame.image, JPEG_QUALITY
    longest = max(image.shape[:2])
    if longest > LONGEST_SIDE:
        scale = LONGEST_SIDE / longest
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    while True:
        done, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
        if done and (len(data) <= MOST_FRAME_BYTES or quality <= 50):
            return Picture(frame.time, data.tobytes())
        if not done or quality <= 50:
            raise _no_picture()
        quality -= 10


def _no_picture() -> SuiteError:
    return SuiteError(
        _("カメラの映像を受け取れませんでした。"),
        _("カメラが応答しません。"),
        _("カメラの接続を確かめるか、暗証番号でサインインしてください。"),
        "CAM-020",
    )
