"""What watching for presence costs, in shares of one core."""

from __future__ import annotations

import time
from collections.abc import Iterator

import cv2

from auth.agent.presence import PERIOD_S, Lookout, Sight
from auth.face.actor import ActorCamera
from auth.face.encode import mobilefacenet
from auth.face.engine import FaceAnalyser
from auth.face.frame import Frame, check_frame
from benchmarks.record import Record

LOOKS = 40
KEPT = 12


class JpegCamera:
    """A webcam's work without a webcam: MJPEG frames to decode, drawn beforehand."""

    name = "jpeg"

    def __init__(self) -> None:
        actor = ActorCamera(1)
        actor.open()
        pictures = [actor.read().image for _each in range(KEPT)]
        self._frames = [cv2.imencode(".jpg", each, (cv2.IMWRITE_JPEG_QUALITY, 90))[1] for each in pictures]
        self._number = 0

    def open(self) -> None:
        """Nothing to switch on."""

    def read(self) -> Frame:
        self._number += 1
        image = cv2.imdecode(self._frames[self._number % KEPT], cv2.IMREAD_COLOR)
        return Frame(check_frame(image), float(self._number), self._number)

    def close(self) -> None:
        """Nothing to switch off."""


def records() -> Iterator[Record]:
    """One figure: CPU time of a look over the time between two looks."""
    cv2.setNumThreads(1)
    camera = JpegCamera()
    lookout = Lookout(lambda: camera, FaceAnalyser(), mobilefacenet())
    assert lookout.look() is Sight.OWNER
    clock = time.process_time()
    for _each in range(LOOKS):
        lookout.look()
    share = 100 * (time.process_time() - clock) / LOOKS / PERIOD_S
    n = f"{LOOKS} looks, one each {PERIOD_S} s; decoding counted, the driver's opening of a device not"
    yield Record("presence watched", share, "% of one core", "≤ 3", share <= 3, n=n)
