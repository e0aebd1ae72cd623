"""An administrator's liveness model: its answer becomes a probability, and no broken file is ever trusted."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.face.engine import Face
from auth.face.models import read_model
from auth.face.onnx_shape import input_shape
from auth.face.passive import SuppliedPassive
from core.errors import SuiteError

from .conftest import frame_of
from .onnx_model import convolution

FACE = Face((200.0, 150.0, 100.0, 100.0), 0.9)


@pytest.fixture(params=[128, 80])
def redness(request: pytest.FixtureRequest, tmp_path: Path) -> SuppliedPassive:
    """A model that takes red for live and blue for a picture."""
    side = request.param
    kernel = np.zeros((2, 3, side, side))
    kernel[0, 0] = kernel[1, 2] = 8 / side**2
    (tmp_path / "redness.onnx").write_bytes(convolution(kernel))
    return SuppliedPassive(tmp_path / "redness.onnx")


def coloured(bgr: tuple[int, int, int], around: tuple[int, int, int] = (0, 0, 0)) -> np.ndarray:
    image = np.full((480, 640, 3), around, np.uint8)
    image[125:275, 175:325] = bgr
    return image


def test_the_first_logit_is_live_and_colours_are_rgb(redness: SuppliedPassive) -> None:
    assert redness.live(frame_of(coloured((0, 0, 255))), FACE) > 0.99
    assert redness.live(frame_of(coloured((255, 0, 0))), FACE) < 0.01
    assert redness.live(frame_of(coloured((90, 90, 90))), FACE) == pytest.approx(0.5, abs=0.01)


def test_the_model_sees_the_face_with_half_its_size_around_and_no_more(redness: SuppliedPassive) -> None:
    assert redness.live(frame_of(coloured((0, 0, 255), around=(255, 0, 0))), FACE) > 0.98


def test_a_face_at_the_edge_of_the_frame_is_judged_too(redness: SuppliedPassive) -> None:
    image = np.full((480, 640, 3), (0, 0, 255), np.uint8)
    assert redness.live(frame_of(image), Face((-60.0, -60.0, 100.0, 100.0), 0.9)) > 0.99


@pytest.mark.parametrize("answer", [[np.nan, 0.0], [np.inf, np.inf], [np.nan]])
def test_an_answer_that_is_no_number_says_not_live(
    redness: SuppliedPassive, monkeypatch: pytest.MonkeyPatch, answer: list[float]
) -> None:
    monkeypatch.setattr(redness._network, "run", lambda _tensor: [np.array([answer], np.float32)])
    assert redness.live(frame_of(coloured((9, 9, 9))), FACE) == 0.0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.onnx", b""),
        ("text.onnx", b"nothing"),
        ("text.tflite", b"nothing"),
        ("model.pth", b"torch"),
        ("many.onnx", convolution(np.zeros((5, 3, 128, 128)))),
        ("detector.tflite", read_model("blazeface")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_such_model_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SuiteError) as caught:
        SuppliedPassive(tmp_path / name)
    assert caught.value.code == "FACE-003"


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        SuppliedPassive(tmp_path / "nowhere.onnx")
    assert caught.value.code == "FACE-001"


def test_the_input_shape_is_read_from_the_file() -> None:
    assert input_shape(convolution(np.zeros((2, 3, 80, 80)))) == (1, 3, 80, 80)


@given(st.binary(max_size=200))
def test_no_bytes_hang_or_break_the_reading_of_a_shape(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert all(size >= 0 for size in input_shape(content))


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_model_gives_a_shape_or_an_error(place: int, byte: int) -> None:
    content = bytearray(convolution(np.zeros((1, 3, 8, 8))))
    content[place] = byte
    with contextlib.suppress(ValueError):
        input_shape(bytes(content))
