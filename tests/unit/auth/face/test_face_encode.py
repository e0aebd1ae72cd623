"""Vectors: the same person near, others far, model and version always known; an administrator's own model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from auth.face.align import FIVE_POINTS, align
from auth.face.compare import Metric, distance
from auth.face.encode import AlignedEncoder, supplied, unit
from auth.face.engine import Face, FaceAnalyser, most_central
from auth.face.frame import Image
from auth.face.landmarks import eye_centres
from auth.face.models import read_model
from auth.face.report.folder import read_folder
from auth.face.report.rates import at_fmr
from auth.face.report.samples import collect
from auth.face.report.verification import session_trials, still_trials
from core.errors import SuiteError

from .conftest import frame_of, turned
from .onnx_model import face_model

Look = Callable[[Image], Face]


def test_a_vector_has_length_one_and_the_stated_dimensions(
    portrait: Image, look: Look, encoder: AlignedEncoder
) -> None:
    vector = encoder.encode(frame_of(portrait), look(portrait))
    assert vector.shape == (encoder.dimensions,) == (192,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


CHANGES = {
    "brighter": lambda image: cv2.convertScaleAbs(image, alpha=1.3, beta=10),
    "grey": lambda image: cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR),
    "leaning": lambda image: turned(image, 25),
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
    "JPEG": lambda image: cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_person_stays_near(
    portrait: Image, look: Look, encoder: AlignedEncoder, change: str
) -> None:
    other = np.asarray(CHANGES[change](portrait), np.uint8)
    one = encoder.encode(frame_of(portrait), look(portrait))
    assert distance(one, encoder.encode(frame_of(other), look(other))) < 0.2


def test_a_face_without_points_is_not_encoded(portrait: Image, encoder: AlignedEncoder) -> None:
    with pytest.raises(ValueError, match="mesh"):
        encoder.encode(frame_of(portrait), Face((0, 0, 10, 10), 0.9))


def test_alignment_puts_the_eyes_where_the_network_expects_them(portrait: Image, look: Look) -> None:
    """Find the eyes again in a crop of a picture that has only two white eyes."""
    face = look(turned(portrait, 30))
    assert face.mesh is not None
    dots = np.zeros((512, 512, 3), np.uint8)
    for eye in eye_centres(face.mesh):
        cv2.circle(dots, (round(float(eye[0])), round(float(eye[1]))), 2, (255, 255, 255), -1)
    crop = align(dots, face.mesh)[:, :, 0].astype(float)
    for half, expected in ((np.s_[:, :56], FIVE_POINTS[0]), (np.s_[:, 56:], FIVE_POINTS[1])):
        y, x = np.argwhere(crop[half] > 100).mean(axis=0)
        found = (x + (56 if half[1].start else 0), y)
        assert np.hypot(*(np.array(found) - expected)) < 5


def test_a_zero_vector_does_not_become_nan() -> None:
    assert unit(np.zeros((2, 4), np.float32)).tolist() == [[0] * 4] * 2


def test_a_supplied_tflite_gives_vectors_under_its_own_name(
    portrait: Image, look: Look, encoder: AlignedEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "prefecture.tflite"
    path.write_bytes(read_model("mobilefacenet"))
    own = supplied(path)
    assert (own.name, own.version) != (encoder.name, encoder.version)
    face = look(portrait)
    same = distance(own.encode(frame_of(portrait), face), encoder.encode(frame_of(portrait), face))
    assert same == pytest.approx(0, abs=1e-5)


def test_a_supplied_onnx_gives_vectors(portrait: Image, look: Look, tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(face_model(dimensions=16))
    own = supplied(path)
    vector = own.encode(frame_of(portrait), look(portrait))
    assert own.dimensions == 16
    assert vector.shape == (16,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.tflite", b"nothing", "FACE-003"),
        ("broken.onnx", b"nothing", "FACE-003"),
        ("empty.onnx", b"", "FACE-003"),
        ("model.pth", b"torch", "FACE-003"),
    ],
)
def test_a_supplied_file_that_is_no_model_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SuiteError) as caught:
        supplied(tmp_path / name)
    assert caught.value.code == code


def test_a_supplied_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "detector.tflite").write_bytes(read_model("blazeface"))
    with pytest.raises(SuiteError) as caught:
        supplied(tmp_path / "detector.tflite")
    assert caught.value.code == "FACE-003"


def test_a_supplied_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        supplied(tmp_path / "nowhere.tflite")
    assert caught.value.code == "FACE-001"


@pytest.mark.shared_data
def test_east_asian_faces_are_told_apart(shared_data: Path, encoder: AlignedEncoder, tmp_path: Path) -> None:
    """The promise: FNMR at most 0.5 % at FMR 1e-2 and 5 % at 1e-3, one image against one."""
    folder = read_folder(shared_data / "faces" / "lfw-east-asian")
    samples = collect(folder.stills, [encoder], FaceAnalyser(most_central), tmp_path, lambda _done: None)
    [trial] = still_trials(samples, encoder.name, Metric.COSINE)
    assert len(trial.scores.impostor) > 7000
    assert at_fmr(trial.scores, 1e-2).fnmr.value <= 0.005
    assert at_fmr(trial.scores, 1e-3).fnmr.value <= 0.05


@pytest.mark.shared_data
def test_people_are_known_again_weeks_later(
    shared_data: Path, encoder: AlignedEncoder, tmp_path: Path
) -> None:
    """The promise: template of 8 frames, probe of 5 of another session, FNMR at most 1 % at FMR 1e-3."""
    folder = read_folder(shared_data / "faces" / "nuaa")
    samples = collect(folder.live[::2], [encoder], FaceAnalyser(), tmp_path, lambda _done: None)
    trial = next(t for t in session_trials(samples, [], encoder.name, Metric.COSINE) if t.template == 8)
    point = at_fmr(trial.scores, 1e-3)
    assert point.shown
    assert point.fnmr.value <= 0.01
    assert point.threshold > 0.41
