"""An administrator's liveness model: its answer becomes a probability, and no broken file is ever trusted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from auth.face.engine import Face
from auth.face.models import read_model
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


def test_a_model_that_answers_nan_says_not_live(tmp_path: Path) -> None:
    (tmp_path / "nan.onnx").write_bytes(convolution(np.full((2, 3, 128, 128), 3e38)))
    assert SuppliedPassive(tmp_path / "nan.onnx").live(frame_of(coloured((9, 9, 9))), FACE) == 0.0


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
