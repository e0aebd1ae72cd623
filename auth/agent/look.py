"""One person before the terminal's camera: waits for a usable face, then leads through one challenge."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from auth.agent.client import Asked
from auth.face.challenge import LEVELS, Action, draw
from auth.face.engine import FaceAnalyser, Observation
from auth.face.evidence import Progress
from auth.face.flash import Colour
from auth.face.frame import Frame, Image, check_frame
from auth.face.guidance import Deny, Guidance
from auth.face.liveness import LivenessSession
from auth.model import CameraView
from auth.wire import Picture
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report

JPEG_QUALITIES = (90, 80, 70, 55)
FULL_COLOUR = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
"""Colour at every pixel: the window's faint tint on a face is measured from it."""
FRAME_BYTES = 80_000  # MOST_FRAMES of them fit into the 8 MB of a body
LONGEST_SIDE = 960  # a 4K camera's frame is made smaller first: faces need no more
WAIT_FOR_FACE_S = 20.0
WAIT_FOR_FRAME_S = 3.0
ATTEMPT_S = 30.0

Show = Callable[[CameraView], None]


class Stream(Protocol):
    """The newest frame of a camera: ``auth.face.stream.FrameStream``; tests and benchmarks count the time."""

    error: SuiteError | None

    @property
    def camera(self) -> object: ...
    def newest(self, after_number: int = -1, timeout: float = 1.0) -> Frame | None: ...


@runtime_checkable
class WatchesScreen(Protocol):
    """The trial's actor: it sees on the screen, as a person does, what is asked, and is lit by it."""

    def ask(self, action: Action | None) -> None: ...
    def shine(self, colour: Colour | None) -> None: ...


class Look:
    """``show`` gets every frame that was looked at; ``report`` raises when the person cancels."""

    def __init__(self, stream: Stream, analyser: FaceAnalyser, show: Show, report: Report) -> None:
        self._stream = stream
        self._analyser = analyser
        self._show = show
        self._report = report
        self._number = -1
        self.denied: Deny | None = None  # why the performance ended, as seen here

    def wait_for_face(self) -> None:
        """Return at the first frame fit to match. SuiteError FACE-112 when nobody comes, CAM-…"""
        begin: float | None = None
        while True:
            frame, seen = self._next()
            begin = frame.time if begin is None else begin
            if not seen.problems:
                return
            said = seen.problems[0].sentence()
            self._draw(frame, seen, Progress(0, 0, Guidance(said)))
            if frame.time - begin > WAIT_FOR_FACE_S:
                raise _no_usable_face(said)

    def perform(self, asked: Asked) -> Iterator[Picture]:
        """Lead through the challenge to its end, good or bad; yields the frames that count, encoded.

        Those before the first step are held back until it is shown: until then the liveness may begin anew.
        SuiteError FACE-112 when it never comes to a step; then no frame has been yielded.
        """
        begin: float | None = None
        session = LivenessSession(draw(bytes.fromhex(asked.challenge_id), LEVELS[asked.level]))
        held: dict[int, Picture] = {}
        sent, stepping = 0, False
        while True:
            frame, seen, picture = self._next_as_sent()
            begin = frame.time if begin is None else begin
            progress = session.push(frame, seen)
            self.denied = progress.denied
            over = progress.finished or progress.denied is not None
            stepping = stepping or over or progress.guidance.action is not None
            if not session.used:
                held.clear()
            elif session.used[-1] == frame.number:
                held[frame.number] = picture
            self._draw(frame, seen, progress, session.colour)
            if stepping:
                for number in session.used[sent:]:
                    yield held.pop(number)
                sent = len(session.used)
            if over or (stepping and frame.time - begin > ATTEMPT_S):
                return
            if not stepping and frame.time - begin > WAIT_FOR_FACE_S:
                raise _no_usable_face(progress.guidance.sentence)

    def _next(self) -> tuple[Frame, Observation]:
        """The next frame and what is in it; raises as ``_next_frame``."""
        frame = self._next_frame()
        return frame, self._analyser.analyse(frame)

    def _next_as_sent(self) -> tuple[Frame, Observation, Picture]:
        """The next frame as the matcher will see it, what is in it, and its picture; raises as
        ``_next_frame``."""
        frame, picture = as_sent(self._next_frame())
        return frame, self._analyser.analyse(frame), picture

    def _next_frame(self) -> Frame:
        """The next frame, of a size to be sent; raises when cancelled or without camera."""
        begin = time.monotonic()
        while True:
            self._report()
            frame = self._stream.newest(self._number, 0.1)
            if frame is not None:
                self._number = frame.number
                return Frame(_smaller(frame.image), frame.time, frame.number)
            waited, error = time.monotonic() - begin, self._stream.error
            if error is not None and (self._number >= 0 or waited > WAIT_FOR_FRAME_S):
                raise _camera_lost(error)
            if waited > 2 * WAIT_FOR_FRAME_S:
                raise _camera_lost(None)

    def _draw(
        self, frame: Frame, seen: Observation, progress: Progress, colour: Colour | None = None
    ) -> None:
        camera = self._stream.camera
        if isinstance(camera, WatchesScreen):
            camera.ask(progress.guidance.action)
            camera.shine(colour)
        face = seen.faces[0] if seen.faces else None
        quality = face.quality.score if face and face.quality else 0.0
        box = face.box if face else None
        steps = progress.step, progress.steps, progress.ratio
        self._show(CameraView(frame.image, progress.guidance, quality, *steps, box, colour))


def encode(frame: Frame) -> Picture:
    """The frame as JPEG, as good as the bounds of the wire allow."""
    for quality in JPEG_QUALITIES:
        done, data = cv2.imencode(".jpg", frame.image, (cv2.IMWRITE_JPEG_QUALITY, quality, *FULL_COLOUR))
        if not done:
            break
        if len(data) <= FRAME_BYTES:
            return Picture(frame.time, data.tobytes())
    raise _camera_lost(None)


def as_sent(frame: Frame) -> tuple[Frame, Picture]:
    """The frame as JPEG leaves it, and the picture: what the terminal judges is what the matcher gets, so
    that nobody performs to the end and is refused for what compression took away."""
    picture = encode(frame)
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    return Frame(check_frame(image), frame.time, frame.number), picture


def _smaller(image: Image) -> Image:
    scale = LONGEST_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _no_usable_face(said: str) -> SuiteError:
    """``said``: what the person was asked all the time."""
    return SuiteError(
        _("カメラに、照合できる顔が写りませんでした。"),
        said,
        _("もう一度試すか、暗証番号を使ってください。"),
        "FACE-112",
    )


def _camera_lost(error: SuiteError | None) -> SuiteError:
    """The camera's own words, with the way in that needs no camera."""
    return SuiteError(
        error.what if error else _("カメラの映像を受け取れませんでした。"),
        error.why if error else _("カメラが応答しません。"),
        _("カメラの接続を確かめるか、暗証番号でサインインしてください。"),
        error.code if error else "CAM-020",
    )
