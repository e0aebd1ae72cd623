"""dlib as second engine: through face_recognition or without it the same vector; absent, a clear sentence."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
import pytest

from auth.face import dlib_engine
from auth.face.compare import Metric, distance
from auth.face.dlib_engine import DlibEncoder, _FaceRecognition, _PlainDlib
from auth.face.engine import Face
from auth.face.frame import Image
from core.errors import SuiteError

from .conftest import frame_of, turned

Look = Callable[[Image], Face]


@pytest.fixture(scope="module")
def encoder() -> DlibEncoder:
    return DlibEncoder()


def test_the_same_person_is_near_by_dlibs_own_measure(
    portrait: Image, look: Look, encoder: DlibEncoder
) -> None:
    leaning = turned(portrait, 10)
    one = encoder.encode(frame_of(portrait), look(portrait))
    other = encoder.encode(frame_of(leaning), look(leaning))
    assert one.shape == (encoder.dimensions,)
    assert distance(one, other, Metric.EUCLIDEAN) < 0.35


def test_face_recognition_and_plain_dlib_give_the_same_vector(portrait: Image) -> None:
    import face_recognition

    rgb = np.ascontiguousarray(portrait[:, :, ::-1])
    named, plain = _FaceRecognition(face_recognition), _PlainDlib()
    boxes = named.locate(rgb)
    assert plain.locate(rgb) == boxes
    box = boxes[0]
    assert np.abs(named.encode(rgb, box) - plain.encode(rgb, box)).max() < 1e-6


def test_face_recognition_is_used_where_it_can_be_imported(encoder: DlibEncoder) -> None:
    assert isinstance(encoder._backend, _FaceRecognition)


def test_a_face_that_hog_misses_is_encoded_by_its_known_box(portrait: Image, encoder: DlibEncoder) -> None:
    plain = np.full_like(portrait, 127)
    assert encoder.encode(frame_of(plain), Face((200, 100, 90, 90), 0.9)).shape == (128,)


@pytest.mark.parametrize("missing", ["dlib", "face_recognition_models"])
def test_without_the_extra_the_engine_says_so(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> object:
        return None if name == missing else find(name, package)

    monkeypatch.setattr(dlib_engine.importlib.util, "find_spec", without)
    with pytest.raises(SuiteError) as caught:
        DlibEncoder()
    assert caught.value.code == "FACE-020"


def test_without_face_recognition_dlib_alone_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    hidden = {"face_recognition", "pkg_resources"}

    def without(name: str, package: str | None = None) -> object:
        return None if name in hidden else find(name, package)

    monkeypatch.setattr(dlib_engine.importlib.util, "find_spec", without)
    assert isinstance(DlibEncoder()._backend, _PlainDlib)
