"""Depth from pixels: a turning head leaves the plane, a card does not, however it is turned or bent."""

from __future__ import annotations

import numpy as np
import pytest

from auth.face.actor import ActorCamera
from auth.face.attacks import BentPrintCamera, CardCamera, ScreenCamera
from auth.face.challenge import Action
from auth.face.engine import FaceAnalyser
from auth.face.frame import Frame
from auth.face.planarity import FEWEST, Parallax, PlaneTracker, nose_parallax, squeeze
from auth.face.steps import FLAT_NOSE, NOSE, RESIDUAL
from auth.face.turns import YAW


def turned(camera: ActorCamera, analyser: FaceAnalyser, action: Action) -> list[tuple[float, Parallax]]:
    """(change of the yaw proxy, parallax) of each frame while an action is asked for."""
    camera.open()
    tracker, first = None, 0.0
    found = []
    for number in range(26):
        camera.ask(action if number > 3 else None)
        frame = camera.read()
        face = analyser.analyse(frame).face
        if face is None or face.mesh is None:
            continue
        if tracker is None:
            tracker, first = PlaneTracker(frame, face.mesh, face.inter_eye), face.yaw
            continue
        tracker.follow(frame, face.mesh)
        found.append((face.yaw - first, tracker.parallax()))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_turned_head_leaves_the_plane(analyser: FaceAnalyser, seed: int) -> None:
    action = Action.TURN_LEFT if seed % 2 else Action.TURN_RIGHT
    looks = [seen for yaw, seen in turned(ActorCamera(seed), analyser, action) if abs(yaw) >= YAW]
    assert len(looks) >= 5
    assert all(seen.measured for seen in looks)
    assert np.median([seen.nose for seen in looks]) > NOSE
    assert np.median([seen.residual for seen in looks]) > RESIDUAL


@pytest.mark.parametrize("kind", [CardCamera, BentPrintCamera])
@pytest.mark.parametrize("seed", range(3))
def test_a_card_stays_in_it_and_is_seen_to_turn(
    analyser: FaceAnalyser, kind: type[ActorCamera], seed: int
) -> None:
    looks = [seen for _yaw, seen in turned(kind(seed), analyser, Action.TURN_LEFT) if seen.measured]
    assert len(looks) >= 8
    assert max(seen.nose for seen in looks) < FLAT_NOSE
    assert min(seen.squeeze for seen in looks) < 0.97


def test_a_screens_nose_is_flat_as_well_where_no_beats_are_tracked(analyser: FaceAnalyser) -> None:
    looks = [seen for _yaw, seen in turned(ScreenCamera(1), analyser, Action.TURN_LEFT) if seen.measured]
    assert np.median([seen.nose for seen in looks]) < NOSE


def test_with_too_few_tracks_nothing_is_said(analyser: FaceAnalyser) -> None:
    camera = ActorCamera(1)
    camera.open()
    frame = camera.read()
    face = analyser.analyse(frame).face
    assert face is not None
    assert face.mesh is not None
    tracker = PlaneTracker(frame, face.mesh, face.inter_eye)
    dice = np.random.default_rng(0)
    noise = Frame(dice.integers(0, 255, frame.image.shape, np.uint8), frame.time + 0.1, 2)
    lost = tracker.follow(noise, face.mesh)
    seen = tracker.parallax()
    assert lost > 0.8
    assert seen.tracks < FEWEST
    assert not seen.measured


def points(count: int = 120) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(3)
    begin = dice.uniform(-1, 1, (count, 2)).astype(np.float32)
    return begin, np.hypot(*begin.T) < 0.3


def test_a_smooth_warp_has_no_nose_and_a_bump_has() -> None:
    begin, nose = points()
    x, y = begin.T
    bent = begin + np.stack([0.1 * x * x + 0.05 * y, 0.03 * x * y], 1)
    assert nose_parallax(begin, bent.astype(np.float32), nose) < 0.005
    bent[nose, 0] += 0.12
    assert nose_parallax(begin, bent.astype(np.float32), nose) == pytest.approx(0.12, abs=0.02)


def test_tracks_that_err_in_all_directions_make_no_nose() -> None:
    begin, nose = points(400)
    end = begin.copy()
    end[nose] += np.random.default_rng(1).normal(0, 0.12, (int(nose.sum()), 2)).astype(np.float32)
    assert nose_parallax(begin, end, nose) < 0.05


def test_squeeze_is_the_cosine_of_a_turned_plane() -> None:
    turn = np.radians(30)
    plane = np.array([[np.cos(turn), 0, 0], [0, 1, 0], [0, 0, 1.0]])
    assert squeeze(plane, np.zeros(2, np.float32)) == pytest.approx(np.cos(turn))
    assert squeeze(np.eye(3), np.zeros(2, np.float32)) == pytest.approx(1.0)
