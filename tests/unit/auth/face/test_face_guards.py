"""The deny cues over a run of frames, each on its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from auth.face.engine import Face, Observation
from auth.face.frame import Frame
from auth.face.guards import FaceGuard, PictureGuard, TimeGuard
from auth.face.guidance import Deny


def noisy(number: int, seed: int | None = None) -> Frame:
    dice = np.random.default_rng(number if seed is None else seed)
    return Frame(dice.integers(0, 255, (64, 64, 3), np.uint8), float(number), number)


def test_a_picture_that_stands_still_is_frozen_but_one_repeated_frame_is_a_driver() -> None:
    guard = PictureGuard()
    assert [guard.push(noisy(n, seed=min(n, 3))) for n in range(6)] == [None] * 6
    assert guard.push(noisy(6, seed=3)) is Deny.FROZEN


def test_a_picture_that_comes_back_later_was_stored() -> None:
    guard = PictureGuard()
    assert all(guard.push(noisy(n)) is None for n in range(10))
    assert guard.push(noisy(10, seed=4)) is Deny.REPEATED


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1.0, 0.5, 1.001])
def test_times_that_do_not_pass_are_denied(bad: float) -> None:
    guard = TimeGuard()
    assert guard.push(0.9) is None
    assert guard.push(1.0) is None
    assert guard.push(bad) is Deny.TIMES


def test_a_hole_in_time_loses_the_person() -> None:
    guard = TimeGuard()
    assert guard.push(1.0) is None
    assert guard.push(1.9) is None
    assert guard.push(3.0) is Deny.LOST


MESH = np.zeros((468, 3), np.float32)


def saw(time: float, *boxes: tuple[float, float, float, float]) -> Observation:
    faces = tuple(Face(box, 0.9, MESH if place == 0 else None) for place, box in enumerate(boxes))
    return Observation(time, (640, 480), faces)


HERE = (200.0, 100.0, 200.0, 200.0)


def test_a_second_face_in_three_looks_of_six_is_denied_a_passer_by_is_not() -> None:
    guard = FaceGuard()
    beside = (430.0, 100.0, 180.0, 180.0)
    looks = [saw(n / 10, HERE, beside) if n in (1, 4, 5) else saw(n / 10, HERE) for n in range(6)]
    assert [guard.push(each) for each in looks] == [None] * 5 + [Deny.SECOND_FACE]
    passing = FaceGuard()
    looks = [saw(n / 10, HERE, beside) if n in (1, 2) else saw(n / 10, HERE) for n in range(9)]
    assert all(passing.push(each) is None for each in looks)


def test_a_small_face_far_behind_is_a_colleague() -> None:
    guard = FaceGuard()
    assert all(guard.push(saw(n / 10, HERE, (20.0, 80.0, 70.0, 70.0))) is None for n in range(10))


def test_a_face_that_jumps_or_swells_between_two_frames_is_another_thing() -> None:
    for box in ((340.0, 100.0, 200.0, 200.0), (150.0, 50.0, 320.0, 320.0)):
        guard = FaceGuard()
        assert guard.push(saw(0.0, HERE)) is None
        assert guard.push(saw(0.1, box)) is Deny.LOST


def test_a_face_away_for_long_is_lost_and_for_a_moment_is_not() -> None:
    guard = FaceGuard()
    assert guard.push(saw(0.0, HERE)) is None
    assert guard.push(saw(0.4)) is None
    assert guard.push(saw(0.5, HERE)) is None
    assert guard.push(saw(1.0)) is None
    assert guard.push(saw(1.2)) is Deny.LOST
