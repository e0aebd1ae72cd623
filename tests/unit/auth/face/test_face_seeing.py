"""Detection, face points and pose on the portrait, and the signs that all directions rest on."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from auth.face.detect import _anchors
from auth.face.engine import Face, FaceAnalyser, most_central
from auth.face.frame import Image
from auth.face.landmarks import LEFT_EYE_OUTER, NOSE_TIP, RIGHT_EYE_OUTER, pose_of

from .conftest import frame_of, turned

Look = Callable[[Image], Face]


def test_the_portrait_has_one_face_with_its_eyes_inside(portrait: Image, analyser: FaceAnalyser) -> None:
    observation = analyser.analyse(frame_of(portrait))
    assert len(observation.faces) == 1
    face = observation.faces[0]
    assert face.score > 0.8
    x, y, width, height = face.box
    assert face.mesh is not None
    for point in (RIGHT_EYE_OUTER, LEFT_EYE_OUTER, NOSE_TIP):
        assert x < face.mesh[point, 0] < x + width
        assert y < face.mesh[point, 1] < y + height


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_plain_frame_has_no_face(analyser: FaceAnalyser, value: int) -> None:
    observation = analyser.analyse(frame_of(np.full((480, 640, 3), value, np.uint8)))
    assert observation.faces == ()
    assert observation.face is None
    assert observation.problems


def test_noise_has_no_face(analyser: FaceAnalyser) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    assert analyser.analyse(frame_of(noise)).face is None


@pytest.mark.parametrize("size", [(2160, 3840), (64, 64), (64, 4096), (4096, 64)])
def test_odd_frame_sizes_are_looked_at_without_complaint(
    analyser: FaceAnalyser, size: tuple[int, int]
) -> None:
    height, width = size
    assert analyser.analyse(frame_of(np.zeros((height, width, 3), np.uint8))).size == (width, height)


def test_a_face_is_found_in_a_4k_frame(portrait: Image, look: Look) -> None:
    big = cv2.resize(portrait[:360, 45:405], (2160, 2160), interpolation=cv2.INTER_CUBIC)
    frame = np.zeros((2160, 3840, 3), np.uint8)
    frame[:, 800:2960] = big
    assert look(frame).inter_eye == pytest.approx(6 * look(portrait).inter_eye, rel=0.05)


def test_a_grey_frame_shows_the_same_face(portrait: Image, look: Look) -> None:
    grey = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    one, other = look(portrait).mesh, look(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)).mesh
    assert one is not None
    assert other is not None
    assert np.abs(one - other)[:, :2].mean() < 2


def test_two_equal_faces_are_two_people_at_the_camera(portrait: Image, analyser: FaceAnalyser) -> None:
    head = portrait[:300, 75:375]
    observation = analyser.analyse(frame_of(np.hstack([head, head])))
    assert len(observation.faces) == 2
    assert observation.second_face
    assert observation.faces[1].mesh is None


def test_a_small_face_behind_is_not_a_second_person(portrait: Image, analyser: FaceAnalyser) -> None:
    observation = analyser.analyse(frame_of(_large_left_small_right(portrait)))
    assert len(observation.faces) == 2
    assert not observation.second_face


def test_the_main_face_is_the_largest_or_the_central_one_as_asked(portrait: Image) -> None:
    frame = frame_of(_large_left_small_right(portrait))
    by_size, by_place = (
        FaceAnalyser().analyse(frame).faces[0],
        FaceAnalyser(most_central).analyse(frame).faces[0],
    )
    assert by_size.box[2] > 1.5 * by_place.box[2]


def _large_left_small_right(portrait: Image) -> Image:
    """(480, 640): a face of about 150 pixels at the left edge, one of 80 nearer to the middle."""
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:, :300] = cv2.resize(portrait[:320, 125:325], (300, 480), interpolation=cv2.INTER_CUBIC)
    frame[130:386, 300:556] = cv2.resize(portrait[:300, 75:375], (256, 256), interpolation=cv2.INTER_AREA)
    return frame


def test_anchors_are_the_centres_of_both_feature_maps() -> None:
    anchors = _anchors()
    assert anchors.shape == (896, 2)
    assert anchors[:2].tolist() == [[4, 4], [4, 4]]
    assert anchors[512:514].tolist() == [[8, 8], [8, 8]]


def test_turning_the_picture_turns_the_points_with_it(portrait: Image, look: Look) -> None:
    straight, leaned = look(portrait).mesh, look(turned(portrait, 20)).mesh
    assert straight is not None
    assert leaned is not None
    matrix = cv2.getRotationMatrix2D((225, 125), -20, 1)
    expected = straight[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert np.linalg.norm(expected - leaned[:, :2], axis=1).mean() < 0.05 * look(portrait).inter_eye


def test_leaning_to_ones_own_left_is_positive_roll(portrait: Image, look: Look) -> None:
    """The person's left shoulder is on the right of an unmirrored image: a clockwise turn."""
    straight = look(portrait).roll
    assert look(turned(portrait, 15)).roll - straight == pytest.approx(np.radians(15), abs=0.05)
    assert look(turned(portrait, -15)).roll - straight == pytest.approx(np.radians(-15), abs=0.05)


def test_a_mirrored_image_changes_the_signs_of_yaw_and_roll_and_keeps_pitch(
    portrait: Image, look: Look
) -> None:
    image = turned(portrait, 15)
    seen, mirrored = look(image), look(np.ascontiguousarray(image[:, ::-1]))
    assert mirrored.roll == pytest.approx(-seen.roll, abs=0.05)
    assert mirrored.yaw == pytest.approx(-seen.yaw, abs=0.06)
    assert mirrored.pitch == pytest.approx(seen.pitch, abs=0.06)


@pytest.mark.parametrize(("degrees", "sign"), [(20, 1), (-20, -1)])
def test_turning_to_ones_own_left_is_positive_yaw(
    portrait: Image, look: Look, degrees: float, sign: int
) -> None:
    """The nose, nearest to the camera, moves to the image's right when the head turns to its own left."""
    mesh = look(portrait).mesh
    assert mesh is not None
    pose = pose_of(_turn_head(mesh, degrees, 0))
    assert pose.yaw * sign > 0.15


@pytest.mark.parametrize(("degrees", "sign"), [(15, 1), (-15, -1)])
def test_looking_up_is_positive_pitch(portrait: Image, look: Look, degrees: float, sign: int) -> None:
    mesh = look(portrait).mesh
    assert mesh is not None
    change = pose_of(_turn_head(mesh, 0, degrees)).pitch - pose_of(mesh).pitch
    assert change * sign > 0.05


def _turn_head(mesh: np.ndarray, yaw: float, pitch: float) -> np.ndarray:
    """The head turned in space: yaw to the person's left, pitch upwards. z grows away from the camera."""
    y, p = np.radians(yaw), np.radians(pitch)
    left = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    up = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    middle = mesh.mean(axis=0)
    return ((mesh - middle) @ left.T @ up.T + middle).astype(np.float32)


def test_a_degenerate_mesh_has_a_pose_without_nan() -> None:
    pose = pose_of(np.zeros((468, 3), np.float32))
    assert pose.inter_eye == 0
    assert np.isfinite([pose.yaw, pose.pitch, pose.roll, pose.eye_open]).all()
