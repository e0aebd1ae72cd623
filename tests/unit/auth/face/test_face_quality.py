"""Each thing that spoils a face is found and told in one sentence; a good face is left in peace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from auth.face.engine import Face, FaceAnalyser
from auth.face.frame import Image
from auth.face.quality import Problem, Quality
from auth.face.report.samples import read_frame

from .conftest import frame_of, turned

Look = Callable[[Image], Face]


@pytest.fixture
def quality(look: Look) -> Callable[[Image], Quality]:
    def measure(image: Image) -> Quality:
        found = look(image).quality
        assert found is not None
        return found

    return measure


Measure = Callable[[Image], Quality]


def test_the_portrait_is_good(portrait: Image, quality: Measure) -> None:
    found = quality(portrait)
    assert found.problems == ()
    assert found.good
    assert found.score > 0.5


def _mixed(image: Image, factor: float, towards: float) -> Image:
    return np.clip(towards + (image.astype(np.float32) - towards) * factor, 0, 255).astype(np.uint8)


def _small(image: Image) -> Image:
    frame = np.full((512, 512, 3), 90, np.uint8)
    frame[:384, :384] = cv2.resize(image, (384, 384), interpolation=cv2.INTER_AREA)
    return frame


SPOILT = {
    Problem.TOO_DARK: lambda image: _mixed(image, 0.1, 0),
    Problem.TOO_BRIGHT: lambda image: _mixed(image, 2.2, 0),
    Problem.LOW_CONTRAST: lambda image: _mixed(image, 0.15, 128),
    Problem.BLURRED: lambda image: cv2.GaussianBlur(image, (0, 0), 3.5),
    Problem.TOO_FAR: _small,
    Problem.TILTED: lambda image: turned(image, 40),
    Problem.CUT_OFF: lambda image: np.ascontiguousarray(image[:150, 100:350]),
}


@pytest.mark.parametrize("problem", SPOILT, ids=lambda problem: problem.value)
def test_what_is_spoilt_is_named(portrait: Image, quality: Measure, problem: Problem) -> None:
    found = quality(SPOILT[problem](portrait))
    assert problem in found.problems
    assert not found.good
    assert found.score < 0.5


def test_motion_in_one_direction_is_blur_too(portrait: Image, quality: Measure) -> None:
    moved = cv2.filter2D(portrait, -1, np.full((1, 17), 1 / 17, np.float32))
    assert Problem.BLURRED in quality(np.asarray(moved, np.uint8)).problems


def test_noise_does_not_hide_blur(portrait: Image, quality: Measure) -> None:
    soft = cv2.GaussianBlur(portrait, (0, 0), 3.5).astype(np.float32)
    noisy = soft + np.random.default_rng(3).normal(0, 5, soft.shape)
    assert Problem.BLURRED in quality(np.clip(noisy, 0, 255).astype(np.uint8)).problems


def _painted(image: Image, face: Face, points: tuple[int, ...], colour: tuple[int, int, int]) -> Image:
    assert face.mesh is not None
    covered = image.copy()
    outline = cv2.convexHull(face.mesh[list(points), :2].astype(np.int32))
    cv2.fillConvexPoly(covered, outline, colour, cv2.LINE_AA)
    return covered


MASK = (117, 346, 454, 361, 397, 379, 152, 150, 172, 132, 234, 197)
GLASSES = ((70, 107, 122, 196, 100, 117), (300, 336, 351, 419, 329, 346))


@pytest.mark.parametrize("colour", [(230, 230, 230), (200, 160, 120), (170, 170, 210)], ids=str)
def test_a_mask_covers_the_mouth(
    portrait: Image, look: Look, quality: Measure, colour: tuple[int, int, int]
) -> None:
    found = quality(_painted(portrait, look(portrait), MASK, colour))
    assert Problem.MOUTH_COVERED in found.problems
    assert Problem.EYES_COVERED not in found.problems


def test_dark_glasses_cover_the_eyes(portrait: Image, look: Look, quality: Measure) -> None:
    face = look(portrait)
    covered = portrait
    for eye in GLASSES:
        covered = _painted(covered, face, eye, (20, 20, 20))
    assert Problem.EYES_COVERED in quality(covered).problems


def test_a_second_person_is_told_first(portrait: Image, analyser: FaceAnalyser) -> None:
    head = portrait[:300, 75:375]
    observation = analyser.analyse(frame_of(np.hstack([head, head])))
    assert observation.problems[0] is Problem.SEVERAL_FACES
    assert observation.face is not None
    assert observation.face.quality is not None
    assert observation.face.quality.score == 0


@pytest.mark.parametrize(
    ("light", "problem"), [(5, Problem.TOO_DARK), (110, Problem.NO_FACE), (250, Problem.TOO_BRIGHT)]
)
def test_where_no_face_is_seen_the_reason_is_the_light_or_nobody(
    analyser: FaceAnalyser, light: int, problem: Problem
) -> None:
    assert analyser.analyse(frame_of(np.full((480, 640, 3), light, np.uint8))).problems == (problem,)


def test_every_problem_has_a_sentence_of_its_own() -> None:
    sentences = [problem.sentence() for problem in Problem]
    assert len(set(sentences)) == len(Problem)
    assert all(sentence.endswith("。") for sentence in sentences)


@pytest.mark.shared_data
def test_people_before_a_webcam_are_rarely_troubled(shared_data: Path, analyser: FaceAnalyser) -> None:
    """At most 3 % of real webcam frames (every 10th of 510) are refused by any quality limit."""
    frames = [read_frame(path) for path in sorted((shared_data / "faces/nuaa/live").rglob("*.jpg"))[::10]]
    seen = [analyser.analyse(frame) for frame in frames if frame]
    troubled = [observation.problems for observation in seen if observation.problems]
    assert len(seen) == 51
    assert len(troubled) <= 0.03 * len(seen), troubled
