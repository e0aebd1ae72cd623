"""The stream: newest frame only, bounded waits, and a camera that comes back by itself."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from auth.face.camera import busy, unplugged
from auth.face.frame import Frame, check_frame
from auth.face.stream import FrameStream
from core.errors import SuiteError

Event = Frame | SuiteError


class ScriptedCamera:
    """Plays a list of frames and errors; then blocks until closed down. An adapter like any other."""

    name = "scripted"

    def __init__(self, *events: Event, opening: tuple[SuiteError | None, ...] = ()) -> None:
        self._events = deque(events)
        self._opening = deque(opening)
        self.opened = self.closed = 0
        self.played = threading.Event()
        self.release = threading.Event()

    def open(self) -> None:
        self.opened += 1
        error = self._opening.popleft() if self._opening else None
        if error is not None:
            raise error

    def read(self) -> Frame:
        if not self._events:
            self.played.set()
            self.release.wait(5)
            raise unplugged(self.name)
        event = self._events.popleft()
        if isinstance(event, SuiteError):
            raise event
        return event

    def close(self) -> None:
        self.closed += 1


def picture(time: float, shade: int = 0) -> Frame:
    return Frame(np.full((64, 64, 3), shade, np.uint8), time, 1)


def play(camera: ScriptedCamera) -> FrameStream:
    stream = FrameStream(camera, waits=(0.001,))
    stream.start()
    assert camera.played.wait(5)
    return stream


def test_only_the_newest_frame_is_kept_under_a_number_of_its_own() -> None:
    camera = ScriptedCamera(*(picture(1 + number, number) for number in range(5)))
    stream = play(camera)
    newest = stream.newest()
    assert newest is not None
    assert (newest.number, int(newest.image[0, 0, 0])) == (5, 4)
    assert stream.newest(after_number=5, timeout=0.01) is None
    camera.release.set()
    stream.stop()


def test_times_that_do_not_rise_are_dropped() -> None:
    camera = ScriptedCamera(picture(5, 1), picture(5, 2), picture(3, 3), picture(6, 4))
    stream = play(camera)
    newest = stream.newest()
    assert newest is not None
    assert (newest.number, newest.time) == (2, 6)
    camera.release.set()
    stream.stop()


def test_unusable_pictures_are_passed_over() -> None:
    try:
        check_frame(np.zeros((1, 1, 3), np.uint8))
    except SuiteError as error:
        unusable = error
    camera = ScriptedCamera(picture(1), unusable, picture(2))
    stream = play(camera)
    newest = stream.newest()
    assert newest is not None
    assert newest.number == 2
    assert stream.error is None
    camera.release.set()
    stream.stop()


def test_a_pulled_cable_is_told_and_the_camera_comes_back_by_itself() -> None:
    camera = ScriptedCamera(
        picture(1), unplugged("x"), picture(2), opening=(None, busy("x"), busy("x"), None)
    )
    stream = play(camera)
    newest = stream.newest()
    assert newest is not None
    assert newest.number == 2
    assert stream.error is None
    assert camera.opened == 4
    assert camera.closed >= 3
    camera.release.set()
    stream.stop()


def test_while_the_camera_is_away_the_reason_is_there_and_no_old_frame() -> None:
    camera = ScriptedCamera(picture(1), unplugged("x"), opening=(None, *[busy("x")] * 1000))
    stream = FrameStream(camera, waits=(0.001, 10))
    told = threading.Event()
    camera.release.set()
    stream.start()
    for _attempt in range(500):
        if stream.error is not None and stream.error.code == "CAM-003":
            told.set()
            break
        told.wait(0.01)
    assert told.is_set()
    assert stream.newest(timeout=0.01) is None
    stream.stop()


def test_stopping_closes_the_camera_and_forgets_the_picture() -> None:
    camera = ScriptedCamera(picture(1))
    stream = play(camera)
    camera.release.set()
    stream.stop()
    assert camera.closed >= 1
    assert stream.newest(timeout=0.01) is None
